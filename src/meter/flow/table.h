/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flow table: owns the flows and finds them by tag (flow/key.h). Several
 * flows may have the same tag; telling them apart is flow/lookup.h's work.
 *
 * Open addressing with linear probing on buckets of 32-bit tag and 32-bit flow
 * index; removal shifts back, so there are no tombstones. It grows by moving
 * a few buckets with each flow added: no packet waits for a whole rehash.
 */
#ifndef EPW_METER_FLOW_TABLE_H
#define EPW_METER_FLOW_TABLE_H

#include "base/err.h"
#include "meter/flow/flow.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Flows in a chunk: what every packet touches of it is 2 MiB, as much as one entry of a page
 * directory covers, so that few are needed to find those pages. Memory comes page by page as flows
 * begin, so taking a chunk is no pause.
 */
#define EPW_TABLE_CHUNK 32768u

/*
 * The parts of flows apart, so that packets that need but one find it among its like, and what few
 * flows have is memory never touched. It lies at a multiple of what its first member takes: so a
 * flow's other parts are found from where it lies.
 */
#define EPW_TABLE_ALIGN (EPW_TABLE_CHUNK * sizeof(struct epw_flow))
struct epw_table_chunk {
    _Alignas(EPW_TABLE_CHUNK * sizeof(struct epw_flow)) struct epw_flow flow[EPW_TABLE_CHUNK];
    struct epw_flow_cold cold[EPW_TABLE_CHUNK];
    struct epw_flow_wide wide[EPW_TABLE_CHUNK];
    struct epw_flow_rare rare[EPW_TABLE_CHUNK];
};

struct epw_table_bucket {
    uint32_t tag;
    uint32_t flow; /* index, 0: empty */
};

struct epw_table_buckets {
    struct epw_table_bucket *slot;
    uint32_t mask; /* number of buckets - 1 */
};

/* For the functions here alone. */
struct epw_table {
    struct epw_table_buckets
        half[2];                   /* [0] current; [1] being moved into it, slot NULL when none */
    uint32_t move_at;              /* next bucket of half[1] to move; those before it are empty */
    struct epw_table_buckets next; /* for the next growth, slot NULL when not yet needed */
    uint32_t made;                 /* buckets of it whose pages are there */
    uint32_t max_flows, count;
    uint32_t used; /* flows ever handed out: indexes 1..used */
    uint32_t free; /* first of the free ones below that, linked by next */
    uint32_t chunks;
    struct epw_table_chunk *chunk; /* addresses for all that may come, memory for the first ones */
};

/* EPW_ENOMEM, EPW_EUSAGE (max_flows is 0). */
enum epw_err epw_table_new(struct epw_table **table, uint32_t max_flows);
void epw_table_free(struct epw_table *table); /* flows' evidence must be gone before */

uint32_t epw_table_count(const struct epw_table *table);

/*
 * A new flow: its flags are EPW_F_USED, all else of its two halves is zero, and it is in no queue.
 * NULL when max_flows are in or memory is short: after an epw_table_remove() it succeeds.
 */
struct epw_flow *epw_table_add(struct epw_table *table, uint32_t tag);
/* tag: with which it was added. */
void epw_table_remove(struct epw_table *table, struct epw_flow *flow, uint32_t tag);
/* Removes all of them, for the end of a run: it takes as long as the table is large. */
void epw_table_clear(struct epw_table *table);

/* The chunk of a flow in a table, and which of it the flow is. */
static inline struct epw_table_chunk *epw_flow_chunk(const struct epw_flow *flow, size_t *at)
{
    uintptr_t where = (uintptr_t)flow, begin = where & ~(uintptr_t)(EPW_TABLE_ALIGN - 1);
    *at = (where - begin) / sizeof(*flow);
    return (struct epw_table_chunk *)begin;
}

/* The other parts of a flow. */
static inline struct epw_flow_cold *epw_flow_cold(const struct epw_flow *flow)
{
    size_t at;
    struct epw_table_chunk *chunk = epw_flow_chunk(flow, &at);
    return &chunk->cold[at];
}

static inline struct epw_flow_link *epw_flow_link(const struct epw_flow *flow)
{
    return &epw_flow_cold(flow)->link;
}

static inline struct epw_flow_wide *epw_flow_wide(const struct epw_flow *flow)
{
    size_t at;
    struct epw_table_chunk *chunk = epw_flow_chunk(flow, &at);
    return &chunk->wide[at];
}

static inline struct epw_flow_rare *epw_flow_rare(const struct epw_flow *flow)
{
    size_t at;
    struct epw_table_chunk *chunk = epw_flow_chunk(flow, &at);
    return &chunk->rare[at];
}

/* The flow of an index in use, 1 and up, and its place in its queue; and the index of a flow. */
static inline struct epw_flow *epw_table_at(const struct epw_table *table, uint32_t index)
{
    return &table->chunk[(index - 1) / EPW_TABLE_CHUNK].flow[(index - 1) % EPW_TABLE_CHUNK];
}

static inline struct epw_flow_link *epw_table_link_at(const struct epw_table *table, uint32_t index)
{
    return &table->chunk[(index - 1) / EPW_TABLE_CHUNK].cold[(index - 1) % EPW_TABLE_CHUNK].link;
}

static inline uint32_t epw_table_index(const struct epw_table *table, const struct epw_flow *flow)
{
    size_t at;
    const struct epw_table_chunk *chunk = epw_flow_chunk(flow, &at);
    return (uint32_t)((size_t)(chunk - table->chunk) * EPW_TABLE_CHUNK + at) + 1;
}

/* Whether there is a flow of this tag. */
bool epw_table_has(const struct epw_table *table, uint32_t tag);

/* Walks the flows of one tag: first, then next until NULL. No adding or removing meanwhile. */
struct epw_probe {
    uint32_t at;
    uint32_t half; /* 0: current buckets, 1: those being moved */
};
struct epw_flow *epw_table_first(const struct epw_table *table, uint32_t tag,
                                 struct epw_probe *probe);
struct epw_flow *epw_table_next(const struct epw_table *table, uint32_t tag,
                                struct epw_probe *probe);

/* All flows, in no useful order: start with *at 0; NULL at the end. Removing the last given is
 * fine. */
struct epw_flow *epw_table_each(const struct epw_table *table, uint32_t *at);

/*
 * Asks for the cache lines that finding these tags will need: buckets first,
 * then flows. flows gets the first flow of each tag, NULL when there is none:
 * most likely the one that will be found.
 */
void epw_table_warm_buckets(const struct epw_table *table, const uint32_t *tags, size_t count);
void epw_table_warm_flows(const struct epw_table *table, const uint32_t *tags, size_t count,
                          struct epw_flow **flows);

#endif
