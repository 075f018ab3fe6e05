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

#include <arpa/inet.h>
#include <string.h>

#define EPW_HEADS_LINKTYPE 1 /* LINKTYPE_ETHERNET */
#define EPW_HEADS_ETHER    14
#define EPW_HEADS_TAG      4
#define EPW_HEADS_IP4      20
#define EPW_HEADS_IP6      40
#define EPW_HEADS_TCP      20
#define EPW_HEADS_UDP      8
#define EPW_HEADS_PORTS    4

/* GRE of version 0 with a sequence number and nothing else, in it ERSPAN, each header of 8 bytes.
 */
#define EPW_HEADS_PROTO_GRE  47
#define EPW_HEADS_GRE_MIRROR (0x10000000u | EPW_TYPE_ERSPAN2)
#define EPW_HEADS_GRE        8
#define EPW_HEADS_ERSPAN     8
#define EPW_HEADS_ERSPAN_II  1

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
    h->inside = NULL;
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

/* Two bytes as they stand there. */
EPW_ALWAYS uint16_t epw_heads_raw16(const uint8_t *run, size_t at)
{
    uint16_t raw;
    memcpy(&raw, run + at, sizeof(raw));
    return raw;
}

/*
 * What most frames are: IPv4 right behind Ethernet, and so long that the headers of TCP are there
 * if it is that. False: it may still be plain.
 */
EPW_ALWAYS bool epw_heads_is_usual(const uint8_t *bytes, uint32_t len)
{
    return len >= EPW_HEADS_ETHER + EPW_HEADS_IP4 + EPW_HEADS_TCP &&
           /* IPv4, of version 4 and without options, and no fragment. */
           epw_heads_raw16(bytes, 12) == htons(EPW_TYPE_IPV4) && bytes[EPW_HEADS_ETHER] == 0x45 &&
           (epw_heads_raw16(bytes, EPW_HEADS_ETHER + 6) & htons(0x3fff)) == 0;
}

/*
 * What is in IP in such a frame of len bytes, when it is all there. proto is known where this is
 * asked, so that nothing is left of the other one.
 */
EPW_ALWAYS bool epw_heads_usual(const uint8_t *bytes, uint32_t len, uint8_t proto,
                                struct epw_heads *h)
{
    const bool tcp = proto == EPW_HEADS_PROTO_TCP;
    const uint8_t *ip = bytes + EPW_HEADS_ETHER, *inside = ip + EPW_HEADS_IP4;
    uint32_t total = epw_run_be16(ip, 2), within = total, header = EPW_HEADS_UDP;
    if (tcp)
        header = (uint32_t)(inside[12] >> 4) * 4;
    else
        within = EPW_HEADS_IP4 + (uint32_t)epw_run_be16(inside, 4);
    if (EPW_HEADS_ETHER + total > len || within > total || within < EPW_HEADS_IP4 + header ||
        (tcp && header < EPW_HEADS_TCP))
        return false;
    *h = (struct epw_heads){
        .ether = bytes,
        .ip = ip,
        .inside = inside,
        .payload = inside + header,
        .payload_len = within - EPW_HEADS_IP4 - header,
        .header_len = (uint16_t)header,
        .proto = proto,
    };
    return true;
}

/*
 * Past the headers of a mirror's delivery: IPv4, GRE with a sequence number and ERSPAN of type II,
 * to the frame inside. The VLAN is that of a frame without tags.
 */
EPW_ALWAYS bool epw_heads_mirror(struct epw_cur *c, uint16_t *vlan)
{
    struct epw_heads outer;
    uint16_t type = epw_heads_ether(c, &outer);
    struct epw_cur ahead = *c;
    const uint8_t *ip = type == EPW_TYPE_IPV4 ? epw_cur_bytes(&ahead, EPW_HEADS_IP4) : NULL;
    if (ip == NULL || !epw_heads_is_simple4(ip) || ip[9] != EPW_HEADS_PROTO_GRE)
        return false;
    *c = epw_cur_sub(c, epw_run_be16(ip, 2));
    epw_cur_skip(c, EPW_HEADS_IP4);
    const uint8_t *gre = epw_cur_bytes(c, EPW_HEADS_GRE + EPW_HEADS_ERSPAN);
    if (gre == NULL || epw_run_be32(gre, 0) != EPW_HEADS_GRE_MIRROR ||
        gre[EPW_HEADS_GRE] >> 4 != EPW_HEADS_ERSPAN_II)
        return false;
    *vlan = epw_run_be16(gre, EPW_HEADS_GRE) & 0x0fff;
    return true;
}

/* An IPv4 address, and behind it a port: what the sides of a key are ordered by. */
EPW_ALWAYS uint64_t epw_heads_end4(const uint8_t *ip, const uint8_t *port)
{
    return (uint64_t)epw_run_be32(ip, 0) << 16 | epw_run_be16(port, 0);
}

#endif
