/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/gist.h"

#include "meter/decode/heads.h"
#include "meter/flow/tcp.h"

#include <arpa/inet.h>

/* Payload bytes of a fingerprint: with IP id, sequence number and length enough to know a copy. */
#define PRINT_BYTES 32

/* Fewer bytes than a word has, as one: the first is the lowest. */
static uint64_t short_word(const uint8_t *at, uint32_t len)
{
    uint64_t word = 0;
    for (uint32_t i = 0; i < len; i++)
        word |= (uint64_t)at[i] << 8 * i;
    return word;
}

/* The same of bytes behind others, a word's at least: read with these, which are shifted out. So
 * without branches, of which nobody could foretell the way. */
EPW_ALWAYS uint64_t short_word_behind(const uint8_t *at, uint32_t len)
{
    return epw_run_le64(at + len - sizeof(uint64_t), 0) >> 1 >> (63 - 8 * len);
}

/* Of the first PRINT_BYTES, all: as words, the last ones overlapping those before. */
EPW_ALWAYS uint64_t print_words(const uint8_t *at, uint32_t len, uint64_t h)
{
    size_t n = len < PRINT_BYTES ? len : PRINT_BYTES;
    if (n > 16)
        h = epw_hash_mix(epw_hash_word(at + 8) ^ EPW_HASH_K0, epw_hash_word(at + n - 16) ^ h);
    return epw_hash_mix(epw_hash_word(at) ^ h, epw_hash_word(at + n - 8) ^ EPW_HASH_K1);
}

/* What makes a fingerprint beside the payload, in two words. */
struct traits {
    uint64_t numbers, rest;
};

/* As they stand there: sequence numbers of TCP, one behind the other, else 0; the IP id. */
EPW_ALWAYS struct traits traits_of(uint64_t numbers, uint32_t payload_wire, uint16_t ip_id,
                                   uint8_t tcp_flags)
{
    return (struct traits){ numbers,
                            payload_wire | (uint64_t)ip_id << 32 | (uint64_t)tcp_flags << 48 };
}

/* Never 0. behind: a word or more of headers stands before the payload. */
EPW_ALWAYS uint32_t print_of(struct traits traits, const uint8_t *payload, uint32_t len,
                             bool behind)
{
    uint64_t h = epw_hash_mix(traits.numbers ^ EPW_HASH_K0, traits.rest ^ EPW_HASH_K1);
    if (len >= sizeof(uint64_t)) {
        h = print_words(payload, len, h);
    } else {
        uint64_t word = behind ? short_word_behind(payload, len) : short_word(payload, len);
        h = epw_hash_mix(word ^ h, EPW_HASH_K1);
    }
    return (uint32_t)(h >> 32) | 1;
}

/* The sequence numbers of TCP as they stand there, one behind the other. */
EPW_ALWAYS uint64_t numbers_of(const struct epw_packet *p)
{
    const uint32_t word[2] = { htonl(p->seq), htonl(p->ack) };
    uint64_t numbers;
    memcpy(&numbers, word, sizeof(numbers));
    return numbers;
}

/* The flags that a whole packet sets, and that others go by; NEVER where it may mean more. */
static uint32_t flags_of(uint8_t tcp_flags, bool data, unsigned side)
{
    const bool ack = (tcp_flags & EPW_TCP_ACK) != 0, syn = (tcp_flags & EPW_TCP_SYN) != 0,
               rst = (tcp_flags & EPW_TCP_RST) != 0, fin = (tcp_flags & EPW_TCP_FIN) != 0;
    return EPW_F_USED | EPW_F_SEEN(side) | (data && !rst ? EPW_F_DATA(side) : 0) |
           (ack && !syn && !rst ? EPW_F_OPEN | EPW_F_TALK : 0) |
           (fin && !rst ? EPW_F_FIN(side) : 0) |
           ((tcp_flags & EPW_TCP_SIGNALS) != 0 ? EPW_GIST_NEVER : 0);
}

/* Those of which one says that the evidence engine does not want the packet; what brings no payload
 * it never wants. */
static uint32_t no_evidence(bool data, unsigned side)
{
    return EPW_F_EVIDENCE_DONE | EPW_F_QUIET(side) | (data ? 0 : EPW_F_USED);
}

/* Flags of TCP that matter here, side and whether there is payload. */
EPW_ALWAYS unsigned ways_at(uint8_t tcp_flags, unsigned data, unsigned side)
{
    return (tcp_flags & 0x1fu) | data << 5 | side << 6;
}

void epw_teller_init(struct epw_teller *teller)
{
    for (unsigned i = 0; i < EPW_TELLER_WAYS; i++) {
        uint8_t tcp_flags = i & 0x1f;
        bool data = (i >> 5 & 1) != 0;
        teller->way[i] = (struct epw_gist_way){
            flags_of(tcp_flags, data, i >> 6),
            no_evidence(data && (tcp_flags & EPW_TCP_RST) == 0, i >> 6),
        };
    }
}

/* What no frame that is told of is: a fragment, an error that quotes another packet, cut, of
 * another protocol or in IPv6. */
static struct epw_gist_way way_of(const struct epw_teller *t, const struct epw_packet *p, bool wide)
{
    struct epw_gist_way way = t->way[ways_at(p->tcp_flags, p->payload_wire != 0, p->side)];
    if (p->fragment != EPW_FRAG_NONE || p->icmp_error)
        way.all |= EPW_GIST_NEVER;
    if (p->payload_len < p->payload_wire && p->fragment != EPW_FRAG_LATER)
        way.all |= EPW_F_CUT;
    if (wide)
        way.all |= EPW_F_WIDE;
    if ((p->key.proto != EPW_PROTO_TCP && p->key.proto != EPW_PROTO_UDP) ||
        p->fragment == EPW_FRAG_LATER)
        way.any |= EPW_F_USED;
    if (p->fragment == EPW_FRAG_FIRST) /* also of a side that is quiet */
        way.any &= ~EPW_F_QUIET_BOTH;
    return way;
}

void epw_gist_of(const struct epw_teller *t, const struct epw_packet *p, struct epw_gist *gist)
{
    const bool wide = epw_key_is_wide(&p->key);
    const struct epw_brief brief = epw_brief_of(&p->key);
    gist->brief = brief;
    gist->way = way_of(t, p, wide);
    gist->tag = epw_brief_tag(&brief, &p->key, wide, t->seed);
    gist->print = print_of(traits_of(numbers_of(p), p->payload_wire, htons(p->ip_id), p->tcp_flags),
                           p->payload, p->payload_len, false);
    gist->ts_ns = p->ts_ns;
    gist->wire_len = p->wire_len;
    gist->payload_wire = p->payload_wire;
    gist->side = p->side;
    gist->tcp_flags = p->tcp_flags;
}

EPW_ALWAYS void put_key(struct epw_key *restrict key, const struct epw_brief *brief)
{
    *key = (struct epw_key){
        .ip = { epw_brief_ip4(brief, 0), epw_brief_ip4(brief, 1) },
        .port = { brief->port[0], brief->port[1] },
        .proto = epw_brief_proto(brief),
    };
    if (!epw_brief_has_vlan(brief))
        return;
    key->vlan[0] = epw_brief_vlan(brief, 0);
    key->vlan[1] = epw_brief_vlan(brief, 1);
    key->vlan_count = key->vlan[1] == 0 ? 1 : 2;
}

void epw_gist_put(const struct epw_gist *restrict gist, struct epw_packet *restrict p)
{
    /* Both are within the payload_at bytes that were checked: so no length is looked at again. */
    const uint8_t *inside = gist->bytes + gist->inside_at, *ip = inside - EPW_HEADS_IP4;
    const bool tcp = epw_brief_proto(&gist->brief) == EPW_HEADS_PROTO_TCP;
    put_key(&p->key, &gist->brief);
    p->ts_ns = gist->ts_ns;
    p->payload = gist->payload_wire == 0 ? NULL : gist->bytes + gist->payload_at;
    p->macs = gist->bytes + gist->ether_at;
    p->seq = tcp ? epw_run_be32(inside, 4) : 0;
    p->ack = tcp ? epw_run_be32(inside, 8) : 0;
    p->wire_len = gist->wire_len;
    p->payload_len = p->payload_wire = gist->payload_wire;
    p->payload_at = (uint16_t)(gist->payload_at - gist->inside_at);
    p->ip_id = epw_run_be16(ip, 4);
    p->side = gist->side;
    p->ending = EPW_END_COMPLETE;
    p->tcp_flags = gist->tcp_flags;
    p->ttl = ip[8];
    memset(&p->icmp_type, 0, offsetof(struct epw_packet, icmp_from) - EPW_PACKET_USUAL);
}

/* As in the rest of a brief. */
static uint32_t vlans_of(const struct epw_heads *h)
{
    uint32_t vlans = 0;
    unsigned bits = 8;
    for (unsigned at = 0; at < h->tags; at += EPW_HEADS_TAG) {
        uint32_t id = epw_run_be16(h->ether, EPW_HEADS_ETHER + at) & EPW_BRIEF_VLAN_MAX;
        vlans |= id << bits;
        bits += id != 0 ? EPW_BRIEF_VLAN_BITS : 0;
    }
    return vlans;
}

EPW_ALWAYS uint64_t turn64(uint64_t word, unsigned bits)
{
    return word << (bits & 63) | word >> (-bits & 63);
}

EPW_ALWAYS uint32_t turn32(uint32_t word, unsigned bits)
{
    return word << (bits & 31) | word >> (-bits & 31);
}

/*
 * Of IPv4, from what stands in a packet as numbers: both addresses, and both ports. proto: with
 * VLANs, as in the rest of a brief. Returns the side that sent it, which follows no pattern: so the
 * sides are turned without a branch. In two words, as it is read.
 */
EPW_ALWAYS unsigned put_brief4(struct epw_brief *brief, uint64_t ips, uint32_t ports,
                               uint32_t proto)
{
    const uint64_t back = turn64(ips, 32);
    unsigned side = ips > back;
    if (ips == back) /* both addresses are the same */
        side = ports >> 16 > (ports & 0xffff);
    ips = turn64(ips, 32 * side);
    ports = turn32(ports, 16 * side);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const uint64_t word[2] = { __builtin_bswap64(ips), turn32(ports, 16) | (uint64_t)proto << 32 };
    memcpy(brief, word, sizeof(word));
#else
    *brief = (struct epw_brief){ .ip = { (uint32_t)(ips >> 32), (uint32_t)ips },
                                 .port = { (uint16_t)(ports >> 16), (uint16_t)ports },
                                 .rest = proto };
#endif
    return side;
}

EPW_ALWAYS uint64_t pair_of(const struct epw_brief *brief, uint64_t seed)
{
    const struct epw_key key = { .ip = { epw_brief_ip4(brief, 0), epw_brief_ip4(brief, 1) } };
    return epw_key_pair(&key, seed);
}

/* What of a teller a loop over frames goes by, so that nothing of it is read again for each. */
struct terms {
    const uint8_t *tunnel;
    const struct epw_gist_way *way;
    uint64_t seed;
};

EPW_ALWAYS struct terms terms_of(const struct epw_teller *t)
{
    return (struct terms){ t->tunnel, t->way, t->seed };
}

/* Whether what is in UDP may be a tunnel, in which the packet goes on. */
EPW_ALWAYS bool may_go_on(struct terms t, const struct epw_heads *h)
{
    return (t.tunnel[epw_run_be16(h->inside, 0)] | t.tunnel[epw_run_be16(h->inside, 2)]) != 0;
}

/* Of a plain packet in IPv4 in the frame that begins there; vlans as in the rest of a brief. False:
 * its packet may be another one inside. */
EPW_ALWAYS bool tell4(struct terms t, const uint8_t *begin, const struct epw_heads *h,
                      uint32_t vlans, struct epw_gist *restrict gist, uint64_t *restrict pair)
{
    const bool tcp = h->proto == EPW_HEADS_PROTO_TCP;
    if (!tcp && may_go_on(t, h))
        return false;
    const uint8_t tcp_flags = tcp ? h->inside[13] : 0;
    const uint64_t numbers = tcp ? epw_hash_word(h->inside + 4) : 0;
    gist->print = print_of(traits_of(numbers, h->payload_len, epw_heads_raw16(h->ip, 4), tcp_flags),
                           h->payload, h->payload_len, true);
    struct epw_brief brief;
    const unsigned side =
        put_brief4(&brief, epw_run_be64(h->ip, 12), epw_run_be32(h->inside, 0), h->proto | vlans);
    gist->brief = brief;
    gist->tag = epw_brief_tag4(&brief, t.seed);
    gist->way = t.way[ways_at(tcp_flags, h->payload_len != 0, side)];
    gist->payload_wire = h->payload_len;
    gist->ether_at = (uint8_t)(h->ether - begin);
    gist->inside_at = (uint8_t)(h->inside - begin);
    gist->payload_at = (uint8_t)(h->payload - begin);
    gist->side = (uint8_t)side;
    gist->tcp_flags = tcp_flags;
    if (pair != NULL)
        *pair = pair_of(&brief, t.seed);
    return true;
}

/*
 * From an Ethernet header on, len bytes in the frame that begins there, of the usual kind. vlans:
 * as in the rest of a brief. Each protocol has instructions of its own, so that none is there for
 * the other.
 */
EPW_ALWAYS bool tell_usual(struct terms t, const uint8_t *begin, const uint8_t *ether, uint32_t len,
                           uint32_t vlans, struct epw_gist *gist, uint64_t *pair)
{
    struct epw_heads h;
    if (!epw_heads_is_usual(ether, len))
        return false;
    switch (ether[EPW_HEADS_ETHER + 9]) {
    case EPW_HEADS_PROTO_TCP:
        return epw_heads_usual(ether, len, EPW_HEADS_PROTO_TCP, &h) &&
               tell4(t, begin, &h, vlans, gist, pair);
    case EPW_HEADS_PROTO_UDP:
        return epw_heads_usual(ether, len, EPW_HEADS_PROTO_UDP, &h) &&
               tell4(t, begin, &h, vlans, gist, pair);
    default:
        return false;
    }
}

/* The same of any kind; vlan: of a frame without tags, 0: none. */
static __attribute__((noinline)) bool tell_any(const struct epw_teller *teller,
                                               const uint8_t *begin, struct epw_cur c,
                                               uint16_t vlan, struct epw_gist *gist, uint64_t *pair)
{
    const struct terms t = terms_of(teller);
    struct epw_heads h;
    if (epw_heads_ether(&c, &h) != EPW_TYPE_IPV4 || !epw_heads_ip4(&c, &h))
        return false;
    uint32_t vlans = vlans_of(&h);
    vlans = vlans == 0 ? (uint32_t)vlan << 8 : vlans;
    return tell4(t, begin, &h, teller->ignore_vlan ? 0 : vlans, gist, pair);
}

static __attribute__((noinline)) bool tell_mirrored(const struct epw_teller *teller,
                                                    const struct epw_frame *frame,
                                                    struct epw_gist *gist, uint64_t *pair)
{
    const struct terms t = terms_of(teller);
    struct epw_cur c = epw_cur(frame->bytes, frame->caplen);
    uint16_t vlan;
    if (!epw_heads_mirror(&c, &vlan))
        return false;
    uint32_t vlans = teller->ignore_vlan ? 0 : (uint32_t)vlan << 8;
    return tell_usual(t, frame->bytes, c.at, (uint32_t)epw_cur_left(&c), vlans, gist, pair) ||
           tell_any(teller, frame->bytes, c, vlan, gist, pair);
}

/* Any frame but the usual one: with tags, a short one, or a mirror's, as which it is looked at
 * first when the one before was. */
static bool tell_other(const struct epw_teller *teller, const struct epw_frame *frame,
                       struct epw_gist *gist, uint64_t *pair, bool *mirrored)
{
    const struct epw_cur c = epw_cur(frame->bytes, frame->caplen);
    if (*mirrored && tell_mirrored(teller, frame, gist, pair))
        return true;
    if (tell_any(teller, frame->bytes, c, 0, gist, pair))
        return true;
    *mirrored = !*mirrored && tell_mirrored(teller, frame, gist, pair);
    return *mirrored;
}

/* Frames that cannot be told of come in runs: after so many one in as many is tried. */
#define MISSES 8

EPW_ALWAYS uint32_t tell_run(const struct epw_teller *teller, const struct epw_frame *frame,
                             struct epw_gist *gist, uint64_t *pair, uint16_t *untold,
                             uint32_t count)
{
    const struct terms t = terms_of(teller);
    uint32_t told = 0, missed = 0;
    bool mirrored = false;
    for (uint32_t i = 0; i < count; i++, frame++, gist++) {
        uint64_t *its = pair == NULL ? NULL : &pair[i];
        gist->ts_ns = frame->ts_ns;
        gist->wire_len = frame->caplen;
        gist->bytes = frame->bytes;
        bool plain = frame->linktype == EPW_HEADS_LINKTYPE && frame->wire_len <= frame->caplen;
        if (plain && tell_usual(t, frame->bytes, frame->bytes, frame->caplen, 0, gist, its)) {
            told++;
        } else if (plain && (missed < MISSES || missed % MISSES == 0) &&
                   tell_other(teller, frame, gist, its, &mirrored)) {
            told++;
            missed = 0;
        } else {
            if (untold != NULL)
                untold[i - told] = (uint16_t)i;
            gist->print = 0;
            missed++;
        }
    }
    return told;
}

uint32_t epw_gist_tell(const struct epw_teller *teller, const struct epw_frame *frame,
                       struct epw_gist *gist, uint64_t *pair, uint16_t *untold, uint32_t count)
{
    if (teller->sparing)
        return pair == NULL ? tell_run(teller, frame, gist, NULL, untold, count)
                            : tell_run(teller, frame, gist, pair, untold, count);
    memset(gist, 0, count * sizeof(*gist));
    for (uint32_t i = 0; untold != NULL && i < count; i++)
        untold[i] = (uint16_t)i;
    return 0;
}
