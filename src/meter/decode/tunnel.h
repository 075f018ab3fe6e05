/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all tunnels do: they give the packets inside an identity, so that equal
 * addresses in two tunnels are two flows, and they begin a new frame, whose own
 * tags and MAC addresses count. An identity is the same in both directions.
 */
#ifndef EPW_METER_DECODE_TUNNEL_H
#define EPW_METER_DECODE_TUNNEL_H

#include "meter/decode/layer.h"

enum epw_tunnel_kind {
    EPW_TUNNEL_VXLAN = 1,
    EPW_TUNNEL_GENEVE,
    EPW_TUNNEL_GRE,
    EPW_TUNNEL_PPTP,
    EPW_TUNNEL_IPIP,
    EPW_TUNNEL_PPPOE,
    EPW_TUNNEL_AYIYA,
};

/* Folds a tunnel into packet->key.tunnel. id: network, key or session number; 0 when it has none.
 */
void epw_tunnel_mark(struct epw_packet *packet, enum epw_tunnel_kind kind, uint32_t id);

/* The same for tunnels that are told apart by their two ends, whichever of them sends. */
void epw_tunnel_mark_between(struct epw_packet *packet, enum epw_tunnel_kind kind, uint32_t id);

/*
 * Whether tunnels in UDP carry this EtherType. Their ports are ephemeral ports
 * of somebody else too, so a datagram that carries anything else is no tunnel.
 */
bool epw_tunnel_carries(uint16_t type);

/* The tags and MAC addresses met so far belong to the outside. */
void epw_tunnel_restart(struct epw_descent *d);

#endif
