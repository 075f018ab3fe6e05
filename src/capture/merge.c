/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/merge.h"

#include <stdbool.h>
#include <string.h>

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Gives a head to each tap that has packets; until when the others have shown all. */
static int64_t stage(struct epw_merge *merge)
{
    int64_t until_ns = INT64_MAX;
    merge->drain_ns = merge->idle_ns = INT64_MAX;
    for (size_t i = 0; i < merge->count; i++) {
        struct epw_merge_head *head = &merge->head[i];
        if (head->batch != NULL)
            continue;
        /* Before the look for a batch (tap.h); the times that come first are not after the others.
         */
        int64_t idle_ns = epw_tap_shown(head->tap, EPW_SHOWN_IDLE);
        int64_t drain_ns = epw_tap_shown(head->tap, EPW_SHOWN_DRAIN);
        int64_t merge_ns = epw_tap_shown(head->tap, EPW_SHOWN_MERGE);
        head->batch = epw_tap_first(head->tap);
        head->at = 0;
        if (head->batch != NULL)
            continue;
        merge->idle_ns = least(merge->idle_ns, idle_ns);
        merge->drain_ns = least(merge->drain_ns, drain_ns);
        until_ns = least(until_ns, merge_ns);
    }
    return until_ns;
}

static const struct epw_frame *next(const struct epw_merge_head *head)
{
    return &head->batch->frame[head->at];
}

/* The one with the earliest packet; NULL: none has one. Equal stamps: the one named first. */
static struct epw_merge_head *earliest(struct epw_merge *merge)
{
    struct epw_merge_head *first = NULL;
    for (size_t i = 0; i < merge->count; i++) {
        struct epw_merge_head *head = &merge->head[i];
        if (head->batch != NULL && (first == NULL || next(head)->ts_ns < next(first)->ts_ns))
            first = head;
    }
    return first;
}

static void move(struct epw_merge *merge, struct epw_merge_head *head, struct epw_batch *batch)
{
    const struct epw_frame *from = next(head);
    struct epw_frame *frame = &batch->frame[batch->count++];
    *frame = *from;
    frame->source = (uint16_t)(head - merge->head);
    frame->bytes = batch->room + batch->used;
    memcpy(batch->room + batch->used, from->bytes, from->caplen);
    batch->used += from->caplen;
    if (++head->at < head->batch->count)
        return;
    head->batch = NULL;
    epw_tap_drop(head->tap);
}

enum epw_merged epw_merge_fill(struct epw_merge *merge, struct epw_batch *batch, uint32_t max)
{
    for (;;) {
        int64_t until_ns = stage(merge);
        struct epw_merge_head *head = earliest(merge);
        if (head == NULL)
            return EPW_MERGED_ALL;
        /* Behind the look at what was received: else that would have stamps in the future. */
        int64_t now_ns = merge->now_ns();
        /* Up to the end of one tap's batch, after which it is asked for another one. */
        while (head->batch != NULL) {
            int64_t ts_ns = next(head)->ts_ns;
            /* A stamp in the future: the clock was set back. Waiting for it could take hours. */
            if (ts_ns > until_ns && ts_ns <= now_ns && now_ns - ts_ns < EPW_MERGE_PATIENCE_NS)
                return EPW_MERGED_HELD;
            if (batch->count == max || next(head)->caplen > EPW_BATCH_BYTES - batch->used)
                return EPW_MERGED_MORE;
            move(merge, head, batch);
            if (head->batch != NULL)
                head = earliest(merge);
        }
    }
}
