/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/count.h"

#include "meter/flow/clock.h"

#define TCP_FLAGS (UINT64_MAX << EPW_COUNT_TCP_FLAGS_AT)

void epw_flow_count_far(struct epw_flow *flow, unsigned side, struct epw_count more)
{
    struct epw_flow_rare *rare = epw_flow_rare(flow);
    if ((flow->flags & EPW_F_BIG) == 0) {
        memset(rare->packets, 0, sizeof(rare->packets));
        memset(rare->bytes, 0, sizeof(rare->bytes));
        memset(rare->payload, 0, sizeof(rare->payload));
        flow->flags |= EPW_F_BIG;
    }
    const struct epw_count near = epw_flow_count_near(flow, side);
    rare->packets[side] += near.packets + more.packets;
    rare->bytes[side] += near.bytes + more.bytes;
    rare->payload[side] += near.payload + more.payload;
    flow->counts[side] &= TCP_FLAGS;
}

void epw_flow_count_none(struct epw_flow *flow)
{
    flow->flags &= ~EPW_F_BIG;
    for (unsigned side = 0; side < 2; side++)
        flow->counts[side] &= TCP_FLAGS;
}

/* Stamps fit: epw_clock_tick() gives none below 0 or above this. */
_Static_assert(EPW_CLOCK_MAX_NS >> EPW_TICK_BITS < 1 << 26, "the bits of first_tick");

void epw_flow_begin_record(struct epw_flow *flow, int64_t first_ns, bool first)
{
    if (!first && (flow->flags & EPW_F_AGAIN) == 0) {
        epw_flow_rare(flow)->start_ns = epw_flow_first_ns(flow);
        flow->flags |= EPW_F_AGAIN;
    }
    epw_flow_cold(flow)->first_rest = (uint64_t)first_ns & ((UINT64_C(1) << EPW_TICK_BITS) - 1);
    flow->first_tick = (uint32_t)(first_ns >> EPW_TICK_BITS) & ((1u << 26) - 1);
}

void epw_flow_stamp_early(struct epw_flow *flow, int64_t ts_ns)
{
    if (ts_ns < epw_flow_first_ns(flow))
        epw_flow_begin_record(flow, ts_ns, false);
}
