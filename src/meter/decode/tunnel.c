/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/tunnel.h"

#include "base/hash.h"

/*
 * Unseeded: all meters must give one tunnel one identity. It only tells flows
 * apart inside a flow key that is hashed with a seed of its own.
 */
static void fold(struct epw_packet *p, enum epw_tunnel_kind kind, uint32_t id, uint64_t ends)
{
    uint64_t words[3] = { (uint64_t)kind << 32 | id, ends, p->key.tunnel };
    uint32_t tunnel = (uint32_t)epw_hash(words, sizeof(words), 0);
    p->key.tunnel = tunnel == 0 ? 1 : tunnel; /* 0 says: in no tunnel */
}

void epw_tunnel_mark(struct epw_packet *packet, enum epw_tunnel_kind kind, uint32_t id)
{
    fold(packet, kind, id, 0);
}

void epw_tunnel_mark_between(struct epw_packet *packet, enum epw_tunnel_kind kind, uint32_t id)
{
    uint64_t one = epw_hash(packet->key.ip[0].b, sizeof(packet->key.ip[0].b), 0);
    uint64_t other = epw_hash(packet->key.ip[1].b, sizeof(packet->key.ip[1].b), 0);
    fold(packet, kind, id, one + other); /* a sum knows no order */
}

bool epw_tunnel_carries(uint16_t type)
{
    switch (type) {
    case EPW_TYPE_ETHER:
    case EPW_TYPE_IPV4:
    case EPW_TYPE_IPV6:
    case EPW_TYPE_MPLS:
    case EPW_TYPE_NSH:
        return true;
    default:
        return false;
    }
}

void epw_tunnel_restart(struct epw_descent *d)
{
    epw_key_clear_vlans(&d->packet->key);
    d->packet->macs = NULL;
    d->packet->group_mac = false;
    d->mirror_vlan = 0;
}
