/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/tcp.h"

#include "meter/flow/count.h"
#include "meter/flow/expiry.h"

/* A SYN that two taps deliver after the reset that answered it. */
static bool is_late_syn(const struct epw_flow *flow, const struct epw_packet *packet, unsigned side)
{
    return (packet->tcp_flags & EPW_TCP_ACK) == 0 && (flow->flags & EPW_F_OPEN) == 0 &&
           side == flow->init_side && (flow->flags & EPW_F_SEEN(side)) == 0 &&
           (flow->flags & EPW_F_RST(1 - side)) != 0;
}

bool epw_tcp_syn_restarts(const struct epw_flow *flow, const struct epw_flow_cold *cold,
                          const struct epw_packet *packet, unsigned side)
{
    unsigned other = 1 - side;
    if ((flow->flags & EPW_F_MIDSTREAM) != 0)
        return !is_late_syn(flow, packet, side);
    if (epw_tcp_isn_known(flow, side) && cold->isn[side] == packet->seq)
        return false;
    bool answers = (packet->tcp_flags & EPW_TCP_ACK) != 0;
    if (answers && epw_tcp_isn_known(flow, other) && packet->ack == cold->isn[other] + 1)
        return false;
    if (!answers && (flow->flags & EPW_F_SEEN(other)) == 0)
        return false;
    return flow->queue == EPW_QUEUE_CLOSED || packet->ts_ns - flow->last_ns >= EPW_TCP_REUSE_NS;
}

static void begin_midstream(struct epw_flow *flow, const struct epw_packet *packet, unsigned side)
{
    unsigned flags = packet->tcp_flags;
    flow->flags |= EPW_F_MIDSTREAM;
    /* RFC 9293, 3.10.7.1: a closed port answers a SYN with sequence number 0. */
    if ((flags & EPW_TCP_RST) != 0 && (flags & EPW_TCP_ACK) != 0 && packet->seq == 0) {
        flow->init_side = (1 - side) & 1u;
        return;
    }
    /*
     * The lower port serves: whether only one is below 1024, or one is in the ephemeral range
     * (32768 and up), or neither tells more, it is the lower one each time.
     */
    if (flow->key.port[0] == flow->key.port[1])
        flow->init_side = side & 1u;
    else
        flow->init_side = flow->key.port[0] > flow->key.port[1] ? 0 : 1;
    /* Probes with neither ACK nor RST (FIN, NULL, Xmas scans) are no connection. */
    if ((flags & (EPW_TCP_ACK | EPW_TCP_RST)) != 0 || (flags == 0 && packet->cut))
        flow->flags |= EPW_F_OPEN;
}

void epw_tcp_begin(struct epw_flow *flow, const struct epw_packet *packet, unsigned side)
{
    struct epw_flow_cold *cold = epw_flow_cold(flow);
    unsigned syn = packet->tcp_flags & (EPW_TCP_SYN | EPW_TCP_ACK | EPW_TCP_RST);
    cold->how = EPW_INIT_HANDSHAKE;
    if (syn == EPW_TCP_SYN) {
        flow->init_side = side & 1u;
    } else if (syn == (EPW_TCP_SYN | EPW_TCP_ACK)) {
        flow->init_side = (1 - side) & 1u;
    } else {
        cold->how = EPW_INIT_INFERRED;
        begin_midstream(flow, packet, side);
    }
}

void epw_tcp_syn(struct epw_flow *flow, const struct epw_packet *packet, unsigned side)
{
    struct epw_flow_cold *cold = epw_flow_cold(flow);
    unsigned other = 1 - side;
    /* A stray SYN into an answered connection does not change what its numbers are. */
    bool believed = !epw_tcp_isn_known(flow, side) || (flow->flags & EPW_F_SEEN(other)) == 0;
    if ((packet->tcp_flags & EPW_TCP_ACK) == 0) {
        flow->flags |= EPW_F_SYN;
        cold->syns = (cold->syns + 1) & EPW_SYNS_MAX;
        if ((flow->flags & EPW_F_OPEN) == 0 && side == flow->init_side) {
            flow->flags &= ~EPW_F_MIDSTREAM;
            cold->how = EPW_INIT_HANDSHAKE;
        }
    } else {
        flow->flags |= EPW_F_SYNACK;
        if ((flow->flags & EPW_F_OPEN) == 0) {
            /* Refused before, accepted now. The client's number is the one acknowledged. */
            flow->flags &= ~EPW_F_RST_ANY;
            cold->isn[other] = packet->ack - 1;
            flow->isn_known = (flow->isn_known | 1u << other) & 3u;
            believed = true;
        }
    }
    if (believed) {
        cold->isn[side] = packet->seq;
        flow->isn_known = (flow->isn_known | 1u << side) & 3u;
    }
}

void epw_tcp_reset(struct epw_flow *flow, unsigned side)
{
    unsigned other = 1 - side;
    flow->flags |= EPW_F_RST(side);
    uint64_t payload = epw_flow_count(flow, other).payload;
    bool asked =
        (flow->flags & EPW_F_DATA(other)) != 0 && payload != 0 && payload <= EPW_TCP_FIRST_REQUEST;
    if (asked && (flow->flags & EPW_F_DATA(side)) == 0 &&
        (flow->flags & (EPW_F_MIDSTREAM | EPW_F_RECORDED)) == 0)
        flow->flags |= EPW_F_EARLY(side);
}

void epw_tcp_fin(struct epw_flow *flow, unsigned side, uint32_t end)
{
    struct epw_flow_cold *cold = epw_flow_cold(flow);
    cold->sent[side] = end - cold->isn[side] - 1;
}
