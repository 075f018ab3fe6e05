/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/plain.h"

#include "meter/decode/decode.h"

#define LINKTYPE_ETHERNET 1
#define ETHER_LEN         14
#define TAG_LEN           4
#define IP4_LEN           20
#define IP6_LEN           40
#define TCP_LEN           20
#define UDP_LEN           8
#define PORTS_LEN         4
#define PROTO_TCP         6
#define PROTO_UDP         17
#define PROTO_GRE         47
/* GRE of version 0 with a sequence number and nothing else, in it ERSPAN, each header of 8 bytes.
 */
#define GRE_MIRROR (0x10000000u | EPW_TYPE_ERSPAN2)
#define GRE_LEN    8
#define ERSPAN_LEN 8
#define ERSPAN_II  1
/* Layers in one step: Ethernet, tags, IP and what it carries. Where fewer are left the limit shows.
 */
#define PLAIN_LAYERS (3 + EPW_MAX_VLANS)

static inline bool is_tag(uint16_t type)
{
    return type == 0x8100 || type == 0x88a8;
}

/* Past up to two tags, of which *type is the first; leaves in *type what is behind them. */
EPW_ALWAYS void skip_tags(struct epw_cur *c, uint16_t *type)
{
    for (unsigned tags = 0; tags < EPW_MAX_VLANS && is_tag(*type); tags++) {
        const uint8_t *tag = epw_cur_bytes(c, TAG_LEN);
        *type = tag == NULL ? 0 : epw_run_be16(tag, 2);
    }
}

static void put_tags(struct epw_key *key, struct epw_cur tags)
{
    while (epw_cur_left(&tags) != 0) {
        uint16_t id = epw_cur_be16(&tags) & 0x0fff;
        if (id != 0)
            key->vlan[key->vlan_count++] = id;
        epw_cur_skip(&tags, 2);
    }
}

/* Whether an IPv4 header has neither options nor is a fragment's. */
static inline bool is_simple4(const uint8_t *ip)
{
    return ip[0] == 0x45 && (epw_run_be16(ip, 6) & 0x3fff) == 0;
}

/* And nothing behind it: no VLANs, yet. */
EPW_ALWAYS void put_proto(struct epw_key *key, uint8_t proto)
{
    memset(&key->proto, 0, sizeof(*key) - offsetof(struct epw_key, proto));
    key->proto = proto;
}

/* An IPv4 address, and behind it a port: what the sides of a key are ordered by. */
EPW_ALWAYS uint64_t end4(const uint8_t *ip, const uint8_t *port)
{
    return (uint64_t)epw_run_be32(ip, 0) << 16 | epw_run_be16(port, 0);
}

EPW_ALWAYS void put_end4(struct epw_key *restrict key, unsigned side, uint64_t end)
{
    key->ip[side] = epw_ip_from_number4((uint32_t)(end >> 16));
    key->port[side] = (uint16_t)end;
}

/* Of a packet in IPv4 all that the IP header and the ports tell. */
EPW_ALWAYS void put4(struct epw_packet *restrict p, const uint8_t *restrict ip)
{
    put_proto(&p->key, ip[9]);
    p->ip_id = epw_run_be16(ip, 4);
    p->ttl = ip[8];
    uint64_t src = end4(ip + 12, ip + IP4_LEN), dst = end4(ip + 16, ip + IP4_LEN + 2);
    p->side = src > dst;
    put_end4(&p->key, 0, src > dst ? dst : src);
    put_end4(&p->key, 1, src > dst ? src : dst);
}

EPW_ALWAYS void put6(struct epw_packet *restrict p, const uint8_t *restrict ip)
{
    p->key.ip[0] = epw_ip_from6(ip + 8);
    p->key.ip[1] = epw_ip_from6(ip + 24);
    p->key.port[0] = epw_run_be16(ip, IP6_LEN);
    p->key.port[1] = epw_run_be16(ip, IP6_LEN + 2);
    put_proto(&p->key, ip[6]);
    p->ip_id = 0;
    p->ttl = ip[7];
    p->side = (uint8_t)epw_key_order(&p->key);
}

EPW_ALWAYS bool put_tcp(struct epw_packet *restrict p, struct epw_cur *c)
{
    const uint8_t *tcp = epw_cur_bytes(c, TCP_LEN);
    size_t header = tcp == NULL ? 0 : (size_t)(tcp[12] >> 4) * 4;
    if (header < TCP_LEN || !epw_cur_skip(c, header - TCP_LEN))
        return false;
    p->seq = epw_run_be32(tcp, 4);
    p->ack = epw_run_be32(tcp, 8);
    p->tcp_flags = tcp[13];
    p->payload_at = (uint16_t)header;
    return true;
}

EPW_ALWAYS bool put_udp(struct epw_packet *restrict p, struct epw_cur *c)
{
    const uint8_t *udp = epw_cur_bytes(c, UDP_LEN);
    size_t len = udp == NULL ? 0 : epw_run_be16(udp, 4);
    if (len < UDP_LEN)
        return false;
    *c = epw_cur_sub(c, len - UDP_LEN);
    if (!epw_cur_ok(c))
        return false;
    p->tcp_flags = 0;
    p->seq = p->ack = 0;
    p->payload_at = UDP_LEN;
    return true;
}

/* What is inside of an IP packet of len bytes from *c on; leaves the payload in *c. The first that
 * is written, and only when it is plain. */
EPW_ALWAYS bool put_inside(struct epw_packet *p, struct epw_cur *c, size_t len, size_t header,
                           uint8_t proto)
{
    *c = epw_cur_sub(c, len);
    if (!epw_cur_skip(c, header))
        return false;
    return proto == PROTO_TCP ? put_tcp(p, c) : proto == PROTO_UDP && put_udp(p, c);
}

EPW_ALWAYS bool put_ip(struct epw_packet *p, struct epw_cur *c, uint16_t type)
{
    struct epw_cur ahead = *c;
    if (type == EPW_TYPE_IPV4) {
        const uint8_t *ip = epw_cur_bytes(&ahead, IP4_LEN + UDP_LEN);
        if (ip == NULL || !is_simple4(ip) || !put_inside(p, c, epw_run_be16(ip, 2), IP4_LEN, ip[9]))
            return false;
        put4(p, ip);
        return true;
    }
    const uint8_t *ip = type == EPW_TYPE_IPV6 ? epw_cur_bytes(&ahead, IP6_LEN + UDP_LEN) : NULL;
    if (ip == NULL || ip[0] >> 4 != 6 ||
        !put_inside(p, c, IP6_LEN + (size_t)epw_run_be16(ip, 4), IP6_LEN, ip[6]))
        return false;
    put6(p, ip);
    return true;
}

/*
 * From an Ethernet header on: all that depends on these headers alone. False: the frame is not
 * plain, and nothing is written. Leaves the payload in *c; tags: how many bytes of them.
 */
EPW_ALWAYS bool put_plain(struct epw_packet *p, struct epw_cur *c, size_t *tags)
{
    const uint8_t *ether = epw_cur_bytes(c, ETHER_LEN);
    uint16_t type = ether == NULL ? 0 : epw_run_be16(ether, 12);
    size_t left = epw_cur_left(c);
    skip_tags(c, &type);
    *tags = left - epw_cur_left(c);
    if (!put_ip(p, c, type))
        return false;
    if (*tags != 0)
        put_tags(&p->key, epw_cur(ether + ETHER_LEN, *tags));
    p->macs = ether;
    size_t len = epw_cur_left(c);
    p->payload_len = p->payload_wire = (uint32_t)len;
    struct epw_cur rest = *c; /* a tunnel may go on from here */
    p->payload = len == 0 ? NULL : epw_cur_bytes(&rest, len);
    memset(&p->icmp_type, 0, offsetof(struct epw_packet, icmp_from) - EPW_PACKET_USUAL);
    return true;
}

/*
 * Past the headers of a mirror's delivery: IPv4, GRE with a sequence number and ERSPAN of type II,
 * to the frame inside. The VLAN is that of a frame without tags.
 */
static inline bool skip_mirror(struct epw_cur *c, uint16_t *vlan)
{
    const uint8_t *ether = epw_cur_bytes(c, ETHER_LEN);
    uint16_t type = ether == NULL ? 0 : epw_run_be16(ether, 12);
    skip_tags(c, &type);
    struct epw_cur ahead = *c;
    const uint8_t *ip = type == EPW_TYPE_IPV4 ? epw_cur_bytes(&ahead, IP4_LEN) : NULL;
    if (ip == NULL || !is_simple4(ip) || ip[9] != PROTO_GRE)
        return false;
    *c = epw_cur_sub(c, epw_run_be16(ip, 2));
    epw_cur_skip(c, IP4_LEN);
    const uint8_t *gre = epw_cur_bytes(c, GRE_LEN + ERSPAN_LEN);
    if (gre == NULL || epw_run_be32(gre, 0) != GRE_MIRROR || gre[GRE_LEN] >> 4 != ERSPAN_II)
        return false;
    *vlan = epw_run_be16(gre, GRE_LEN) & 0x0fff;
    return true;
}

/* For all but the loop below, which has a put_plain() of its own. */
static __attribute__((noinline)) bool put_other(struct epw_packet *p, struct epw_cur *c,
                                                size_t *tags)
{
    return put_plain(p, c, tags);
}

static bool put_mirrored(struct epw_packet *p, const struct epw_frame *frame)
{
    struct epw_cur c = epw_cur(frame->bytes, frame->caplen);
    uint16_t vlan;
    size_t tags;
    if (!skip_mirror(&c, &vlan) || !put_other(p, &c, &tags))
        return false;
    if (vlan != 0 && p->key.vlan_count == 0)
        p->key.vlan[p->key.vlan_count++] = vlan;
    return true;
}

static inline bool is_tunnel(const uint8_t *tunnel, const struct epw_packet *p)
{
    return p->key.proto == PROTO_UDP && tunnel[epw_tunnel_port(p)] != 0;
}

uint32_t epw_plain_run(const uint8_t *tunnel, const struct epw_frame *frame,
                       struct epw_packet *restrict packet, uint32_t count)
{
    uint32_t i = 0;
    bool mirrored = false; /* the frame before: the next one is what it was, nearly always */
    for (; i < count; i++, frame++, packet++) {
        if (frame->linktype != LINKTYPE_ETHERNET || frame->wire_len > frame->caplen)
            break;
        bool put = mirrored && put_mirrored(packet, frame);
        if (!put) {
            struct epw_cur c = epw_cur(frame->bytes, frame->caplen);
            size_t tags;
            put = put_plain(packet, &c, &tags);
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
    struct epw_cur c = d->cur;
    size_t tags;
    if (d->missing != 0 || d->left < PLAIN_LAYERS || d->packet->icmp_error ||
        !put_other(d->packet, &c, &tags))
        return false;
    if (d->packet->key.proto == PROTO_TCP) {
        *next = epw_end(d, EPW_END_COMPLETE);
        return true;
    }
    d->cur = c;
    d->bounded = true;
    /* Ethernet, which the loop counts, tags, IP and UDP were layers too. */
    d->left -= (uint32_t)tags / TAG_LEN + 2;
    *next = epw_go_udp(d);
    return true;
}

/*
 * All bits when what is behind an IP header has the addresses of that header and no others inside,
 * else none. Without branches, as those would follow no pattern.
 */
EPW_ALWAYS uint64_t innermost(const uint8_t *tunnel, uint8_t proto, const uint8_t *ports)
{
    unsigned tcp = proto == PROTO_TCP, udp = proto == PROTO_UDP;
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
    const uint8_t *ether = epw_cur_bytes(&c, ETHER_LEN);
    uint16_t type = ether == NULL ? 0 : epw_run_be16(ether, 12);
    skip_tags(&c, &type);
    if (type == EPW_TYPE_IPV4) {
        const uint8_t *ip = epw_cur_bytes(&c, IP4_LEN + PORTS_LEN);
        return ip == NULL || !is_simple4(ip)
                   ? EPW_PAIR_UNKNOWN
                   : pair4(ip, seed) & innermost(tunnel, ip[9], ip + IP4_LEN);
    }
    const uint8_t *ip = type == EPW_TYPE_IPV6 ? epw_cur_bytes(&c, IP6_LEN + PORTS_LEN) : NULL;
    return ip == NULL || ip[0] >> 4 != 6 ? EPW_PAIR_UNKNOWN
                                         : pair6(ip, seed) & innermost(tunnel, ip[6], ip + IP6_LEN);
}

static __attribute__((noinline)) uint64_t look_at_mirrored(const uint8_t *tunnel, uint64_t seed,
                                                           struct epw_cur c)
{
    uint16_t vlan;
    return skip_mirror(&c, &vlan) ? look_at_pair(tunnel, seed, c) : EPW_PAIR_UNKNOWN;
}

void epw_plain_pairs(const uint8_t *tunnel, uint64_t seed, const struct epw_frame *frame,
                     uint64_t *pair, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct epw_cur c = epw_cur(frame[i].bytes, frame[i].caplen);
        pair[i] = EPW_PAIR_UNKNOWN;
        if (frame[i].linktype != LINKTYPE_ETHERNET)
            continue;
        pair[i] = look_at_pair(tunnel, seed, c);
        if (pair[i] == EPW_PAIR_UNKNOWN)
            pair[i] = look_at_mirrored(tunnel, seed, c);
    }
}
