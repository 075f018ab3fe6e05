/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole packet path on one page: epw_meter_push(). A batch goes through
 * step by step, not packet by packet, so that the memory a step needs was
 * asked for while the step before it ran.
 */
#include "meter/meter_state.h"

#include <stdlib.h>

/* Decodes, and counts how that ended. */
static void decode(struct epw_meter *m, const struct epw_batch *batch)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct epw_frame *frame = &batch->frame[i];
        epw_decode(m->decoder, frame, &m->packet[i]);
        m->stats.ending[m->packet[i].ending]++;
        m->stats.cut_frames += frame->caplen < frame->wire_len;
    }
}

/* Gives every packet the stamp it counts with. */
static void tell_time(struct epw_meter *m, const struct epw_batch *batch)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        const int64_t *next = i + 1 < batch->count ? &batch->frame[i + 1].ts_ns : NULL;
        bool step;
        m->packet[i].ts_ns = epw_clock_tick(&m->clock, batch->frame[i].ts_ns, next, &step);
        m->time_ns[i] = m->clock.now_ns;
        m->stats.time_steps += step;
    }
}

/* Keys and tags of the packets that have a flow; returns how many there are. */
static uint32_t name(struct epw_meter *m, const struct epw_batch *batch)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct epw_packet *packet = &m->packet[i];
        if (packet->ending != EPW_END_COMPLETE)
            continue;
        if (m->doubles != NULL && epw_doubles_seen(m->doubles, packet)) {
            m->stats.duplicates++;
            continue;
        }
        if (!packet->icmp_error && !epw_frags_resolve(m->frags, packet))
            continue;
        struct epw_ref *ref = &m->ref[count];
        ref->side = (uint8_t)epw_key_make(&ref->key, packet, m->options.ignore_vlan);
        ref->source = batch->frame[i].source;
        ref->packet = (uint16_t)i;
        m->tag[count++] = epw_key_tag(&ref->key, m->options.seed);
    }
    return count;
}

static void update(struct epw_meter *m, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct epw_packet *packet = &m->packet[m->ref[i].packet];
        m->now_ns = m->time_ns[m->ref[i].packet];
        if (packet->icmp_error)
            epw_meter_quoted(m, packet, &m->ref[i], m->tag[i]);
        else
            epw_meter_track(m, packet, &m->ref[i], m->tag[i]);
    }
}

static void expire(struct epw_meter *m)
{
    struct epw_flow *flow;
    m->now_ns = m->clock.now_ns;
    while ((flow = epw_expiry_due(&m->expiry, m->now_ns)) != NULL)
        epw_meter_end(m, flow, epw_meter_time_up(flow));
}

void epw_meter_push(struct epw_meter *meter, const struct epw_batch *batch)
{
    decode(meter, batch);
    tell_time(meter, batch);
    uint32_t count = name(meter, batch);
    epw_table_warm_buckets(meter->table, meter->tag, count);
    epw_table_warm_flows(meter->table, meter->tag, count);
    update(meter, count);
    expire(meter);
}

struct open_flow {
    int64_t start_ns;
    uint64_t id;
    struct epw_flow *flow;
};

static int by_start(const void *a, const void *b)
{
    const struct open_flow *x = a, *y = b;
    if (x->start_ns != y->start_ns)
        return x->start_ns < y->start_ns ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

/* The end of a flow whose time was up already does not depend on when that was looked at. */
static void end_open(struct epw_meter *m, struct epw_flow *flow)
{
    bool time_up = epw_expiry_idle(&m->expiry, flow, m->now_ns);
    epw_meter_end(m, flow, time_up ? epw_meter_time_up(flow) : EPW_REASON_FORCED);
}

void epw_meter_flush(struct epw_meter *meter)
{
    epw_frags_flush(meter->frags);
    uint32_t at = 0;
    size_t count = 0;
    struct epw_flow *flow;
    struct open_flow *open = calloc((size_t)epw_table_count(meter->table) + 1, sizeof(*open));
    while ((flow = epw_table_each(meter->table, &at)) != NULL) {
        if (open == NULL) { /* no memory: the records still come, in no order */
            end_open(meter, flow);
            continue;
        }
        const struct epw_flow_cold *cold = epw_table_cold(meter->table, flow);
        open[count++] =
            (struct open_flow){ .start_ns = cold->start_ns, .id = cold->id, .flow = flow };
    }
    if (open != NULL)
        qsort(open, count, sizeof(*open), by_start);
    for (size_t i = 0; i < count; i++)
        end_open(meter, open[i].flow);
    free(open);
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
        t->unanswered == 0 || t->active == 0)
        return EPW_EUSAGE;
    struct epw_meter *m = calloc(1, sizeof(*m));
    if (m == NULL)
        return EPW_ENOMEM;
    m->options = *options;
    m->sink = *sink;
    enum epw_err err = epw_decoder_new(&m->decoder);
    if (err == EPW_OK)
        err = epw_table_new(&m->table, options->max_flows);
    if (err == EPW_OK)
        err = epw_frags_new(&m->frags, options->seed, &m->stats);
    if (err == EPW_OK && options->dedup)
        err = epw_doubles_new(&m->doubles, options->seed);
    if (err == EPW_OK)
        err = epw_ev_engine_new(&m->engine, &m->stats, sink->sighting, sink->ctx);
    if (err != EPW_OK) {
        epw_meter_free(m);
        return err;
    }
    set_timeouts(m);
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
        epw_ev_flow_free(meter->engine, &epw_table_cold(meter->table, flow)->evidence);
    epw_ev_engine_free(meter->engine);
    epw_doubles_free(meter->doubles);
    epw_frags_free(meter->frags);
    epw_table_free(meter->table);
    epw_decoder_free(meter->decoder);
    free(meter);
}

const struct epw_stats *epw_meter_stats(const struct epw_meter *meter)
{
    return &meter->stats;
}
