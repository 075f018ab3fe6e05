/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/record_copy.h"
#include "road/road_state.h"

#include <string.h>

static bool lane_has_room(void *ctx, unsigned self)
{
    struct epw_road *road = ctx;
    const struct epw_lane *lane = &road->worker[self].lane;
    /* Half of it, so that a full lane is not a wake-up for every result. */
    return epw_lane_used(lane) <= lane->size / 2 || atomic_load(&road->cancelled);
}

/*
 * To be called before a worker sleeps or ends. While it goes on, those who sleep are left to,
 * so that they wake for many rounds at a time; now they must see what it has found.
 */
static void tell_all(struct epw_worker *w)
{
    epw_lane_hand_on(&w->lane);
    epw_gate_wake(&w->road->results);
    epw_gate_wake(&w->road->work);
}

/*
 * Room in the lane. While packets come live and there is none, the result is
 * dropped: the packets behind it must not be. Else the worker waits.
 */
static struct epw_event *room_for(struct epw_worker *w, size_t len, bool must)
{
    if (len > EPW_EVENT_MAX) {
        w->road->lost++;
        return NULL;
    }
    struct epw_event *event;
    while ((event = epw_lane_room(&w->lane, len)) == NULL) {
        tell_all(w);
        if (w->road->options.live && !must && !w->flushing) {
            w->road->lost++;
            return NULL;
        }
        epw_gate_wait(&w->road->drain, lane_has_room, w->road, w->self, false);
        if (atomic_load(&w->road->cancelled))
            return NULL;
    }
    event->round = w->round;
    event->place = epw_meter_place(w->meter);
    return event;
}

static void on_flow(void *ctx, const struct epw_flow_record *record)
{
    struct epw_worker *w = ctx;
    struct epw_event *event = room_for(w, epw_record_copy_len(record), false);
    if (event == NULL)
        return;
    event->kind = EPW_EVENT_FLOW;
    epw_record_copy_to(record, event->body);
    epw_lane_put(&w->lane, event);
}

static void on_sighting(void *ctx, const struct epw_sighting *sighting)
{
    struct epw_worker *w = ctx;
    struct epw_event *event = room_for(w, sizeof(*sighting), false);
    if (event == NULL)
        return;
    event->kind = EPW_EVENT_SIGHTING;
    memcpy(event->body, sighting, sizeof(*sighting));
    epw_lane_put(&w->lane, event);
}

/* All meters see the same points: one of them tells. */
static void on_time(void *ctx, int64_t now_ns)
{
    struct epw_worker *w = ctx;
    struct epw_event *event = w->self != 0 ? NULL : room_for(w, sizeof(now_ns), false);
    if (event == NULL)
        return;
    event->kind = EPW_EVENT_TIME;
    memcpy(event->body, &now_ns, sizeof(now_ns));
    epw_lane_put(&w->lane, event);
}

struct epw_meter_sink epw_worker_sink(struct epw_worker *worker)
{
    return (struct epw_meter_sink){ worker, on_flow, on_sighting, on_time, NULL };
}

/* The end of a round in the lane; of the last one and of the run never dropped. */
static void put_mark(struct epw_worker *w, const struct epw_slot *slot, enum epw_event_kind kind)
{
    bool counted = w->road->options.live || slot->last || w->round % EPW_COUNT_ROUNDS == 0;
    size_t len = counted ? sizeof(struct epw_mark) : offsetof(struct epw_mark, stats);
    struct epw_event *event = room_for(w, len, slot->last);
    if (event == NULL)
        return;
    event->kind = (uint8_t)kind;
    struct epw_mark *mark = (struct epw_mark *)(void *)event->body;
    mark->now_ns = slot->round->end_ns;
    mark->last = slot->last;
    mark->counted = counted;
    if (counted)
        mark->stats = *epw_meter_stats(w->meter);
    if (counted && w->self == 0)
        epw_stats_add(&mark->stats, &slot->read);
    epw_lane_put(&w->lane, event);
}

static struct epw_slot *slot_of(struct epw_road *road, uint64_t round)
{
    return &road->slot[round % EPW_RING];
}

static bool is_published(const struct epw_road *road, uint64_t round)
{
    return atomic_load(&road->slot[round % EPW_RING].published) > round;
}

static bool has_work(void *ctx, unsigned self)
{
    struct epw_road *road = ctx;
    uint64_t round = road->worker[self].round;
    return is_published(road, round) || epw_ring_may_read(road, round) ||
           atomic_load(&road->cancelled);
}

/* Over a file workers sleep for moments only, and the collector, which would take the time of one
 * of them, looks by itself. */
static void tell_before_sleep(struct epw_worker *w)
{
    if (!w->road->over_file)
        tell_all(w);
    else
        epw_gate_wake(&w->road->work);
}

/* The round in hand, once it is read. NULL: the run is cancelled. */
static struct epw_slot *await_round(struct epw_worker *w)
{
    struct epw_road *road = w->road;
    for (;;) {
        epw_ring_read(road, w);
        if (is_published(road, w->round))
            return slot_of(road, w->round);
        tell_before_sleep(w);
        epw_gate_wait(&road->work, has_work, road, w->self, false);
        if (atomic_load(&road->cancelled))
            return NULL;
    }
}

static bool track(struct epw_worker *w, struct epw_slot *slot)
{
    bool last = slot->last;
    epw_meter_decode(w->meter, slot->round);
    epw_meter_push(w->meter, slot->round);
    put_mark(w, slot, EPW_EVENT_MARK);
    if (last) {
        w->flushing = true;
        epw_meter_flush(w->meter);
        put_mark(w, slot, EPW_EVENT_END);
    }
    epw_lane_hand_on(&w->lane);
    if (epw_lane_used(&w->lane) > w->lane.size / 4)
        epw_gate_wake(&w->road->results);
    /* Now the slot may be filled again. */
    atomic_store(&w->done, w->round + 1);
    epw_gate_wake_if(atomic_load(&w->road->shared) ? &w->road->work : &w->road->space,
                     epw_ring_has_space, w->road, 0);
    return !last;
}

void *epw_worker_main(void *worker)
{
    struct epw_worker *w = worker;
    struct epw_slot *slot;
    for (w->round = 0; (slot = await_round(w)) != NULL; w->round++)
        if (!track(w, slot))
            break;
    tell_all(w);
    return NULL;
}
