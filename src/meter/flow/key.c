/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/key.h"

unsigned epw_key_make(struct epw_key *key, const struct epw_packet *packet, bool ignore_vlan)
{
    int order = epw_ip_cmp(&packet->src, &packet->dst);
    unsigned side = order > 0 || (order == 0 && packet->sport > packet->dport);
    /* Padding is zeroed too: keys are compared and hashed as bytes. */
    memset(key, 0, sizeof(*key));
    key->ip[side] = packet->src;
    key->ip[1 - side] = packet->dst;
    key->port[side] = packet->sport;
    key->port[1 - side] = packet->dport;
    key->proto = packet->proto;
    key->tunnel = packet->tunnel;
    if (ignore_vlan)
        return side;
    for (unsigned i = 0; i < packet->vlan_count && i < EPW_MAX_VLANS; i++)
        if (packet->vlan[i] != 0)
            key->vlan[key->vlan_count++] = packet->vlan[i];
    return side;
}

static bool is_mapped4(const uint8_t *ip)
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
    return memcmp(ip, mapped, sizeof(mapped)) == 0;
}

uint32_t epw_key_tag(const struct epw_key *key, uint64_t seed)
{
    if (!is_mapped4(key->ip[0].b) || !is_mapped4(key->ip[1].b))
        return (uint32_t)(epw_hash(key, EPW_KEY_HASHED, seed) >> 32);
    /* Most traffic: twelve of each sixteen bytes are known, two rounds do. */
    uint32_t low, high;
    memcpy(&low, key->ip[0].b + 12, sizeof(low));
    memcpy(&high, key->ip[1].b + 12, sizeof(high));
    uint64_t rest = (uint64_t)key->tunnel << 32 | (uint64_t)key->port[0] << 16 | key->port[1];
    uint64_t h = epw_hash_mix(((uint64_t)low << 32 | high) ^ seed ^ EPW_HASH_K0,
                              rest ^ EPW_HASH_K1 ^ (seed << 32 | seed >> 32));
    return (uint32_t)(epw_hash_mix(h ^ key->proto, seed ^ EPW_HASH_K1) >> 32);
}

uint64_t epw_key_flow_id(const struct epw_key *key, int64_t first_ns, uint64_t before)
{
    uint64_t id = epw_hash(key, sizeof(*key), (uint64_t)first_ns ^ before);
    id >>= 11;
    return id == 0 ? 1 : id;
}
