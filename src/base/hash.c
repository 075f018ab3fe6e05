/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <sys/random.h>
#include <time.h>

uint64_t epw_hash_new_seed(void)
{
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) == (ssize_t)sizeof(seed))
        return seed;
    struct timespec now = { 0 };
    clock_gettime(CLOCK_REALTIME, &now);
    return epw_hash_mix((uint64_t)now.tv_nsec ^ EPW_HASH_K0, (uint64_t)(uintptr_t)&seed);
}
