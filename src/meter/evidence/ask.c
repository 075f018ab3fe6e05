/* SPDX-License-Identifier: Apache-2.0 */
/* Who is asked, in which order, and what their answers mean for a side. */
#include "meter/evidence/engine_state.h"
#include "meter/evidence/sources.gen.h"

#include <stdlib.h>

static const struct epw_source *const sources[] = { EPW_REGISTRY_epw_source };
#define SOURCES (sizeof(sources) / sizeof(sources[0]) - 1)
_Static_assert(SOURCES < 32, "what first bytes leave of them are the bits of one word");

/* Bytes of one side shown while nothing is consumed, repeats counted: lets an opening of 5,000
 * bytes come byte by byte, and keeps a hostile one from costing more than some milliseconds. */
#define EV_SHOWN_BYTES (16u << 20)
/* Proxies behind proxies; a chain longer than this is nobody's office. */
#define EV_MAX_LEVEL 4
/* TCP midstream: a first segment is mostly the middle of something, a later one may begin a
 * request or a record. */
#define EV_MIDSTREAM_TRIES 8
/* UDP: datagrams of a side shown to all sources. Retries and hole punching come before what
 * tells; eight is beyond every retry schedule of the protocols known here. */
#define EV_DATAGRAMS 8
/* ... and to a source that recognised the side and wants more: twice a large handshake. */
#define EV_DATAGRAMS_OWNED 16

uint64_t epw_ev_all_sources(void)
{
    return ((uint64_t)1 << SOURCES) - 1;
}

static uint64_t bit(size_t source)
{
    return (uint64_t)1 << source;
}

const struct epw_source *epw_ev_source(size_t index)
{
    return sources[index];
}

const struct epw_source *epw_ev_owner(const struct epw_ev_side *side)
{
    return side->owner == EPW_EV_NO_OWNER ? NULL : sources[side->owner];
}

void epw_ev_limited(struct epw_ev_engine *engine, struct epw_ev_flow *flow)
{
    engine->stats->evidence_limited += !flow->work->limited;
    flow->work->limited = flow->work->cut = true;
}

void epw_ev_end_side(struct epw_ev_engine *engine, struct epw_ev_side *side)
{
    side->ended = true;
    epw_asm_free(&side->held, &engine->pool);
    if (side->extra != NULL)
        epw_asm_free(&side->extra->stream, &engine->pool);
    free(side->extra);
    side->extra = NULL;
}

/* The side is the source's: what that says of the flow. */
static void recognised(struct epw_finder *f, uint8_t index, uint8_t inner_before)
{
    struct epw_evidence *ev = &f->flow->ev;
    struct epw_ev_work *work = f->flow->work;
    uint8_t app = (uint8_t)f->source->app;
    f->flow->found = true;
    f->side->owner = index;
    if (f->side->level == 0) {
        ev->app_side[f->opening->dir] = app;
        ev->app = ev->app_side[EPW_TO_SERVER] != EPW_APP_UNKNOWN ? ev->app_side[EPW_TO_SERVER]
                                                                 : ev->app_side[EPW_TO_CLIENT];
    } else if (!f->tunnel && f->side->level > work->inner_level) {
        /* The deepest level counts, and what the source said itself (ALPN) more than its name. */
        if (ev->inner_app == inner_before)
            ev->inner_app = app;
        work->inner_level = f->side->level;
    }
}

static enum epw_look look(struct epw_finder *f, uint8_t index)
{
    f->source = sources[index];
    f->consumed = 0;
    f->passed = 0;
    f->tunnel = false;
    f->side->shown += f->opening->len;
    uint8_t inner_before = f->flow->ev.inner_app;
    enum epw_look said = f->source->look(f, f->opening);
    if (said == EPW_LOOK_MINE || said == EPW_LOOK_DONE)
        recognised(f, index, inner_before);
    else if (said == EPW_LOOK_BAD)
        f->engine->stats->evidence_bad++;
    return said;
}

/* The sources that may know what begins so; without a captured byte all of them. */
static uint64_t of_beginning(const struct epw_finder *f, uint8_t over)
{
    unsigned udp = over == EPW_OVER_UDP;
    return f->opening->len == 0 ? f->engine->over[udp]
                                : f->engine->may_begin[udp][f->opening->bytes[0]];
}

/* Without those that look at other ports only. */
static uint64_t of_ports(const struct epw_finder *f, uint64_t ask)
{
    for (uint64_t bound = ask & f->engine->bound; bound != 0; bound &= bound - 1)
        if (!epw_ev_has_port(f->opening, sources[__builtin_ctzll(bound)]))
            ask &= ~(bound & (0 - bound));
    return ask;
}

unsigned epw_ev_unknown_tries(uint8_t proto, bool from_start)
{
    return proto != EPW_EV_TCP ? EV_DATAGRAMS : from_start ? 1 : EV_MIDSTREAM_TRIES;
}

/* Those that the first byte or the ports tell to say NO need not be asked; what they would be shown
 * counts. */
static void pass_over(struct epw_finder *f, uint64_t passed)
{
    f->side->shown += (uint64_t)__builtin_popcountll(passed) * f->opening->len;
}

/* Asks the owner, or all that are left until one recognises it. */
static enum epw_look ask_once(struct epw_finder *f, uint8_t over)
{
    struct epw_ev_side *side = f->side;
    if (side->owner != EPW_EV_NO_OWNER)
        return look(f, side->owner);
    uint64_t ask = of_ports(f, side->candidates & of_beginning(f, over));
    uint64_t passed = side->candidates & f->engine->over[over == EPW_OVER_UDP] & ~ask;
    side->candidates = ask;
    bool more = false;
    for (; ask != 0; ask &= ask - 1) {
        uint8_t i = (uint8_t)__builtin_ctzll(ask);
        enum epw_look said = look(f, i);
        if (said == EPW_LOOK_MINE || said == EPW_LOOK_DONE) {
            pass_over(f, passed & (bit(i) - 1));
            return said;
        }
        if (said == EPW_LOOK_MORE && !f->opening->last && f->opening->len < sources[i]->max_bytes)
            more = true;
        else
            side->candidates &= ~bit(i);
    }
    pass_over(f, passed);
    f->consumed = 0;
    f->tunnel = false;
    return more ? EPW_LOOK_MORE : EPW_LOOK_NO;
}

static struct epw_opening opening_of(const struct epw_ev_flow *flow, enum epw_dir dir,
                                     const uint8_t *bytes, size_t len)
{
    const struct epw_ev_work *work = flow->work;
    return (struct epw_opening){
        .bytes = bytes,
        .len = len,
        .dir = dir,
        .from_start = work->side[dir].from_start,
        .inner = work->side[dir].level != 0,
        .round = work->side[dir].rounds,
        .proto = work->proto,
        .app = flow->ev.app,
        .ip = { work->ip[0], work->ip[1] },
        .port = { work->port[0], work->port[1] },
        .ts_ns = work->ts_ns,
        .flow_id = work->flow_id,
    };
}

/* Nobody knows these bytes. */
static void unknown(struct epw_ev_engine *engine, struct epw_ev_side *side)
{
    uint8_t tries = (uint8_t)(side->tries + 1);
    bool again = tries < epw_ev_unknown_tries(EPW_EV_TCP, side->from_start);
    epw_ev_end_side(engine, side);
    if (!again)
        return;
    *side = (struct epw_ev_side){ .candidates = epw_ev_all_sources(),
                                  .owner = EPW_EV_NO_OWNER,
                                  .shown = side->shown,
                                  .tries = tries };
}

static void enter_tunnel(struct epw_ev_engine *engine, struct epw_ev_side *side)
{
    if (side->level >= EV_MAX_LEVEL) {
        epw_ev_end_side(engine, side);
        return;
    }
    side->level++;
    side->owner = EPW_EV_NO_OWNER;
    side->candidates = epw_ev_all_sources();
    side->from_start = true;
}

/* Was all that the owner may hold held in vain? Then it gets one last look. */
static void check_limit(struct epw_finder *f, const uint8_t *bytes, size_t len)
{
    const struct epw_source *owner = epw_ev_owner(f->side);
    if (owner == NULL ? f->side->shown < EV_SHOWN_BYTES
                      : len < owner->max_bytes && f->side->shown < EV_SHOWN_BYTES)
        return;
    epw_ev_limited(f->engine, f->flow);
    if (owner != NULL) {
        struct epw_opening o = opening_of(f->flow, f->opening->dir, bytes, len);
        o.last = o.cut = true;
        f->opening = &o;
        look(f, f->side->owner);
    }
    epw_ev_end_side(f->engine, f->side);
}

size_t epw_ev_ask_stream(struct epw_ev_engine *engine, struct epw_ev_flow *flow, enum epw_dir dir,
                         const uint8_t *bytes, size_t len, bool last)
{
    struct epw_ev_side *side = &flow->work->side[dir];
    size_t used = 0;
    while (!side->ended && used < len) {
        struct epw_opening o = opening_of(flow, dir, bytes + used, len - used);
        o.last = last;
        o.cut = last && (flow->work->cut || flow->work->limited);
        struct epw_finder f = { .engine = engine, .flow = flow, .side = side, .opening = &o };
        enum epw_look said = ask_once(&f, EPW_OVER_TCP);
        used += f.consumed;
        side->passed = f.passed;
        if (f.consumed != 0) { /* what moves on shows nothing twice */
            side->shown = 0;
            side->rounds = (uint8_t)(side->rounds + (side->rounds != UINT8_MAX));
        }
        if (said == EPW_LOOK_NO && side->owner == EPW_EV_NO_OWNER) {
            unknown(engine, side);
            return len;
        }
        if (f.tunnel)
            enter_tunnel(engine, side);
        else if (said == EPW_LOOK_NO || said == EPW_LOOK_DONE || said == EPW_LOOK_BAD)
            epw_ev_end_side(engine, side);
        else if (f.consumed == 0 || used == len) {
            check_limit(&f, bytes + used, len - used);
            break;
        }
    }
    if (last && !side->ended)
        epw_ev_end_side(engine, side);
    return used;
}

void epw_ev_ask_datagram(struct epw_ev_engine *engine, struct epw_ev_flow *flow, enum epw_dir dir,
                         const uint8_t *bytes, size_t len, bool cut)
{
    struct epw_ev_side *side = &flow->work->side[dir];
    struct epw_opening o = opening_of(flow, dir, bytes, len);
    o.from_start = o.last = true;
    o.cut = cut;
    struct epw_finder f = { .engine = engine, .flow = flow, .side = side, .opening = &o };
    enum epw_look said = ask_once(&f, EPW_OVER_UDP);
    /* A NO is of one datagram only. */
    side->candidates = epw_ev_all_sources();
    const struct epw_source *owner = epw_ev_owner(side);
    if (owner != NULL && owner->every_datagram)
        return;
    side->datagrams++;
    if (owner != NULL ? said == EPW_LOOK_DONE : side->datagrams >= EV_DATAGRAMS) {
        epw_ev_end_side(engine, side);
    } else if (owner != NULL &&
               (side->datagrams >= EV_DATAGRAMS_OWNED || side->shown >= owner->max_bytes)) {
        epw_ev_limited(engine, flow);
        epw_ev_end_side(engine, side);
    }
}
