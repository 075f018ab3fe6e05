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
};

#define EPW_KEY_HASHED offsetof(struct epw_key, vlan_count)

/*
 * The key of a packet; returns the side (0 or 1) that sent it. A VLAN id of 0
 * is a priority tag (IEEE 802.1Q, 9.6) and no VLAN.
 */
unsigned epw_key_make(struct epw_key *key, const struct epw_packet *packet, bool ignore_vlan);

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
uint32_t epw_key_tag(const struct epw_key *key, uint64_t seed);

/*
 * A flow's id: 53 bits, never 0, so that JSON readers that know only doubles
 * keep it. It comes from the key and the first stamp and from nothing else:
 * runs with other seeds or more meters give the same ids. before is the id of
 * the flow of the same key that ended at the same stamp, 0 when none did.
 */
uint64_t epw_key_flow_id(const struct epw_key *key, int64_t first_ns, uint64_t before);

#endif
