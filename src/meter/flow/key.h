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
#include "base/ip.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* VLAN tags kept of the innermost frame: 802.1Q inside 802.1ad is two. */
#define EPW_MAX_VLANS 2

/* Side 0 is the lower address and port, side 1 the other: not yet who asked whom. */
struct epw_key {
    struct epw_ip ip[2]; /* of the innermost IP header */
    uint32_t tunnel;     /* identity of the innermost tunnel, 0 outside of any */
    uint16_t port[2];    /* 0 for protocols without ports */
    uint8_t proto;       /* IP protocol number; the last byte of what is hashed */
    uint8_t vlan_count;
    uint16_t vlan[EPW_MAX_VLANS]; /* VLAN ids, outer first; 0 is a priority tag (IEEE 802.1Q, 9.6)
                                     and no VLAN */
    uint16_t zero;                /* keys are compared and hashed as bytes: no padding */
};

#define EPW_KEY_HASHED offsetof(struct epw_key, vlan_count)
#define EPW_KEY_WORDS  6
_Static_assert(sizeof(struct epw_key) == EPW_KEY_WORDS * sizeof(uint64_t), "whole words");

/* Puts the lower address and port first; returns 1 when that changed the sides, else 0. */
static inline unsigned epw_key_order(struct epw_key *key)
{
    int order = epw_ip_cmp(&key->ip[0], &key->ip[1]);
    if (order < 0 || (order == 0 && key->port[0] <= key->port[1]))
        return 0;
    struct epw_ip ip = key->ip[0];
    uint16_t port = key->port[0];
    key->ip[0] = key->ip[1];
    key->port[0] = key->port[1];
    key->ip[1] = ip;
    key->port[1] = port;
    return 1;
}

static inline void epw_key_clear_vlans(struct epw_key *key)
{
    key->vlan_count = 0;
    memset(key->vlan, 0, sizeof(key->vlan));
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

/*
 * The keyed hash of a key's two addresses alone, which a whole conversation shares with its
 * fragments and the ICMP errors about it. Most traffic is IPv4, where half of them is constant.
 */
static inline __attribute__((always_inline)) uint64_t epw_key_pair(const struct epw_key *key,
                                                                   uint64_t seed)
{
    const uint8_t *a = key->ip[0].b, *b = key->ip[1].b;
    uint64_t h = epw_hash_mix(epw_hash_word(a + 8) ^ seed ^ EPW_HASH_K0,
                              epw_hash_word(b + 8) ^ EPW_HASH_K1 ^ (seed << 32 | seed >> 32));
    if ((epw_hash_word(a) | epw_hash_word(b)) != 0)
        h ^= epw_hash_mix(epw_hash_word(a) ^ h ^ EPW_HASH_K1, epw_hash_word(b) ^ seed);
    return h;
}

/*
 * A flow's id: 53 bits, never 0, so that JSON readers that know only doubles
 * keep it. It comes from the key and the first stamp and from nothing else:
 * runs with other seeds or more meters give the same ids. before is the id of
 * the flow of the same key that ended at the same stamp, 0 when none did.
 */
uint64_t epw_key_flow_id(const struct epw_key *key, int64_t first_ns, uint64_t before);

#endif
