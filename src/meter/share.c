/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose frames are whose. Who reads a round tells the gists of its plain frames, while their bytes
 * are near, and whose they are; each meter takes its own. Of the few other frames a look at the
 * addresses tells the owner, who decodes it, and where that does not tell every meter decodes it.
 */
#include "meter/decode/plain.h"
#include "meter/meter_state.h"

/* The meter that tracks each frame's packet, and decodes it; the last one plus one: all decode. */
static void find_owners(const struct epw_meter *m, const struct epw_batch *batch,
                        const struct epw_gist *gist, const uint64_t *pair, uint8_t *owner)
{
    const struct epw_meter_options o = m->options;
    for (uint32_t i = 0; i < batch->count; i++) {
        bool told = epw_gist_is_told(&gist[i]);
        uint64_t its = told ? pair[i] : epw_decode_pair(m->decoder, o.seed, &batch->frame[i]);
        owner[i] = !told && its == EPW_PAIR_UNKNOWN ? o.meters : epw_meter_owner(&o, its);
    }
}

/* Side by side by their owners, so that no core fetches the lines of another's. */
static void deal_out(struct epw_round *round, const struct epw_gist *gist, const uint8_t *owner,
                     uint32_t meters)
{
    uint16_t next[EPW_OWNERS_MAX + 1] = { 0 }, from = 0;
    const uint32_t count = round->batch.count;
    for (uint32_t i = 0; i < count; i++)
        next[owner[i]]++;
    for (uint32_t k = 0; k <= meters; k++) {
        uint16_t its = next[k];
        next[k] = from;
        from = round->to[k] = (uint16_t)(from + its);
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t to = next[owner[i]]++;
        round->gist[to] = gist[i];
        round->at[to] = (uint8_t)i;
    }
}

void epw_meter_share(const struct epw_meter *m, struct epw_round *round)
{
    const struct epw_batch *batch = &round->batch;
    struct epw_gist gist[EPW_BATCH_FRAMES];
    uint64_t pair[EPW_BATCH_FRAMES];
    uint8_t owner[EPW_BATCH_FRAMES];
    if (m->options.meters == 1)
        return;
    epw_gist_tell(&m->teller, batch->frame, gist, pair, NULL, batch->count);
    find_owners(m, batch, gist, pair, owner);
    deal_out(round, gist, owner, m->options.meters);
}

/* Those of this meter and those that all decode, in the order of the batch. */
static void take(struct epw_meter *m, const struct epw_round *round)
{
    const uint32_t self = m->options.self, meters = m->options.meters;
    uint32_t own = self == 0 ? 0 : round->to[self - 1], common = round->to[meters - 1];
    const uint32_t own_to = round->to[self], common_to = round->to[meters];
    uint32_t count = 0;
    while (own < own_to || common < common_to) {
        bool is_own = common == common_to || (own < own_to && round->at[own] < round->at[common]);
        uint32_t from = is_own ? own++ : common++;
        m->at[count] = round->at[from];
        m->common[count] = !is_own;
        m->gist[count++] = round->gist[from];
    }
    m->count = count;
}

/* The gists of what may be this meter's, and which are untold. Returns how many are told. */
static uint32_t choose(struct epw_meter *m, const struct epw_round *round)
{
    const struct epw_batch *batch = &round->batch;
    if (m->options.meters == 1) {
        m->count = batch->count;
        return epw_gist_tell(&m->teller, batch->frame, m->gist, NULL, m->untold, batch->count);
    }
    uint32_t told = 0;
    take(m, round);
    for (uint32_t i = 0; i < m->count; i++) {
        m->untold[i - told] = (uint16_t)i;
        told += epw_gist_is_told(&m->gist[i]);
    }
    return told;
}

/* Whether a frame without a flow is this meter's to count: one that all decode is the first's. */
static bool counts(const struct epw_meter *m, uint32_t ref)
{
    return m->options.self == 0 || !m->common[ref];
}

/* A frame of which there is no gist yet. */
static void take_decoded(struct epw_meter *m, uint32_t ref)
{
    const struct epw_meter_options *o = &m->options;
    const struct epw_packet *packet = &m->packet[ref];
    bool has_flow = packet->ending == EPW_END_COMPLETE;
    m->mine[ref] = has_flow && (o->meters == 1 ||
                                epw_meter_owner(o, epw_key_pair(&packet->key, o->seed)) == o->self);
    if (!m->mine[ref] && (has_flow || !counts(m, ref)))
        return;
    const struct epw_frame *frame = &m->frame[m->at[ref]];
    m->stats.cut_frames += frame->caplen < frame->wire_len;
    m->stats.ending[packet->ending]++;
    if (!has_flow)
        return;
    epw_gist_of(&m->teller, packet, &m->gist[ref]);
    m->fragments += packet->fragment != EPW_FRAG_NONE;
}

/* How many of the untold ones, of which there are count, are side by side from the k-th on. */
static uint32_t side_by_side(const struct epw_meter *m, uint32_t k, uint32_t count)
{
    const uint16_t *ref = &m->untold[k];
    uint32_t i = 1;
    while (k + i < count && ref[i] == ref[0] + i && m->at[ref[i]] == m->at[ref[0]] + i)
        i++;
    return i;
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
    for (uint32_t k = 0, run; k < m->count - told; k += run) {
        uint32_t ref = m->untold[k];
        run = side_by_side(m, k, m->count - told);
        epw_decode(m->decoder, &m->frame[m->at[ref]], &m->packet[ref], run);
        for (uint32_t end = ref + run; ref < end; ref++) {
            m->put[ref] = true;
            if (m->options.ignore_vlan)
                epw_key_clear_vlans(&m->packet[ref].key);
            take_decoded(m, ref);
        }
    }
}
