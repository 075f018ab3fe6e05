/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/count.h"

void epw_flow_count_far(struct epw_flow *flow, unsigned side, struct epw_count more)
{
    struct epw_flow_rare *rare = epw_flow_rare(flow);
    if ((flow->flags & EPW_F_BIG) == 0) {
        memset(rare->packets, 0, sizeof(rare->packets));
        memset(rare->bytes, 0, sizeof(rare->bytes));
        memset(rare->payload, 0, sizeof(rare->payload));
        flow->flags |= EPW_F_BIG;
    }
    rare->packets[side] += flow->side[side].packets + more.packets;
    rare->bytes[side] += flow->side[side].bytes + more.bytes;
    rare->payload[side] += flow->side[side].payload + more.payload;
    flow->side[side].packets = 0;
    flow->side[side].bytes = flow->side[side].payload = 0;
}

void epw_flow_count_none(struct epw_flow *flow)
{
    flow->flags &= ~EPW_F_BIG;
    for (unsigned side = 0; side < 2; side++) {
        flow->side[side].packets = 0;
        flow->side[side].bytes = flow->side[side].payload = 0;
    }
}

void epw_flow_begin_record(struct epw_flow *flow, int64_t first_ns, bool first)
{
    struct epw_flow_cold *cold = epw_flow_cold(flow);
    if (!first && (flow->flags & EPW_F_AGAIN) == 0) {
        epw_flow_rare(flow)->start_ns = cold->first_ns;
        flow->flags |= EPW_F_AGAIN;
    }
    cold->first_ns = first_ns;
    flow->first_tick = epw_tick(first_ns) & ((1u << 28) - 1);
}

void epw_flow_stamp_early(struct epw_flow *flow, int64_t ts_ns)
{
    if (ts_ns < epw_flow_cold(flow)->first_ns)
        epw_flow_begin_record(flow, ts_ns, false);
}
