/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A round: one batch on its way through the meters, with what is found out
 * about it once for all of them. Every meter sees the same time at the same
 * packet, so it does not matter how many meters share the packets, nor how
 * the packets were cut into batches.
 */
#ifndef EPW_METER_ROUND_H
#define EPW_METER_ROUND_H

#include "capture/frame.h"
#include "meter/flow/clock.h"
#include "meter/gist.h"

#include <stdint.h>

/*
 * Flows are looked at for the end of their time at every multiple of this, before
 * the first packet that is not older. Short beside every timeout, long beside the
 * work of looking.
 */
#define EPW_POINT_NS 100000000LL

/* Meters that can share the packets of a round. */
#define EPW_OWNERS_MAX 64
_Static_assert(EPW_BATCH_FRAMES <= 256, "places in a batch are bytes");

/*
 * Points of packet time at which flows end: all that the clock passed in one step. In a gap of the
 * traffic that is many, and each counts: live, where the machine's clock goes on in a gap, and
 * offline the same flows end at the same points.
 */
struct epw_point {
    int64_t first_ns, now_ns; /* multiples of EPW_POINT_NS: the first and the last */
    uint32_t before;          /* they come before this packet; batch.count: after the last */
};

struct epw_round {
    /* epw_meter_share(): first those of the first meter, in their order; last those of which only
     * decoding tells whose they are, so that all meters decode them */
    struct epw_gist gist[EPW_BATCH_FRAMES]; /* first, as a round may begin at a cache line */
    uint8_t at[EPW_BATCH_FRAMES];           /* of each gist: its frame in the batch */
    uint16_t to[EPW_OWNERS_MAX + 1];        /* where each meter's end, and then these last */
    /* epw_pace_round() */
    uint32_t points;
    struct epw_point point[EPW_BATCH_FRAMES + 1];
    int64_t now_ns[EPW_BATCH_FRAMES]; /* the clock at each packet */
    int64_t end_ns;                   /* and after the round */
    /* The capture. epw_pace_round() puts believed stamps in place of the frames' own. */
    struct epw_batch batch;
};

/* The time of a run. Begin with { 0 }. */
struct epw_pace {
    struct epw_clock clock;
    int64_t next_ns; /* the next point; 0 before the first packet */
    uint64_t steps;  /* stamps that go back, or jump and are not believed */
    /* Of all packets so far: */
    uint64_t packets, bytes, captured; /* bytes on the wire, and those captured */
    int64_t first_ns, last_ns;         /* the earliest and the latest stamp, believed or not */
};

/*
 * Tells a round's time from its batch: to be called for every round, in
 * order, before anything else is done with it. batch.now_ns moves the clock on
 * too, after the batch's packets.
 */
void epw_pace_round(struct epw_pace *pace, struct epw_round *round);

#endif
