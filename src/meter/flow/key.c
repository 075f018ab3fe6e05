/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/key.h"

uint64_t epw_key_flow_id(const struct epw_key *key, int64_t first_ns, uint64_t before)
{
    uint64_t id = epw_hash(key, sizeof(*key), (uint64_t)first_ns ^ before);
    id >>= 11;
    return id == 0 ? 1 : id;
}
