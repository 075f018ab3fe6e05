/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts the results of all meters into the order that a single one has. Each
 * lane is in that order already, so the first of all is the least of the
 * lanes' firsts; a lane that is empty is waited for.
 */
#include "base/touch.h"
#include "road/road_state.h"

#include <string.h>

/* Bytes of a lane that are used up before they are given back in the middle of work. */
#define GIVE_BACK(lane) ((lane)->size / 8)

static bool lane_has_results(void *ctx, unsigned which)
{
    struct epw_road *road = ctx;
    return epw_lane_first(&road->worker[which].lane) != NULL || atomic_load(&road->cancelled);
}

static void give_back_all(struct epw_road *road)
{
    for (unsigned i = 0; i < road->workers; i++)
        epw_lane_give_back(&road->worker[i].lane);
    epw_gate_wake(&road->drain);
}

/* NULL: the run is cancelled. */
static const struct epw_event *first_of(struct epw_road *road, unsigned which)
{
    const struct epw_event *event = epw_lane_first(&road->worker[which].lane);
    if (event != NULL)
        return event;
    give_back_all(road);
    epw_gate_wait(&road->results, lane_has_results, road, which, road->over_file);
    return epw_lane_first(&road->worker[which].lane);
}

static void drop(struct epw_road *road, unsigned which, const struct epw_event *event)
{
    struct epw_lane *lane = &road->worker[which].lane;
    epw_lane_drop(lane, event);
    if (epw_lane_dropped(lane) < GIVE_BACK(lane))
        return;
    epw_lane_give_back(lane);
    epw_gate_wake(&road->drain);
}

/*
 * Tells whose flows come next in a lane, a block of them at a time, as soon as the block before it
 * is begun: so what the sink keeps of them is fetched while it works on others.
 */
static void look_ahead(struct epw_road *road, struct epw_worker *w)
{
    struct epw_ip ip[2 * EPW_SOON_FLOWS];
    size_t flows = 0, at = w->told_to;
    const struct epw_event *event;
    if (road->sink.soon == NULL || w->lane.out.at < w->told_from)
        return;
    if (at < w->lane.out.at)
        at = w->lane.out.at;
    const size_t from = at;
    while (flows < EPW_SOON_FLOWS && (event = epw_lane_peek(&w->lane, &at)) != NULL) {
        if (event->kind != EPW_EVENT_FLOW)
            continue;
        const struct epw_flow_record *record = (const void *)event->body;
        memcpy(&ip[2 * flows++], record->ip, sizeof(record->ip));
        epw_touch(record, sizeof(*record)); /* another core wrote it */
    }
    if (flows < EPW_SOON_FLOWS)
        return;
    w->told_from = from;
    w->told_to = at;
    road->sink.soon(road->sink.ctx, ip);
}

static bool is_before(const struct epw_event *a, const struct epw_event *b)
{
    if (a->place.at != b->place.at)
        return a->place.at < b->place.at;
    if (a->place.point_ns != b->place.point_ns)
        return a->place.point_ns < b->place.point_ns;
    if (a->place.ns != b->place.ns)
        return a->place.ns < b->place.ns;
    return a->place.id < b->place.id;
}

static void deliver(struct epw_road *road, const struct epw_event *event)
{
    const struct epw_road_sink *sink = &road->sink;
    const void *body = event->body;
    int64_t now_ns;
    switch ((enum epw_event_kind)event->kind) {
    case EPW_EVENT_FLOW:
        sink->flow(sink->ctx, body);
        break;
    case EPW_EVENT_SIGHTING:
        sink->sighting(sink->ctx, body);
        break;
    case EPW_EVENT_TIME:
        memcpy(&now_ns, body, sizeof(now_ns));
        sink->time(sink->ctx, now_ns);
        break;
    case EPW_EVENT_FILL:
    case EPW_EVENT_MARK:
    case EPW_EVENT_END:
        break;
    }
}

/* What one pass over the lanes is about: the results up to a mark of each. */
struct pass {
    uint64_t round;
    enum epw_event_kind until;
    bool over[EPW_OWNERS_MAX]; /* the lane has come to it */
    struct epw_mark mark;      /* the last one seen */
};

/* Whether the event is behind what the pass is about; takes in a mark that ends it. */
static bool is_over(struct epw_road *road, struct pass *pass, unsigned which,
                    const struct epw_event *event)
{
    bool ends = event->kind == pass->until && event->round == pass->round;
    if (ends) {
        memcpy(&pass->mark, event->body, offsetof(struct epw_mark, stats));
        if (pass->mark.counted)
            memcpy(&road->worker[which].stats, event->body + offsetof(struct epw_mark, stats),
                   sizeof(struct epw_stats));
        drop(road, which, event);
    }
    /* Live, a mark may have been dropped with the results before it. */
    return ends || event->round > pass->round;
}

/* Hands out all results of a pass. False: the run is cancelled. */
static bool walk(struct epw_road *road, struct pass *pass)
{
    memset(pass->over, 0, sizeof(pass->over));
    for (;;) {
        const struct epw_event *least = NULL;
        unsigned from = 0;
        for (unsigned i = 0; i < road->workers; i++) {
            if (pass->over[i])
                continue;
            const struct epw_event *event = first_of(road, i);
            if (event == NULL)
                return false;
            pass->over[i] = is_over(road, pass, i, event);
            if (pass->over[i] || (least != NULL && !is_before(event, least)))
                continue;
            least = event;
            from = i;
        }
        if (least == NULL)
            return true;
        if (least->kind == EPW_EVENT_FLOW)
            look_ahead(road, &road->worker[from]);
        deliver(road, least);
        drop(road, from, least);
    }
}

void *epw_collector_main(void *ctx)
{
    struct epw_road *road = ctx;
    struct pass pass = { .until = EPW_EVENT_MARK };
    while (!pass.mark.last) {
        if (!walk(road, &pass))
            return NULL;
        if (!epw_road_tick(road, pass.mark.now_ns))
            atomic_store(&road->stop, true);
        pass.round += !pass.mark.last;
    }
    pass.until = EPW_EVENT_END;
    walk(road, &pass);
    return NULL;
}
