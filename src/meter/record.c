/* SPDX-License-Identifier: Apache-2.0 */
/* From a flow to its record: sides of the key become initiator and responder. */
#include "meter/flow/count.h"
#include "meter/flow/lookup.h"
#include "meter/flow/state.h"
#include "meter/meter_state.h"

/*
 * Who began it, best knowledge last: a request in the first bytes beats a
 * guess from ports or from the first packet, never a handshake. What was sent to a group was sent
 * by its sender, whatever it says.
 */
static unsigned initiator_side(const struct epw_flow *flow, const struct epw_evidence *evidence,
                               enum epw_initiator_how *how)
{
    unsigned side = flow->init_side;
    *how = (enum epw_initiator_how)epw_flow_cold(flow)->how;
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

static inline void fill_side(struct epw_flow_record *r, unsigned role, const struct epw_flow *flow,
                             const struct epw_flow_cold *cold, unsigned side)
{
    const struct epw_count count = epw_flow_count(flow, side);
    r->ip[role] = epw_flow_ip(flow, side);
    r->port[role] = flow->key.port[side];
    r->packets[role] = count.packets;
    r->bytes[role] = count.bytes;
    r->payload_bytes[role] = count.payload;
    r->tcp_flags[role] = epw_flow_tcp_flags(flow, side);
    memcpy(r->mac[role], cold->mac[side], sizeof(r->mac[role]));
}

static void fill_vlans(struct epw_flow_record *r, const struct epw_flow *flow)
{
    if (!epw_brief_has_vlan(&flow->key))
        return;
    for (unsigned i = 0; i < EPW_MAX_VLANS; i++) {
        r->vlan[i] = epw_brief_vlan(&flow->key, i);
        r->vlan_count = (uint8_t)(r->vlan_count + (r->vlan[i] != 0));
    }
}

static void fill_icmp(struct epw_flow_record *r, const struct epw_flow *flow)
{
    if ((flow->flags & EPW_F_ICMP) == 0)
        return;
    const struct epw_flow_icmp *icmp = &epw_flow_rare(flow)->icmp;
    r->icmp_error = true;
    r->icmp_type = icmp->type;
    r->icmp_code = icmp->code;
    r->icmp_from = icmp->from;
}

/* Sequence numbers told of more than this: a FIN that is another connection's. */
#define MAX_LOST (1u << 30)

/* Retransmissions count as bytes of their own, so that they hide a loss rather than feign one. */
static bool has_lost(const struct epw_flow *flow, const struct epw_flow_cold *cold)
{
    if ((flow->flags & EPW_F_FIN_BOTH) == 0 || (flow->flags & EPW_F_RECORDED) != 0)
        return false;
    for (unsigned side = 0; side < 2; side++)
        if (cold->sent[side] != 0 && cold->sent[side] <= MAX_LOST &&
            cold->sent[side] > epw_flow_count(flow, side).payload)
            return true;
    return false;
}

static enum epw_flow_state state_in(const struct epw_meter *m, const struct epw_flow *flow,
                                    unsigned initiator, enum epw_flow_reason reason)
{
    bool over = reason == EPW_REASON_END || reason == EPW_REASON_TIMEOUT ||
                epw_expiry_idle(&m->expiry, flow, m->now_ns);
    return epw_flow_state(flow, initiator, over);
}

/* What is counted for a record begins anew. */
static void begin_next(struct epw_flow *flow)
{
    flow->flags |= EPW_F_RECORDED;
    epw_flow_cold(flow)->syns = 0;
    epw_flow_count_none(flow);
}

void epw_meter_record(struct epw_meter *m, struct epw_flow *flow, enum epw_flow_reason reason)
{
    const struct epw_flow_cold *cold = epw_flow_cold(flow);
    const struct epw_evidence *evidence = epw_ev_result(&flow->evidence);
    struct epw_evidence as_turned;
    enum epw_initiator_how how;
    const uint32_t flags = flow->flags;
    /* Roles, and the state told from them, are those that the record shows. */
    const unsigned initiator = initiator_side(flow, evidence, &how), responder = 1u - initiator;
    if (initiator != flow->init_side) {
        as_turned = *evidence;
        turn_evidence(&as_turned);
        evidence = &as_turned;
    }
    struct epw_flow_record r = {
        .flow_id = cold->id,
        .proto = epw_brief_proto(&flow->key),
        .tunnel = epw_flow_tunnel(flow),
        .how = how,
        .state = state_in(m, flow, initiator, reason),
        .reason = reason,
        .first_ns = epw_flow_first_ns(flow),
        .last_ns = flow->last_ns,
        .told_ns = m->now_ns,
        .syns = cold->syns,
        .first_record = (flags & EPW_F_RECORDED) == 0,
        .midstream = (flags & EPW_F_MIDSTREAM) != 0,
        .group = (flags & EPW_F_GROUP) != 0,
        .reset_early = (flags & EPW_F_EARLY(responder)) != 0 || evidence->tls_alert,
        .doubled = (flags & EPW_F_DOUBLED) != 0,
        .cut = (flags & EPW_F_CUT) != 0,
        .lost = has_lost(flow, cold),
        .has_mac = cold->has_mac,
        .ttl = initiator == cold->first_side ? cold->ttl : 0,
        .source = cold->source,
        .evidence = evidence,
    };
    fill_side(&r, EPW_TO_SERVER, flow, cold, initiator);
    fill_side(&r, EPW_TO_CLIENT, flow, cold, responder);
    fill_vlans(&r, flow);
    fill_icmp(&r, flow);
    m->sink.flow(m->sink.ctx, &r);
    if (reason == EPW_REASON_ACTIVE)
        begin_next(flow);
}

/* Whether the capture shows both directions; attempts nobody answered tell nothing of it. */
static void count_directions(struct epw_meter *m, const struct epw_flow *flow)
{
    if (epw_brief_proto(&flow->key) != EPW_PROTO_TCP || (flow->flags & EPW_F_TALK) == 0)
        return;
    m->stats.tcp_flows_data++;
    m->stats.tcp_flows_one_way += (flow->flags & EPW_F_SEEN_BOTH) != EPW_F_SEEN_BOTH;
}

void epw_meter_finish(struct epw_meter *m, struct epw_flow *flow, enum epw_flow_reason reason)
{
    struct epw_ev_kept *evidence = &flow->evidence;
    bool more = epw_ev_flow(evidence) != NULL;
    if (more)
        epw_ev_finish(m->engine, evidence);
    epw_meter_record(m, flow, reason);
    count_directions(m, flow);
    if (more)
        epw_ev_flow_free(m->engine, evidence);
}

void epw_meter_end(struct epw_meter *m, struct epw_flow *flow, enum epw_flow_reason reason)
{
    epw_meter_finish(m, flow, reason);
    epw_expiry_remove(&m->expiry, flow);
    epw_table_remove(m->table, flow, epw_flow_tag(flow, m->options.seed));
}

enum epw_flow_reason epw_meter_time_up(const struct epw_flow *flow)
{
    return flow->queue == EPW_QUEUE_CLOSED ? EPW_REASON_END : EPW_REASON_TIMEOUT;
}
