/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/plain.h"

#include "meter/decode/decode.h"
#include "meter/decode/heads.h"

/* Layers in one step: Ethernet, tags, IP and what it carries. Where fewer are left the limit shows.
 */
#define PLAIN_LAYERS (3 + EPW_MAX_VLANS)

static void put_tags(struct epw_key *key, struct epw_cur tags)
{
    while (epw_cur_left(&tags) != 0) {
        uint16_t id = epw_cur_be16(&tags) & 0x0fff;
        if (id != 0)
            key->vlan[key->vlan_count++] = id;
        epw_cur_skip(&tags, 2);
    }
}

/* And nothing behind it: no VLANs, yet. */
EPW_ALWAYS void put_proto(struct epw_key *key, uint8_t proto)
{
    memset(&key->proto, 0, sizeof(*key) - offsetof(struct epw_key, proto));
    key->proto = proto;
}

EPW_ALWAYS void put_end4(struct epw_key *restrict key, unsigned side, uint64_t end)
{
    key->ip[side] = epw_ip_from_number4((uint32_t)(end >> 16));
    key->port[side] = (uint16_t)end;
}

/* Of a packet in IPv4 all that the IP header and the ports tell. */
EPW_ALWAYS void put4(struct epw_packet *restrict p, const struct epw_heads *h)
{
    const uint8_t *ip = h->ip;
    put_proto(&p->key, h->proto);
    p->ip_id = epw_run_be16(ip, 4);
    p->ttl = ip[8];
    uint64_t src = epw_heads_end4(ip + 12, h->inside), dst = epw_heads_end4(ip + 16, h->inside + 2);
    p->side = src > dst;
    put_end4(&p->key, 0, src > dst ? dst : src);
    put_end4(&p->key, 1, src > dst ? src : dst);
}

EPW_ALWAYS void put6(struct epw_packet *restrict p, const struct epw_heads *h)
{
    const uint8_t *ip = h->ip;
    p->key.ip[0] = epw_ip_from6(ip + 8);
    p->key.ip[1] = epw_ip_from6(ip + 24);
    p->key.port[0] = epw_run_be16(h->inside, 0);
    p->key.port[1] = epw_run_be16(h->inside, 2);
    put_proto(&p->key, h->proto);
    p->ip_id = 0;
    p->ttl = ip[7];
    p->side = (uint8_t)epw_key_order(&p->key);
}

EPW_ALWAYS void put_inside(struct epw_packet *restrict p, const struct epw_heads *h)
{
    bool tcp = h->proto == EPW_HEADS_PROTO_TCP;
    p->seq = tcp ? epw_run_be32(h->inside, 4) : 0;
    p->ack = tcp ? epw_run_be32(h->inside, 8) : 0;
    p->tcp_flags = tcp ? h->inside[13] : 0;
    p->payload_at = h->header_len;
    p->payload_len = p->payload_wire = h->payload_len;
    p->payload = h->payload_len == 0 ? NULL : h->payload;
}

/*
 * From an Ethernet header on: all that depends on these headers alone. False: the frame is not
 * plain, and nothing is written. A tunnel may go on from the payload in h.
 */
EPW_ALWAYS bool put_plain(struct epw_packet *p, struct epw_cur c, struct epw_heads *h)
{
    uint16_t type = epw_heads_ether(&c, h);
    if (type == EPW_TYPE_IPV4 && epw_heads_ip4(&c, h))
        put4(p, h);
    else if (type == EPW_TYPE_IPV6 && epw_heads_ip6(&c, h))
        put6(p, h);
    else
        return false;
    put_inside(p, h);
    if (h->tags != 0)
        put_tags(&p->key, epw_cur(h->ether + EPW_HEADS_ETHER, h->tags));
    p->macs = h->ether;
    memset(&p->icmp_type, 0, offsetof(struct epw_packet, icmp_from) - EPW_PACKET_USUAL);
    return true;
}

/* For all but the loop below, which has put_plain() of its own. */
static __attribute__((noinline)) bool put_other(struct epw_packet *p, struct epw_cur c,
                                                struct epw_heads *h)
{
    return put_plain(p, c, h);
}

static bool put_mirrored(struct epw_packet *p, const struct epw_frame *frame)
{
    struct epw_cur c = epw_cur(frame->bytes, frame->caplen);
    struct epw_heads h;
    uint16_t vlan;
    if (!epw_heads_mirror(&c, &vlan) || !put_plain(p, c, &h))
        return false;
    if (vlan != 0 && p->key.vlan_count == 0)
        p->key.vlan[p->key.vlan_count++] = vlan;
    return true;
}

static inline bool is_tunnel(const uint8_t *tunnel, const struct epw_packet *p)
{
    return p->key.proto == EPW_HEADS_PROTO_UDP && tunnel[epw_tunnel_port(p)] != 0;
}

uint32_t epw_plain_run(const uint8_t *tunnel, const struct epw_frame *frame,
                       struct epw_packet *restrict packet, uint32_t count)
{
    uint32_t i = 0;
    bool mirrored = false; /* the frame before: the next one is what it was, nearly always */
    for (; i < count; i++, frame++, packet++) {
        if (frame->linktype != EPW_HEADS_LINKTYPE || frame->wire_len > frame->caplen)
            break;
        bool put = mirrored && put_mirrored(packet, frame);
        if (!put) {
            struct epw_heads h;
            put = put_plain(packet, epw_cur(frame->bytes, frame->caplen), &h);
            mirrored = !put;
            put = put || put_mirrored(packet, frame);
        }
        if (!put || is_tunnel(tunnel, packet))
            break;
        packet->key.tunnel = 0;
        packet->ts_ns = frame->ts_ns;
        packet->wire_len = frame->caplen;
        packet->ending = EPW_END_COMPLETE;
    }
    return i;
}

bool epw_plain(struct epw_descent *d, enum epw_next *next)
{
    struct epw_heads h;
    if (d->missing != 0 || d->left < PLAIN_LAYERS || d->packet->icmp_error ||
        !put_other(d->packet, d->cur, &h))
        return false;
    if (h.proto == EPW_HEADS_PROTO_TCP) {
        *next = epw_end(d, EPW_END_COMPLETE);
        return true;
    }
    d->cur = epw_cur(h.payload, h.payload_len);
    d->bounded = true;
    /* Ethernet, which the loop counts, tags, IP and UDP were layers too. */
    d->left -= h.tags / EPW_HEADS_TAG + 2u;
    *next = epw_go_udp(d);
    return true;
}

/*
 * All bits when what is behind an IP header has the addresses of that header and no others inside,
 * else none. Without branches, as those would follow no pattern.
 */
EPW_ALWAYS uint64_t innermost(const uint8_t *tunnel, uint8_t proto, const uint8_t *ports)
{
    unsigned tcp = proto == EPW_HEADS_PROTO_TCP, udp = proto == EPW_HEADS_PROTO_UDP;
    unsigned none =
        (tunnel[epw_run_be16(ports, 0) * udp] | tunnel[epw_run_be16(ports, 2) * udp]) == 0;
    return 0 - (uint64_t)((tcp | udp) & none);
}

EPW_ALWAYS uint64_t pair_of(struct epw_ip low, struct epw_ip high, uint64_t seed)
{
    const struct epw_key key = { .ip = { low, high } };
    return epw_key_pair(&key, seed);
}

EPW_ALWAYS uint64_t pair4(const uint8_t *ip, uint64_t seed)
{
    uint32_t src = epw_run_be32(ip, 12), dst = epw_run_be32(ip, 16);
    return pair_of(epw_ip_from_number4(src < dst ? src : dst),
                   epw_ip_from_number4(src < dst ? dst : src), seed);
}

EPW_ALWAYS uint64_t pair6(const uint8_t *ip, uint64_t seed)
{
    struct epw_ip src = epw_ip_from6(ip + 8), dst = epw_ip_from6(ip + 24);
    return epw_ip_cmp(&src, &dst) < 0 ? pair_of(src, dst, seed) : pair_of(dst, src, seed);
}

/* From an Ethernet header on. */
EPW_ALWAYS uint64_t look_at_pair(const uint8_t *tunnel, uint64_t seed, struct epw_cur c)
{
    struct epw_heads h;
    uint16_t type = epw_heads_ether(&c, &h);
    if (type == EPW_TYPE_IPV4) {
        const uint8_t *ip = epw_cur_bytes(&c, EPW_HEADS_IP4 + EPW_HEADS_PORTS);
        return ip == NULL || !epw_heads_is_simple4(ip)
                   ? EPW_PAIR_UNKNOWN
                   : pair4(ip, seed) & innermost(tunnel, ip[9], ip + EPW_HEADS_IP4);
    }
    const uint8_t *ip =
        type == EPW_TYPE_IPV6 ? epw_cur_bytes(&c, EPW_HEADS_IP6 + EPW_HEADS_PORTS) : NULL;
    return ip == NULL || ip[0] >> 4 != 6
               ? EPW_PAIR_UNKNOWN
               : pair6(ip, seed) & innermost(tunnel, ip[6], ip + EPW_HEADS_IP6);
}

static __attribute__((noinline)) uint64_t look_at_mirrored(const uint8_t *tunnel, uint64_t seed,
                                                           struct epw_cur c)
{
    uint16_t vlan;
    return epw_heads_mirror(&c, &vlan) ? look_at_pair(tunnel, seed, c) : EPW_PAIR_UNKNOWN;
}

uint64_t epw_plain_pair(const uint8_t *tunnel, uint64_t seed, const struct epw_frame *frame)
{
    struct epw_cur c = epw_cur(frame->bytes, frame->caplen);
    if (frame->linktype != EPW_HEADS_LINKTYPE)
        return EPW_PAIR_UNKNOWN;
    uint64_t pair = look_at_pair(tunnel, seed, c);
    return pair == EPW_PAIR_UNKNOWN ? look_at_mirrored(tunnel, seed, c) : pair;
}
