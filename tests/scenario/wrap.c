/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an IP packet outward: tags, labels and tunnels in the order the scenario
 * stated them (outermost first, as they stand on the wire), then the link layer.
 */
#include "scenario.h"

#include <stdlib.h>
#include <string.h>

#define PPP_IP4 0x0021
#define PPP_IP6 0x0057

uint16_t wrap_sum(const uint8_t *bytes, size_t len, uint32_t start)
{
    uint64_t sum = start;
    for (size_t i = 0; i + 1 < len; i += 2)
        sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    if (len % 2 != 0)
        sum += (uint32_t)bytes[len - 1] << 8;
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* A tunnel's own IPv4 header: no options, never fragmented. */
void wrap_ip4(struct host *from, struct host *to, uint8_t proto, struct buf *payload)
{
    struct buf h = { 0 };
    buf_be16(&h, 0x4500);
    buf_be16(&h, (unsigned)(20 + payload->len));
    buf_be16(&h, from->ip_id++);
    buf_be16(&h, 0x4000);
    buf_u8(&h, from->ttl);
    buf_u8(&h, proto);
    buf_be16(&h, 0);
    buf_add(&h, from->ip, 4);
    buf_add(&h, to->ip, 4);
    buf_put16(&h, 10, wrap_sum(h.at, h.len, 0));
    buf_prepend(payload, h.at, h.len);
    buf_free(&h);
}

static void wrap_ether(const struct host *from, const struct host *to, unsigned ethertype,
                       struct buf *frame)
{
    uint8_t head[14];
    memcpy(head, to->mac, 6);
    memcpy(head + 6, from->mac, 6);
    head[12] = (uint8_t)(ethertype >> 8);
    head[13] = (uint8_t)ethertype;
    buf_prepend(frame, head, sizeof(head));
}

/* An Ethernet frame inside UDP: the tunnel's header, then a UDP header without checksum. */
static void wrap_udp(struct host *from, struct host *to, unsigned port, const struct buf *head,
                     struct buf *frame)
{
    struct buf udp = { 0 };
    buf_prepend(frame, head->at, head->len);
    buf_be16(&udp, 49000 + (unsigned)from->ip_id % 1000);
    buf_be16(&udp, port);
    buf_be16(&udp, (unsigned)(8 + frame->len));
    buf_be16(&udp, 0);
    buf_prepend(frame, udp.at, udp.len);
    buf_free(&udp);
    wrap_ip4(from, to, 17, frame);
}

/* ERSPAN: I is GRE alone, II has an 8-byte header, III one of 12; all hold an Ethernet frame. */
static void wrap_erspan(struct scene *s, const struct wrap *w, struct host *from, struct host *to,
                        struct buf *frame)
{
    struct buf h = { 0 };
    if (w->kind == WRAP_ERSPAN1) {
        buf_be32(&h, 0x000088be);
    } else {
        buf_be32(&h, w->kind == WRAP_ERSPAN2 ? 0x100088be : 0x100022eb);
        buf_be32(&h, (uint32_t)s->packet_count + 1);
        buf_be16(&h, w->kind == WRAP_ERSPAN2 ? 0x1000 : 0x2000);
        buf_be16(&h, w->number & 0x3ff);
        if (w->kind == WRAP_ERSPAN3)
            buf_be32(&h, (uint32_t)(s->now_ns / 100000)); /* 100 us granularity */
        buf_be32(&h, w->kind == WRAP_ERSPAN3 ? 0 : 1);
    }
    buf_prepend(frame, h.at, h.len);
    buf_free(&h);
    wrap_ip4(from, to, 47, frame);
}

static void wrap_tag(unsigned tci, unsigned ethertype, struct buf *frame)
{
    uint8_t tag[4] = { (uint8_t)(tci >> 8), (uint8_t)tci, (uint8_t)(ethertype >> 8),
                       (uint8_t)ethertype };
    buf_prepend(frame, tag, sizeof(tag));
}

static void wrap_mpls(const struct wrap *w, unsigned inner, struct buf *frame)
{
    struct buf h = { 0 };
    bool bottom = inner != 0x8847;
    buf_be32(&h, w->number << 12 | (bottom ? 0x100u : 0) | 64);
    buf_prepend(frame, h.at, h.len);
    buf_free(&h);
}

static void wrap_pppoe(const struct wrap *w, unsigned ethertype, struct buf *frame)
{
    struct buf h = { 0 };
    buf_be16(&h, 0x1100);
    buf_be16(&h, w->number);
    buf_be16(&h, (unsigned)(frame->len + 2));
    buf_be16(&h, ethertype == ETHERTYPE_IP6 ? PPP_IP6 : PPP_IP4);
    buf_prepend(frame, h.at, h.len);
    buf_free(&h);
}

/* One header around frame, whose first header has the given ethertype; returns the new one. */
static unsigned wrap_one(struct scene *s, size_t i, struct host *from, struct host *to,
                         unsigned inner, enum dir dir, struct buf *frame)
{
    const struct wrap *w = &s->wrap[i];
    /* A tunnel between sites runs the way the packet goes; a mirror session only one way. */
    bool back = dir == TO_CLIENT && w->kind < WRAP_ERSPAN1;
    struct host *near = back ? w->to : w->from;
    struct host *far = back ? w->from : w->to;
    struct buf h = { 0 };
    switch (w->kind) {
    case WRAP_VLAN:
    case WRAP_QINQ:
        wrap_tag(w->number, inner, frame);
        return w->kind == WRAP_VLAN ? 0x8100 : 0x88a8;
    case WRAP_MPLS:
        wrap_mpls(w, inner, frame);
        return 0x8847;
    case WRAP_PPPOE:
        if (inner != ETHERTYPE_IP4 && inner != ETHERTYPE_IP6)
            die_at(s, "pppoe carries IP only");
        wrap_pppoe(w, inner, frame);
        return 0x8864;
    case WRAP_IPIP:
        if (inner != ETHERTYPE_IP4 && inner != ETHERTYPE_IP6)
            die_at(s, "ipip carries IP only");
        wrap_ip4(near, far, inner == ETHERTYPE_IP4 ? 4 : 41, frame);
        return ETHERTYPE_IP4;
    case WRAP_GRE:
        buf_be16(&h, w->number == 0 ? 0 : 0x2000);
        buf_be16(&h, inner);
        if (w->number != 0)
            buf_be32(&h, w->number);
        buf_prepend(frame, h.at, h.len);
        wrap_ip4(near, far, 47, frame);
        break;
    case WRAP_VXLAN:
        wrap_ether(from, to, inner, frame);
        buf_be32(&h, 0x08000000);
        buf_be32(&h, w->number << 8);
        wrap_udp(near, far, 4789, &h, frame);
        break;
    case WRAP_GENEVE:
        wrap_ether(from, to, inner, frame);
        buf_be32(&h, 0x00006558);
        buf_be32(&h, w->number << 8);
        wrap_udp(near, far, 6081, &h, frame);
        break;
    case WRAP_ERSPAN1:
    case WRAP_ERSPAN2:
    case WRAP_ERSPAN3:
        wrap_ether(from, to, inner, frame);
        wrap_erspan(s, w, near, far, frame);
        break;
    }
    buf_free(&h);
    return ETHERTYPE_IP4;
}

static void wrap_link(struct scene *s, const struct host *from, const struct host *to,
                      unsigned ethertype, struct buf *frame)
{
    struct buf h = { 0 };
    bool ip = ethertype == ETHERTYPE_IP4 || ethertype == ETHERTYPE_IP6;
    uint32_t link = s->iface_link[s->iface_count - 1];
    if (link != 1 && link != 113 && link != 276 && !ip)
        die_at(s, "this link type carries IP only: no tags around it");
    switch (link) {
    case 1: /* Ethernet */
        wrap_ether(from, to, ethertype, frame);
        if (s->padding && frame->len < 60)
            buf_fill(frame, 0, 60 - frame->len);
        break;
    case 113: /* Linux cooked v1: packet type, ARPHRD, address length, address, protocol */
        buf_be16(&h, 4);
        buf_be16(&h, 1);
        buf_be16(&h, 6);
        buf_add(&h, from->mac, 6);
        buf_be16(&h, 0);
        buf_be16(&h, ethertype);
        break;
    case 276: /* Linux cooked v2 */
        buf_be16(&h, ethertype);
        buf_be16(&h, 0);
        buf_be32(&h, 2);
        buf_be16(&h, 1);
        buf_be16(&h, 0x0406);
        buf_add(&h, from->mac, 6);
        buf_be16(&h, 0);
        break;
    case 0: /* BSD loopback: the address family in the writer's byte order */
        buf_le32(&h, ethertype == ETHERTYPE_IP4 ? 2 : 30);
        break;
    case 108: /* OpenBSD loopback: in network order */
        buf_be32(&h, ethertype == ETHERTYPE_IP4 ? 2 : 24);
        break;
    default: /* 101: raw IP */
        break;
    }
    buf_prepend(frame, h.at == NULL ? (const uint8_t *)"" : h.at, h.len);
    buf_free(&h);
}

void wrap_frame(struct scene *s, struct host *from, struct host *to, struct buf *frame,
                enum dir dir)
{
    unsigned ethertype = from->v6 ? ETHERTYPE_IP6 : ETHERTYPE_IP4;
    struct host *outer_from = from, *outer_to = to;
    for (size_t i = s->wrap_count; i > 0; i--) {
        const struct wrap *w = &s->wrap[i - 1];
        if (w->only && w->dir != dir)
            continue;
        ethertype = wrap_one(s, i - 1, outer_from, outer_to, ethertype, dir, frame);
        if (w->from != NULL) {
            bool back = dir == TO_CLIENT && w->kind < WRAP_ERSPAN1;
            outer_from = back ? w->to : w->from;
            outer_to = back ? w->from : w->to;
        }
    }
    wrap_link(s, outer_from, outer_to, ethertype, frame);
}
