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

/*
 * A side's own counters are one word, so that one addition counts a packet: from the low bits on
 * bytes, payload, packets, and the union of TCP flags, which is no part of what goes on in rare.
 * The highest bit of a counter set means that it has to, before the next packet.
 */
#define EPW_COUNT_BITS                   23 /* of bytes and of payload */
#define EPW_COUNT_PACKET_BITS            10
#define EPW_COUNT_PAYLOAD_AT             EPW_COUNT_BITS
#define EPW_COUNT_PACKETS_AT             (2 * EPW_COUNT_BITS)
#define EPW_COUNT_TCP_FLAGS_AT           (EPW_COUNT_PACKETS_AT + EPW_COUNT_PACKET_BITS)
#define EPW_COUNT_PART(counts, at, bits) ((counts) >> (at) & ((UINT64_C(1) << (bits)) - 1))
/* What a packet can bring at most to be counted there. */
#define EPW_COUNT_MOST ((1u << (EPW_COUNT_BITS - 1)) - 1)
#define EPW_COUNT_FULL                                                                             \
    (UINT64_C(1) << (EPW_COUNT_PAYLOAD_AT - 1) | UINT64_C(1) << (EPW_COUNT_PACKETS_AT - 1) |       \
     UINT64_C(1) << (EPW_COUNT_TCP_FLAGS_AT - 1))

/* What the flow itself has of it. */
static inline struct epw_count epw_flow_count_near(const struct epw_flow *flow, unsigned side)
{
    const uint64_t counts = flow->counts[side];
    return (struct epw_count){
        .packets = EPW_COUNT_PART(counts, EPW_COUNT_PACKETS_AT, EPW_COUNT_PACKET_BITS),
        .bytes = EPW_COUNT_PART(counts, 0, EPW_COUNT_BITS),
        .payload = EPW_COUNT_PART(counts, EPW_COUNT_PAYLOAD_AT, EPW_COUNT_BITS),
    };
}

/* What a side sent. */
static inline struct epw_count epw_flow_count(const struct epw_flow *flow, unsigned side)
{
    struct epw_count count = epw_flow_count_near(flow, side);
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
/* Begins anew, but for the flags of TCP. */
void epw_flow_count_none(struct epw_flow *flow);

static inline void epw_flow_count_packet(struct epw_flow *flow, unsigned side, uint32_t bytes,
                                         uint32_t payload, uint8_t tcp_flags)
{
    uint64_t counts = flow->counts[side] | (uint64_t)tcp_flags << EPW_COUNT_TCP_FLAGS_AT;
    if ((bytes | payload) > EPW_COUNT_MOST) {
        flow->counts[side] = counts;
        epw_flow_count_far(flow, side, (struct epw_count){ 1, bytes, payload });
        return;
    }
    counts +=
        bytes | (uint64_t)payload << EPW_COUNT_PAYLOAD_AT | UINT64_C(1) << EPW_COUNT_PACKETS_AT;
    flow->counts[side] = counts;
    if ((counts & EPW_COUNT_FULL) != 0)
        epw_flow_count_far(flow, side, (struct epw_count){ .packets = 0 });
}

/* The union of a side's flags of TCP. */
static inline uint8_t epw_flow_tcp_flags(const struct epw_flow *flow, unsigned side)
{
    return (uint8_t)(flow->counts[side] >> EPW_COUNT_TCP_FLAGS_AT);
}

/*
 * The stamp a record begins with is in the cold half but for its high part, ticks of 69 seconds in
 * the flow itself: they tell of most packets that they come not long after it.
 */
#define EPW_TICK_BITS 36

static inline int64_t epw_flow_first_ns(const struct epw_flow *flow)
{
    return (int64_t)((uint64_t)flow->first_tick << EPW_TICK_BITS | epw_flow_cold(flow)->first_rest);
}

/* The record begins with this stamp; first: so does the flow. */
void epw_flow_begin_record(struct epw_flow *flow, int64_t first_ns, bool first);
/* The first packet of the flow. */
static inline int64_t epw_flow_start(const struct epw_flow *flow)
{
    return (flow->flags & EPW_F_AGAIN) != 0 ? epw_flow_rare(flow)->start_ns
                                            : epw_flow_first_ns(flow);
}

/* Whether ts_ns is more than span_ns after the record's first stamp. */
static inline bool epw_flow_is_longer(const struct epw_flow *flow, int64_t ts_ns, int64_t span_ns)
{
    return (ts_ns >> EPW_TICK_BITS) - flow->first_tick >= span_ns >> EPW_TICK_BITS &&
           ts_ns - epw_flow_first_ns(flow) > span_ns;
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
