/* SPDX-License-Identifier: Apache-2.0 */
/* ICMP errors: they are no flows of their own but a word about the flow they quote. */
#include "meter/flow/lookup.h"
#include "meter/flow/state.h"
#include "meter/meter_state.h"

static void mark(struct epw_flow *flow, const struct epw_packet *p, unsigned side)
{
    /* An answer that finds the asker gone is no refusal. */
    bool refuses = side == flow->init_side &&
                   epw_icmp_refuses(!epw_ip_is4(&p->icmp_from), p->icmp_type, p->icmp_code);
    /* "Nobody is there" is not covered up by a later "too big" or "too far". */
    if (!refuses && (flow->flags & EPW_F_UNREACHABLE) != 0)
        return;
    if (refuses)
        flow->flags |= EPW_F_UNREACHABLE;
    flow->flags |= EPW_F_ICMP;
    epw_flow_rare(flow)->icmp = (struct epw_flow_icmp){ p->icmp_type, p->icmp_code, p->icmp_from };
}

void epw_meter_quoted(struct epw_meter *m, const struct epw_packet *packet, uint32_t tag)
{
    struct epw_flow *flow = epw_lookup_quoted(m->table, &packet->key, tag);
    if (flow != NULL && epw_expiry_idle(&m->expiry, flow, packet->ts_ns))
        flow = NULL; /* its time was up, also when it is still queued */
    m->stats.icmp_errors++;
    if (flow == NULL)
        m->stats.icmp_orphan++;
    else
        mark(flow, packet, packet->side);
    struct epw_sighting s = {
        .kind = EPW_SIGHT_ICMP,
        .ts_ns = packet->ts_ns,
        .client = *epw_packet_src(packet),
        .server = *epw_packet_dst(packet),
        .address = packet->icmp_from,
        .port = epw_packet_dport(packet),
        .proto = packet->key.proto,
        .icmp_type = packet->icmp_type,
        .icmp_code = packet->icmp_code,
        .flow_id = flow == NULL ? 0 : epw_flow_cold(flow)->id,
    };
    m->sink.sighting(m->sink.ctx, &s);
}
