/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A meter's time: the running maximum of the stamps it believes. One broken
 * stamp far ahead must not end every flow.
 */
#ifndef EPW_METER_FLOW_CLOCK_H
#define EPW_METER_FLOW_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* A jump ahead by more than this needs a second packet within as much of it to be believed. */
#define EPW_CLOCK_JUMP_NS (3600LL * 1000000000LL)

/* Stamps beyond 2116 are cut to it, so that differences of two stamps never overflow. */
#define EPW_CLOCK_MAX_NS (INT64_MAX / 2)

struct epw_clock {
    int64_t now_ns;
    int64_t doubt_ns; /* the last stamp not believed, when doubted */
    bool started, doubted;
};

/*
 * A packet's stamp; next_ns: the stamp of the packet after it, NULL when not
 * known yet. Returns the stamp to use for the packet: its own, also when it
 * goes back, or the clock's when it jumps ahead and its successor contradicts
 * it. *step: the stamp goes back or is not believed.
 */
int64_t epw_clock_tick(struct epw_clock *clock, int64_t ts_ns, const int64_t *next_ns, bool *step);

#endif
