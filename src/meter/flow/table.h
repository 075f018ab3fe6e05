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

struct epw_table;

/* Flows in a chunk: 240 KiB, so that taking one from the system is no pause. */
#define EPW_TABLE_CHUNK 1024u

/* The two halves of flows apart, so that packets that need but one find it among its like. */
struct epw_table_chunk {
    struct epw_flow flow[EPW_TABLE_CHUNK];
    struct epw_flow_cold cold[EPW_TABLE_CHUNK];
};

/* EPW_ENOMEM, EPW_EUSAGE (max_flows is 0). */
enum epw_err epw_table_new(struct epw_table **table, uint32_t max_flows);
void epw_table_free(struct epw_table *table); /* flows' evidence must be gone before */

uint32_t epw_table_count(const struct epw_table *table);

/*
 * A new flow, all zero but its index and tag. NULL when max_flows are in or
 * memory is short: after an epw_table_remove() it succeeds.
 */
struct epw_flow *epw_table_add(struct epw_table *table, uint32_t tag);
void epw_table_remove(struct epw_table *table, struct epw_flow *flow);

/* The flow of an index in use, and the rest of a flow. */
struct epw_flow *epw_table_at(const struct epw_table *table, uint32_t index);
static inline struct epw_flow_cold *epw_table_cold(const struct epw_table *table,
                                                   const struct epw_flow *flow)
{
    (void)table;
    uint32_t at = (flow->index - 1) % EPW_TABLE_CHUNK;
    /* A chunk begins with its flows. */
    struct epw_table_chunk *chunk = (struct epw_table_chunk *)(uintptr_t)(flow - at);
    return &chunk->cold[at];
}
/* The same by index, without a look at the flow. */
struct epw_flow_cold *epw_table_cold_at(const struct epw_table *table, uint32_t index);

/* The flow of this very key, VLANs included; NULL when there is none. tag: the key's. */
struct epw_flow *epw_table_exact(const struct epw_table *table, uint32_t tag,
                                 const struct epw_key *key);

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
