/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A key in sixteen bytes, so that a flow and its key fit into a cache line. Of IPv4
 * outside of tunnels, which most traffic is, it says all; of other keys ("wide") it leaves out
 * half of the addresses and the tunnel, which are then kept and compared apart.
 */
#ifndef EPW_METER_FLOW_BRIEF_H
#define EPW_METER_FLOW_BRIEF_H

#include "meter/flow/key.h"

/* A VLAN id has 12 bits (IEEE 802.1Q, 9.6), and 0 is none: so no count is needed. */
#define EPW_BRIEF_VLAN_BITS 12
#define EPW_BRIEF_VLAN_MAX  ((1u << EPW_BRIEF_VLAN_BITS) - 1)
#define EPW_BRIEF_PROTO     0xffu

struct epw_brief {
    uint32_t ip[2];   /* the last four bytes of the addresses, as they stand there */
    uint16_t port[2]; /* sides as in the key */
    uint32_t rest;    /* protocol, outer and inner VLAN from the low bits on */
};
_Static_assert(sizeof(struct epw_brief) == 2 * sizeof(uint64_t), "compared as two words");

static inline struct epw_brief epw_brief_of(const struct epw_key *key)
{
    struct epw_brief brief = {
        .rest = key->proto | (uint32_t)key->vlan[0] << 8 |
                (uint32_t)key->vlan[1] << (8 + EPW_BRIEF_VLAN_BITS),
    };
    memcpy(brief.port, key->port, sizeof(brief.port));
    memcpy(&brief.ip[0], key->ip[0].b + 12, sizeof(brief.ip[0]));
    memcpy(&brief.ip[1], key->ip[1].b + 12, sizeof(brief.ip[1]));
    return brief;
}

/* The whole address of one side, of IPv4. */
static inline struct epw_ip epw_brief_ip4(const struct epw_brief *brief, unsigned side)
{
    uint8_t ip[4];
    memcpy(ip, &brief->ip[side], sizeof(ip));
    return epw_ip_from4(ip);
}

static inline bool epw_brief_same(const struct epw_brief *a, const struct epw_brief *b)
{
    uint64_t x[2], y[2];
    memcpy(x, a, sizeof(x));
    memcpy(y, b, sizeof(y));
    return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
}

/* The same but for the VLANs. */
static inline bool epw_brief_same_tuple(const struct epw_brief *a, const struct epw_brief *b)
{
    return ((a->ip[0] ^ b->ip[0]) | (a->ip[1] ^ b->ip[1]) |
            (uint32_t)((a->port[0] ^ b->port[0]) | (a->port[1] ^ b->port[1])) |
            ((a->rest ^ b->rest) & EPW_BRIEF_PROTO)) == 0;
}

static inline uint8_t epw_brief_proto(const struct epw_brief *brief)
{
    return (uint8_t)brief->rest;
}

/* Outer and inner; 0: none. */
static inline uint16_t epw_brief_vlan(const struct epw_brief *brief, unsigned i)
{
    return (uint16_t)(brief->rest >> (8 + i * EPW_BRIEF_VLAN_BITS) & EPW_BRIEF_VLAN_MAX);
}

static inline bool epw_brief_has_vlan(const struct epw_brief *brief)
{
    return brief->rest > EPW_BRIEF_PROTO;
}

static inline void epw_brief_take_vlans(struct epw_brief *brief, const struct epw_brief *from)
{
    brief->rest = (brief->rest & EPW_BRIEF_PROTO) | (from->rest & ~EPW_BRIEF_PROTO);
}

/* Whether a key has more than its brief says. */
static inline bool epw_key_is_wide(const struct epw_key *key)
{
    static const uint8_t v4[4] = { 0, 0, 0xff, 0xff };
    uint32_t prefix, a, b;
    memcpy(&prefix, v4, sizeof(prefix));
    memcpy(&a, key->ip[0].b + 8, sizeof(a));
    memcpy(&b, key->ip[1].b + 8, sizeof(b));
    return (epw_hash_word(key->ip[0].b) | epw_hash_word(key->ip[1].b) |
            (uint64_t)((a ^ prefix) | (b ^ prefix)) | key->tunnel) != 0;
}

/*
 * The keyed hash the flow table is addressed with: of all of a key but its VLANs. brief and wide
 * are what the functions above say of it.
 */
static inline __attribute__((always_inline)) uint64_t epw_brief_hash(const struct epw_brief *brief,
                                                                     uint64_t seed)
{
    uint64_t ips;
    uint32_t ports;
    memcpy(&ips, brief->ip, sizeof(ips));
    memcpy(&ports, brief->port, sizeof(ports));
    uint64_t rest = (uint64_t)epw_brief_proto(brief) << 32 | ports,
             turned = seed << 32 | seed >> 32;
    return epw_hash_mix(ips ^ seed ^ EPW_HASH_K0, rest ^ turned ^ EPW_HASH_K1);
}

/* Of a brief that says all of its key. */
static inline __attribute__((always_inline)) uint32_t epw_brief_tag4(const struct epw_brief *brief,
                                                                     uint64_t seed)
{
    return (uint32_t)(epw_brief_hash(brief, seed) >> 32);
}

static inline uint32_t epw_brief_tag(const struct epw_brief *brief, const struct epw_key *key,
                                     bool wide, uint64_t seed)
{
    uint64_t h = epw_brief_hash(brief, seed);
    if (wide)
        h = epw_hash_mix(h ^ epw_key_pair(key, seed), key->tunnel ^ seed ^ EPW_HASH_K1);
    return (uint32_t)(h >> 32);
}

#endif
