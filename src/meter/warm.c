/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks for memory before it is needed. Among a million flows every step from
 * bucket to flow to cold half to evidence is a cache miss; done for a block
 * of packets at a time, some blocks ahead, the misses wait together and while others are tracked.
 */
#include "base/touch.h"
#include "meter/flow/lookup.h"
#include "meter/flow/tcp.h"
#include "meter/meter_state.h"

/* It may lie across two cache lines. */
static inline void warm_wide(const struct epw_flow *flow)
{
    const struct epw_flow_wide *wide = epw_flow_wide(flow);
    __builtin_prefetch(&wide->ip[0]);
    __builtin_prefetch(&wide->tunnel);
}

/* What decoding a packet takes, where another core may have it: the headers of its frame and the
 * beginning of a payload. A meter alone has just told the gists from them. */
static inline void warm_frame(const struct epw_meter *m, uint32_t ref)
{
    if (m->options.meters == 1 || m->put[ref])
        return;
    __builtin_prefetch(m->gist[ref].bytes);
    if (m->gist[ref].wire_len > EPW_CACHE_LINE)
        __builtin_prefetch(m->gist[ref].bytes + EPW_CACHE_LINE);
}

/* Whether its cold half is asked where payload belongs. */
static inline bool compares_isn(const struct epw_flow *flow, const struct epw_gist *gist)
{
    return epw_tcp_isn_known(flow, gist->side) & ((flow->flags & gist->way.any) == 0);
}

/* Lists those of packets [from, to) that are more than counters to their flow. No branch but for
 * their keys: which ones are follows no pattern. */
static uint32_t list_more(struct epw_meter *m, uint32_t from, uint32_t to)
{
    uint32_t count = 0;
    for (uint32_t i = from; i < to; i++) {
        const struct epw_flow *flow = m->guess[i];
        if (flow == NULL) {
            warm_frame(m, m->ref[i]);
            continue;
        }
        const struct epw_gist *gist = &m->gist[m->ref[i]];
        if (epw_gist_is_wide(gist))
            warm_wide(flow);
        m->far[count] = (uint16_t)i;
        count += !epw_gist_fits(gist, flow->flags);
    }
    return count;
}

/* Asks for what these need; those that change their flow's state stay listed. */
static void warm_more(struct epw_meter *m, uint32_t from, uint32_t to)
{
    uint32_t count = list_more(m, from, to), moving = 0;
    for (uint32_t k = 0; k < count; k++) {
        const uint16_t i = m->far[k];
        const struct epw_flow *flow = m->guess[i];
        const struct epw_gist *gist = &m->gist[m->ref[i]];
        const void *cold = epw_flow_cold(flow);
        const unsigned moves = epw_gist_moves(gist, flow->flags);
        warm_frame(m, m->ref[i]);
        if (epw_ev_flow(&flow->evidence) != NULL)
            epw_ev_warm(&flow->evidence);
        __builtin_prefetch((moves | compares_isn(flow, gist)) != 0 ? cold : flow, 1);
        m->far[moving] = i;
        moving += moves;
    }
    m->far_count = moving;
}

/* ... and for their neighbours in the queues, which their cold halves tell, a block later. */
static void warm_neighbours(struct epw_meter *m)
{
    for (uint32_t k = 0; k < m->far_count; k++)
        epw_expiry_warm(&m->expiry, m->guess[m->far[k]]);
}

struct span {
    uint32_t from, count;
};

/* What a step that is so many blocks ahead of i has to do there; at the beginning all up to that.
 */
static struct span ahead(uint32_t i, uint32_t blocks, uint32_t count)
{
    uint32_t from = i == 0 ? 0 : i + (blocks - 1) * EPW_WARM_BLOCK,
             to = i + blocks * EPW_WARM_BLOCK;
    from = from < count ? from : count;
    to = to < count ? to : count;
    return (struct span){ from, to - from };
}

void epw_meter_warm(struct epw_meter *m, uint32_t count, uint32_t i)
{
    struct span s = ahead(i, 4, count);
    epw_table_warm_buckets(m->table, m->tag + s.from, s.count);
    s = ahead(i, 3, count);
    epw_table_warm_flows(m->table, m->tag + s.from, s.count, m->guess + s.from);
    if (i != 0)
        warm_neighbours(m);
    s = ahead(i, 2, count);
    warm_more(m, s.from, s.from + s.count);
}
