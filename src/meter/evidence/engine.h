/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The evidence engine of one meter: puts the first bytes of each flow's sides
 * in order and shows them to the sources. Bounded per flow and in all.
 */
#ifndef EPW_METER_EVIDENCE_ENGINE_H
#define EPW_METER_EVIDENCE_ENGINE_H

#include "base/err.h"
#include "base/stats.h"
#include "meter/evidence.h"
#include "meter/flow_record.h"
#include "meter/packet.h"
#include "meter/sighting.h"

struct epw_ev_engine;
struct epw_ev_flow; /* what the engine keeps of one flow; NULL until its first payload */

typedef void (*epw_sighting_fn)(void *ctx, const struct epw_sighting *sighting);

/* stats is borrowed for the engine's life (evidence_* counters). EPW_ENOMEM. */
enum epw_err epw_ev_engine_new(struct epw_ev_engine **engine, struct epw_stats *stats,
                               epw_sighting_fn sight, void *sight_ctx);
void epw_ev_engine_free(struct epw_ev_engine *engine);

/* The engine is one of so many in a run, which share the memory that one may hold. */
void epw_ev_engine_share(struct epw_ev_engine *engine, unsigned engines);

/* Who the packet's flow is. [0] and [1], and dir below, mean the same in every call of a flow. */
struct epw_ev_who {
    uint64_t flow_id;
    struct epw_ip ip[2]; /* [0] initiator */
    uint16_t port[2];
    bool midstream;    /* TCP without its handshake: the first byte seen is not the first sent */
    bool isn_known[2]; /* SYN of that side was seen: */
    uint32_t isn[2];   /* ... its sequence number; the first data byte is isn + 1 */
};

/*
 * A TCP or UDP packet with payload (payload_wire above 0, even when none of it
 * was captured) of a flow. *flow is made on the first call; out of memory it
 * stays NULL, which is counted.
 * Returns false when the engine needs no further packet of this flow: the
 * caller then need not call again (every call is cheap to skip).
 */
bool epw_ev_packet(struct epw_ev_engine *engine, struct epw_ev_flow **flow,
                   const struct epw_ev_who *who, const struct epw_packet *packet, enum epw_dir dir);

/* Asks for the cache lines that a packet of the flow will need: its own, then what it works with.
 */
void epw_ev_warm(const struct epw_ev_flow *flow);
void epw_ev_warm_work(const struct epw_ev_flow *flow);

/*
 * The flow is over: sources that waited for more bytes get their last look.
 * Call before the last epw_ev_result(); flow may be NULL.
 */
void epw_ev_finish(struct epw_ev_engine *engine, struct epw_ev_flow *flow);

/* What is known; never NULL. Valid until the next call for this flow. */
const struct epw_evidence *epw_ev_result(const struct epw_ev_flow *flow);

/* Frees what belongs to a flow and sets *flow to NULL. */
void epw_ev_flow_free(struct epw_ev_engine *engine, struct epw_ev_flow **flow);

#endif
