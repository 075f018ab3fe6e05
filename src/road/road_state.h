/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of a road, shared by the files it is made of: road.c (making,
 * reading, one thread), crew.c (starting and ending threads, the reader),
 * worker.c (the meters' threads), collect.c (the receiver's thread).
 *
 *   reader --- ring of rounds ---> N workers --- a lane each ---> collector
 *
 * The ring is counters only: round k lies in slot k % RING; who read it tells
 * what its frames are and publishes it, every worker tracks its share of it, and
 * when all did the slot is free. The reader of files is whichever worker is ahead
 * of the others, one at a time; else it is the caller's thread. A counter is
 * written by one side only (taken, as they read in turn, by all workers), and each
 * who changes one wakes the gate of those who may wait for it; over a file the
 * collector looks by itself.
 */
#ifndef EPW_ROAD_ROAD_STATE_H
#define EPW_ROAD_ROAD_STATE_H

#include "road/gate.h"
#include "road/lane.h"
#include "road/road.h"

#include <pthread.h>

/*
 * Rounds on their way: enough that nobody sleeps for every round, few enough
 * that small packets stay in the second-level cache between reader and meters.
 */
#define EPW_RING 32u

/*
 * Rounds that a worker finds read before it goes on without reading: while one reads the others
 * have something to do. Who is ahead finds fewer, so it is the one who has time that reads.
 */
#define EPW_READ_AHEAD 8u

/*
 * Bytes of all lanes together, and of one at least: what a hundred thousand
 * results need while the receiver writes its output.
 */
#define EPW_LANES_BYTES (16u << 20)
#define EPW_LANE_MIN    (512u << 10)

/*
 * Of a saved capture one round in so many brings the counters along, and the last: they are half a
 * kilobyte, and the table of what was counted so far is asked for seldom.
 */
#define EPW_COUNT_ROUNDS 32u

struct epw_slot {
    alignas(64) atomic_ullong published; /* the round in it, counted from 1, once all is told */
    bool last;
    struct epw_stats read;   /* the reader's counters after it */
    struct epw_round *round; /* memory goes from slot to slot: to who has it in its cache */
    const void *reader;      /* who read into that last */
};

struct epw_worker {
    struct epw_road *road;
    struct epw_meter *meter;
    struct epw_lane lane;
    unsigned self;
    pthread_t thread;
    uint64_t round; /* in hand */
    bool flushing;
    alignas(64) atomic_ullong done; /* rounds tracked */
    /* The collector's. */
    alignas(64) struct epw_stats stats; /* as of its last mark */
    size_t told_from, told_to; /* the block of flows in the lane that was told ahead last */
};

struct epw_road {
    struct epw_road_sink sink;
    struct epw_road_options options;
    struct epw_capture *capture; /* borrowed for the run */
    struct epw_stats read;       /* the reader's part of the counters */
    struct epw_pace pace;
    unsigned workers;
    bool over_file;   /* always ready to be read: set before there are threads */
    bool alone;       /* no threads: one worker's meter and one slot's round are all there is */
    unsigned started; /* threads of workers that run */
    struct epw_worker *worker;
    struct epw_slot slot[EPW_RING];
    pthread_t collector;
    struct epw_gate work;            /* workers: rounds published, slots free to read into */
    struct epw_gate space;           /* a reader of its own: rounds done */
    struct epw_gate results;         /* the collector: lanes handed on */
    struct epw_gate drain;           /* workers: lanes given back */
    alignas(64) atomic_bool shared;  /* the workers read, whoever has time: epw_ring_read() */
    atomic_bool reading;             /* one of them does, or all is read */
    alignas(64) atomic_ullong taken; /* rounds read */
    alignas(64) atomic_bool stop;    /* the sink needs no more */
    atomic_ullong lost;              /* results for which there was no room */
    atomic_bool cancelled;           /* not all threads could be started: those that were end */
};

/* road.c */
bool epw_road_read(struct epw_road *road, struct epw_capture *capture, struct epw_round *round);
bool epw_road_tick(struct epw_road *road, int64_t now_ns);

/* crew.c: the run on several threads. EPW_ELIMIT: they could not be started, nothing was read. */
enum epw_err epw_crew_run(struct epw_road *road, struct epw_capture *capture);
/* Whether who found the ring (struct epw_road) full is to go on. */
bool epw_ring_has_space(void *road, unsigned unused);
/* Reads and publishes the next round, for a worker with one in hand. Does nothing where enough
 * are read, one of them reads just now, there is no room or no more to read, or not the workers
 * read. */
void epw_ring_read(struct epw_road *road, const struct epw_worker *worker);
/* Whether it is worth a try for who sleeps. */
bool epw_ring_may_read(struct epw_road *road, uint64_t at);

/* worker.c: a meter's thread (struct epw_worker), and its results' way into its lane. */
void *epw_worker_main(void *worker);
struct epw_meter_sink epw_worker_sink(struct epw_worker *worker);

/* collect.c: the thread that merges the lanes for the sink (struct epw_road). */
void *epw_collector_main(void *road);

#endif
