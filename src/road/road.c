/* SPDX-License-Identifier: Apache-2.0 */
#include "road/road.h"

#include <stdlib.h>

struct epw_road {
    struct epw_road_sink sink;
    struct epw_stats read; /* the reader's part of the counters */
    struct epw_pace pace;
    struct epw_meter *meter;
    struct epw_round *round;
};

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

enum epw_err epw_road_new(struct epw_road **road, const struct epw_road_options *options,
                          const struct epw_road_sink *sink)
{
    *road = NULL;
    struct epw_road *r = calloc(1, sizeof(*r));
    if (r == NULL)
        return EPW_ENOMEM;
    r->sink = *sink;
    const struct epw_meter_sink results = { r, on_flow, on_sighting, on_time };
    enum epw_err err = epw_meter_new(&r->meter, &options->meter, &results);
    r->round = malloc(sizeof(*r->round));
    if (err == EPW_OK && r->round == NULL)
        err = EPW_ENOMEM;
    if (err != EPW_OK) {
        epw_road_free(r);
        return err;
    }
    *road = r;
    return EPW_OK;
}

void epw_road_free(struct epw_road *road)
{
    if (road == NULL)
        return;
    epw_meter_free(road->meter);
    free(road->round);
    free(road);
}

/* The capture's part of the counters: what came out of it. */
static void count_batch(struct epw_stats *stats, const struct epw_batch *batch)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct epw_frame *frame = &batch->frame[i];
        if (stats->packets++ == 0)
            stats->first_ns = stats->last_ns = frame->ts_ns;
        stats->bytes += frame->wire_len;
        stats->captured_bytes += frame->caplen;
        if (frame->ts_ns < stats->first_ns)
            stats->first_ns = frame->ts_ns;
        if (frame->ts_ns > stats->last_ns)
            stats->last_ns = frame->ts_ns;
    }
}

/* The reader's work on a round; false: there is no further one. */
static bool read_round(struct epw_road *road, struct epw_capture *capture, struct epw_round *round)
{
    epw_capture_read(capture, &round->batch);
    count_batch(&road->read, &round->batch);
    bool more = road->sink.batch(road->sink.ctx, &round->batch) && !round->batch.end;
    epw_pace_round(&road->pace, round);
    road->read.time_steps = road->pace.steps;
    return more;
}

static bool tick(struct epw_road *road, const struct epw_round *round)
{
    const struct epw_road_tick tick = { .now_ns = round->end_ns };
    return road->sink.tick(road->sink.ctx, &tick);
}

enum epw_err epw_road_run(struct epw_road *road, struct epw_capture *capture)
{
    bool more = true;
    while (more) {
        more = read_round(road, capture, road->round);
        epw_meter_decode(road->meter, road->round);
        epw_meter_push(road->meter, road->round);
        more = tick(road, road->round) && more;
    }
    epw_meter_flush(road->meter);
    return EPW_OK;
}

void epw_road_stats(const struct epw_road *road, struct epw_stats *stats)
{
    *stats = road->read;
    epw_stats_add(stats, epw_meter_stats(road->meter));
}
