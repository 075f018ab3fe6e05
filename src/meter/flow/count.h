/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is counted of a flow since its last record: packets, bytes and times. The flow's own
 * counters are narrow, so that it fits into a cache line; what they cannot hold goes on in its rare
 * part, which few flows have.
 */
#ifndef EPW_METER_FLOW_COUNT_H
#define EPW_METER_FLOW_COUNT_H

#include "meter/flow/table.h"

struct epw_count {
    uint64_t packets, bytes, payload;
};

/* What a side sent. */
static inline struct epw_count epw_flow_count(const struct epw_flow *flow, unsigned side)
{
    struct epw_count count = { flow->side[side].packets, flow->side[side].bytes,
                               flow->side[side].payload };
    if ((flow->flags & EPW_F_BIG) == 0)
        return count;
    const struct epw_flow_rare *rare = epw_flow_rare(flow);
    count.packets += rare->packets[side];
    count.bytes += rare->bytes[side];
    count.payload += rare->payload[side];
    return count;
}
/* Adds to it, in the rare part. */
void epw_flow_count_far(struct epw_flow *flow, unsigned side, struct epw_count more);
/* Begins anew. */
void epw_flow_count_none(struct epw_flow *flow);

/* So many packets, each smaller than this, fit whatever they bring; beyond it goes on there. */
#define EPW_COUNT_PACKETS (1u << 15)
#define EPW_COUNT_BYTES   (1u << 16)

static inline void epw_flow_count_packet(struct epw_flow *flow, unsigned side, uint32_t bytes,
                                         uint32_t payload)
{
    struct epw_flow_side *s = &flow->side[side];
    if ((s->packets & EPW_COUNT_PACKETS) != 0 || (bytes | payload) >= EPW_COUNT_BYTES) {
        epw_flow_count_far(flow, side, (struct epw_count){ 1, bytes, payload });
        return;
    }
    s->packets++;
    s->bytes += bytes;
    s->payload += payload;
}

/*
 * The stamp a record begins with is in the cold half; the flow has it in ticks of 17 seconds,
 * which tells of most packets that they come neither before it nor long after it.
 */
#define EPW_TICK_BITS 34
static inline uint32_t epw_tick(int64_t ns)
{
    return (uint32_t)(ns >> EPW_TICK_BITS) & ((1u << 28) - 1); /* EPW_CLOCK_MAX_NS fits */
}

/* The record begins with this stamp; first: so does the flow. */
void epw_flow_begin_record(struct epw_flow *flow, int64_t first_ns, bool first);
/* The first packet of the flow. */
static inline int64_t epw_flow_start(const struct epw_flow *flow)
{
    return (flow->flags & EPW_F_AGAIN) != 0 ? epw_flow_rare(flow)->start_ns
                                            : epw_flow_cold(flow)->first_ns;
}

/* Whether ts_ns is more than span_ns after the record's first stamp. */
static inline bool epw_flow_is_longer(const struct epw_flow *flow, int64_t ts_ns, int64_t span_ns)
{
    return (ts_ns >> EPW_TICK_BITS) - flow->first_tick >= span_ns >> EPW_TICK_BITS &&
           ts_ns - epw_flow_cold(flow)->first_ns > span_ns;
}

/* A stamp of the record that may come before its others. */
void epw_flow_stamp_early(struct epw_flow *flow, int64_t ts_ns);
static inline void epw_flow_stamp(struct epw_flow *flow, int64_t ts_ns)
{
    if (ts_ns >= flow->last_ns)
        flow->last_ns = ts_ns;
    else
        epw_flow_stamp_early(flow, ts_ns);
}

#endif
