/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/state.h"

static enum epw_flow_state not_answered(const struct epw_flow *flow, bool over)
{
    if ((flow->flags & EPW_F_UNREACHABLE) != 0)
        return EPW_FLOW_REFUSED;
    return over ? EPW_FLOW_UNANSWERED : EPW_FLOW_NEW;
}

static bool is_closed(const struct epw_flow *flow)
{
    uint32_t f = flow->flags;
    if ((f & EPW_F_RST_ANY) != 0 || (f & EPW_F_FIN_BOTH) == EPW_F_FIN_BOTH)
        return true;
    return (f & EPW_F_FIN_BOTH) != 0 && (f & EPW_F_SEEN_BOTH) != EPW_F_SEEN_BOTH;
}

static inline enum epw_flow_state tcp_state(const struct epw_flow *flow, unsigned responder,
                                            bool over)
{
    uint32_t f = flow->flags;
    if ((f & EPW_F_OPEN) != 0)
        return is_closed(flow) ? EPW_FLOW_CLOSED : EPW_FLOW_ESTABLISHED;
    if ((f & EPW_F_SYNACK) != 0)
        return (f & EPW_F_RST_ANY) != 0 ? EPW_FLOW_CLOSED : EPW_FLOW_NEW;
    if ((f & EPW_F_RST(responder)) != 0)
        return EPW_FLOW_REFUSED;
    return (f & EPW_F_SEEN(responder)) != 0 ? EPW_FLOW_NEW : not_answered(flow, over);
}

enum epw_flow_state epw_flow_state(const struct epw_flow *flow, unsigned initiator, bool over)
{
    unsigned responder = 1u - initiator;
    if (epw_brief_proto(&flow->key) == EPW_PROTO_TCP)
        return tcp_state(flow, responder, over);
    if ((flow->flags & EPW_F_SEEN_BOTH) == EPW_F_SEEN_BOTH)
        return EPW_FLOW_ESTABLISHED;
    if ((flow->flags & EPW_F_SEEN(responder)) != 0)
        return EPW_FLOW_NEW;
    return not_answered(flow, over);
}

enum epw_queue epw_flow_queue(const struct epw_flow *flow)
{
    bool both = (flow->flags & EPW_F_SEEN_BOTH) == EPW_F_SEEN_BOTH;
    if (epw_brief_proto(&flow->key) != EPW_PROTO_TCP)
        return both ? EPW_QUEUE_UDP : EPW_QUEUE_UDP_ONE_WAY;
    switch (tcp_state(flow, 1u - flow->init_side, false)) {
    case EPW_FLOW_CLOSED:
        return EPW_QUEUE_CLOSED;
    case EPW_FLOW_REFUSED:
        /* After an ICMP error TCP goes on trying; after a reset it does not. */
        return (flow->flags & EPW_F_RST_ANY) != 0 ? EPW_QUEUE_CLOSED : EPW_QUEUE_TCP_TRIED;
    case EPW_FLOW_ESTABLISHED:
        return both ? EPW_QUEUE_TCP : EPW_QUEUE_TCP_ONE_WAY;
    case EPW_FLOW_NEW:
    case EPW_FLOW_UNANSWERED:
        break;
    }
    return EPW_QUEUE_TCP_TRIED;
}

bool epw_icmp_refuses(bool v6, uint8_t type, uint8_t code)
{
    /* RFC 792 type 3, but 4 is "fragmentation needed"; RFC 4443 type 1. */
    return v6 ? type == 1 : type == 3 && code != 4;
}
