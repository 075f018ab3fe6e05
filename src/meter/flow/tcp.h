/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP as a passive observer needs it: who began, is this SYN a new connection
 * or a retry, how far did it come. Sequence numbers are compared for SYNs
 * only; a capture may show one direction, lose packets or begin midstream.
 */
#ifndef EPW_METER_FLOW_TCP_H
#define EPW_METER_FLOW_TCP_H

#include "meter/flow/flow.h"
#include "meter/packet.h"

/*
 * Silence after which a SYN of another sequence number is another connection
 * although the last one was not seen to close: RFC 6191 lets a pair of ports
 * be used again after a second.
 */
#define EPW_TCP_REUSE_NS 1000000000LL

/*
 * What a client sends as its first request: a ClientHello of several records,
 * a request head with cookies. A reset after more than this is not "early".
 */
#define EPW_TCP_FIRST_REQUEST 16384

/* Whether the number of a side's SYN is known. */
static inline bool epw_tcp_isn_known(const struct epw_flow *flow, unsigned side)
{
    return (flow->isn_known >> side & 1u) != 0;
}

/* Whether a SYN begins another connection than the one the flow holds. */
bool epw_tcp_syn_restarts(const struct epw_flow *flow, const struct epw_flow_cold *cold,
                          const struct epw_packet *packet, unsigned side);

/* Whether a packet could: the cold half of a flow is looked at only then. */
static inline bool epw_tcp_may_restart(uint8_t proto, uint8_t tcp_flags)
{
    return proto == EPW_PROTO_TCP && (tcp_flags & (EPW_TCP_SYN | EPW_TCP_RST)) == EPW_TCP_SYN;
}

/* First packet of a flow: who began it (init_side, how) and whether its beginning was seen. */
void epw_tcp_begin(struct epw_flow *flow, const struct epw_packet *packet, unsigned side);

/*
 * Flags that say something about the connection. Of packets that have them, the first included,
 * what follows is told before the packet is counted and its flags are set (epw_gist_sets()): of
 * one with RST only that.
 */
#define EPW_TCP_SIGNALS (EPW_TCP_SYN | EPW_TCP_RST | EPW_TCP_FIN)

void epw_tcp_reset(struct epw_flow *flow, unsigned side);
void epw_tcp_syn(struct epw_flow *flow, const struct epw_packet *packet, unsigned side);
/* Where the side's first number is known. end: the number behind its last byte. */
void epw_tcp_fin(struct epw_flow *flow, unsigned side, uint32_t end);

#endif
