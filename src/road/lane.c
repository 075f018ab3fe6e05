/* SPDX-License-Identifier: Apache-2.0 */
#include "road/lane.h"

#include <stdlib.h>

enum epw_err epw_lane_init(struct epw_lane *lane, size_t size)
{
    lane->bytes = aligned_alloc(64, size);
    lane->size = size;
    atomic_init(&lane->in.head, 0);
    lane->in.at = lane->in.tail = 0;
    atomic_init(&lane->out.tail, 0);
    lane->out.at = lane->out.head = 0;
    return lane->bytes == NULL ? EPW_ENOMEM : EPW_OK;
}

void epw_lane_free(struct epw_lane *lane)
{
    free(lane->bytes);
    lane->bytes = NULL;
}

static struct epw_event *event_at(const struct epw_lane *lane, size_t at)
{
    return (struct epw_event *)(void *)(lane->bytes + (at & (lane->size - 1)));
}

static bool fits(struct epw_lane *lane, size_t len)
{
    if (lane->size - (lane->in.at - lane->in.tail) >= len)
        return true;
    lane->in.tail = atomic_load(&lane->out.tail);
    return lane->size - (lane->in.at - lane->in.tail) >= len;
}

struct epw_event *epw_lane_room(struct epw_lane *lane, size_t body_len)
{
    size_t len = sizeof(struct epw_event) + body_len;
    len = (len + EPW_EVENT_ALIGN - 1) & ~(size_t)(EPW_EVENT_ALIGN - 1);
    size_t to_end = lane->size - (lane->in.at & (lane->size - 1));
    size_t fill = len > to_end ? to_end : 0;
    if (!fits(lane, fill + len))
        return NULL;
    if (fill != 0) {
        struct epw_event *filler = event_at(lane, lane->in.at);
        filler->len = (uint32_t)fill;
        filler->kind = EPW_EVENT_FILL;
        lane->in.at += fill;
    }
    struct epw_event *event = event_at(lane, lane->in.at);
    event->len = (uint32_t)len;
    return event;
}

void epw_lane_put(struct epw_lane *lane, const struct epw_event *event)
{
    lane->in.at += event->len;
}

void epw_lane_hand_on(struct epw_lane *lane)
{
    if (atomic_load_explicit(&lane->in.head, memory_order_relaxed) != lane->in.at)
        atomic_store(&lane->in.head, lane->in.at);
}

size_t epw_lane_used(const struct epw_lane *lane)
{
    return lane->in.at - atomic_load(&lane->out.tail);
}

const struct epw_event *epw_lane_peek(struct epw_lane *lane, size_t *at)
{
    for (;;) {
        if (*at == lane->out.head)
            lane->out.head = atomic_load(&lane->in.head);
        if (*at == lane->out.head)
            return NULL;
        const struct epw_event *event = event_at(lane, *at);
        *at += event->len;
        if (event->kind != EPW_EVENT_FILL)
            return event;
    }
}

const struct epw_event *epw_lane_first(struct epw_lane *lane)
{
    size_t at = lane->out.at;
    const struct epw_event *event = epw_lane_peek(lane, &at);
    lane->out.at = event == NULL ? at : at - event->len; /* past what fills up the ring */
    return event;
}

void epw_lane_drop(struct epw_lane *lane, const struct epw_event *event)
{
    lane->out.at += event->len;
}

size_t epw_lane_dropped(const struct epw_lane *lane)
{
    return lane->out.at - atomic_load_explicit(&lane->out.tail, memory_order_relaxed);
}

void epw_lane_give_back(struct epw_lane *lane)
{
    if (epw_lane_dropped(lane) != 0)
        atomic_store(&lane->out.tail, lane->out.at);
}

size_t epw_lane_depth(const struct epw_lane *lane)
{
    return atomic_load(&lane->in.head) - lane->out.at;
}
