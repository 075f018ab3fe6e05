/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose frames are whose. Who reads a round tells the gists of its plain frames, while their bytes
 * are near, and whose they are; each meter takes its own. Of the few other frames a look at the
 * addresses tells the owner, who decodes it, and where that does not tell every meter decodes it.
 */
#include "meter/decode/plain.h"
#include "meter/meter_state.h"

void epw_meter_share(const struct epw_meter *m, struct epw_round *round)
{
    const struct epw_batch *batch = &round->batch;
    const struct epw_meter_options o = m->options;
    uint64_t pair[EPW_BATCH_FRAMES];
    if (o.meters == 1)
        return;
    epw_gist_tell(&m->teller, batch->frame, round->gist, pair, batch->count);
    for (uint32_t i = 0; i < batch->count; i++) {
        bool told = epw_gist_is_told(&round->gist[i]);
        uint64_t its = told ? pair[i] : epw_decode_pair(m->decoder, o.seed, &batch->frame[i]);
        round->owner[i] =
            !told && its == EPW_PAIR_UNKNOWN ? EPW_OWNER_UNKNOWN : epw_meter_owner(&o, its);
    }
}

/* The gists of what may be this meter's. Returns how many there are. */
static uint32_t choose(struct epw_meter *m, const struct epw_round *round)
{
    const struct epw_batch *batch = &round->batch;
    if (m->options.meters == 1) {
        m->count = batch->count;
        return epw_gist_tell(&m->teller, batch->frame, m->gist, NULL, batch->count);
    }
    /* Without branches: owners follow no pattern. */
    uint32_t count = 0, told = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        m->at[count] = (uint16_t)i;
        count += (round->owner[i] == m->options.self) | (round->owner[i] == EPW_OWNER_UNKNOWN);
    }
    for (uint32_t i = 0; i < count; i++) {
        m->gist[i] = round->gist[m->at[i]];
        told += epw_gist_is_told(&m->gist[i]);
    }
    m->count = count;
    return told;
}

/* Whether a frame without a flow is this meter's to count: one that all decode is the first's. */
static bool counts(const struct epw_meter *m, const struct epw_round *round, uint32_t ref)
{
    return m->options.self == 0 || round->owner[m->at[ref]] != EPW_OWNER_UNKNOWN;
}

/* A frame of which there is no gist yet. */
static void take_decoded(struct epw_meter *m, const struct epw_round *round, uint32_t ref)
{
    const struct epw_meter_options *o = &m->options;
    const struct epw_packet *packet = &m->packet[ref];
    bool has_flow = packet->ending == EPW_END_COMPLETE;
    m->mine[ref] = has_flow && (o->meters == 1 ||
                                epw_meter_owner(o, epw_key_pair(&packet->key, o->seed)) == o->self);
    if (!m->mine[ref] && (has_flow || !counts(m, round, ref)))
        return;
    const struct epw_frame *frame = &m->frame[m->at[ref]];
    m->stats.cut_frames += frame->caplen < frame->wire_len;
    m->stats.ending[packet->ending]++;
    if (!has_flow)
        return;
    epw_gist_of(&m->teller, packet, &m->gist[ref]);
    m->fragments += packet->fragment != EPW_FRAG_NONE;
}

/* How many from ref on are side by side in the batch, and no gist is told of them. */
static uint32_t untold(const struct epw_meter *m, uint32_t ref)
{
    uint32_t count = 0;
    while (ref + count < m->count && !epw_gist_is_told(&m->gist[ref + count]) &&
           m->at[ref + count] == m->at[ref] + count)
        count++;
    return count;
}

void epw_meter_put(struct epw_meter *m, uint32_t ref)
{
    epw_gist_put(&m->gist[ref], &m->packet[ref]);
    m->put[ref] = true;
}

void epw_meter_decode(struct epw_meter *m, const struct epw_round *round)
{
    m->frame = round->batch.frame;
    m->fragments = 0;
    uint32_t told = choose(m, round);
    m->stats.ending[EPW_END_COMPLETE] += told;
    memset(m->put, false, m->count * sizeof(m->put[0]));
    memset(m->mine, true, m->count * sizeof(m->mine[0]));
    for (uint32_t ref = 0; told < m->count && ref < m->count;) {
        uint32_t count = untold(m, ref);
        if (count == 0) {
            ref++;
            continue;
        }
        epw_decode(m->decoder, &m->frame[m->at[ref]], &m->packet[ref], count);
        for (; count > 0; count--, ref++) {
            m->put[ref] = true;
            if (m->options.ignore_vlan)
                epw_key_clear_vlans(&m->packet[ref].key);
            take_decoded(m, round, ref);
        }
    }
}
