/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/clock.h"

#include <stddef.h>

static int64_t clamp(int64_t ts_ns)
{
    if (ts_ns < 0)
        return 0;
    return ts_ns > EPW_CLOCK_MAX_NS ? EPW_CLOCK_MAX_NS : ts_ns;
}

static bool near(int64_t a, int64_t b)
{
    int64_t apart = a > b ? a - b : b - a;
    return apart <= EPW_CLOCK_JUMP_NS;
}

int64_t epw_clock_tick(struct epw_clock *clock, int64_t ts_ns, const int64_t *next_ns, bool *step)
{
    int64_t ts = clamp(ts_ns);
    *step = false;
    if (!clock->started || (ts >= clock->now_ns && near(ts, clock->now_ns))) {
        clock->started = true;
        clock->now_ns = ts;
        clock->doubted = false;
        return ts;
    }
    if (ts < clock->now_ns) {
        *step = true;
        return ts;
    }
    bool seconded = clock->doubted && near(ts, clock->doubt_ns);
    if (seconded || (next_ns != NULL && near(clamp(*next_ns), ts))) {
        clock->now_ns = ts;
        clock->doubted = false;
        return ts;
    }
    *step = true;
    clock->doubted = true;
    clock->doubt_ns = ts;
    /* After a quiet hour the first packet alone cannot be told from a broken stamp. */
    return next_ns == NULL ? ts : clock->now_ns;
}
