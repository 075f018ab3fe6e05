/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flows that end together, at one point of time or with the run: in an order that depends on them
 * alone, not on the table, not on who else is in it.
 */
#include "meter/flow/count.h"
#include "meter/flow/lookup.h"
#include "meter/meter_state.h"

#include <stdlib.h>

/* How far ahead of its end a flow is asked for, and then what is found by way of it. */
#define END_AHEAD  40u
#define NEAR_AHEAD 8u
/* The sink hears of flows so many before they end: it fetches in steps, block by block. */
#define SOON_AHEAD (3u * EPW_SOON_FLOWS)

static void tell_soon(const struct epw_meter *m, size_t first)
{
    struct epw_ip ip[2 * EPW_SOON_FLOWS];
    if (first + EPW_SOON_FLOWS > m->ends_count)
        return;
    for (size_t i = 0; i < EPW_SOON_FLOWS; i++) {
        const struct epw_flow *flow = m->ends[first + i].flow;
        ip[2 * i] = epw_flow_ip(flow, 0);
        ip[2 * i + 1] = epw_flow_ip(flow, 1);
    }
    m->sink.soon(m->sink.ctx, ip);
}

/* Asks for the memory of the flows that end soon after the one in hand. */
static inline void warm(const struct epw_meter *m, size_t in_hand)
{
    if (in_hand + END_AHEAD < m->ends_count) {
        const struct epw_flow *flow = m->ends[in_hand + END_AHEAD].flow;
        __builtin_prefetch(flow, 1);
        __builtin_prefetch(epw_flow_cold(flow), 1);
    }
    if (m->sink.soon != NULL && in_hand % EPW_SOON_FLOWS == 0)
        for (size_t at = in_hand == 0 ? 0 : SOON_AHEAD; at <= SOON_AHEAD; at += EPW_SOON_FLOWS)
            tell_soon(m, in_hand + at);
    if (in_hand + NEAR_AHEAD < m->ends_count) {
        const struct epw_flow *flow = m->ends[in_hand + NEAR_AHEAD].flow;
        if (m->place.at != EPW_PLACE_FLUSH) { /* then the table goes as a whole */
            const uint32_t tag = epw_flow_tag(flow, m->options.seed);
            epw_table_warm_buckets(m->table, &tag, 1);
        }
        epw_ev_warm(&flow->evidence);
    }
}

/*
 * The end of a flow that is in no queue any more. Whether its time was up already does not depend
 * on when that was looked at. At the end of the run the table is emptied as a whole.
 */
static void end(struct epw_meter *m, struct epw_flow *flow, int64_t ns)
{
    bool time_up = epw_expiry_idle(&m->expiry, flow, m->now_ns);
    m->place.ns = ns;
    m->place.id = epw_flow_cold(flow)->id;
    epw_meter_finish(m, flow, time_up ? epw_meter_time_up(flow) : EPW_REASON_FORCED);
    if (m->place.at != EPW_PLACE_FLUSH)
        epw_table_remove(m->table, flow, epw_flow_tag(flow, m->options.seed));
}

void epw_meter_end_later(struct epw_meter *m, struct epw_flow *flow, int64_t ns)
{
    if (m->ends_count == m->ends_room) {
        size_t room = m->ends_room == 0 ? EPW_BATCH_FRAMES : 2 * m->ends_room;
        struct epw_ending_flow *more = realloc(m->ends, room * sizeof(*more));
        if (more == NULL) {
            end(m, flow, ns);
            return;
        }
        m->ends = more;
        m->ends_room = room;
    }
    m->ends[m->ends_count++] = (struct epw_ending_flow){ ns, flow };
}

void epw_meter_end_all(struct epw_meter *m)
{
    epw_ends_sort(m->ends, m->ends_count);
    for (size_t i = 0; i < m->ends_count; i++) {
        warm(m, i);
        end(m, m->ends[i].flow, m->ends[i].ns);
    }
    m->ends_count = 0;
}

void epw_meter_end_run(struct epw_meter *m)
{
    uint32_t at = 0;
    struct epw_flow *flow;
    epw_expiry_forget(&m->expiry);
    while ((flow = epw_table_each(m->table, &at)) != NULL)
        epw_meter_end_later(m, flow, epw_flow_start(flow));
    epw_meter_end_all(m);
    epw_table_clear(m->table);
}
