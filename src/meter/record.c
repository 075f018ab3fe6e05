/* SPDX-License-Identifier: Apache-2.0 */
/* From a flow to its record: sides of the key become initiator and responder. */
#include "meter/flow/state.h"
#include "meter/meter_state.h"

#include <stdlib.h>

/*
 * Who began it, best knowledge last: a request in the first bytes beats a
 * guess from ports or from the first packet, never a handshake. What was sent to a group was sent
 * by its sender, whatever it says.
 */
static unsigned initiator_side(const struct epw_flow *flow, const struct epw_flow_cold *cold,
                               const struct epw_evidence *evidence, enum epw_initiator_how *how)
{
    unsigned side = flow->init_side;
    *how = (enum epw_initiator_how)cold->how;
    if (*how == EPW_INIT_HANDSHAKE || evidence->requester == EPW_REQUESTER_UNKNOWN ||
        (flow->flags & EPW_F_GROUP) != 0)
        return side;
    bool flip = evidence->requester == EPW_TO_CLIENT;
    if (flip || *how == EPW_INIT_INFERRED)
        *how = EPW_INIT_EVIDENCE;
    return flip ? 1 - side : side;
}

static void turn_evidence(struct epw_evidence *e)
{
    uint8_t app = e->app_side[0];
    bool seen = e->payload_seen[0];
    e->app_side[0] = e->app_side[1];
    e->app_side[1] = app;
    e->payload_seen[0] = e->payload_seen[1];
    e->payload_seen[1] = seen;
    e->requester = EPW_TO_SERVER;
}

static void fill_sides(struct epw_flow_record *r, const struct epw_flow *flow,
                       const struct epw_flow_cold *cold, unsigned init)
{
    for (unsigned role = 0; role < 2; role++) {
        unsigned side = role == 0 ? init : 1 - init;
        r->ip[role] = flow->key.ip[side];
        r->port[role] = flow->key.port[side];
        r->packets[role] = flow->packets[side];
        r->bytes[role] = flow->bytes[side];
        r->payload_bytes[role] = flow->payload[side];
        r->tcp_flags[role] = flow->tcp_flags[side];
        memcpy(r->mac[role], cold->mac[side], sizeof(r->mac[role]));
    }
}

/* Sequence numbers told of more than this: a FIN that is another connection's. */
#define MAX_LOST (1u << 30)

/* Retransmissions count as bytes of their own, so that they hide a loss rather than feign one. */
static bool has_lost(const struct epw_flow *flow, const struct epw_flow_cold *cold)
{
    for (unsigned side = 0; side < 2; side++)
        if (cold->sent[side] > flow->payload[side] && cold->sent[side] <= MAX_LOST &&
            (flow->flags & EPW_F_RECORDED) == 0)
            return true;
    return false;
}

static enum epw_flow_state state_in(const struct epw_meter *m, const struct epw_flow *flow,
                                    enum epw_flow_reason reason)
{
    bool over = reason == EPW_REASON_END || reason == EPW_REASON_TIMEOUT ||
                epw_expiry_idle(&m->expiry, flow, m->now_ns);
    return epw_flow_state(flow, over);
}

void epw_meter_record(struct epw_meter *m, struct epw_flow *flow, enum epw_flow_reason reason)
{
    struct epw_flow_cold *cold = epw_table_cold(m->table, flow);
    struct epw_evidence evidence = *epw_ev_result(&cold->evidence);
    const struct epw_flow_icmp icmp =
        cold->icmp == NULL ? (struct epw_flow_icmp){ 0 } : *cold->icmp;
    struct epw_flow turned = *flow; /* the state is told from the roles the record shows */
    enum epw_initiator_how how;
    turned.init_side = (uint8_t)initiator_side(flow, cold, &evidence, &how);
    if (turned.init_side != flow->init_side)
        turn_evidence(&evidence);
    struct epw_flow_record r = {
        .flow_id = cold->id,
        .proto = flow->key.proto,
        .vlan_count = flow->key.vlan_count,
        .vlan = { flow->key.vlan[0], flow->key.vlan[1] },
        .tunnel = flow->key.tunnel,
        .how = how,
        .state = state_in(m, &turned, reason),
        .reason = reason,
        .first_ns = flow->first_ns,
        .last_ns = flow->last_ns,
        .told_ns = m->now_ns,
        .syns = cold->syns,
        .first_record = (flow->flags & EPW_F_RECORDED) == 0,
        .midstream = (flow->flags & EPW_F_MIDSTREAM) != 0,
        .group = (flow->flags & EPW_F_GROUP) != 0,
        .reset_early =
            (flow->flags & EPW_F_EARLY(1u - turned.init_side)) != 0 || evidence.tls_alert,
        .doubled = (flow->flags & EPW_F_DOUBLED) != 0,
        .cut = (flow->flags & EPW_F_CUT) != 0,
        .lost = has_lost(flow, cold),
        .icmp_error = cold->icmp != NULL,
        .icmp_type = icmp.type,
        .icmp_code = icmp.code,
        .icmp_from = icmp.from,
        .has_mac = cold->has_mac,
        .ttl = cold->ttl[turned.init_side],
        .source = cold->source,
        .evidence = &evidence,
    };
    fill_sides(&r, &turned, cold, turned.init_side);
    m->sink.flow(m->sink.ctx, &r);
    flow->flags |= EPW_F_RECORDED;
    cold->syns = 0;
    for (unsigned side = 0; side < 2; side++) {
        flow->packets[side] = 0;
        flow->bytes[side] = flow->payload[side] = 0;
    }
}

/* Whether the capture shows both directions; attempts nobody answered tell nothing of it. */
static void count_directions(struct epw_meter *m, const struct epw_flow *flow)
{
    if (flow->key.proto != EPW_PROTO_TCP || (flow->flags & EPW_F_TALK) == 0)
        return;
    m->stats.tcp_flows_data++;
    m->stats.tcp_flows_one_way += (flow->flags & EPW_F_SEEN_BOTH) != EPW_F_SEEN_BOTH;
}

void epw_meter_end(struct epw_meter *m, struct epw_flow *flow, enum epw_flow_reason reason)
{
    struct epw_flow_cold *cold = epw_table_cold(m->table, flow);
    epw_ev_finish(m->engine, &cold->evidence);
    epw_meter_record(m, flow, reason);
    count_directions(m, flow);
    epw_ev_flow_free(m->engine, &cold->evidence);
    free(cold->icmp);
    epw_expiry_remove(&m->expiry, flow);
    epw_table_remove(m->table, flow);
}

enum epw_flow_reason epw_meter_time_up(const struct epw_flow *flow)
{
    return flow->queue == EPW_QUEUE_CLOSED ? EPW_REASON_END : EPW_REASON_TIMEOUT;
}
