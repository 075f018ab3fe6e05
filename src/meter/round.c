/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/round.h"

#include <stddef.h>

static void look_at(struct epw_pace *pace, struct epw_round *round, uint32_t before)
{
    int64_t now_ns = pace->clock.now_ns;
    if (now_ns < pace->next_ns)
        return;
    int64_t point_ns = now_ns - now_ns % EPW_POINT_NS;
    if (pace->next_ns != 0)
        round->point[round->points++] = (struct epw_point){ point_ns, before };
    pace->next_ns = point_ns + EPW_POINT_NS;
}

void epw_pace_round(struct epw_pace *pace, struct epw_round *round)
{
    struct epw_batch *batch = &round->batch;
    round->points = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        const int64_t *next = i + 1 < batch->count ? &batch->frame[i + 1].ts_ns : NULL;
        bool step;
        batch->frame[i].ts_ns = epw_clock_tick(&pace->clock, batch->frame[i].ts_ns, next, &step);
        pace->steps += step;
        round->now_ns[i] = pace->clock.now_ns;
        look_at(pace, round, i);
    }
    /* A quiet link's time: it belongs to the machine, so no jump of it is doubted. */
    if (batch->now_ns > pace->clock.now_ns && batch->now_ns <= EPW_CLOCK_MAX_NS) {
        pace->clock = (struct epw_clock){ .now_ns = batch->now_ns, .started = true };
        look_at(pace, round, batch->count);
    }
    round->end_ns = pace->clock.now_ns;
}
