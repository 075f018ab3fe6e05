/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tells one conversation from another: the 5-tuple in canonical order
 * (lower address and port first, so that both directions give the same key),
 * the tunnel and the VLAN stack. The VLANs are compared but not hashed: all
 * VLAN variants of one 5-tuple share a tag, so flow/lookup.h finds them in one
 * walk.
 */
#ifndef EPW_METER_FLOW_KEY_H
#define EPW_METER_FLOW_KEY_H

#include "base/hash.h"
#include "meter/packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Side 0 is the lower address and port, side 1 the other: not yet who asked whom. */
struct epw_key {
    struct epw_ip ip[2];
    uint32_t tunnel;
    uint16_t port[2];
    uint8_t proto; /* the last byte of what is hashed */
    uint8_t vlan_count;
    uint16_t vlan[EPW_MAX_VLANS];
    uint16_t zero; /* keys are compared and hashed as bytes: no padding */
};

#define EPW_KEY_HASHED offsetof(struct epw_key, vlan_count)
#define EPW_KEY_WORDS  6
_Static_assert(sizeof(struct epw_key) == EPW_KEY_WORDS * sizeof(uint64_t), "whole words");

/*
 * The key of a packet; returns the side (0 or 1) that sent it. A VLAN id of 0
 * is a priority tag (IEEE 802.1Q, 9.6) and no VLAN.
 */
static inline unsigned epw_key_make(struct epw_key *key, const struct epw_packet *packet,
                                    bool ignore_vlan)
{
    int order = epw_ip_cmp(&packet->src, &packet->dst);
    unsigned side = order > 0 || (order == 0 && packet->sport > packet->dport);
    key->ip[side] = packet->src;
    key->ip[1 - side] = packet->dst;
    key->port[side] = packet->sport;
    key->port[1 - side] = packet->dport;
    key->tunnel = packet->tunnel;
    memset(&key->proto, 0, sizeof(*key) - offsetof(struct epw_key, proto));
    key->proto = packet->proto;
    if (ignore_vlan)
        return side;
    for (unsigned i = 0; i < packet->vlan_count && i < EPW_MAX_VLANS; i++)
        if (packet->vlan[i] != 0)
            key->vlan[key->vlan_count++] = packet->vlan[i];
    return side;
}

/* The same in all, VLANs too. Compared for every packet: by words, without branches. */
static inline bool epw_key_same(const struct epw_key *a, const struct epw_key *b)
{
    uint64_t x[EPW_KEY_WORDS], y[EPW_KEY_WORDS], differ = 0;
    memcpy(x, a, sizeof(x));
    memcpy(y, b, sizeof(y));
    for (unsigned i = 0; i < EPW_KEY_WORDS; i++)
        differ |= x[i] ^ y[i];
    return differ == 0;
}

/* The same addresses, ports, protocol and tunnel, whatever the VLANs. */
static inline bool epw_key_same_tuple(const struct epw_key *a, const struct epw_key *b)
{
    return memcmp(a, b, EPW_KEY_HASHED) == 0;
}

static inline bool epw_key_same_vlans(const struct epw_key *a, const struct epw_key *b)
{
    return a->vlan_count == b->vlan_count && memcmp(a->vlan, b->vlan, sizeof(a->vlan)) == 0;
}

/* The keyed hash the flow table is addressed with. */
static inline uint32_t epw_key_tag(const struct epw_key *key, uint64_t seed)
{
    if (!epw_ip_is4(&key->ip[0]) || !epw_ip_is4(&key->ip[1]))
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

/*
 * A flow's id: 53 bits, never 0, so that JSON readers that know only doubles
 * keep it. It comes from the key and the first stamp and from nothing else:
 * runs with other seeds or more meters give the same ids. before is the id of
 * the flow of the same key that ended at the same stamp, 0 when none did.
 */
uint64_t epw_key_flow_id(const struct epw_key *key, int64_t first_ns, uint64_t before);

#endif
