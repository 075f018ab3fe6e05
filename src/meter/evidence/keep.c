/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the engine keeps of a flow between its packets. Most flows show nothing
 * that a source knows, and hold no bytes: of these a few counters are left in
 * the flow itself, and what a look needs is taken from a small store and put
 * back at once, while it is still in the nearest cache.
 */
#include "meter/evidence/engine_state.h"

#include <stdlib.h>

#define SEEN(dir) (1u << (dir))
#define CUT       4u

#define EMPTY(bits)                                                                                \
    {                                                                                              \
        .requester = EPW_REQUESTER_UNKNOWN, .alpn = "", .cert_org = "", .request = "",             \
        .user_agent = "", .hint = "", .cut = ((bits)&CUT) != 0,                                    \
        .payload_seen = { ((bits)&SEEN(0)) != 0, ((bits)&SEEN(1)) != 0 },                          \
    }

/* The evidence of flows in which nothing was found, shared by them all. */
static const struct epw_evidence empty[] = { EMPTY(0), EMPTY(1), EMPTY(2), EMPTY(3),
                                             EMPTY(4), EMPTY(5), EMPTY(6), EMPTY(7) };

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

static void unpack_side(struct epw_ev_side *side, const struct epw_ev_rest *rest, bool tcp)
{
    *side = (struct epw_ev_side){
        .candidates = epw_ev_all_sources(),
        .owner = (uint8_t)(rest->owner - 1u),
        .shown = rest->shown,
        .tries = tcp ? rest->count : 0,
        .datagrams = tcp ? 0 : rest->count,
        .open_datagrams = rest->open_datagrams,
        .misses = rest->missed,
        .ended = rest->ended,
    };
}

static struct epw_ev_work *unpack(struct epw_ev_engine *engine, const struct epw_ev_kept *kept,
                                  const struct epw_ev_who *who, uint8_t proto)
{
    struct epw_ev_work *work = take(&engine->works, sizeof(*work));
    if (work == NULL)
        return NULL;
    for (int i = 0; i < 2; i++) {
        unpack_side(&work->side[i], &kept->side[i], proto == EPW_EV_TCP);
        work->ip[i] = who->ip[i];
        work->port[i] = who->port[i];
    }
    work->flow_id = who->flow_id;
    work->proto = proto;
    work->inner_level = kept->inner_level;
    work->cut = kept->cut;
    work->limited = kept->limited;
    return work;
}

bool epw_ev_open(struct epw_ev_engine *engine, struct epw_ev_kept *kept,
                 const struct epw_ev_who *who, uint8_t proto)
{
    struct epw_ev_flow *flow = kept->flow;
    if (flow == NULL) {
        flow = take(&engine->flows, sizeof(*flow));
        if (flow == NULL)
            return false;
        *flow = (struct epw_ev_flow){ .ev = empty[kept->empty] };
    }
    if (flow->work == NULL)
        flow->work = unpack(engine, kept, who, proto);
    kept->flow = flow;
    if (flow->work != NULL)
        return true;
    if (!flow->found) {
        put(&engine->flows, flow);
        kept->flow = NULL;
    }
    return false;
}

/* Whether a side is as one that begins, but for what struct epw_ev_rest has. */
static bool is_idle(const struct epw_ev_side *side)
{
    return !side->begun && side->held.bytes == NULL && side->extra == NULL && side->level == 0 &&
           side->rounds == 0 && side->misses == 0 && side->gap_acks == 0 &&
           side->candidates == epw_ev_all_sources();
}

static void pack_side(const struct epw_ev_side *side, struct epw_ev_rest *rest, bool tcp)
{
    rest->shown = side->shown > UINT32_MAX ? UINT32_MAX : (uint32_t)side->shown;
    rest->owner = (uint8_t)(side->owner + 1u);
    rest->count = tcp ? side->tries : side->datagrams;
    rest->open_datagrams = side->open_datagrams;
    rest->missed = side->misses != 0;
    rest->ended = side->ended;
}

void epw_ev_close(struct epw_ev_engine *engine, struct epw_ev_kept *kept)
{
    struct epw_ev_flow *flow = kept->flow;
    struct epw_ev_work *work = flow->work;
    for (int i = 0; i < 2; i++)
        if (!work->side[i].ended && !is_idle(&work->side[i]))
            return;
    for (int i = 0; i < 2; i++)
        pack_side(&work->side[i], &kept->side[i], work->proto == EPW_EV_TCP);
    kept->inner_level = work->inner_level;
    kept->cut = work->cut;
    kept->limited = work->limited;
    put(&engine->works, work);
    flow->work = NULL;
    if (flow->found)
        return;
    kept->empty = (uint8_t)((flow->ev.cut ? CUT : 0) | (flow->ev.payload_seen[0] ? SEEN(0) : 0) |
                            (flow->ev.payload_seen[1] ? SEEN(1) : 0));
    put(&engine->flows, flow);
    kept->flow = NULL;
}

bool epw_ev_quiet(const struct epw_ev_kept *kept, enum epw_dir dir)
{
    const struct epw_ev_work *work = kept->flow == NULL ? NULL : kept->flow->work;
    return epw_ev_result(kept)->payload_seen[dir] &&
           (work == NULL ? kept->side[dir].ended
                         : work->side[dir].ended && work->side[1 - dir].held.bytes == NULL);
}

const struct epw_evidence *epw_ev_result(const struct epw_ev_kept *kept)
{
    return kept->flow == NULL ? &empty[kept->empty] : &kept->flow->ev;
}

void epw_ev_flow_free(struct epw_ev_engine *engine, struct epw_ev_kept *kept)
{
    struct epw_ev_flow *flow = kept->flow;
    if (flow != NULL) {
        if (flow->work != NULL) {
            epw_ev_end_side(engine, &flow->work->side[0]);
            epw_ev_end_side(engine, &flow->work->side[1]);
        }
        put(&engine->works, flow->work);
        epw_ev_forget(engine, flow);
        put(&engine->flows, flow);
    }
    *kept = (struct epw_ev_kept){ .flow = NULL };
}
