/* SPDX-License-Identifier: Apache-2.0 */
/* One packet into its flow. */
#include "meter/flow/count.h"
#include "meter/flow/lookup.h"
#include "meter/flow/state.h"
#include "meter/flow/tcp.h"
#include "meter/meter_state.h"

/* The other copy of a mirrored packet follows at once, the other leg of a router within this. */
#define DOUBLE_NS (10 * 1000000LL)

static bool is_group(const struct epw_packet *p)
{
    static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
    if (epw_ip_is_multicast(epw_packet_dst(p)) || epw_ip_is_limited_broadcast(epw_packet_dst(p)))
        return true;
    /* Directed broadcasts are known by their MAC. A group MAC under a unicast address is not
     * one: clusters share such a MAC. */
    bool to_all = p->macs == NULL ? p->group_mac : memcmp(p->macs, broadcast, 6) == 0;
    return to_all && p->key.proto != EPW_PROTO_TCP;
}

static void begin_other(struct epw_flow *flow, const struct epw_packet *p, unsigned side)
{
    struct epw_flow_cold *cold = epw_flow_cold(flow);
    flow->init_side = side & 1u;
    cold->how = EPW_INIT_FIRST;
    bool looks_like_reply =
        p->key.proto == EPW_PROTO_UDP && epw_packet_sport(p) < 1024 && epw_packet_dport(p) >= 1024;
    if (looks_like_reply && (flow->flags & EPW_F_GROUP) == 0) {
        flow->init_side = (1 - side) & 1u;
        cold->how = EPW_INIT_INFERRED;
    }
}

/* A flow in the table, making room when there is none. NULL cannot be: a table holds at least one.
 */
static struct epw_flow *new_flow(struct epw_meter *m, uint32_t tag)
{
    struct epw_flow *flow = epw_table_add(m->table, tag);
    if (flow != NULL)
        return flow;
    struct epw_flow *victim = epw_expiry_victim(&m->expiry, m->now_ns);
    if (victim == NULL)
        return NULL;
    m->stats.flows_evicted++;
    epw_meter_end(m, victim, EPW_REASON_EVICTED);
    return epw_table_add(m->table, tag);
}

static struct epw_flow *begin(struct epw_meter *m, const struct epw_packet *p, uint16_t source,
                              uint32_t tag, uint64_t before)
{
    struct epw_flow *flow = new_flow(m, tag);
    if (flow == NULL)
        return NULL;
    unsigned side = p->side;
    struct epw_flow_cold *cold = epw_flow_cold(flow);
    epw_flow_set_key(flow, &p->key);
    epw_flow_begin_record(flow, p->ts_ns, true);
    flow->last_ns = p->ts_ns;
    cold->id = epw_key_flow_id(&p->key, p->ts_ns, before);
    cold->source = source;
    cold->has_mac = p->macs != NULL;
    cold->ttl = p->ttl;
    cold->first_side = side & 1u;
    if (p->macs != NULL) {
        memcpy(cold->mac[side], p->macs + 6, 6);
        memcpy(cold->mac[1 - side], p->macs, 6);
    }
    if (is_group(p))
        flow->flags |= EPW_F_GROUP;
    if (p->key.proto == EPW_PROTO_TCP)
        epw_tcp_begin(flow, p, side);
    else
        begin_other(flow, p, side);
    flow->queue = EPW_QUEUES; /* in none yet: requeue() puts it where it belongs */
    m->stats.flows++;
    return flow;
}

static bool restarts(const struct epw_flow *flow, const struct epw_packet *p, unsigned side)
{
    return epw_tcp_may_restart(p->key.proto, p->tcp_flags) &&
           epw_tcp_syn_restarts(flow, epw_flow_cold(flow), p, side);
}

/* One that began at the same stamp without VLANs may have taken those of its other half since. */
static void tell_apart(const struct epw_meter *m, const struct epw_flow *flow,
                       const struct epw_packet *p, uint32_t tag)
{
    struct epw_flow_cold *cold = epw_flow_cold(flow);
    while (epw_lookup_shares_id(m->table, flow, &p->key, tag))
        cold->id = epw_key_flow_id(&p->key, p->ts_ns, cold->id);
}

/*
 * The flow the packet belongs to, begun when there is none. Flows whose time is over,
 * and connections that the packet shows to be over, end first: so it does not
 * matter when the queues were last looked at. Each round ends a flow or is the last.
 */
static struct epw_flow *seek_flow(struct epw_meter *m, uint32_t i)
{
    const struct epw_packet *p = epw_meter_packet(m, m->ref[i]);
    uint32_t tag = m->tag[i];
    uint64_t before = 0;
    for (;;) {
        struct epw_found found = epw_lookup_search(m->table, &p->key, tag, p->side);
        struct epw_flow *flow = found.flow;
        if (flow == NULL) {
            flow = begin(m, p, m->frame[m->at[m->ref[i]]].source, tag, before);
            if (flow != NULL && found.beside)
                tell_apart(m, flow, p, tag);
            return flow;
        }
        bool idle = epw_expiry_idle(&m->expiry, flow, p->ts_ns);
        if (!idle && !restarts(flow, p, p->side)) {
            if (found.how != EPW_FOUND_EXACT)
                epw_lookup_settle(&found, &p->key, p->side, &m->stats);
            return flow;
        }
        before = epw_flow_start(flow) == p->ts_ns ? epw_flow_cold(flow)->id : 0;
        epw_meter_end(m, flow, idle ? epw_meter_time_up(flow) : EPW_REASON_END);
    }
}

/* The same, and its record begins anew where the last one is long enough. */
static struct epw_flow *find_flow(struct epw_meter *m, uint32_t i)
{
    struct epw_flow *flow = seek_flow(m, i);
    const int64_t ts_ns = m->gist[m->ref[i]].ts_ns;
    if (flow == NULL ||
        !epw_flow_is_longer(flow, ts_ns, m->options.timeouts.active * EPW_SECOND_NS))
        return flow;
    epw_meter_record(m, flow, EPW_REASON_ACTIVE);
    epw_flow_begin_record(flow, ts_ns, false);
    flow->last_ns = ts_ns;
    return flow;
}

/* Whether a flow that may be the packet's is, and goes on with it: so it is almost always. */
static inline bool goes_on(struct epw_meter *m, const struct epw_flow *flow, uint32_t ref,
                           int64_t span_ns)
{
    const struct epw_gist *gist = &m->gist[ref];
    return flow != NULL && epw_brief_same(&flow->key, &gist->brief) &&
           epw_gist_is_kind(gist, flow->flags) &&
           (!epw_gist_is_wide(gist) || epw_flow_has_wide(flow, &epw_meter_packet(m, ref)->key)) &&
           !epw_expiry_idle(&m->expiry, flow, gist->ts_ns) &&
           !epw_flow_is_longer(flow, gist->ts_ns, span_ns);
}

/* known: the packet's flow, where it goes on, or NULL. */
static inline struct epw_flow *flow_of(struct epw_meter *m, uint32_t i, struct epw_flow *known)
{
    const uint32_t ref = m->ref[i];
    const struct epw_gist *gist = &m->gist[ref];
    if (known == NULL || (epw_tcp_may_restart(epw_brief_proto(&gist->brief), gist->tcp_flags) &&
                          restarts(known, epw_meter_packet(m, ref), gist->side)))
        return find_flow(m, i);
    return known;
}

/* The packet looks like the one before of its side. */
static __attribute__((noinline)) void see_copy(struct epw_meter *m, struct epw_flow *flow,
                                               uint32_t ref)
{
    const struct epw_packet *p = epw_meter_packet(m, ref);
    if (p->ts_ns - flow->last_ns > DOUBLE_NS)
        return;
    /* Without an IP id (IPv6) two bare ACKs alike are duplicate ACKs, not copies. */
    if (p->ip_id == 0 && p->payload_len == 0)
        return;
    m->stats.duplicates++;
    /* Without an IP id it may be a quick retransmission; a SYN's comes after a second. */
    if (p->ip_id != 0 || (p->tcp_flags & EPW_TCP_SYN) != 0)
        flow->flags |= EPW_F_DOUBLED;
}

static inline void see_print(struct epw_meter *m, struct epw_flow *flow, uint32_t ref)
{
    uint32_t *print = &flow->print[m->gist[ref].side];
    if (*print == m->gist[ref].print)
        see_copy(m, flow, ref);
    *print = m->gist[ref].print;
}

/* Its sequence number, of TCP. Read where it lies, as nothing else of the packet may be needed. */
static uint32_t seq_of(const struct epw_meter *m, uint32_t ref)
{
    const struct epw_gist *gist = &m->gist[ref];
    return m->put[ref] ? m->packet[ref].seq : epw_run_be32(gist->bytes + gist->inside_at, 4);
}

/* What a packet with flags that say something of its connection tells, beside the flags that its
 * gist sets. */
static void hear_signal(struct epw_meter *m, struct epw_flow *flow, uint32_t ref)
{
    const struct epw_gist *gist = &m->gist[ref];
    unsigned side = gist->side;
    if ((gist->tcp_flags & EPW_TCP_RST) != 0) {
        epw_tcp_reset(flow, side);
        return;
    }
    if ((gist->tcp_flags & EPW_TCP_SYN) != 0)
        epw_tcp_syn(flow, epw_meter_packet(m, ref), side);
    if ((gist->tcp_flags & EPW_TCP_FIN) != 0 && epw_tcp_isn_known(flow, side))
        epw_tcp_fin(flow, side, seq_of(m, ref) + gist->payload_wire);
}

static inline void count(struct epw_flow *flow, const struct epw_gist *gist)
{
    epw_flow_count_packet(flow, gist->side, gist->wire_len, gist->payload_wire, gist->tcp_flags);
    epw_flow_stamp(flow, gist->ts_ns);
}

/* The fragments that came before their first. */
static void count_parked(struct epw_meter *m, struct epw_flow *flow, const struct epw_packet *p,
                         unsigned side)
{
    struct epw_parked parked = epw_frags_claim(m->frags, p);
    if (parked.packets == 0)
        return;
    epw_flow_count_far(flow, side,
                       (struct epw_count){ parked.packets, parked.bytes, parked.payload });
    epw_flow_stamp(flow, parked.first_ns);
    epw_flow_stamp(flow, parked.last_ns);
}

static void requeue(struct epw_meter *m, struct epw_flow *flow)
{
    enum epw_queue queue = epw_flow_queue(flow);
    if (flow->queue != EPW_QUEUES) {
        epw_expiry_move(&m->expiry, flow, queue, m->now_ns);
        return;
    }
    flow->queue = queue & 7u;
    epw_expiry_add(&m->expiry, flow, m->now_ns);
}

/* What a glance says, of a packet that the evidence engine has to look at. */
static __attribute__((noinline)) unsigned look_closely(struct epw_meter *m, struct epw_flow *flow,
                                                       const struct epw_packet *p, enum epw_dir dir)
{
    const struct epw_flow_cold *cold = epw_flow_cold(flow);
    unsigned a = flow->init_side, b = 1u - a;
    const struct epw_ev_who who = {
        .flow_id = cold->id,
        .ip = { epw_flow_ip(flow, a), epw_flow_ip(flow, b) },
        .port = { flow->key.port[a], flow->key.port[b] },
        .midstream = (flow->flags & EPW_F_MIDSTREAM) != 0,
        .isn_known = { epw_tcp_isn_known(flow, a), epw_tcp_isn_known(flow, b) },
        .isn = { cold->isn[a], cold->isn[b] },
    };
    bool more = epw_ev_packet(m->engine, &flow->evidence, &who, p, dir);
    return (epw_ev_quiet(&flow->evidence, EPW_TO_SERVER) ? EPW_EV_QUIET(EPW_TO_SERVER) : 0) |
           (epw_ev_quiet(&flow->evidence, EPW_TO_CLIENT) ? EPW_EV_QUIET(EPW_TO_CLIENT) : 0) |
           (more ? 0 : EPW_EV_OVER);
}

/* What the engine said of a packet. */
static inline void note_said(struct epw_flow *flow, unsigned said)
{
    unsigned quiet = said & (EPW_EV_QUIET(EPW_TO_SERVER) | EPW_EV_QUIET(EPW_TO_CLIENT));
    quiet = (quiet | quiet << 2) >> flow->init_side & 3u; /* from roles to sides */
    flow->flags = (flow->flags & ~EPW_F_QUIET_BOTH) | quiet * EPW_F_QUIET(0) |
                  ((said & EPW_EV_OVER) != 0 ? EPW_F_EVIDENCE_DONE : 0);
}

/* What the engine says of a packet at a glance, which is all that most need: no fragment, and with
 * all of its payload. */
static unsigned glance(struct epw_meter *m, struct epw_flow *flow, uint32_t ref, enum epw_dir dir)
{
    const struct epw_gist *gist = &m->gist[ref];
    const struct epw_packet *p = m->put[ref] ? &m->packet[ref] : NULL;
    if (p != NULL && (p->fragment != EPW_FRAG_NONE || p->payload_len != p->payload_wire))
        return EPW_EV_LOOK;
    const bool isn_known = epw_tcp_isn_known(flow, gist->side);
    const struct epw_ev_bytes begin = {
        .bytes = p != NULL ? p->payload : gist->bytes + gist->payload_at,
        .len = gist->payload_wire,
        .seq = isn_known ? seq_of(m, ref) + ((gist->tcp_flags & EPW_TCP_SYN) != 0) : 0,
        .isn = isn_known ? epw_flow_cold(flow)->isn[gist->side] : 0,
        .isn_known = isn_known,
        .midstream = (flow->flags & EPW_F_MIDSTREAM) != 0,
        .port = { flow->key.port[0], flow->key.port[1] },
        .proto = epw_brief_proto(&flow->key),
        .dir = dir,
    };
    return epw_ev_glance(m->engine, &flow->evidence, &begin);
}

static inline void gather_evidence(struct epw_meter *m, struct epw_flow *flow, uint32_t ref)
{
    enum epw_dir dir = m->gist[ref].side == flow->init_side ? EPW_TO_SERVER : EPW_TO_CLIENT;
    unsigned said = glance(m, flow, ref, dir);
    if (said == EPW_EV_LOOK)
        said = look_closely(m, flow, epw_meter_packet(m, ref), dir);
    note_said(flow, said);
}

/* Whether the evidence engine is to see a datagram put together. */
static bool is_evidence(const struct epw_packet *whole)
{
    return whole->payload_wire != 0 && (whole->tcp_flags & EPW_TCP_RST) == 0 &&
           (whole->key.proto == EPW_PROTO_TCP || whole->key.proto == EPW_PROTO_UDP);
}

/* What fragments bring beside themselves. Of a datagram the first was looked at when it came: the
 * others may never come. */
static __attribute__((noinline)) void gather_fragments(struct epw_meter *m, struct epw_flow *flow,
                                                       const struct epw_packet *fragment,
                                                       unsigned side)
{
    struct epw_packet whole;
    if ((flow->flags & EPW_F_EVIDENCE_DONE) == 0 && epw_frags_join(m->frags, fragment, &whole) &&
        is_evidence(&whole))
        note_said(flow, look_closely(m, flow, &whole,
                                     side == flow->init_side ? EPW_TO_SERVER : EPW_TO_CLIENT));
}

/* A packet into its flow; fragment: what of its datagram it is. */
EPW_ALWAYS void take(struct epw_meter *m, struct epw_flow *flow, uint32_t ref,
                     enum epw_fragment fragment)
{
    const struct epw_gist *gist = &m->gist[ref];
    const uint32_t flags = flow->flags;
    if ((gist->tcp_flags & EPW_TCP_SIGNALS) != 0)
        hear_signal(m, flow, ref);
    if (fragment != EPW_FRAG_LATER)
        see_print(m, flow, ref);
    count(flow, gist);
    flow->flags |= epw_gist_sets(gist);
    if (fragment == EPW_FRAG_FIRST)
        count_parked(m, flow, &m->packet[ref], gist->side);
    if (((flags ^ flow->flags) & ~(EPW_F_DOUBLED | EPW_F_CUT | EPW_F_BIG | EPW_F_AGAIN)) != 0 ||
        flow->queue == EPW_QUEUES)
        requeue(m, flow);
    if (epw_gist_is_evidence(gist, flow->flags))
        gather_evidence(m, flow, ref);
}

/* A packet that is no datagram of its own. */
static __attribute__((noinline)) void track_odd(struct epw_meter *m, uint32_t i,
                                                struct epw_flow *known)
{
    const uint32_t ref = m->ref[i];
    const struct epw_packet *packet = &m->packet[ref];
    if (packet->icmp_error) {
        epw_meter_quoted(m, packet, m->tag[i]);
        return;
    }
    struct epw_flow *flow = flow_of(m, i, known);
    if (flow == NULL)
        return;
    take(m, flow, ref, (enum epw_fragment)packet->fragment);
    gather_fragments(m, flow, packet, packet->side);
}

static inline bool is_odd(const struct epw_meter *m, uint32_t ref)
{
    return m->put[ref] && (m->packet[ref].fragment != EPW_FRAG_NONE || m->packet[ref].icmp_error);
}

/* Any other that is more than counters. */
static void track(struct epw_meter *m, uint32_t i, struct epw_flow *known)
{
    struct epw_flow *flow = flow_of(m, i, known);
    if (flow != NULL)
        take(m, flow, m->ref[i], EPW_FRAG_NONE);
}

void epw_meter_track(struct epw_meter *m, const struct epw_round *round, uint32_t from, uint32_t to)
{
    const int64_t span_ns = m->options.timeouts.active * EPW_SECOND_NS;
    for (uint32_t i = from; i < to; i++) {
        const uint32_t ref = m->ref[i], at = m->at[ref];
        const struct epw_gist *gist = &m->gist[ref];
        struct epw_flow *flow = m->guess[i];
        if (!goes_on(m, flow, ref, span_ns)) {
            flow = NULL;
        } else if (epw_gist_fits(gist, flow->flags)) { /* as most: all there is to do is to count */
            see_print(m, flow, ref);
            count(flow, gist);
            continue;
        }
        m->now_ns = round->now_ns[at];
        m->place.at = 2 * at + 1;
        if (is_odd(m, ref))
            track_odd(m, i, flow);
        else
            track(m, i, flow);
    }
}
