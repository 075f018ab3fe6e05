/* SPDX-License-Identifier: Apache-2.0 */
/* A meter's packets of a round get their gists, while their bytes are near. */
#include "meter/flow/tcp.h"
#include "meter/meter_state.h"

/* Payload bytes of a fingerprint: with IP id, sequence number and length enough to know a copy. */
#define PRINT_BYTES 32

/* A flag that no flow has. */
#define NEVER 0x40000000u

static inline uint64_t half_word(const uint8_t *at)
{
    uint32_t word;
    memcpy(&word, at, sizeof(word));
    return word;
}

/* Of the first PRINT_BYTES, all: as words, the last ones overlapping those before. */
static inline uint64_t print_payload(const uint8_t *at, uint32_t len, uint64_t h)
{
    size_t n = len < PRINT_BYTES ? len : PRINT_BYTES;
    uint64_t first, last;
    if (n >= 8) {
        first = epw_hash_word(at);
        last = epw_hash_word(at + n - 8);
        if (n > 16)
            h = epw_hash_mix(epw_hash_word(at + 8) ^ EPW_HASH_K0, epw_hash_word(at + n - 16) ^ h);
    } else if (n >= 4) {
        first = half_word(at);
        last = half_word(at + n - 4);
    } else {
        first = at[0];
        last = (uint64_t)at[n / 2] << 8 | at[n - 1];
    }
    return epw_hash_mix(first ^ h, last ^ EPW_HASH_K1);
}

static inline uint32_t print_of(const struct epw_packet *p)
{
    uint64_t h = epw_hash_mix(((uint64_t)p->seq << 32 | p->payload_wire) ^ EPW_HASH_K0,
                              ((uint64_t)p->ack << 32 | (uint64_t)p->ip_id << 8 | p->tcp_flags) ^
                                  EPW_HASH_K1);
    if (p->payload_len != 0)
        h = print_payload(p->payload, p->payload_len, h);
    return (uint32_t)(h >> 32) | 1;
}

/* The flags that tracking such a packet would set, and that others go by; with the side and what
 * is true of a packet multiplied in, as nobody can guess what the next one is like. */
static inline uint32_t flags_of(const struct epw_packet *p, bool wide)
{
    uint32_t w = wide ? EPW_F_WIDE : 0;
    if (p->fragment != EPW_FRAG_NONE || p->icmp_error || (p->tcp_flags & EPW_TCP_SIGNALS) != 0)
        return NEVER | w;
    uint32_t data = p->payload_wire != 0, cut = p->payload_len < p->payload_wire;
    uint32_t ack = p->tcp_flags / EPW_TCP_ACK & 1;
    return EPW_F_USED | w | (EPW_F_SEEN(0) + data * EPW_F_DATA(0)) << p->side | cut * EPW_F_CUT |
           ack * (EPW_F_OPEN | EPW_F_TALK);
}

/* Those of which one says that the evidence engine does not want the packet. What is neither TCP
 * nor UDP has none of them, and takes the long way. */
static inline uint32_t no_evidence(const struct epw_packet *p)
{
    uint32_t bare = p->payload_wire == 0;
    return EPW_F_EVIDENCE_DONE | EPW_F_QUIET(p->side) | bare * EPW_F_USED;
}

static inline void put_gist(struct epw_gist *gist, const struct epw_packet *p, uint64_t seed)
{
    bool wide = epw_key_is_wide(&p->key);
    struct epw_brief brief = epw_brief_of(&p->key);
    gist->brief = brief;
    gist->tag = epw_brief_tag(&brief, &p->key, wide, seed);
    gist->all = flags_of(p, wide);
    gist->any = no_evidence(p);
    gist->print = print_of(p);
}

/* Whether a frame without a flow is this meter's to count: one that all decode is the first's. */
static bool counts(const struct epw_meter *m, const struct epw_round *round, uint32_t i)
{
    return m->options.self == 0 || round->owner[m->at[i]] != EPW_OWNER_UNKNOWN;
}

void epw_meter_gist(struct epw_meter *m, const struct epw_round *round)
{
    const struct epw_meter_options o = m->options;
    uint32_t cut_frames = 0, complete = 0, fragments = 0;
    for (uint32_t i = 0; i < m->count; i++) {
        struct epw_packet *packet = &m->packet[i];
        bool has_flow = packet->ending == EPW_END_COMPLETE;
        m->mine[i] =
            has_flow &&
            (o.meters == 1 || epw_meter_owner(&o, epw_key_pair(&packet->key, o.seed)) == o.self);
        if (!m->mine[i] && (has_flow || !counts(m, round, i)))
            continue;
        cut_frames += m->frame[i].caplen < m->frame[i].wire_len;
        if (!has_flow) {
            m->stats.ending[packet->ending]++;
            continue;
        }
        complete++;
        if (o.ignore_vlan)
            epw_key_clear_vlans(&packet->key);
        put_gist(&m->gist[i], packet, o.seed);
        fragments += packet->fragment != EPW_FRAG_NONE;
    }
    m->stats.ending[EPW_END_COMPLETE] += complete;
    m->stats.cut_frames += cut_frames;
    m->fragments = fragments;
}
