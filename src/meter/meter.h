/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A meter: packets in, flow records and sightings out. Single-threaded; many
 * meters may share the packets of each round, each of them tracks those of
 * its host pairs. It knows no vendor.
 */
#ifndef EPW_METER_METER_H
#define EPW_METER_METER_H

#include "base/err.h"
#include "base/stats.h"
#include "meter/flow_record.h"
#include "meter/round.h"
#include "meter/sighting.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Seconds of packet time. Defaults: tcp 3600 (keep-alives of managed agents
 * come more often), udp 120, closed 10 (late retransmissions still join),
 * unanswered 60 (the last SYN retry of common stacks comes after 63 s in all,
 * but each retry restarts the clock), active 1800 (as in IPFIX practice).
 */
struct epw_timeouts {
    uint32_t tcp, udp, closed, unanswered, active;
};

struct epw_meter_options {
    uint32_t max_flows; /* cap of the flow table; at least 1 */
    struct epw_timeouts timeouts;
    bool ignore_vlan; /* VLAN ids do not tell flows apart */
    bool dedup;       /* a mirror's doubles are counted and left out (flow/doubles.h) */
    uint64_t seed;    /* of the tables' hashes, the same for all meters of a run; no result
                         depends on it */
    uint8_t meters;   /* how many share the packets; 0 is 1, EPW_OWNERS_MAX at most */
    uint8_t self;     /* which of them this is, from 0 */
};

#define EPW_METER_DEFAULTS                                                                         \
    {                                                                                              \
        .max_flows = 1000000,                                                                      \
        .timeouts = { .tcp = 3600, .udp = 120, .closed = 10, .unanswered = 60, .active = 1800 },   \
    }

/*
 * Where in a round a result belongs, so that the results of several meters can
 * be put into the one order that a single meter has: by at, then point_ns, then ns, then id.
 */
struct epw_place {
    uint32_t at;      /* 2 i: the points before packet i; 2 i + 1: packet i; EPW_PLACE_FLUSH */
    int64_t point_ns; /* at a point its time, else 0 */
    int64_t ns;       /* at a point the flow's last stamp, in the flush its first, else 0 */
    uint64_t id;      /* at a point and in the flush the flow's id, else 0 */
    /* A point itself comes after the flows that end at it: with the greatest ns and id. */
};
#define EPW_PLACE_FLUSH UINT32_MAX

/* Flows of one hint of what comes. */
#define EPW_SOON_FLOWS 8

/* Where a meter's results go. Called from epw_meter_push() and epw_meter_flush() only. */
struct epw_meter_sink {
    void *ctx;
    void (*flow)(void *ctx, const struct epw_flow_record *record);
    void (*sighting)(void *ctx, const struct epw_sighting *sighting);
    /* A point of packet time (round.h) is over; NULL: need not be known. */
    void (*time)(void *ctx, int64_t now_ns);
    /* The flows handed out soon are between these addresses, two of each in either order: what is
     * kept of them may be fetched. A hint, which not every flow has; NULL: nobody wants it. */
    void (*soon)(void *ctx, const struct epw_ip ip[2 * EPW_SOON_FLOWS]);
};

struct epw_meter;

/* options and sink are copied. EPW_ENOMEM, EPW_EUSAGE (max_flows or a timeout is 0, self is none
 * of the meters, or they are too many). */
enum epw_err epw_meter_new(struct epw_meter **meter, const struct epw_meter_options *options,
                           const struct epw_meter_sink *sink);
void epw_meter_free(struct epw_meter *meter);

/*
 * Where several meters share the packets, tells what each frame of a round is, that
 * epw_pace_round() has been through, and whose: once for all of them. Any of the meters will do,
 * also while its thread is at another round.
 */
void epw_meter_share(const struct epw_meter *meter, struct epw_round *round);

/*
 * The two steps of a round, in order: the meter finds out what is its own of it, and tracks that.
 * Each round goes to all meters of a run, which may be at one round at a time. Frames that
 * cannot be used are counted, by one of the meters, and not errors. No pointer into the round is
 * kept longer.
 */
void epw_meter_decode(struct epw_meter *meter, const struct epw_round *round);
void epw_meter_push(struct epw_meter *meter, const struct epw_round *round);

/* The place of the result being handed out; for the sink's functions. */
struct epw_place epw_meter_place(const struct epw_meter *meter);

/*
 * End of the run: every flow still open is written, by first stamp and flow id
 * (EPW_REASON_FORCED; those whose time was up already as timeout or end).
 */
void epw_meter_flush(struct epw_meter *meter);

/* The meter's part of the counters, owned by the meter; current after each call above. */
const struct epw_stats *epw_meter_stats(const struct epw_meter *meter);

#endif
