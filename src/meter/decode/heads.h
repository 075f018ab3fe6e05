/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the headers of a plain frame lie: Ethernet, up to two VLAN tags, IPv4 without options or
 * IPv6, TCP or UDP, with lengths that agree. Nothing is copied and nothing written, so that who
 * looks for them takes what it needs and no more; and all of it is part of whoever looks, so that
 * what is found stays in registers.
 */
#ifndef EPW_METER_DECODE_HEADS_H
#define EPW_METER_DECODE_HEADS_H

#include "base/cursor.h"
#include "meter/decode/layer.h"
#include "meter/flow/key.h"

#define EPW_HEADS_LINKTYPE 1 /* LINKTYPE_ETHERNET */
#define EPW_HEADS_ETHER    14
#define EPW_HEADS_TAG      4
#define EPW_HEADS_IP4      20
#define EPW_HEADS_IP6      40
#define EPW_HEADS_TCP      20
#define EPW_HEADS_UDP      8
#define EPW_HEADS_PORTS    4

/* All runs of bytes that were checked to be there, in the frame. */
struct epw_heads {
    const uint8_t *ether;   /* EPW_HEADS_ETHER bytes, and behind them the tags */
    const uint8_t *ip;      /* EPW_HEADS_IP4 or EPW_HEADS_IP6 */
    const uint8_t *inside;  /* EPW_HEADS_TCP or EPW_HEADS_UDP */
    const uint8_t *payload; /* what that carries */
    uint32_t payload_len;
    uint16_t header_len; /* from inside to payload */
    uint8_t tags;        /* bytes of VLAN tags */
    uint8_t proto;       /* EPW_HEADS_TCP's or EPW_HEADS_UDP's */
};

#define EPW_HEADS_PROTO_TCP 6
#define EPW_HEADS_PROTO_UDP 17

EPW_ALWAYS bool epw_heads_is_tag(uint16_t type)
{
    return type == 0x8100 || type == 0x88a8;
}

/* Past Ethernet and up to two tags. Returns the type of what is behind them, 0: not all is there.
 */
EPW_ALWAYS uint16_t epw_heads_ether(struct epw_cur *c, struct epw_heads *h)
{
    h->ether = epw_cur_bytes(c, EPW_HEADS_ETHER);
    uint16_t type = h->ether == NULL ? 0 : epw_run_be16(h->ether, 12);
    h->tags = 0;
    for (unsigned i = 0; i < EPW_MAX_VLANS && epw_heads_is_tag(type); i++) {
        const uint8_t *tag = epw_cur_bytes(c, EPW_HEADS_TAG);
        type = tag == NULL ? 0 : epw_run_be16(tag, 2);
        h->tags += EPW_HEADS_TAG;
    }
    return type;
}

/* Whether an IPv4 header has neither options nor is a fragment's. */
EPW_ALWAYS bool epw_heads_is_simple4(const uint8_t *ip)
{
    return ip[0] == 0x45 && (epw_run_be16(ip, 6) & 0x3fff) == 0;
}

EPW_ALWAYS bool epw_heads_tcp(struct epw_cur *c, struct epw_heads *h)
{
    h->inside = epw_cur_bytes(c, EPW_HEADS_TCP);
    h->header_len = h->inside == NULL ? 0 : (uint16_t)((h->inside[12] >> 4) * 4);
    return h->header_len >= EPW_HEADS_TCP && epw_cur_skip(c, (size_t)h->header_len - EPW_HEADS_TCP);
}

EPW_ALWAYS bool epw_heads_udp(struct epw_cur *c, struct epw_heads *h)
{
    h->inside = epw_cur_bytes(c, EPW_HEADS_UDP);
    size_t len = h->inside == NULL ? 0 : epw_run_be16(h->inside, 4);
    if (len < EPW_HEADS_UDP)
        return false;
    h->header_len = EPW_HEADS_UDP;
    *c = epw_cur_sub(c, len - EPW_HEADS_UDP);
    return epw_cur_ok(c);
}

/* What is in an IP packet of len bytes from *c on, behind its header. */
EPW_ALWAYS bool epw_heads_inside(struct epw_cur *c, struct epw_heads *h, size_t len, size_t header,
                                 uint8_t proto)
{
    struct epw_cur in = epw_cur_sub(c, len);
    bool found =
        epw_cur_skip(&in, header) &&
        (proto == EPW_HEADS_PROTO_TCP ? epw_heads_tcp(&in, h)
                                      : proto == EPW_HEADS_PROTO_UDP && epw_heads_udp(&in, h));
    h->proto = proto;
    h->payload_len = (uint32_t)epw_cur_left(&in);
    h->payload = in.at;
    return found;
}

/* An IPv4 packet, or IPv6, from *c on. */
EPW_ALWAYS bool epw_heads_ip4(struct epw_cur *c, struct epw_heads *h)
{
    struct epw_cur ahead = *c;
    h->ip = epw_cur_bytes(&ahead, EPW_HEADS_IP4 + EPW_HEADS_UDP);
    return h->ip != NULL && epw_heads_is_simple4(h->ip) &&
           epw_heads_inside(c, h, epw_run_be16(h->ip, 2), EPW_HEADS_IP4, h->ip[9]);
}

EPW_ALWAYS bool epw_heads_ip6(struct epw_cur *c, struct epw_heads *h)
{
    struct epw_cur ahead = *c;
    h->ip = epw_cur_bytes(&ahead, EPW_HEADS_IP6 + EPW_HEADS_UDP);
    return h->ip != NULL && h->ip[0] >> 4 == 6 &&
           epw_heads_inside(c, h, EPW_HEADS_IP6 + (size_t)epw_run_be16(h->ip, 4), EPW_HEADS_IP6,
                            h->ip[6]);
}

/*
 * The same from an Ethernet header on, of what most frames are: IPv4, no tags, and long enough for
 * one look whether all headers are there. False: it may still be plain.
 */
EPW_ALWAYS bool epw_heads_usual(const uint8_t *bytes, uint32_t len, struct epw_heads *h)
{
    const uint8_t *run = epw_run(bytes, len, EPW_HEADS_ETHER + EPW_HEADS_IP4 + EPW_HEADS_TCP);
    /* IPv4, of version 4 and without options, and no fragment. */
    if (run == NULL || epw_run_be32(run, 12) >> 8 != (EPW_TYPE_IPV4 << 8 | 0x45) ||
        (epw_run_be16(run, EPW_HEADS_ETHER + 6) & 0x3fff) != 0)
        return false;
    const uint8_t *ip = run + EPW_HEADS_ETHER, *inside = ip + EPW_HEADS_IP4;
    /* Without branches, as what the next one carries follows no pattern. */
    unsigned tcp = ip[9] == EPW_HEADS_PROTO_TCP, udp = ip[9] == EPW_HEADS_PROTO_UDP;
    uint32_t total = epw_run_be16(ip, 2), least = tcp != 0 ? EPW_HEADS_TCP : EPW_HEADS_UDP;
    uint32_t header = tcp != 0 ? (uint32_t)(inside[12] >> 4) * 4 : EPW_HEADS_UDP;
    uint32_t within = tcp != 0 ? total : EPW_HEADS_IP4 + (uint32_t)epw_run_be16(inside, 4);
    if (((tcp | udp) & (header >= least) & (within >= EPW_HEADS_IP4 + header) & (within <= total) &
         (total <= len - EPW_HEADS_ETHER)) == 0)
        return false;
    h->ether = run;
    h->ip = ip;
    h->inside = inside;
    h->header_len = (uint16_t)header;
    h->payload = inside + header;
    h->payload_len = within - EPW_HEADS_IP4 - header;
    h->tags = 0;
    h->proto = ip[9];
    return true;
}

/* An IPv4 address, and behind it a port: what the sides of a key are ordered by. */
EPW_ALWAYS uint64_t epw_heads_end4(const uint8_t *ip, const uint8_t *port)
{
    return (uint64_t)epw_run_be32(ip, 0) << 16 | epw_run_be16(port, 0);
}

#endif
