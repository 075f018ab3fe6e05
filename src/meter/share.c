/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose frames are whose. A look at the addresses of a plain frame tells its owner; who reads a
 * round looks, while its bytes are near, and each meter decodes what is its own. So packets never
 * go from core to core, only frames do. Of the few other frames every meter decodes all, as only
 * that tells.
 */
#include "meter/meter_state.h"

void epw_meter_share(const struct epw_meter *m, struct epw_round *round)
{
    uint64_t pair[EPW_BATCH_FRAMES];
    const struct epw_meter_options o = m->options;
    if (o.meters == 1)
        return;
    epw_decode_pairs(m->decoder, o.seed, round->batch.frame, pair, round->batch.count);
    for (uint32_t i = 0; i < round->batch.count; i++)
        round->owner[i] =
            pair[i] == EPW_PAIR_UNKNOWN ? EPW_OWNER_UNKNOWN : epw_meter_owner(&o, pair[i]);
}

void epw_meter_choose(struct epw_meter *m, const struct epw_round *round)
{
    const struct epw_batch *batch = &round->batch;
    m->frame = batch->frame;
    m->count = batch->count;
    if (m->options.meters == 1)
        return;
    /* Without branches: owners follow no pattern. */
    uint32_t count = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        m->at[count] = (uint16_t)i;
        count += (round->owner[i] == m->options.self) | (round->owner[i] == EPW_OWNER_UNKNOWN);
    }
    for (uint32_t i = 0; i < count; i++)
        m->chosen[i] = batch->frame[m->at[i]];
    m->frame = m->chosen;
    m->count = count;
}
