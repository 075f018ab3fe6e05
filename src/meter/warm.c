/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks for memory before it is needed. Among a million flows every step from
 * bucket to flow to cold half to evidence is a cache miss; done for a whole
 * round at a time, the misses of one step wait together.
 */
#include "meter/flow/tcp.h"
#include "meter/meter_state.h"

static bool may_change_state(const struct epw_flow *flow, const struct epw_packet *p, unsigned side)
{
    return (flow->flags & EPW_F_SEEN(side)) == 0 ||
           (p->key.proto == EPW_PROTO_TCP && (p->tcp_flags & EPW_TCP_SIGNALS) != 0);
}

/* Lists the packets that will need more of their flow than its hot half. */
static uint32_t warm_cold(struct epw_meter *m, const struct epw_round *round, uint32_t count)
{
    uint32_t listed = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct epw_flow *flow = m->guess[i];
        if (flow == NULL)
            continue;
        const struct epw_packet *p = &round->packet[m->ref[i]];
        bool evidence = epw_meter_has_evidence(flow, p, p->side);
        if (!evidence && !may_change_state(flow, p, p->side))
            continue;
        m->warm[listed++] = (struct epw_warm){ .ref = (uint16_t)i, .evidence = evidence };
        __builtin_prefetch(epw_flow_cold(flow), 1);
        __builtin_prefetch(epw_flow_link(flow), 1);
    }
    return listed;
}

void epw_meter_warm(struct epw_meter *m, const struct epw_round *round, uint32_t count)
{
    epw_table_warm_buckets(m->table, m->tag, count);
    epw_table_warm_flows(m->table, m->tag, count, m->guess);
    uint32_t listed = warm_cold(m, round, count);
    for (uint32_t i = 0; i < listed; i++) {
        const struct epw_flow *flow = m->guess[m->warm[i].ref];
        const struct epw_flow_cold *cold = epw_flow_cold(flow);
        epw_expiry_warm(&m->expiry, flow);
        if (m->warm[i].evidence)
            epw_ev_warm(&cold->evidence);
    }
    for (uint32_t i = 0; i < listed; i++) {
        const struct epw_flow_cold *cold = epw_flow_cold(m->guess[m->warm[i].ref]);
        if (m->warm[i].evidence)
            epw_ev_warm_work(&cold->evidence);
    }
}

/* How far ahead of its end a flow is asked for, and then what is found by way of it. */
#define END_AHEAD  32u
#define NEAR_AHEAD 8u

void epw_meter_warm_end(const struct epw_meter *m, size_t in_hand)
{
    if (in_hand + END_AHEAD < m->ends_count) {
        const struct epw_flow *flow = m->ends[in_hand + END_AHEAD].flow;
        __builtin_prefetch(flow, 1);
        __builtin_prefetch(epw_flow_cold(flow), 1);
        __builtin_prefetch(epw_flow_link(flow), 1);
    }
    if (in_hand + NEAR_AHEAD < m->ends_count) {
        const struct epw_flow *flow = m->ends[in_hand + NEAR_AHEAD].flow;
        const struct epw_flow_cold *cold = epw_flow_cold(flow);
        epw_table_warm_buckets(m->table, &cold->tag, 1);
        epw_expiry_warm(&m->expiry, flow);
        epw_ev_warm(&cold->evidence);
    }
}
