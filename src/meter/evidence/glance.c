/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A first look at packets of flows that have shown nothing, where most that is looked at ends: no
 * source knows such bytes. What sources say of single bytes stands in tables, so that a few words
 * tell who is left to be asked.
 */
#include "meter/evidence/engine_state.h"
#include "meter/evidence/word.h"

static uint64_t bit(size_t source)
{
    return (uint64_t)1 << source;
}

static void list_first(struct epw_ev_engine *engine, size_t i, unsigned udp)
{
    const struct epw_source *source = epw_ev_source(i);
    for (unsigned byte = 0; byte < 256; byte++)
        if (source->may_begin == NULL || source->may_begin((uint8_t)byte))
            engine->may_begin[udp][byte] |= bit(i);
}

static void list_places(struct epw_ev_engine *engine, size_t i, unsigned udp)
{
    const struct epw_source *source = epw_ev_source(i);
    if (source->may_have == NULL) {
        engine->anything |= bit(i);
        return;
    }
    for (unsigned place = 0; place < EPW_EV_PLACES; place++)
        for (unsigned byte = 0; byte < 256; byte++)
            if (source->may_have(place, (uint8_t)byte, udp == 0))
                engine->may_have[udp][place][byte] |= (uint32_t)bit(i);
}

static void list_ports(struct epw_ev_engine *engine, size_t i)
{
    const struct epw_source *source = epw_ev_source(i);
    engine->bound |= source->ports[0] != 0 ? bit(i) : 0;
    for (size_t k = 0; k < 2; k++)
        if (source->ports[k] != 0)
            engine->of_port[source->ports[k] % EPW_EV_PORTS] |= (uint32_t)bit(i);
    for (size_t k = 0; k < EPW_EV_HOMES; k++)
        if (source->home[k] != 0)
            engine->of_port[source->home[k] % EPW_EV_PORTS] |= (uint32_t)bit(i);
}

void epw_ev_list_beginnings(struct epw_ev_engine *engine)
{
    static const uint8_t over[2] = { EPW_OVER_TCP, EPW_OVER_UDP };
    for (size_t i = 0; (bit(i) & epw_ev_all_sources()) != 0; i++) {
        engine->beginnings |= epw_ev_source(i)->beginnings ? bit(i) : 0;
        list_ports(engine, i);
        for (unsigned udp = 0; udp < 2; udp++) {
            if ((epw_ev_source(i)->over & over[udp]) == 0)
                continue;
            engine->over[udp] |= bit(i);
            engine->over_count[udp]++;
            list_first(engine, i, udp);
            list_places(engine, i, udp);
        }
    }
}

/* Those of whom neither the first bytes nor the ports tell that they say NO. */
static inline uint64_t left_to_ask(const struct epw_ev_engine *engine,
                                   const struct epw_ev_bytes *begin, bool from_start)
{
    unsigned udp = begin->proto != EPW_EV_TCP;
    const uint32_t(*may)[256] = engine->may_have[udp];
    const uint8_t *b = begin->bytes;
    uint64_t here = engine->of_port[begin->port[0] % EPW_EV_PORTS] |
                    engine->of_port[begin->port[1] % EPW_EV_PORTS];
    uint64_t ask = engine->may_begin[udp][b[0]] & (~engine->bound | here);
    ask &= from_start ? ~UINT64_C(0) : ~engine->beginnings;
    if (begin->len < EPW_EV_PLACES)
        return ask;
    _Static_assert(EPW_EV_PLACES == 6, "each of them is looked at");
    here |= engine->anything;
    return ask & (here | (may[0][b[0]] & may[1][b[1]] & may[2][b[2]] & may[3][b[3]] & may[4][b[4]] &
                          may[5][b[5]]));
}

/* Whether one of them does not say NO at once. */
static __attribute__((noinline)) bool may_open(uint64_t ask, const struct epw_ev_bytes *begin,
                                               bool from_start)
{
    const struct epw_opening opening = {
        .bytes = begin->bytes,
        .len = begin->len,
        .dir = begin->dir,
        .from_start = from_start,
        .last = begin->proto != EPW_EV_TCP,
        .proto = begin->proto,
        .port = { begin->port[0], begin->port[1] },
    };
    for (; ask != 0; ask &= ask - 1) {
        const struct epw_source *source = epw_ev_source((size_t)__builtin_ctzll(ask));
        if (source->ports[0] != 0 && !epw_ev_has_port(&opening, source))
            continue;
        if (source->may_open == NULL || source->may_open(&opening))
            return true;
    }
    return false;
}

/* Whether engine.c would have to think about where in their stream the bytes belong, in begin() and
 * tcp_packet(). */
static inline bool is_odd(const struct epw_ev_bytes *begin)
{
    return begin->isn_known ? begin->seq != begin->isn + 1 : begin->midstream && begin->len == 1;
}

/* A whole segment where the side's bytes begin, or a whole datagram. */
unsigned epw_ev_glance(const struct epw_ev_engine *engine, struct epw_ev_kept *kept,
                       const struct epw_ev_bytes *begin)
{
    const bool tcp = begin->proto == EPW_EV_TCP,
               from_start = !tcp || begin->isn_known || !begin->midstream;
    if (epw_ev_flow(kept) != NULL || (tcp && is_odd(begin)))
        return EPW_EV_LOOK;
    uint64_t ask = left_to_ask(engine, begin, from_start);
    if (ask != 0 && may_open(ask, begin, from_start))
        return EPW_EV_LOOK;
    return epw_ev_pass(kept, begin->dir, epw_ev_unknown_tries(begin->proto, from_start),
                       (uint64_t)engine->over_count[!tcp] * begin->len);
}
