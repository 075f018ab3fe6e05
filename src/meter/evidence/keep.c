/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the engine keeps of a flow between its packets. Most flows show nothing
 * that a source knows, and hold no bytes: of these a few counters are left in
 * the flow itself, and what a look needs is taken from a small store and put
 * back at once, while it is still in the nearest cache.
 */
#include "meter/evidence/engine_state.h"
#include "meter/evidence/word.h"

#include <stdlib.h>
#include <string.h>

#define EMPTY(bits)                                                                                \
    {                                                                                              \
        .requester = EPW_REQUESTER_UNKNOWN, .alpn = "", .cert_org = "", .request = "",             \
        .user_agent = "", .hint = "", .cut = ((bits)&EPW_EV_CUT) != 0,                             \
        .evicted = ((bits)&EPW_EV_EVICTED) != 0,                                                   \
        .payload_seen = { ((bits)&EPW_EV_SEEN(0)) != 0, ((bits)&EPW_EV_SEEN(1)) != 0 },            \
    }

const struct epw_evidence epw_evidence_empty[EPW_EVIDENCE_EMPTY] = {
    EMPTY(0), EMPTY(1), EMPTY(2),  EMPTY(3),  EMPTY(4),  EMPTY(5),  EMPTY(6),  EMPTY(7),
    EMPTY(8), EMPTY(9), EMPTY(10), EMPTY(11), EMPTY(12), EMPTY(13), EMPTY(14), EMPTY(15)
};

static unsigned bits_of(const struct epw_evidence *ev)
{
    return (ev->payload_seen[0] ? EPW_EV_SEEN(0) : 0) | (ev->payload_seen[1] ? EPW_EV_SEEN(1) : 0) |
           (ev->cut ? EPW_EV_CUT : 0) | (ev->evicted ? EPW_EV_EVICTED : 0);
}

static void *take(struct epw_ev_store *store, size_t size)
{
    if (store->count == 0)
        return malloc(size);
    return store->spare[--store->count];
}

static void put(struct epw_ev_store *store, void *object)
{
    if (object == NULL)
        return;
    if (store->count == EPW_EV_SPARE)
        free(object);
    else
        store->spare[store->count++] = object;
}

void epw_ev_store_free(struct epw_ev_store *store)
{
    while (store->count != 0)
        free(store->spare[--store->count]);
}

static uint64_t side_word(const struct epw_ev_rest *rest)
{
    return (rest->ended ? EPW_EV_WORD_ENDED : 0) | (rest->missed ? EPW_EV_WORD_MISSED : 0) |
           (uint64_t)rest->open_datagrams << EPW_EV_WORD_OPEN_AT |
           (uint64_t)rest->count << EPW_EV_WORD_COUNT_AT |
           (uint64_t)rest->shown << EPW_EV_WORD_SHOWN_AT;
}

/* Whether it can be said in a word. */
static bool fits(const struct epw_ev_left *left)
{
    bool fits = left->inner_level == 0;
    for (int i = 0; i < 2; i++)
        fits = fits && left->side[i].open_datagrams >> EPW_EV_WORD_OPEN_BITS == 0 &&
               left->side[i].count >> EPW_EV_WORD_COUNT_BITS == 0 &&
               left->side[i].shown >> EPW_EV_WORD_SHOWN_BITS == 0 && left->side[i].owner == 0;
    return fits;
}

static uint64_t word_of(const struct epw_ev_left *left, unsigned bits)
{
    return 1 | (uint64_t)bits << 1 | (uint64_t)left->cut << EPW_EV_WORD_CUT_AT |
           (uint64_t)left->limited << EPW_EV_WORD_LIMITED_AT |
           side_word(&left->side[0]) << EPW_EV_WORD_SIDE_AT(0) |
           side_word(&left->side[1]) << EPW_EV_WORD_SIDE_AT(1);
}

static struct epw_ev_left left_of(uint64_t word)
{
    struct epw_ev_left left = { .cut = EPW_EV_BITS(word, EPW_EV_WORD_CUT_AT, 1) != 0,
                                .limited = EPW_EV_BITS(word, EPW_EV_WORD_LIMITED_AT, 1) != 0 };
    for (int i = 0; i < 2; i++) {
        uint64_t side = word >> EPW_EV_WORD_SIDE_AT(i);
        left.side[i] = (struct epw_ev_rest){
            .ended = (side & EPW_EV_WORD_ENDED) != 0,
            .missed = (side & EPW_EV_WORD_MISSED) != 0,
            .open_datagrams =
                (uint8_t)EPW_EV_BITS(side, EPW_EV_WORD_OPEN_AT, EPW_EV_WORD_OPEN_BITS),
            .count = (uint8_t)EPW_EV_BITS(side, EPW_EV_WORD_COUNT_AT, EPW_EV_WORD_COUNT_BITS),
            .shown = (uint32_t)EPW_EV_BITS(side, EPW_EV_WORD_SHOWN_AT, EPW_EV_WORD_SHOWN_BITS),
        };
    }
    return left;
}

static void unpack_side(struct epw_ev_side *side, const struct epw_ev_rest *rest, bool tcp)
{
    memset(side, 0, sizeof(*side));
    side->candidates = epw_ev_all_sources();
    side->owner = (uint8_t)(rest->owner - 1u);
    side->shown = rest->shown;
    side->tries = tcp ? rest->count : 0;
    side->datagrams = tcp ? 0 : rest->count;
    side->open_datagrams = rest->open_datagrams;
    side->misses = rest->missed;
    side->ended = rest->ended;
}

static struct epw_ev_work *unpack(struct epw_ev_engine *engine, const struct epw_ev_left *left,
                                  const struct epw_ev_who *who, uint8_t proto)
{
    struct epw_ev_work *work = take(&engine->works, sizeof(*work));
    if (work == NULL)
        return NULL;
    for (int i = 0; i < 2; i++) {
        unpack_side(&work->side[i], &left->side[i], proto == EPW_EV_TCP);
        work->ip[i] = who->ip[i];
        work->port[i] = who->port[i];
    }
    work->kept = NULL;
    work->flow_id = who->flow_id;
    work->proto = proto;
    work->inner_level = left->inner_level;
    work->cut = left->cut;
    work->limited = left->limited;
    return work;
}

struct epw_ev_flow *epw_ev_open(struct epw_ev_engine *engine, struct epw_ev_kept *kept,
                                const struct epw_ev_who *who, uint8_t proto)
{
    struct epw_ev_flow *flow = epw_ev_flow(kept);
    bool made = flow == NULL;
    if (made) {
        flow = take(&engine->flows, sizeof(*flow));
        if (flow == NULL)
            return NULL;
        memset(flow, 0, sizeof(*flow));
        flow->ev = epw_evidence_empty[epw_ev_empty_of(kept->word)];
        flow->left = left_of(kept->word);
    }
    if (flow->work == NULL)
        flow->work = unpack(engine, &flow->left, who, proto);
    if (flow->work == NULL) {
        if (made)
            put(&engine->flows, flow);
        return NULL;
    }
    kept->word = (uintptr_t)flow;
    return flow;
}

/* Whether a side is as one that begins, but for what struct epw_ev_rest has. */
static bool is_idle(const struct epw_ev_side *side)
{
    return !side->begun && side->held.bytes == NULL && side->extra == NULL && side->level == 0 &&
           side->rounds == 0 && side->misses == 0 && side->gap_acks == 0 &&
           side->candidates == epw_ev_all_sources();
}

/* Of a side that ended nobody counts any more. */
static void pack_side(const struct epw_ev_side *side, struct epw_ev_rest *rest, bool tcp)
{
    uint32_t shown = side->shown > UINT32_MAX ? UINT32_MAX : (uint32_t)side->shown;
    uint8_t count = tcp ? side->tries : side->datagrams;
    rest->shown = side->ended ? 0 : shown;
    rest->count = side->ended ? 0 : count;
    rest->owner = (uint8_t)(side->owner + 1u);
    rest->open_datagrams = side->open_datagrams;
    rest->missed = side->misses != 0;
    rest->ended = side->ended;
}

void epw_ev_close(struct epw_ev_engine *engine, struct epw_ev_kept *kept)
{
    struct epw_ev_flow *flow = epw_ev_flow(kept);
    struct epw_ev_work *work = flow->work;
    for (int i = 0; i < 2; i++)
        if (!work->side[i].ended && !is_idle(&work->side[i]))
            return;
    for (int i = 0; i < 2; i++)
        pack_side(&work->side[i], &flow->left.side[i], work->proto == EPW_EV_TCP);
    flow->left.inner_level = work->inner_level;
    flow->left.cut = work->cut;
    flow->left.limited = work->limited;
    put(&engine->works, work);
    flow->work = NULL;
    if (flow->found || !fits(&flow->left))
        return;
    kept->word = word_of(&flow->left, bits_of(&flow->ev));
    put(&engine->flows, flow);
}

/* Of a side nothing more is wanted; false while there is work. */
static bool has_ended(const struct epw_ev_kept *kept, int dir)
{
    const struct epw_ev_flow *flow = epw_ev_flow(kept);
    if (flow == NULL)
        return (kept->word >> EPW_EV_WORD_SIDE_AT(dir) & EPW_EV_WORD_ENDED) != 0;
    return flow->work == NULL && flow->left.side[dir].ended;
}

bool epw_ev_over(const struct epw_ev_kept *kept)
{
    return has_ended(kept, 0) && has_ended(kept, 1);
}

bool epw_ev_quiet(const struct epw_ev_kept *kept, enum epw_dir dir)
{
    const struct epw_ev_flow *flow = epw_ev_flow(kept);
    if (flow == NULL)
        return (epw_ev_empty_of(kept->word) & EPW_EV_SEEN(dir)) != 0 && has_ended(kept, (int)dir);
    const struct epw_ev_work *work = flow->work;
    return flow->ev.payload_seen[dir] &&
           (work == NULL ? has_ended(kept, (int)dir)
                         : work->side[dir].ended && work->side[1 - dir].held.bytes == NULL);
}

const struct epw_evidence *epw_ev_result(const struct epw_ev_kept *kept)
{
    const struct epw_ev_flow *flow = epw_ev_flow(kept);
    return flow == NULL ? &epw_evidence_empty[epw_ev_empty_of(kept->word)] : &flow->ev;
}

void epw_ev_flow_free(struct epw_ev_engine *engine, struct epw_ev_kept *kept)
{
    struct epw_ev_flow *flow = epw_ev_flow(kept);
    if (flow != NULL) {
        if (flow->work != NULL) {
            epw_ev_step_out(engine, flow->work);
            epw_ev_end_side(engine, &flow->work->side[0]);
            epw_ev_end_side(engine, &flow->work->side[1]);
        }
        put(&engine->works, flow->work);
        epw_ev_forget(engine, flow);
        put(&engine->flows, flow);
    }
    kept->word = 0;
}
