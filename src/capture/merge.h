/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several taps (capture/tap.h) as one timeline: the packet with the earliest stamp comes first. One
 * is held back while a tap that has none may still show an earlier one.
 */
#ifndef EPW_CAPTURE_MERGE_H
#define EPW_CAPTURE_MERGE_H

#include "capture/frame.h"
#include "capture/tap.h"

#include <stddef.h>
#include <stdint.h>

struct epw_merge_head {
    struct epw_tap *tap;
    const struct epw_batch *batch; /* NULL: it has none */
    uint32_t at;                   /* the next frame of the batch */
};

struct epw_merge {
    struct epw_merge_head *head; /* count of them, zeroed but for the taps; the caller's */
    size_t count;
    int64_t (*now_ns)(void); /* the wall clock */
    /* Until when all has shown of the taps that have no packet, as of the last fill. */
    int64_t drain_ns, idle_ns;
};

enum epw_merged {
    EPW_MERGED_MORE, /* the batch has no room for the next packet */
    EPW_MERGED_HELD, /* all that is left must be held back; it is younger than idle_ns */
    EPW_MERGED_ALL,  /* nothing is left */
};

/*
 * So old a packet is held back no more. Threads look every 20 ms; one that was not given the
 * processor for so long, or stands still, makes its own packets late, not all others.
 */
#define EPW_MERGE_PATIENCE_NS (5 * 1000000000LL)

/*
 * Appends to the batch until it has max frames. A packet with a stamp in the future is not held
 * back. frame->source is the tap's place.
 */
enum epw_merged epw_merge_fill(struct epw_merge *merge, struct epw_batch *batch, uint32_t max);

#endif
