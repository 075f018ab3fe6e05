/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The road from the capture to the receiver of its results: reads batches,
 * gives them their time, leads them through the meters, and hands out what
 * the meters find, in one order that depends on the packets alone. The
 * receiver needs no locks: all of its functions are called on one thread.
 */
#ifndef EPW_ROAD_ROAD_H
#define EPW_ROAD_ROAD_H

#include "base/err.h"
#include "base/stats.h"
#include "capture/capture.h"
#include "meter/meter.h"

#include <stdbool.h>

struct epw_road;

/* Cores that this process may use, EPW_ROAD_THREADS_MAX at most. */
unsigned epw_road_cores(void);

/* Meters at most, and so threads. */
#define EPW_ROAD_THREADS_MAX EPW_OWNERS_MAX

/* Flows that a meter can hold at least: a smaller table is not shared out any further. */
#define EPW_ROAD_MIN_FLOWS 8192u

struct epw_road_options {
    unsigned
        threads; /* meters, 1 to EPW_ROAD_THREADS_MAX; fewer are made when max_flows is small */
    bool live;   /* packets do not wait: results that nobody takes in time are dropped, and
                    counted (records_dropped, epw_road_lost()) */
    struct epw_meter_options meter; /* of the whole run: max_flows is shared out; meters and self
                                       are set by the road */
};

/* After each round, on the receiver's thread, when all its results were handed out. */
struct epw_road_tick {
    int64_t now_ns; /* packet time; live also while nothing comes. 0 before the first packet */
};

/*
 * With one thread for saved captures all of it is called on the caller's
 * thread of epw_road_run(). Else there is a thread for each meter and one for
 * the receiver; files are read by the meters' threads, all else by the caller's.
 *
 * flow, sighting, time and tick are called on the receiver's thread, in the
 * order of packet time; batch on whichever reads, one at a time. None of these may be NULL.
 */
struct epw_road_sink {
    void *ctx;
    /* Valid for the call. */
    void (*flow)(void *ctx, const struct epw_flow_record *record);
    void (*sighting)(void *ctx, const struct epw_sighting *sighting);
    /* Packet time reached a multiple of EPW_POINT_NS; the flows that ended then are through. */
    void (*time)(void *ctx, int64_t now_ns);
    /* False: nobody needs the rest, reading ends. */
    bool (*tick)(void *ctx, const struct epw_road_tick *tick);
    /* A batch as it was read, before anybody works on it. False: it is the last (it still counts).
     */
    bool (*batch)(void *ctx, const struct epw_batch *batch);
    /* What flow will be called with: struct epw_meter_sink. This one may be NULL. */
    void (*soon)(void *ctx, const struct epw_ip ip[2 * EPW_SOON_FLOWS]);
};

/* options and sink are copied. EPW_ENOMEM, EPW_EUSAGE (threads; else as epw_meter_new()). */
enum epw_err epw_road_new(struct epw_road **road, const struct epw_road_options *options,
                          const struct epw_road_sink *sink);
void epw_road_free(struct epw_road *road); /* NULL is fine */

/*
 * Reads the capture to its end (or until the sink says so), and ends all
 * flows. Everything was handed out when it returns, and its threads have
 * ended. To be called once. EPW_ELIMIT: threads could not be started; all was
 * done on the caller's thread instead.
 */
enum epw_err epw_road_run(struct epw_road *road, struct epw_capture *capture);

/*
 * The capture's and the meters' counters so far, as of the last round that was handed
 * out, of a saved capture as of one of the last 32 before its end. On the
 * receiver's thread, or after epw_road_run().
 */
void epw_road_stats(const struct epw_road *road, struct epw_stats *stats);

/* Results dropped so far, just now. On any thread. */
uint64_t epw_road_lost(const struct epw_road *road);

#endif
