/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a layer: one header of a frame. A layer is one file
 * layer_NAME.c that defines
 *
 *     const struct epw_layer epw_layer_NAME = { ... };
 *
 * and one word in meter/decode/Makefile.inc. decode.c loops: ask the layer,
 * go where it points, until an ending; the loop is bounded and each way to
 * end has its own counter (enum epw_ending).
 */
#ifndef EPW_METER_DECODE_LAYER_H
#define EPW_METER_DECODE_LAYER_H

#include "base/cursor.h"
#include "meter/packet.h"

#include <stdbool.h>
#include <stdint.h>

/* Number spaces in which a layer can be asked for. */
enum epw_space {
    EPW_BY_NONE,
    EPW_BY_LINKTYPE,  /* LINKTYPE_ of the file */
    EPW_BY_ETHERTYPE, /* also GRE's protocol type */
    EPW_BY_IPPROTO,
    EPW_BY_UDP_PORT, /* destination port: tunnels only */
};

struct epw_claim {
    enum epw_space space; /* EPW_BY_NONE ends a list */
    uint16_t number;
};

/* Where to go next, as a layer says it. */
enum epw_next {
    EPW_NEXT_LAYER, /* to the layer that claims (ctx->space, ctx->number) */
    EPW_NEXT_END,   /* stop: ctx->ending says how */
};

/*
 * A frame on its way down. cur stands at the first byte of the layer asked;
 * space and number hold how it was asked for, until it names the next.
 */
struct epw_descent {
    struct epw_cur cur;
    struct epw_packet *packet; /* being filled in */
    enum epw_space space;      /* the next layer's number space ... */
    uint16_t number;           /* ... and number */
    enum epw_ending ending;
    uint32_t left;        /* layers that may be asked, the one asked included */
    uint32_t missing;     /* bytes after cur.end that a length (a header's, or the frame's on
                             the wire) claims and that were not captured */
    bool bounded;         /* cur.end is where a header's length says: running short of bytes
                             is then a lie of that header, not a cut */
    bool ip6;             /* the innermost IP header so far is IPv6 */
    uint16_t mirror_vlan; /* VLAN a mirror's header gives for an untagged frame, 0: none */
};

/* Ends the descent: `return epw_end(d, EPW_END_TRUNCATED);` */
static inline enum epw_next epw_end(struct epw_descent *d, enum epw_ending ending)
{
    d->ending = ending;
    return EPW_NEXT_END;
}

/* Goes on: `return epw_go(d, EPW_BY_ETHERTYPE, type);` */
static inline enum epw_next epw_go(struct epw_descent *d, enum epw_space space, uint16_t number)
{
    d->space = space;
    d->number = number;
    return EPW_NEXT_LAYER;
}

/*
 * On from a UDP header to the tunnel at its destination port. AYIYA's other direction, to a
 * client whose port may be any behind NAT, is known by where it comes from.
 */
#define EPW_PORT_AYIYA 5072
static inline uint16_t epw_tunnel_port(const struct epw_packet *packet)
{
    uint16_t from = epw_packet_sport(packet);
    return from == EPW_PORT_AYIYA ? from : epw_packet_dport(packet);
}

static inline enum epw_next epw_go_udp(struct epw_descent *d)
{
    return epw_go(d, EPW_BY_UDP_PORT, epw_tunnel_port(d->packet));
}

/* Ends a descent that ran out of bytes: cut by the capture, or short by a header's own words. */
static inline enum epw_next epw_end_short(struct epw_descent *d)
{
    return epw_end(d, d->bounded ? EPW_END_MALFORMED : EPW_END_TRUNCATED);
}

/* A header says that len bytes follow it: what is beyond is padding, what is not there is missing.
 */
static inline void epw_bound(struct epw_descent *d, size_t len)
{
    size_t left = epw_cur_left(&d->cur);
    d->bounded = len <= left;
    d->missing = d->bounded ? 0 : (uint32_t)(len - left);
    if (d->bounded)
        d->cur = epw_cur_sub(&d->cur, len);
}

/* What is left are the payload's bytes. Nothing is handed out of the quote of an ICMP error. */
static inline void epw_take_payload(struct epw_descent *d)
{
    struct epw_packet *p = d->packet;
    p->cut = p->icmp_error || d->missing != 0;
    if (p->icmp_error)
        return;
    p->payload_len = (uint32_t)epw_cur_left(&d->cur);
    p->payload_wire = p->payload_len + d->missing;
    struct epw_cur rest = d->cur; /* a tunnel may go on from here */
    p->payload = p->payload_len == 0 ? NULL : epw_cur_bytes(&rest, p->payload_len);
}

/* EtherTypes that several layers speak of. */
#define EPW_TYPE_IPV4    0x0800
#define EPW_TYPE_IPV6    0x86dd
#define EPW_TYPE_ETHER   0x6558 /* an Ethernet frame inside something */
#define EPW_TYPE_MPLS    0x8847
#define EPW_TYPE_NSH     0x894f
#define EPW_TYPE_PPP     0x880b
#define EPW_TYPE_ERSPAN2 0x88be
#define EPW_TYPE_ERSPAN3 0x22eb
/* The smallest; a smaller type field is a length, or one of Linux's own numbers as the next. */
#define EPW_TYPE_MIN 0x0600
#define EPW_TYPE_LLC 0x0004 /* ETH_P_802_2: LLC follows */

/* On by the type field of an Ethernet header or tag: up to 1500 it is a length and LLC follows. */
static inline enum epw_next epw_go_type(struct epw_descent *d, uint16_t type)
{
    if (type > 1500)
        return epw_go(d, EPW_BY_ETHERTYPE, type);
    epw_bound(d, type);
    return epw_go(d, EPW_BY_ETHERTYPE, EPW_TYPE_LLC);
}

/* On to IPv4 or IPv6 by the version in the first nibble, where nothing else tells. */
static inline enum epw_next epw_go_ip(struct epw_descent *d)
{
    struct epw_cur peek = d->cur;
    uint8_t first = epw_cur_u8(&peek);
    if (!epw_cur_ok(&peek))
        return epw_end_short(d);
    switch (first >> 4) {
    case 4:
        return epw_go(d, EPW_BY_ETHERTYPE, EPW_TYPE_IPV4);
    case 6:
        return epw_go(d, EPW_BY_ETHERTYPE, EPW_TYPE_IPV6);
    default:
        return epw_end(d, EPW_END_MALFORMED);
    }
}

/* A new IP header begins: nothing of an outer packet's datagram may shine through. */
static inline void epw_begin_ip(struct epw_packet *p)
{
    p->side = 0;
    p->key.port[0] = p->key.port[1] = 0;
    p->fragment = EPW_FRAG_NONE;
    p->ip_id = 0;
    p->frag_id = 0;
    p->frag_more = false;
    p->payload_at = 0;
    p->cut = false;
    p->payload = NULL;
    p->payload_len = p->payload_wire = 0;
}

/* On to a protocol inside IP, unless this is a fragment that does not carry its header. */
static inline enum epw_next epw_go_fragment(struct epw_descent *d, uint16_t offset, bool more,
                                            uint32_t id, uint8_t proto)
{
    struct epw_packet *p = d->packet;
    if (offset != 0 || more) {
        p->frag_id = id;
        p->frag_more = more;
    }
    if (offset != 0) {
        p->fragment = EPW_FRAG_LATER;
        p->key.proto = proto;
        p->payload_at = (uint16_t)(offset * 8u);
        epw_take_payload(d);
        return epw_end(d, EPW_END_COMPLETE);
    }
    if (more) {
        p->fragment = EPW_FRAG_FIRST;
        d->bounded = false; /* the inner headers' lengths speak of the whole datagram */
    }
    return epw_go(d, EPW_BY_IPPROTO, proto);
}

#define EPW_LAYER_CLAIMS 12

struct epw_layer {
    const char *name;
    const char *source; /* RFC or specification */
    struct epw_claim claims[EPW_LAYER_CLAIMS];
    bool opens; /* opens another packet: not followed inside the quote of an ICMP error */
    enum epw_next (*decode)(struct epw_descent *d);
};

#endif
