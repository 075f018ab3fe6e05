/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/looks.h"

#include <string.h>

void epw_looks_note(struct epw_looks *looks, int64_t now_ns)
{
    if (now_ns < looks->at_ns[0])
        memset(looks->at_ns, 0, sizeof(looks->at_ns));
    if (now_ns - looks->at_ns[0] < looks->pause_ns)
        return;
    memmove(&looks->at_ns[1], &looks->at_ns[0], (EPW_LOOKS_MAX - 1) * sizeof(looks->at_ns[0]));
    looks->at_ns[0] = now_ns;
}

int64_t epw_looks_ago(const struct epw_looks *looks, unsigned often)
{
    return looks->at_ns[often - 1];
}
