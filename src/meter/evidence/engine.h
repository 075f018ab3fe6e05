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
struct epw_ev_flow;

/*
 * What the engine keeps of a flow, for the engine to read; begin with all zero. Of most flows,
 * which show nothing that a source knows, it is all there is. It stays where it is: a packet of
 * another flow may end what is held of this one.
 */
struct epw_ev_kept {
    uint64_t word; /* a struct epw_ev_flow's address; or, where odd, what is left of one: keep.c */
};

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
 * was captured) of a flow. What does not fit into memory is counted.
 * Returns false when the engine needs no further packet of this flow: the
 * caller then need not call again (every call is cheap to skip).
 */
bool epw_ev_packet(struct epw_ev_engine *engine, struct epw_ev_kept *kept,
                   const struct epw_ev_who *who, const struct epw_packet *packet, enum epw_dir dir);

/* What a glance says: */
#define EPW_EV_QUIET(dir) (1u << (dir)) /* epw_ev_quiet() */
#define EPW_EV_OVER       4u            /* epw_ev_packet() would return false */
#define EPW_EV_LOOK       8u /* alone: nothing was done, epw_ev_packet() has to see the packet */

/* The payload of such a packet that is no fragment, all of it and at least a byte. */
struct epw_ev_bytes {
    const uint8_t *bytes;
    uint32_t len;
    uint32_t seq; /* TCP, where isn_known: of the first of them */
    uint32_t isn; /* as in epw_ev_who, of their side */
    bool isn_known, midstream;
    uint8_t proto;    /* 6 or 17 */
    uint16_t port[2]; /* in any order */
    enum epw_dir dir;
};

/* The same for the usual packet of a flow that shows nothing, by less: from its bytes alone. */
unsigned epw_ev_glance(const struct epw_ev_engine *engine, struct epw_ev_kept *kept,
                       const struct epw_ev_bytes *begin);

/*
 * Whether packets of this side need not be shown until the other side had one: its opening is
 * over, and no bytes of the other are held. Not so of fragments.
 */
bool epw_ev_quiet(const struct epw_ev_kept *kept, enum epw_dir dir);

/* Whether there is more of a flow than what it keeps itself; NULL: no. */
static inline struct epw_ev_flow *epw_ev_flow(const struct epw_ev_kept *kept)
{
    return (kept->word & 1) != 0 ? NULL : (struct epw_ev_flow *)(uintptr_t)kept->word;
}

/* Asks for the cache lines that a packet of the flow will need: its own, then what it works with.
 */
void epw_ev_warm(const struct epw_ev_kept *kept);
void epw_ev_warm_work(const struct epw_ev_kept *kept);

/*
 * The flow is over: sources that waited for more bytes get their last look.
 * Call before the last epw_ev_result().
 */
void epw_ev_finish(struct epw_ev_engine *engine, struct epw_ev_kept *kept);

/* What is known; never NULL. Valid until the next call for this flow. */
const struct epw_evidence *epw_ev_result(const struct epw_ev_kept *kept);

/* Frees what belongs to a flow; *kept is then as in the beginning. */
void epw_ev_flow_free(struct epw_ev_engine *engine, struct epw_ev_kept *kept);

#endif
