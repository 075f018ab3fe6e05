/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/plain.h"

#include <string.h>

#define ETHER_LEN 14
#define TAG_LEN   4
#define IP4_LEN   20
#define IP6_LEN   40
#define TCP_LEN   20
#define UDP_LEN   8
/* Layers in one step: Ethernet, tags, IP and what it carries. Where fewer are left the limit shows.
 */
#define PLAIN_LAYERS (3 + EPW_MAX_VLANS)
#define PROTO_TCP    6
#define PROTO_UDP    17

static inline bool is_tag(uint16_t type)
{
    return type == 0x8100 || type == 0x88a8;
}

/* Ethernet header and tags; the type behind them, 0 when they are not whole. */
static inline uint16_t read_link(struct epw_packet *p, struct epw_cur *c)
{
    const uint8_t *ether = epw_cur_bytes(c, ETHER_LEN);
    if (ether == NULL)
        return 0;
    memcpy(p->dst_mac, ether, 6);
    memcpy(p->src_mac, ether + 6, 6);
    p->has_mac = true;
    p->group_mac = (ether[0] & 1) != 0;
    p->vlan_count = 0;
    uint16_t type = epw_run_be16(ether, 12);
    for (unsigned tags = 0; tags < EPW_MAX_VLANS && is_tag(type); tags++) {
        const uint8_t *tag = epw_cur_bytes(c, TAG_LEN);
        if (tag == NULL)
            return 0;
        uint16_t id = epw_run_be16(tag, 0) & 0x0fff;
        p->vlan[p->vlan_count] = id;
        p->vlan_count = (uint8_t)(p->vlan_count + (id != 0));
        type = epw_run_be16(tag, 2);
    }
    return type;
}

/* The IP header; leaves in c what it says is there. The protocol inside, 0 when it is not plain. */
static inline uint8_t read_ip(struct epw_packet *p, struct epw_cur *c, uint16_t type)
{
    size_t len;
    uint8_t proto;
    epw_begin_ip(p);
    if (type == EPW_TYPE_IPV4) {
        const uint8_t *ip = epw_cur_bytes(c, IP4_LEN);
        /* Neither options nor a fragment. */
        if (ip == NULL || ip[0] != 0x45 || (epw_run_be16(ip, 6) & 0x3fff) != 0 ||
            epw_run_be16(ip, 2) <= IP4_LEN)
            return 0;
        len = epw_run_be16(ip, 2) - IP4_LEN;
        p->ip_id = epw_run_be16(ip, 4);
        p->ttl = ip[8];
        proto = ip[9];
        p->src = epw_ip_from4(ip + 12);
        p->dst = epw_ip_from4(ip + 16);
    } else {
        const uint8_t *ip = type == EPW_TYPE_IPV6 ? epw_cur_bytes(c, IP6_LEN) : NULL;
        if (ip == NULL || ip[0] >> 4 != 6 || epw_run_be16(ip, 4) == 0)
            return 0;
        len = epw_run_be16(ip, 4);
        proto = ip[6];
        p->ttl = ip[7];
        p->src = epw_ip_from6(ip + 8);
        p->dst = epw_ip_from6(ip + 24);
    }
    *c = epw_cur_sub(c, len);
    return proto;
}

/* Leaves the payload in c. */
static inline bool read_tcp(struct epw_packet *p, struct epw_cur *c)
{
    const uint8_t *tcp = epw_cur_bytes(c, TCP_LEN);
    size_t header = tcp == NULL ? 0 : (size_t)(tcp[12] >> 4) * 4;
    if (header < TCP_LEN || !epw_cur_skip(c, header - TCP_LEN))
        return false;
    p->sport = epw_run_be16(tcp, 0);
    p->dport = epw_run_be16(tcp, 2);
    p->seq = epw_run_be32(tcp, 4);
    p->ack = epw_run_be32(tcp, 8);
    p->tcp_flags = tcp[13];
    p->payload_at = (uint16_t)header;
    return true;
}

static inline bool read_udp(struct epw_packet *p, struct epw_cur *c)
{
    const uint8_t *udp = epw_cur_bytes(c, UDP_LEN);
    size_t len = udp == NULL ? 0 : epw_run_be16(udp, 4);
    if (len < UDP_LEN)
        return false;
    p->sport = epw_run_be16(udp, 0);
    p->dport = epw_run_be16(udp, 2);
    p->payload_at = UDP_LEN;
    *c = epw_cur_sub(c, len - UDP_LEN);
    return epw_cur_ok(c);
}

bool epw_plain(struct epw_descent *d, enum epw_next *next)
{
    struct epw_packet *p = d->packet;
    struct epw_cur c = d->cur;
    if (d->missing != 0 || d->left < PLAIN_LAYERS || p->icmp_error)
        return false;
    uint16_t type = read_link(p, &c);
    size_t link_len = epw_cur_left(&d->cur) - epw_cur_left(&c);
    uint8_t proto = read_ip(p, &c, type);
    if (!(proto == PROTO_TCP ? read_tcp(p, &c) : proto == PROTO_UDP && read_udp(p, &c)))
        return false;
    p->proto = proto;
    p->payload_len = p->payload_wire = (uint32_t)epw_cur_left(&c);
    struct epw_cur rest = c; /* a tunnel may go on from here */
    p->payload = p->payload_len == 0 ? NULL : epw_cur_bytes(&rest, p->payload_len);
    if (proto == PROTO_TCP) {
        *next = epw_end(d, EPW_END_COMPLETE);
        return true;
    }
    d->cur = c;
    d->bounded = true;
    /* Ethernet, which the loop counts, tags, IP and UDP were layers too. */
    d->left -= (uint32_t)(link_len - ETHER_LEN) / TAG_LEN + 2;
    *next = epw_go_udp(d);
    return true;
}
