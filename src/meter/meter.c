/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole packet path on one page, behind epw_meter_decode() (share.c): epw_meter_push(). A round
 * goes through step by step, not packet by packet, so that the memory a step needs was
 * asked for while the step before it ran (warm.c).
 */
#include "meter/flow/count.h"
#include "meter/meter_state.h"

#include <stdlib.h>

/* What a packet that is not the usual one must go through; false: it is not to be tracked. */
static bool admit(struct epw_meter *m, uint32_t ref, uint32_t *tag)
{
    struct epw_packet *packet = &m->packet[ref];
    if (m->doubles != NULL && epw_doubles_seen(m->doubles, packet)) {
        m->stats.duplicates++;
        return false;
    }
    if (packet->fragment == EPW_FRAG_NONE || packet->icmp_error)
        return true;
    if (!epw_frags_resolve(m->frags, packet))
        return false;
    epw_gist_of(&m->teller, packet, &m->gist[ref]); /* a later one has ports now */
    *tag = m->gist[ref].tag;
    return true;
}

/* The same of a round without any packet that must go through something. */
static uint32_t list_usual(struct epw_meter *m, uint32_t *from)
{
    uint32_t count = 0, i = *from;
    for (; i < m->count; i++) {
        m->tag[count] = m->gist[i].tag;
        m->ref[count] = (uint16_t)i;
        count += m->mine[i];
    }
    *from = i;
    return count;
}

/*
 * Lists this meter's packets from *from on, up to the second fragment among them: a fragment may
 * displace what an earlier one still has to be joined with. Returns how many there are, and in
 * *from where to go on.
 */
static uint32_t list(struct epw_meter *m, uint32_t *from)
{
    uint32_t count = 0, i = *from;
    if (m->fragments == 0 && m->doubles == NULL)
        return list_usual(m, from);
    bool fragment = false;
    for (; i < m->count; i++) {
        if (!m->mine[i])
            continue;
        struct epw_packet *packet = &m->packet[i];
        m->tag[count] = m->gist[i].tag;
        m->ref[count] = (uint16_t)i;
        if (m->put[i] && (packet->fragment != EPW_FRAG_NONE || m->doubles != NULL)) {
            if (packet->fragment != EPW_FRAG_NONE && fragment)
                break;
            fragment |= packet->fragment != EPW_FRAG_NONE;
            count += admit(m, i, &m->tag[count]);
        } else {
            count++;
        }
    }
    *from = i;
    return count;
}

static void expire_at(struct epw_meter *m, int64_t point_ns)
{
    struct epw_flow *flow;
    m->now_ns = m->place.point_ns = point_ns;
    while ((flow = epw_expiry_due(&m->expiry, m->now_ns)) != NULL) {
        epw_expiry_remove(&m->expiry, flow);
        epw_meter_end_later(m, flow, flow->last_ns);
    }
    epw_meter_end_all(m);
}

/* Of the points in a gap of the traffic those where a flow may be due: a month has 26 million. */
static void expire(struct epw_meter *m, const struct epw_point *point)
{
    int64_t at_ns = point->first_ns;
    m->place = (struct epw_place){ .at = 2 * point->before };
    while (at_ns <= point->now_ns) {
        int64_t wait = epw_expiry_wait(&m->expiry, at_ns);
        if (wait > point->now_ns - at_ns)
            break;
        if (wait > 0)
            at_ns += (wait + EPW_POINT_NS - 1) / EPW_POINT_NS * EPW_POINT_NS;
        expire_at(m, at_ns);
        at_ns += EPW_POINT_NS;
    }
    m->now_ns = m->place.point_ns = point->now_ns;
    m->place.ns = INT64_MAX;
    m->place.id = UINT64_MAX;
    if (m->sink.time != NULL)
        m->sink.time(m->sink.ctx, m->now_ns);
    m->place = (struct epw_place){ .at = 0 }; /* what a packet's have in common */
}

/* Packets and points of time in their order; returns the next point. */
static uint32_t update(struct epw_meter *m, const struct epw_round *round, uint32_t count,
                       uint32_t next)
{
    for (uint32_t i = 0, to; i < count; i = to) {
        if (i % EPW_WARM_BLOCK == 0)
            epw_meter_warm(m, count, i);
        while (next < round->points && round->point[next].before <= m->at[m->ref[i]])
            expire(m, &round->point[next++]);
        to = next < round->points ? i + 1 : (i / EPW_WARM_BLOCK + 1) * EPW_WARM_BLOCK;
        to = to < count ? to : count;
        epw_meter_track(m, round, i, to);
    }
    return next;
}

void epw_meter_push(struct epw_meter *meter, const struct epw_round *round)
{
    uint32_t from = 0, next = 0;
    meter->place = (struct epw_place){ .at = 0 };
    while (from < meter->count) {
        uint32_t count = list(meter, &from);
        next = update(meter, round, count, next);
    }
    while (next < round->points)
        expire(meter, &round->point[next++]);
    meter->now_ns = round->end_ns;
}

struct epw_place epw_meter_place(const struct epw_meter *meter)
{
    return meter->place;
}

void epw_meter_flush(struct epw_meter *meter)
{
    epw_frags_flush(meter->frags);
    meter->place = (struct epw_place){ .at = EPW_PLACE_FLUSH };
    epw_meter_end_run(meter);
}

static void set_timeouts(struct epw_meter *m)
{
    const struct epw_timeouts *t = &m->options.timeouts;
    const uint32_t seconds[EPW_QUEUES] = {
        [EPW_QUEUE_TCP_TRIED] = t->unanswered,
        [EPW_QUEUE_TCP_ONE_WAY] = t->tcp,
        [EPW_QUEUE_UDP_ONE_WAY] = t->udp,
        [EPW_QUEUE_CLOSED] = t->closed,
        [EPW_QUEUE_TCP] = t->tcp,
        [EPW_QUEUE_UDP] = t->udp,
    };
    m->expiry.table = m->table;
    for (unsigned q = 0; q < EPW_QUEUES; q++)
        m->expiry.timeout_ns[q] = seconds[q] * EPW_SECOND_NS;
}

enum epw_err epw_meter_new(struct epw_meter **meter, const struct epw_meter_options *options,
                           const struct epw_meter_sink *sink)
{
    const struct epw_timeouts *t = &options->timeouts;
    *meter = NULL;
    if (options->max_flows == 0 || t->tcp == 0 || t->udp == 0 || t->closed == 0 ||
        t->unanswered == 0 || t->active == 0 || options->meters > EPW_OWNERS_MAX ||
        (options->self != 0 && options->self >= options->meters))
        return EPW_EUSAGE;
    struct epw_meter *m = calloc(1, sizeof(*m));
    if (m == NULL)
        return EPW_ENOMEM;
    m->options = *options;
    m->options.meters = options->meters == 0 ? 1 : options->meters;
    m->sink = *sink;
    enum epw_err err = epw_decoder_new(&m->decoder);
    if (err == EPW_OK)
        err = epw_table_new(&m->table, options->max_flows);
    if (err == EPW_OK)
        err = epw_frags_new(&m->frags, options->seed, &m->stats);
    if (err == EPW_OK && options->dedup)
        err = epw_doubles_new(&m->doubles, options->seed, &m->stats);
    if (err == EPW_OK)
        err = epw_ev_engine_new(&m->engine, &m->stats, sink->sighting, sink->ctx);
    if (err == EPW_OK)
        epw_ev_engine_share(m->engine, m->options.meters);
    if (err != EPW_OK) {
        epw_meter_free(m);
        return err;
    }
    set_timeouts(m);
    m->teller = (struct epw_teller){
        .tunnel = epw_decoder_tunnels(m->decoder),
        .seed = options->seed,
        .ignore_vlan = options->ignore_vlan,
        .sparing = !options->dedup,
    };
    epw_teller_init(&m->teller);
    for (uint16_t i = 0; i < EPW_BATCH_FRAMES; i++)
        m->at[i] = i;
    *meter = m;
    return EPW_OK;
}

void epw_meter_free(struct epw_meter *meter)
{
    if (meter == NULL)
        return;
    uint32_t at = 0;
    struct epw_flow *flow;
    while (meter->table != NULL && (flow = epw_table_each(meter->table, &at)) != NULL)
        epw_ev_flow_free(meter->engine, &flow->evidence);
    epw_ev_engine_free(meter->engine);
    epw_doubles_free(meter->doubles);
    epw_frags_free(meter->frags);
    epw_table_free(meter->table);
    epw_decoder_free(meter->decoder);
    free(meter->ends);
    free(meter);
}

const struct epw_stats *epw_meter_stats(const struct epw_meter *meter)
{
    return &meter->stats;
}
