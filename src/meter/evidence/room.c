/* SPDX-License-Identifier: Apache-2.0 */
/* Who holds bytes, in the order in which they began to. */
#include "meter/evidence/engine_state.h"

/* A flow that holds bytes has these as well, and few others do. */
#define HOLDER_BYTES (sizeof(struct epw_ev_work) + sizeof(struct epw_ev_flow))

bool epw_ev_side_holds(const struct epw_ev_side *side)
{
    return side->held.bytes != NULL || (side->extra != NULL && side->extra->stream.bytes != NULL);
}

static void step_in(struct epw_ev_engine *engine, struct epw_ev_kept *kept)
{
    struct epw_ev_work *work = epw_ev_flow(kept)->work;
    work->kept = kept;
    work->older = engine->newest;
    work->newer = NULL;
    *(work->older == NULL ? &engine->oldest : &work->older->newer) = work;
    engine->newest = work;
    engine->pool.held += HOLDER_BYTES;
}

void epw_ev_step_out(struct epw_ev_engine *engine, struct epw_ev_work *work)
{
    if (work->kept == NULL)
        return;
    *(work->older == NULL ? &engine->oldest : &work->older->newer) = work->newer;
    *(work->newer == NULL ? &engine->newest : &work->newer->older) = work->older;
    work->kept = NULL;
    engine->pool.held -= HOLDER_BYTES;
}

void epw_ev_line_up(struct epw_ev_engine *engine, struct epw_ev_kept *kept)
{
    struct epw_ev_work *work = epw_ev_flow(kept)->work;
    bool holds = epw_ev_side_holds(&work->side[0]) || epw_ev_side_holds(&work->side[1]);
    if (holds && work->kept == NULL)
        step_in(engine, kept);
    else if (!holds)
        epw_ev_step_out(engine, work);
}
