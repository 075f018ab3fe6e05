/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/round.h"

#include <stddef.h>

/* The clock came to the next point, or past it and others. */
static void look_at(struct epw_pace *pace, struct epw_round *round, uint32_t before)
{
    int64_t point_ns = pace->clock.now_ns - pace->clock.now_ns % EPW_POINT_NS;
    if (pace->next_ns != 0)
        round->point[round->points++] = (struct epw_point){ pace->next_ns, point_ns, before };
    pace->next_ns = point_ns + EPW_POINT_NS;
}

/* Stamps as they are. */
static void count_stamps(struct epw_pace *pace, int64_t earliest_ns, int64_t latest_ns)
{
    if (pace->packets == 0 || earliest_ns < pace->first_ns)
        pace->first_ns = earliest_ns;
    if (pace->packets == 0 || latest_ns > pace->last_ns)
        pace->last_ns = latest_ns;
}

/*
 * The stamps that almost all packets have, from at on: a little later than the one before, and
 * before the next point. Nothing of them but that the clock moves on, and what is counted.
 */
static uint32_t follow(struct epw_pace *pace, struct epw_round *round, uint32_t at)
{
    const struct epw_frame *frame = round->batch.frame;
    int64_t now_ns = pace->clock.now_ns;
    int64_t limit_ns = pace->next_ns < EPW_CLOCK_MAX_NS ? pace->next_ns : EPW_CLOCK_MAX_NS;
    uint32_t count = round->batch.count, from = at;
    uint64_t bytes = 0, captured = 0;
    if (!pace->clock.started || pace->clock.doubted)
        return at;
    for (; at < count; at++) {
        int64_t ts_ns = frame[at].ts_ns;
        if (ts_ns < now_ns || ts_ns >= limit_ns)
            break;
        round->now_ns[at] = now_ns = ts_ns;
        bytes += frame[at].wire_len;
        captured += frame[at].caplen;
    }
    if (at != from)
        count_stamps(pace, frame[from].ts_ns, now_ns);
    pace->clock.now_ns = now_ns;
    pace->packets += at - from;
    pace->bytes += bytes;
    pace->captured += captured;
    return at;
}

void epw_pace_round(struct epw_pace *pace, struct epw_round *round)
{
    struct epw_batch *batch = &round->batch;
    round->points = 0;
    for (uint32_t i = 0; (i = follow(pace, round, i)) < batch->count; i++) {
        struct epw_frame *frame = &batch->frame[i];
        const int64_t *next = i + 1 < batch->count ? &batch->frame[i + 1].ts_ns : NULL;
        bool step;
        count_stamps(pace, frame->ts_ns, frame->ts_ns);
        pace->packets++;
        pace->bytes += frame->wire_len;
        pace->captured += frame->caplen;
        frame->ts_ns = epw_clock_tick(&pace->clock, frame->ts_ns, next, &step);
        pace->steps += step;
        round->now_ns[i] = pace->clock.now_ns;
        if (pace->clock.now_ns >= pace->next_ns)
            look_at(pace, round, i);
    }
    /* A quiet link's time: it belongs to the machine, so no jump of it is doubted. */
    if (batch->now_ns > pace->clock.now_ns && batch->now_ns <= EPW_CLOCK_MAX_NS) {
        pace->clock = (struct epw_clock){ .now_ns = batch->now_ns, .started = true };
        if (pace->clock.now_ns >= pace->next_ns)
            look_at(pace, round, batch->count);
    }
    round->end_ns = pace->clock.now_ns;
}
