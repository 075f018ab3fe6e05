/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/plain.h"

#define LINKTYPE_ETHERNET 1
#define ETHER_LEN         14
#define TAG_LEN           4
#define IP4_LEN           20
#define IP6_LEN           40
#define TCP_LEN           20
#define UDP_LEN           8
#define PROTO_TCP         6
#define PROTO_UDP         17
#define PROTO_GRE         47
/* Layers in one step: Ethernet, tags, IP and what it carries. Where fewer are left the limit shows.
 */
#define PLAIN_LAYERS (3 + EPW_MAX_VLANS)

/* Everything is read before anything is written: what is written may lie anywhere, as far as a
 * compiler knows, and it would read again. */
struct link {
    const uint8_t *macs;
    uint32_t tags;
    uint16_t type; /* behind the tags */
    uint16_t vlan[EPW_MAX_VLANS];
    uint8_t vlan_count;
};

static inline bool is_tag(uint16_t type)
{
    return type == 0x8100 || type == 0x88a8;
}

static inline bool read_tags(struct epw_cur *c, struct link *link)
{
    for (; link->tags < EPW_MAX_VLANS && is_tag(link->type); link->tags++) {
        const uint8_t *tag = epw_cur_bytes(c, TAG_LEN);
        if (tag == NULL)
            return false;
        uint16_t id = epw_run_be16(tag, 0) & 0x0fff;
        link->vlan[link->vlan_count] = id;
        link->vlan_count = (uint8_t)(link->vlan_count + (id != 0));
        link->type = epw_run_be16(tag, 2);
    }
    return true;
}

static inline bool read_link(struct epw_cur *c, struct link *link)
{
    const uint8_t *ether = epw_cur_bytes(c, ETHER_LEN);
    if (ether == NULL)
        return false;
    *link = (struct link){ .macs = ether, .type = epw_run_be16(ether, 12) };
    return !is_tag(link->type) || read_tags(c, link);
}

/* Neither options nor a fragment, and all of it there: leaves in c what is inside. */
static inline const uint8_t *read_ip4(struct epw_cur *c)
{
    const uint8_t *ip = epw_cur_bytes(c, IP4_LEN);
    if (ip == NULL || ip[0] != 0x45 || (epw_run_be16(ip, 6) & 0x3fff) != 0 ||
        epw_run_be16(ip, 2) <= IP4_LEN)
        return NULL;
    *c = epw_cur_sub(c, epw_run_be16(ip, 2) - (size_t)IP4_LEN);
    return epw_cur_ok(c) ? ip : NULL;
}

static inline const uint8_t *read_ip6(struct epw_cur *c)
{
    const uint8_t *ip = epw_cur_bytes(c, IP6_LEN);
    if (ip == NULL || ip[0] >> 4 != 6 || epw_run_be16(ip, 4) == 0)
        return NULL;
    *c = epw_cur_sub(c, epw_run_be16(ip, 4));
    return epw_cur_ok(c) ? ip : NULL;
}

struct transport {
    uint32_t seq, ack;
    uint16_t sport, dport, header;
    uint8_t flags;
};

/* Leaves the payload in c. */
static inline bool read_transport(struct epw_cur *c, uint8_t proto, struct transport *t)
{
    if (proto == PROTO_TCP) {
        const uint8_t *tcp = epw_cur_bytes(c, TCP_LEN);
        size_t header = tcp == NULL ? 0 : (size_t)(tcp[12] >> 4) * 4;
        if (header < TCP_LEN || !epw_cur_skip(c, header - TCP_LEN))
            return false;
        *t = (struct transport){ .seq = epw_run_be32(tcp, 4),
                                 .ack = epw_run_be32(tcp, 8),
                                 .sport = epw_run_be16(tcp, 0),
                                 .dport = epw_run_be16(tcp, 2),
                                 .header = (uint16_t)header,
                                 .flags = tcp[13] };
        return true;
    }
    const uint8_t *udp = proto == PROTO_UDP ? epw_cur_bytes(c, UDP_LEN) : NULL;
    size_t len = udp == NULL ? 0 : epw_run_be16(udp, 4);
    if (len < UDP_LEN)
        return false;
    *t = (struct transport){ .sport = epw_run_be16(udp, 0),
                             .dport = epw_run_be16(udp, 2),
                             .header = UDP_LEN };
    *c = epw_cur_sub(c, len - UDP_LEN);
    return epw_cur_ok(c);
}

/* An IPv4 address in network order, and behind it a port: what sides of a key are ordered by. */
static inline uint64_t end4(const uint8_t *ip, uint16_t port)
{
    return (uint64_t)epw_run_be32(ip, 0) << 16 | port;
}

static inline void put_end4(struct epw_key *key, unsigned side, uint64_t end)
{
    key->ip[side] = epw_ip_from_halves(0, 0x0000ffff00000000 | end >> 16);
    key->port[side] = (uint16_t)end;
}

/* Addresses and ports of the key, in order; returns the side that sent the packet. */
static inline unsigned put_ends4(struct epw_key *key, const uint8_t *ip, const struct transport *t)
{
    uint64_t src = end4(ip + 12, t->sport), dst = end4(ip + 16, t->dport);
    put_end4(key, 0, src < dst ? src : dst);
    put_end4(key, 1, src < dst ? dst : src);
    return src > dst;
}

static inline unsigned put_ends6(struct epw_key *key, const uint8_t *ip, const struct transport *t)
{
    key->ip[0] = epw_ip_from6(ip + 8);
    key->ip[1] = epw_ip_from6(ip + 24);
    key->port[0] = t->sport;
    key->port[1] = t->dport;
    return epw_key_order(key);
}

static inline void put_link(struct epw_packet *p, const struct link *link)
{
    p->macs = link->macs;
    p->group_mac = (link->macs[0] & 1) != 0;
    p->key.vlan_count = link->vlan_count;
    for (unsigned i = 0; i < EPW_MAX_VLANS; i++)
        p->key.vlan[i] = i < link->vlan_count ? link->vlan[i] : 0;
}

static inline void put_transport(struct epw_packet *p, const struct transport *t, struct epw_cur c)
{
    p->seq = t->seq;
    p->ack = t->ack;
    p->tcp_flags = t->flags;
    p->payload_at = t->header;
    p->payload_len = p->payload_wire = (uint32_t)epw_cur_left(&c);
    p->payload = p->payload_len == 0 ? NULL : epw_cur_bytes(&c, p->payload_len);
    p->frag_id = 0;
    p->fragment = EPW_FRAG_NONE;
    p->frag_more = p->cut = p->icmp_error = false;
    p->icmp_type = p->icmp_code = 0;
}

/*
 * From an Ethernet header on: all that depends on these headers alone. The protocol, or 0 when
 * the frame is not plain, and then nothing is written. Leaves the payload in *c.
 */
static inline uint8_t read_plain(struct epw_cur *c, struct epw_packet *p, uint32_t *tags)
{
    struct link link;
    struct transport t;
    if (!read_link(c, &link))
        return 0;
    bool v4 = link.type == EPW_TYPE_IPV4;
    const uint8_t *ip = v4 ? read_ip4(c) : link.type == EPW_TYPE_IPV6 ? read_ip6(c) : NULL;
    uint8_t proto = ip == NULL ? 0 : v4 ? ip[9] : ip[6];
    if (!read_transport(c, proto, &t))
        return 0;
    uint8_t ttl = v4 ? ip[8] : ip[7];
    uint16_t ip_id = v4 ? epw_run_be16(ip, 4) : 0;
    p->side = (uint8_t)(v4 ? put_ends4(&p->key, ip, &t) : put_ends6(&p->key, ip, &t));
    p->ttl = ttl;
    p->ip_id = ip_id;
    p->key.proto = proto;
    p->key.zero = 0;
    put_link(p, &link);
    put_transport(p, &t, *c);
    *tags = link.tags;
    return proto;
}

/*
 * Past the headers of a mirror's delivery: IPv4, GRE with a sequence number and ERSPAN of type II,
 * to the frame inside. The VLAN is that of a frame without tags.
 */
static inline bool skip_mirror(struct epw_cur *c, uint16_t *vlan)
{
    struct link link;
    if (!read_link(c, &link) || link.type != EPW_TYPE_IPV4)
        return false;
    const uint8_t *ip = read_ip4(c);
    if (ip == NULL || ip[9] != PROTO_GRE)
        return false;
    const uint8_t *gre = epw_cur_bytes(c, 8 + 8);
    if (gre == NULL || epw_run_be32(gre, 0) != (0x10000000 | EPW_TYPE_ERSPAN2) || gre[8] >> 4 != 1)
        return false;
    *vlan = epw_run_be16(gre, 8) & 0x0fff;
    return true;
}

bool epw_plain_frame(const struct epw_frame *frame, struct epw_packet *packet)
{
    struct epw_cur c = epw_cur(frame->bytes, frame->caplen);
    uint32_t tags;
    uint16_t vlan;
    if (frame->linktype != LINKTYPE_ETHERNET || frame->wire_len > frame->caplen)
        return false;
    if (read_plain(&c, packet, &tags) == 0) {
        c = epw_cur(frame->bytes, frame->caplen);
        if (!skip_mirror(&c, &vlan) || read_plain(&c, packet, &tags) == 0)
            return false;
        if (vlan != 0 && packet->key.vlan_count == 0)
            packet->key.vlan[packet->key.vlan_count++] = vlan;
    }
    packet->key.tunnel = 0;
    packet->ts_ns = frame->ts_ns;
    packet->wire_len = frame->caplen;
    packet->ending = EPW_END_COMPLETE;
    return true;
}

bool epw_plain(struct epw_descent *d, enum epw_next *next)
{
    struct epw_cur c = d->cur;
    uint32_t tags;
    if (d->missing != 0 || d->left < PLAIN_LAYERS || d->packet->icmp_error)
        return false;
    uint8_t proto = read_plain(&c, d->packet, &tags);
    if (proto == 0)
        return false;
    if (proto == PROTO_TCP) {
        *next = epw_end(d, EPW_END_COMPLETE);
        return true;
    }
    d->cur = c;
    d->bounded = true;
    d->left -= tags + 2; /* Ethernet, which the loop counts, tags, IP and UDP were layers too */
    *next = epw_go_udp(d);
    return true;
}
