/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the engine keeps, shared by its own files (engine.c: packets, ask.c:
 * looks, finder.c: findings, keep.c: what is left of a flow, room.c: who holds bytes). Not for
 * sources, not for the meter.
 */
#ifndef EPW_METER_ENGINE_STATE_H
#define EPW_METER_ENGINE_STATE_H

#include "meter/evidence/assembly.h"
#include "meter/evidence/engine.h"
#include "meter/evidence/source.h"

/* IP protocol number of TCP (IANA); whatever else comes here has datagrams. */
#define EPW_EV_TCP 6

/* Objects of a kind in store: flows end together, some hundred at one point of a busy link, and as
 * many begin until the next. */
#define EPW_EV_SPARE 1024u

/* Objects not in use, the last one used first. */
struct epw_ev_store {
    uint32_t count;
    void *spare[EPW_EV_SPARE];
};

/* Ports are told apart by their remainder: who shares it with one that a source has is asked. */
#define EPW_EV_PORTS 256u

struct epw_ev_engine {
    struct epw_stats *stats;
    epw_sighting_fn sight;
    void *sight_ctx;
    struct epw_asm_pool pool; /* what flows hold, and what belongs to it */
    size_t room;              /* of it; beyond, the flow that has held for longest goes */
    struct epw_ev_work *oldest, *newest; /* of those that hold bytes, since they do */
    size_t names_held;                   /* bytes of names beyond EPW_FLOW_NAMES, of all flows */
    uint64_t seed;                       /* of their index */
    struct epw_ev_store flows, works;
    uint64_t over[2];                         /* [UDP]: bits of the sources over it */
    uint8_t over_count[2];                    /* ... and how many these are */
    uint64_t bound;                           /* ... of those that look at some ports only */
    uint64_t beginnings;                      /* ... of those that look at nothing midstream */
    uint64_t may_begin[2][256];               /* ... of those that may begin with this byte */
    uint64_t anything;                        /* ... of those that say nothing of the following */
    uint32_t may_have[2][EPW_EV_PLACES][256]; /* ... and may have this one at a place */
    uint32_t of_port[EPW_EV_PORTS]; /* ... to whom ports with this remainder mean something */
};

/* Made only for the sides whose source asks for it. */
struct epw_ev_extra {
    struct epw_asm stream;
    uint8_t note[EPW_EV_NOTE_LEN];
};

#define EPW_EV_NO_OWNER 0xff

struct epw_ev_side {
    struct epw_asm held; /* TCP: bytes not consumed; offset 0 is sequence number next */
    struct epw_ev_extra *extra;
    uint64_t candidates; /* bit i: source i has not said NO */
    uint64_t shown;      /* bytes shown to sources since one consumed, again and again */
    uint32_t next;
    uint32_t passed; /* TCP: bytes behind those consumed that are not wanted either */
    uint8_t owner;   /* index of the source, or EPW_EV_NO_OWNER */
    uint8_t level;   /* tunnels this side has entered */
    uint8_t tries;   /* TCP midstream: fresh starts made */
    uint8_t misses, gap_acks;
    uint8_t datagrams;
    uint8_t rounds;         /* times bytes were consumed, saturating */
    uint8_t open_datagrams; /* UDP: first fragments seen whose others have not come */
    bool begun;             /* TCP: next is set */
    bool from_start;        /* TCP */
    bool ended;             /* nothing more is wanted */
};

/* Needed while a flow is looked at, and longer when bytes of it are held or a source wants more. */
struct epw_ev_work {
    struct epw_ev_side side[2];
    struct epw_ip ip[2];
    uint16_t port[2];
    struct epw_ev_kept *kept; /* where it hangs, while it holds bytes: it is in the engine's list */
    struct epw_ev_work *older, *newer;
    uint64_t flow_id;
    int64_t ts_ns;
    uint8_t proto;
    uint8_t inner_level; /* level of the side that told inner_app */
    bool cut;            /* for good, unlike a hole that may still be filled */
    bool limited;        /* counted as such */
};

/* Of a side in whose bytes nothing is waited for. */
struct epw_ev_rest {
    uint32_t shown;
    uint8_t owner; /* plus one, 0: none */
    uint8_t count; /* TCP: fresh starts, UDP: datagrams */
    uint8_t open_datagrams;
    bool missed;
    bool ended;
};

/* What is left of the work of a flow when nothing is waited for. */
struct epw_ev_left {
    struct epw_ev_rest side[2];
    uint8_t inner_level;
    bool cut, limited;
};

/* What most flows that show something need no further memory for: a name, and short texts. */
#define EPW_EV_FEW_NAMES 1
#define EPW_EV_TEXT_ROOM 64

struct epw_ev_flow {
    struct epw_evidence ev;
    struct epw_ev_left left;     /* while there is no work */
    struct epw_flow_name *names; /* ev.name, to write to: few, or memory of their own */
    struct epw_flow_name few[EPW_EV_FEW_NAMES];
    uint16_t *index;             /* of DNS questions: place in names + 1 by hash, 0: free; NULL
                                    up to EPW_FLOW_NAMES */
    uint16_t names_room;         /* of names, with an index */
    size_t names_held;           /* its part of the engine's */
    struct epw_ev_work *work;    /* NULL: left is what there is of it */
    uint8_t text_used;           /* of text */
    char text[EPW_EV_TEXT_ROOM]; /* of names and of ev's texts those that fit in */
    bool found;                  /* ev may say more than epw_evidence_none, payload_seen, cut and
                                    evicted */
};

struct epw_finder {
    struct epw_ev_engine *engine;
    struct epw_ev_flow *flow;
    struct epw_ev_side *side;
    const struct epw_opening *opening;
    const struct epw_source *source;
    size_t consumed;
    uint32_t passed; /* beyond the opening's end */
    bool tunnel;
};

/* Bits of all sources. */
uint64_t epw_ev_all_sources(void);
const struct epw_source *epw_ev_source(size_t index);
/* Fills engine->over and what follows it. */
void epw_ev_list_beginnings(struct epw_ev_engine *engine);
/* Of a source that has ports. */
static inline bool epw_ev_has_port(const struct epw_opening *o, const struct epw_source *source)
{
    const uint16_t *of = source->ports;
    return o->port[0] == of[0] || o->port[1] == of[0] ||
           (of[1] != 0 && (o->port[0] == of[1] || o->port[1] == of[1]));
}
const struct epw_source *epw_ev_owner(const struct epw_ev_side *side);

/*
 * Shows the contiguous bytes of a TCP side to its sources, as long as they
 * consume; returns what they consumed of it.
 */
size_t epw_ev_ask_stream(struct epw_ev_engine *engine, struct epw_ev_flow *flow, enum epw_dir dir,
                         const uint8_t *bytes, size_t len, bool last);
/* Fresh starts or datagrams after which a side that nobody knows ends. */
unsigned epw_ev_unknown_tries(uint8_t proto, bool from_start);
/* Shows one datagram. */
void epw_ev_ask_datagram(struct epw_ev_engine *engine, struct epw_ev_flow *flow, enum epw_dir dir,
                         const uint8_t *bytes, size_t len, bool cut);
/* Something of the flow is given up because of a limit: it is cut, and counted once. */
void epw_ev_limited(struct epw_ev_engine *engine, struct epw_ev_flow *flow);
/* The flow with its work from what is kept; NULL without memory. */
struct epw_ev_flow *epw_ev_open(struct epw_ev_engine *engine, struct epw_ev_kept *kept,
                                const struct epw_ev_who *who, uint8_t proto);
/* Whether bytes of a side are held. */
bool epw_ev_side_holds(const struct epw_ev_side *side);
/* After a packet: a flow that began to hold bytes becomes the newest that does, one that holds none
 * any more goes from the list. */
void epw_ev_line_up(struct epw_ev_engine *engine, struct epw_ev_kept *kept);
void epw_ev_step_out(struct epw_ev_engine *engine, struct epw_ev_work *work);
/* Whether nothing more is wanted of either side. */
bool epw_ev_over(const struct epw_ev_kept *kept);
/* Keeps no more of an opened flow than is needed. */
void epw_ev_close(struct epw_ev_engine *engine, struct epw_ev_kept *kept);
void epw_ev_store_free(struct epw_ev_store *store);
/* Ends a side and frees what it holds. */
void epw_ev_end_side(struct epw_ev_engine *engine, struct epw_ev_side *side);
/* Frees names and texts. */
void epw_ev_forget(struct epw_ev_engine *engine, struct epw_ev_flow *flow);

#endif
