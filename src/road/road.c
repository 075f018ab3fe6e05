/* SPDX-License-Identifier: Apache-2.0 */
/* Making a road, reading, and the whole run on one thread. */
#include "config.h" /* sched_getaffinity */

#include "road/road_state.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

unsigned epw_road_cores(void)
{
    cpu_set_t cores;
    int count = sched_getaffinity(0, sizeof(cores), &cores) == 0 ? CPU_COUNT(&cores) : 1;
    if (count < 1)
        return 1;
    return (unsigned)count < EPW_ROAD_THREADS_MAX ? (unsigned)count : EPW_ROAD_THREADS_MAX;
}

/* The sink of the meter that is alone: its results are in order as they come. */

static void on_flow(void *ctx, const struct epw_flow_record *record)
{
    struct epw_road *road = ctx;
    road->sink.flow(road->sink.ctx, record);
}

static void on_sighting(void *ctx, const struct epw_sighting *sighting)
{
    struct epw_road *road = ctx;
    road->sink.sighting(road->sink.ctx, sighting);
}

static void on_time(void *ctx, int64_t now_ns)
{
    struct epw_road *road = ctx;
    road->sink.time(road->sink.ctx, now_ns);
}

static void on_soon(void *ctx, const struct epw_ip ip[2 * EPW_SOON_FLOWS])
{
    struct epw_road *road = ctx;
    road->sink.soon(road->sink.ctx, ip);
}

/* Zeroed, and aligned as the members ask for that threads share. */
static void *make(size_t size)
{
    void *made = aligned_alloc(64, size);
    return made == NULL ? NULL : memset(made, 0, size);
}

static unsigned workers_for(const struct epw_road_options *options)
{
    unsigned most = options->meter.max_flows / EPW_ROAD_MIN_FLOWS;
    unsigned wanted = options->threads < most ? options->threads : most;
    return wanted == 0 ? 1 : wanted;
}

static size_t lane_size(unsigned workers)
{
    size_t size = EPW_LANES_BYTES;
    while (size > EPW_LANE_MIN && size * workers > EPW_LANES_BYTES)
        size /= 2;
    return size;
}

static enum epw_err make_meter(struct epw_road *road, unsigned self)
{
    struct epw_worker *w = &road->worker[self];
    struct epw_meter_options options = road->options.meter;
    const struct epw_meter_sink alone = { road, on_flow, on_sighting, on_time,
                                          road->sink.soon == NULL ? NULL : on_soon };
    const struct epw_meter_sink shared = epw_worker_sink(w);
    options.max_flows = (options.max_flows - 1) / road->workers + 1;
    options.meters = (uint8_t)road->workers;
    options.self = (uint8_t)self;
    return epw_meter_new(&w->meter, &options, road->alone ? &alone : &shared);
}

static enum epw_err make_workers(struct epw_road *road)
{
    enum epw_err err = EPW_OK;
    road->worker = make(road->workers * sizeof(*road->worker));
    if (road->worker == NULL)
        return EPW_ENOMEM;
    for (unsigned i = 0; i < road->workers && err == EPW_OK; i++) {
        road->worker[i].road = road;
        road->worker[i].self = i;
        err = make_meter(road, i);
        if (err == EPW_OK && !road->alone)
            err = epw_lane_init(&road->worker[i].lane, lane_size(road->workers));
    }
    return err;
}

static enum epw_err make_rounds(struct epw_road *road)
{
    for (unsigned i = 0; i < (road->alone ? 1 : EPW_RING); i++) {
        /* Not cleared: most of it is never touched. */
        road->slot[i].round = aligned_alloc(64, (sizeof(struct epw_round) + 63) / 64 * 64);
        if (road->slot[i].round == NULL)
            return EPW_ENOMEM;
    }
    return EPW_OK;
}

enum epw_err epw_road_new(struct epw_road **road, const struct epw_road_options *options,
                          const struct epw_road_sink *sink)
{
    *road = NULL;
    if (options->threads == 0 || options->threads > EPW_ROAD_THREADS_MAX ||
        options->meter.max_flows == 0)
        return EPW_EUSAGE;
    struct epw_road *r = make(sizeof(*r));
    if (r == NULL)
        return EPW_ENOMEM;
    r->sink = *sink;
    r->options = *options;
    r->workers = workers_for(options);
    r->alone = r->workers == 1 && !options->live;
    epw_gate_init(&r->work);
    epw_gate_init(&r->space);
    epw_gate_init(&r->results);
    epw_gate_init(&r->drain);
    enum epw_err err = make_workers(r);
    if (err == EPW_OK)
        err = make_rounds(r);
    if (err != EPW_OK) {
        epw_road_free(r);
        return err;
    }
    *road = r;
    return EPW_OK;
}

static void free_workers(struct epw_road *road)
{
    for (unsigned i = 0; road->worker != NULL && i < road->workers; i++) {
        epw_meter_free(road->worker[i].meter);
        epw_lane_free(&road->worker[i].lane);
    }
    free(road->worker);
    road->worker = NULL;
}

void epw_road_free(struct epw_road *road)
{
    if (road == NULL)
        return;
    free_workers(road);
    for (unsigned i = 0; i < EPW_RING; i++)
        free(road->slot[i].round);
    epw_gate_destroy(&road->work);
    epw_gate_destroy(&road->space);
    epw_gate_destroy(&road->results);
    epw_gate_destroy(&road->drain);
    free(road);
}

/* The capture's part of the counters: what came out of it. */
static void count_read(struct epw_stats *stats, const struct epw_pace *pace)
{
    stats->packets = pace->packets;
    stats->bytes = pace->bytes;
    stats->captured_bytes = pace->captured;
    stats->first_ns = pace->first_ns;
    stats->last_ns = pace->last_ns;
    stats->time_steps = pace->steps;
}

bool epw_road_read(struct epw_road *road, struct epw_capture *capture, struct epw_round *round)
{
    epw_capture_read(capture, &round->batch);
    bool more = road->sink.batch(road->sink.ctx, &round->batch) && !round->batch.end;
    epw_pace_round(&road->pace, round);
    count_read(&road->read, &road->pace);
    return more;
}

bool epw_road_tick(struct epw_road *road, int64_t now_ns)
{
    const struct epw_road_tick tick = { .now_ns = now_ns };
    return road->sink.tick(road->sink.ctx, &tick);
}

static void run_alone(struct epw_road *road, struct epw_capture *capture)
{
    struct epw_meter *meter = road->worker[0].meter;
    struct epw_round *round = road->slot[0].round;
    bool more = true;
    epw_capture_lend(capture);
    while (more) {
        more = epw_road_read(road, capture, round);
        epw_meter_decode(meter, round);
        epw_meter_push(meter, round);
        more = epw_road_tick(road, round->end_ns) && more;
    }
    epw_meter_flush(meter);
}

/* The same results on one thread, when there are no others to be had. */
static enum epw_err leave_alone(struct epw_road *road)
{
    free_workers(road);
    road->workers = 1;
    road->alone = true;
    return make_workers(road);
}

enum epw_err epw_road_run(struct epw_road *road, struct epw_capture *capture)
{
    enum epw_err err = EPW_OK;
    if (!road->alone) {
        err = epw_crew_run(road, capture);
        if (err == EPW_OK)
            return EPW_OK;
        if (leave_alone(road) != EPW_OK)
            return EPW_ENOMEM;
    }
    run_alone(road, capture);
    return err;
}

void epw_road_stats(const struct epw_road *road, struct epw_stats *stats)
{
    memset(stats, 0, sizeof(*stats));
    if (road->worker == NULL)
        return;
    if (road->alone) {
        *stats = road->read;
        if (road->worker[0].meter != NULL) /* there was no memory for it after that of threads */
            epw_stats_add(stats, epw_meter_stats(road->worker[0].meter));
        return;
    }
    for (unsigned i = 0; i < road->workers; i++) {
        epw_stats_add(stats, &road->worker[i].stats);
        stats->queue_bytes += epw_lane_depth(&road->worker[i].lane);
    }
    stats->records_dropped = epw_road_lost(road);
}

uint64_t epw_road_lost(const struct epw_road *road)
{
    return atomic_load(&road->lost);
}
