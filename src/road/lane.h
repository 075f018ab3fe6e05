/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lane: the results of one meter on their way to the receiver, in a ring of
 * bytes that one thread fills and another empties. Results lie in it whole and
 * are used where they lie. It does not wait: who finds it full or empty does.
 */
#ifndef EPW_ROAD_LANE_H
#define EPW_ROAD_LANE_H

#include "base/err.h"
#include "base/stats.h"
#include "meter/meter.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum epw_event_kind {
    EPW_EVENT_FILL, /* nothing: the rest of the ring up to its end */
    EPW_EVENT_FLOW,
    EPW_EVENT_SIGHTING,
    EPW_EVENT_TIME,
    EPW_EVENT_MARK, /* the round is over */
    EPW_EVENT_END,  /* and nothing comes any more */
};

/* What a mark says of a meter at the end of a round. */
struct epw_mark {
    int64_t now_ns;
    bool last;    /* the run is over but for the flows still open */
    bool counted; /* stats follow; else the mark ends before them */
    struct epw_stats stats;
};

struct epw_event {
    uint32_t len; /* of all of it, a multiple of EPW_EVENT_ALIGN */
    uint8_t kind; /* enum epw_event_kind */
    uint64_t round;
    struct epw_place place;
    alignas(16) uint8_t body[]; /* flow record (analyst/record_copy.h), sighting, mark */
};

#define EPW_EVENT_ALIGN 16u

/*
 * The longest record there can be, with room to spare: the questions of a DNS flow take
 * EPW_FLOW_QUERY_BYTES, all other texts some 4 KiB.
 */
#define EPW_EVENT_MAX (128u << 10)

/* A side's own words are apart from the other's, which would else wait for each other's cache. */
struct epw_lane {
    uint8_t *bytes;
    size_t size; /* a power of two */
    struct {
        alignas(64) atomic_size_t head; /* bytes ever handed on */
        size_t at;                      /* bytes ever written */
        size_t tail;                    /* the other side's, when last looked at */
    } in;
    struct {
        alignas(64) atomic_size_t tail; /* bytes ever given back */
        size_t at;                      /* bytes ever used */
        size_t head;                    /* the other side's, when last looked at */
    } out;
};

/* size: a power of two, at least 4 EPW_EVENT_MAX. EPW_ENOMEM. */
enum epw_err epw_lane_init(struct epw_lane *lane, size_t size);
void epw_lane_free(struct epw_lane *lane);

/* The filling side. */

/* Room for an event with a body of so many bytes, its len set; NULL: there is none now. */
struct epw_event *epw_lane_room(struct epw_lane *lane, size_t body_len);
/* The event that was given room is written. */
void epw_lane_put(struct epw_lane *lane, const struct epw_event *event);
/* Hands on all that was put. */
void epw_lane_hand_on(struct epw_lane *lane);
/* Bytes that the other side has still to give back, of those handed on or not. */
size_t epw_lane_used(const struct epw_lane *lane);

/* The emptying side. */

/* Bytes handed on and not used, just now. */
size_t epw_lane_depth(const struct epw_lane *lane);

/* The first event that was handed on and not dropped; NULL: there is none now. */
const struct epw_event *epw_lane_first(struct epw_lane *lane);
/* The event at a place behind the first (*at: as out.at), for who looks ahead; moves *at behind it.
 * NULL: it was not handed on yet. */
const struct epw_event *epw_lane_peek(struct epw_lane *lane, size_t *at);
/* The first event is used; its memory is kept until epw_lane_give_back(). */
void epw_lane_drop(struct epw_lane *lane, const struct epw_event *event);
/* Bytes dropped and not yet given back. */
size_t epw_lane_dropped(const struct epw_lane *lane);
void epw_lane_give_back(struct epw_lane *lane);

#endif
