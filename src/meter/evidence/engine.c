/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets in, bytes in order out. The usual opening is one segment: it is
 * shown where it lies in the frame, and nothing is copied.
 */
#include "meter/evidence/engine.h"

#include "base/hash.h"
#include "meter/evidence/engine_state.h"

#include <stdlib.h>

/* All flows' held bytes together, with what is kept to judge them: a thousand full openings, 25,000
 * split ClientHellos, or 110,000 first words at a time. More at once is a flood: it must not take
 * the memory of the rest, nor blind for those that come after it. A flow that begins to hold finds
 * place, and the one that has held for longest goes. Looked at after each packet, so one window may
 * be over it. */
#define EV_POOL_BYTES (64u << 20)
/* Window of a side: an opening just below its limit, and the segment (64 KiB after offloading
 * at most) that brings it there or stands behind a hole. */
#define EV_WINDOW (2u * EPW_EV_MAX_BYTES)
/* Segments that fit nowhere in the window before the side is given up. */
#define EV_MISSES 8
/* Packets of the peer that acknowledge a hole before it is believed: what the peer has received
 * and we have not was lost by the capture, unless it only arrives out of order. */
#define EV_GAP_ACKS 3

enum epw_err epw_ev_engine_new(struct epw_ev_engine **engine, struct epw_stats *stats,
                               epw_sighting_fn sight, void *sight_ctx)
{
    struct epw_ev_engine *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return EPW_ENOMEM;
    made->stats = stats;
    made->sight = sight;
    made->sight_ctx = sight_ctx;
    made->pool.cap = SIZE_MAX;
    made->room = EV_POOL_BYTES;
    made->pool.lost = &stats->limited[EPW_LIMIT_MEMORY];
    made->seed = epw_hash_new_seed();
    epw_ev_list_beginnings(made);
    *engine = made;
    return EPW_OK;
}

void epw_ev_engine_share(struct epw_ev_engine *engine, unsigned engines)
{
    engine->room = EV_POOL_BYTES / engines;
}

void epw_ev_engine_free(struct epw_ev_engine *engine)
{
    if (engine == NULL)
        return;
    epw_ev_store_free(&engine->flows);
    epw_ev_store_free(&engine->works);
    free(engine);
}

/* No further byte of this side: what is held gets a last look. */
static void give_up(struct epw_ev_engine *engine, struct epw_ev_flow *flow, enum epw_dir dir)
{
    struct epw_ev_side *side = &flow->work->side[dir];
    flow->work->cut = true;
    if (side->held.len != 0)
        epw_ev_ask_stream(engine, flow, dir, side->held.bytes, side->held.len, true);
    epw_ev_end_side(engine, side);
}

static void ask_held(struct epw_ev_engine *engine, struct epw_ev_flow *flow, enum epw_dir dir,
                     bool last)
{
    struct epw_ev_side *side = &flow->work->side[dir];
    /* Again only when bytes behind a hole follow on those that were passed over. */
    for (bool again = true; again;) {
        size_t used = epw_ev_ask_stream(engine, flow, dir, side->held.bytes, side->held.len, last);
        if (side->ended)
            return;
        again = side->passed != 0;
        used += side->passed;
        side->passed = 0;
        epw_asm_drop(&side->held, used);
        side->next += (uint32_t)used;
        again = again && side->held.len != 0;
    }
    if (side->held.len == 0 && side->held.pieces == 0)
        epw_asm_free(&side->held, &engine->pool);
}

/* A hole that nothing fills. */
static void gap(struct epw_ev_engine *engine, struct epw_ev_flow *flow, enum epw_dir dir)
{
    struct epw_ev_side *side = &flow->work->side[dir];
    const struct epw_source *owner = epw_ev_owner(side);
    size_t skipped;
    engine->stats->evidence_gaps++;
    if (owner == NULL || !owner->follows || !epw_asm_skip_hole(&side->held, &skipped)) {
        give_up(engine, flow, dir);
        return;
    }
    flow->work->cut = true;
    side->next += (uint32_t)skipped;
    side->from_start = false;
    side->misses = side->gap_acks = 0;
    ask_held(engine, flow, dir, false);
}

/* Does this packet acknowledge a hole of the other side? */
static void look_at_ack(struct epw_ev_engine *engine, struct epw_ev_flow *flow, enum epw_dir other,
                        const struct epw_packet *packet)
{
    struct epw_ev_side *side = &flow->work->side[other];
    if (side->held.pieces == 0 || (packet->tcp_flags & EPW_TCP_ACK) == 0)
        return;
    uint32_t behind = side->next + side->held.piece[0].from;
    if ((int32_t)(packet->ack - behind) >= 0 && ++side->gap_acks >= EV_GAP_ACKS)
        gap(engine, flow, other);
}

static bool begin(struct epw_ev_side *side, const struct epw_ev_who *who, enum epw_dir dir,
                  uint32_t seq, uint32_t payload_wire)
{
    /* One byte in the middle of nowhere is a keep-alive probe: a byte that was sent before. */
    if (!who->isn_known[dir] && who->midstream && payload_wire == 1)
        return false;
    side->begun = true;
    side->from_start = who->isn_known[dir] || !who->midstream;
    side->next = who->isn_known[dir] && side->tries == 0 ? who->isn[dir] + 1 : seq;
    return true;
}

/* In-order bytes [rel, rel + len) of the window; rel is not above held.len. */
static void take(struct epw_ev_engine *engine, struct epw_ev_flow *flow, enum epw_dir dir,
                 uint32_t rel, const uint8_t *bytes, size_t len, bool last)
{
    struct epw_ev_side *side = &flow->work->side[dir];
    if (side->held.bytes != NULL) {
        if (!epw_asm_put(&side->held, &engine->pool, rel, bytes, len, EV_WINDOW)) {
            epw_ev_limited(engine, flow);
            give_up(engine, flow, dir);
            return;
        }
        ask_held(engine, flow, dir, last);
        return;
    }
    size_t used = epw_ev_ask_stream(engine, flow, dir, bytes, len, last);
    if (side->ended)
        return;
    side->next += (uint32_t)used + side->passed;
    side->passed = 0;
    if (used < len &&
        !epw_asm_put(&side->held, &engine->pool, 0, bytes + used, len - used, EV_WINDOW)) {
        epw_ev_limited(engine, flow);
        give_up(engine, flow, dir);
    }
}

static void tcp_packet(struct epw_ev_engine *engine, struct epw_ev_flow *flow,
                       const struct epw_ev_who *who, const struct epw_packet *packet,
                       enum epw_dir dir)
{
    struct epw_ev_side *side = &flow->work->side[dir];
    uint32_t seq = packet->seq + ((packet->tcp_flags & EPW_TCP_SYN) != 0 ? 1 : 0);
    if (!side->begun && !begin(side, who, dir, seq, packet->payload_wire))
        return;
    const uint8_t *bytes = packet->payload;
    uint32_t len = packet->payload_len, wire = packet->payload_wire, rel = seq - side->next;
    if ((int32_t)rel < 0) { /* its beginning was consumed */
        uint32_t old = 0u - rel;
        if (old >= wire)
            return;
        bytes = old < len ? bytes + old : NULL;
        len = old < len ? len - old : 0;
        wire -= old;
        rel = 0;
    }
    bool cut = len < wire;
    if (rel <= side->held.len) {
        if ((uint64_t)rel + wire <= side->held.len)
            return;
        flow->work->cut |= cut;
        take(engine, flow, dir, rel, bytes, len, cut);
        if (cut && !side->ended)
            epw_ev_end_side(engine, side);
    } else if (cut || !epw_asm_put(&side->held, &engine->pool, rel, bytes, len, EV_WINDOW)) {
        if (++side->misses >= EV_MISSES)
            gap(engine, flow, dir);
    }
}

/* What was found stays, the rest goes when nothing is waited for. False: both sides ended. */
static bool settle(struct epw_ev_engine *engine, struct epw_ev_kept *kept)
{
    struct epw_ev_flow *flow = epw_ev_flow(kept);
    struct epw_ev_work *work = flow->work;
    epw_ev_line_up(engine, kept);
    flow->ev.cut = work->cut;
    for (int i = 0; i < 2; i++)
        flow->ev.cut |= work->side[i].held.pieces != 0 || work->side[i].misses != 0 ||
                        work->side[i].open_datagrams != 0;
    bool more = !work->side[0].ended || !work->side[1].ended;
    epw_ev_close(engine, kept);
    return more;
}

/* The last look, from what there is. */
static void finish_side(struct epw_ev_engine *engine, struct epw_ev_flow *flow, enum epw_dir dir)
{
    struct epw_ev_side *side = &flow->work->side[dir];
    if (side->ended)
        return;
    if (side->held.pieces != 0 || side->misses != 0) {
        engine->stats->evidence_gaps++;
        give_up(engine, flow, dir);
    } else if (side->held.len != 0) {
        ask_held(engine, flow, dir, true);
    }
    epw_ev_end_side(engine, side);
}

/* Those that have held for longest go until the rest has room. */
static void make_room(struct epw_ev_engine *engine)
{
    while (engine->pool.held > engine->room && engine->oldest != NULL) {
        struct epw_ev_kept *kept = engine->oldest->kept;
        struct epw_ev_flow *flow = epw_ev_flow(kept);
        engine->stats->evidence_limited += !flow->work->limited;
        flow->work->limited = flow->ev.evicted = true;
        for (int i = 0; i < 2; i++)
            if (epw_ev_side_holds(&flow->work->side[i]))
                finish_side(engine, flow, (enum epw_dir)i);
        settle(engine, kept);
    }
}

/*
 * One datagram. Of one in fragments the first is looked at when it comes (a filter may have kept
 * the others out of the capture), and all of it when it is whole.
 */
static void udp_packet(struct epw_ev_engine *engine, struct epw_ev_flow *flow,
                       const struct epw_packet *packet, enum epw_dir dir)
{
    struct epw_ev_side *side = &flow->work->side[dir];
    bool first = packet->fragment == EPW_FRAG_FIRST;
    bool cut = packet->payload_len < packet->payload_wire;
    if (first && side->open_datagrams != UINT8_MAX)
        side->open_datagrams++;
    else if (packet->fragment == EPW_FRAG_WHOLE && side->open_datagrams != 0)
        side->open_datagrams--;
    if (side->ended)
        return;
    flow->work->cut |= cut && !first;
    epw_ev_ask_datagram(engine, flow, dir, packet->payload, packet->payload_len, cut || first);
}

bool epw_ev_packet(struct epw_ev_engine *engine, struct epw_ev_kept *kept,
                   const struct epw_ev_who *who, const struct epw_packet *packet, enum epw_dir dir)
{
    if (epw_ev_over(kept))
        return false;
    if (packet->fragment == EPW_FRAG_LATER || packet->icmp_error || packet->payload_wire == 0)
        return true;
    struct epw_ev_flow *f = epw_ev_open(engine, kept, who, packet->key.proto);
    if (f == NULL) {
        engine->stats->limited[EPW_LIMIT_MEMORY]++;
        return false;
    }
    f->work->ts_ns = packet->ts_ns;
    f->ev.payload_seen[dir] |= packet->payload_len != 0;
    bool tcp = f->work->proto == EPW_EV_TCP;
    if (tcp)
        look_at_ack(engine, f, dir == EPW_TO_SERVER ? EPW_TO_CLIENT : EPW_TO_SERVER, packet);
    if (!tcp)
        udp_packet(engine, f, packet, dir);
    else if (!f->work->side[dir].ended)
        tcp_packet(engine, f, who, packet, dir);
    bool more = settle(engine, kept);
    make_room(engine);
    return more;
}

#define CACHE_LINE 64

static void warm(const void *at, size_t len)
{
    for (size_t line = 0; line < len; line += CACHE_LINE)
        __builtin_prefetch((const uint8_t *)at + line, 1);
}

void epw_ev_warm(const struct epw_ev_kept *kept)
{
    if (epw_ev_flow(kept) != NULL)
        warm(epw_ev_flow(kept), sizeof(struct epw_ev_flow));
}

void epw_ev_warm_work(const struct epw_ev_kept *kept)
{
    const struct epw_ev_flow *flow = epw_ev_flow(kept);
    if (flow != NULL && flow->work != NULL)
        warm(flow->work, sizeof(*flow->work));
}

void epw_ev_finish(struct epw_ev_engine *engine, struct epw_ev_kept *kept)
{
    struct epw_ev_flow *flow = epw_ev_flow(kept);
    if (flow == NULL || flow->work == NULL)
        return;
    for (int i = 0; i < 2; i++)
        finish_side(engine, flow, (enum epw_dir)i);
    settle(engine, kept);
}
