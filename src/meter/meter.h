/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A meter: frames in, flow records and sightings out. Single-threaded; many
 * meters may run side by side, each fed with all packets of its host pairs.
 * It knows no vendor.
 */
#ifndef EPW_METER_METER_H
#define EPW_METER_METER_H

#include "base/err.h"
#include "base/stats.h"
#include "capture/frame.h"
#include "meter/flow_record.h"
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
    uint64_t seed;    /* of the tables' hashes; flow ids do not depend on it */
};

#define EPW_METER_DEFAULTS                                                                         \
    {                                                                                              \
        .max_flows = 1000000,                                                                      \
        .timeouts = { .tcp = 3600, .udp = 120, .closed = 10, .unanswered = 60, .active = 1800 },   \
    }

/* Where a meter's results go. Called from epw_meter_push() and epw_meter_flush() only. */
struct epw_meter_sink {
    void *ctx;
    void (*flow)(void *ctx, const struct epw_flow_record *record);
    void (*sighting)(void *ctx, const struct epw_sighting *sighting);
};

struct epw_meter;

/* options and sink are copied. EPW_ENOMEM, EPW_EUSAGE (max_flows or a timeout is 0). */
enum epw_err epw_meter_new(struct epw_meter **meter, const struct epw_meter_options *options,
                           const struct epw_meter_sink *sink);
void epw_meter_free(struct epw_meter *meter);

/* Takes in a batch; keeps no pointer into it. Frames it cannot use are counted, not errors. */
void epw_meter_push(struct epw_meter *meter, const struct epw_batch *batch);

/*
 * End of the run: every flow still open is written, by first stamp and flow id
 * (EPW_REASON_FORCED; those whose time was up already as timeout or end).
 */
void epw_meter_flush(struct epw_meter *meter);

/* The meter's part of the counters, owned by the meter; current after each call above. */
const struct epw_stats *epw_meter_stats(const struct epw_meter *meter);

#endif
