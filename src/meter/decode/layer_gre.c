/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/tunnel.h"

/* Flag bits of the first 16, RFC 2784, 2890, 2637. */
#define CHECKSUM    0x8000
#define ROUTING     0x4000
#define KEY         0x2000
#define SEQUENCE    0x1000
#define ACKNOWLEDGE 0x0080
#define VERSION     0x0007

/* Version 1 carries PPP; one without payload only acknowledges and is a packet of its own. */
static enum epw_next decode_pptp(struct epw_descent *d, uint16_t flags, uint16_t type)
{
    uint16_t len = epw_cur_be16(&d->cur);
    epw_cur_skip(&d->cur, 2); /* call id, another one in each direction */
    epw_cur_skip(&d->cur, (flags & SEQUENCE) != 0 ? 4 : 0);
    epw_cur_skip(&d->cur, (flags & ACKNOWLEDGE) != 0 ? 4 : 0);
    if (!epw_cur_ok(&d->cur))
        return epw_end_short(d);
    if (type != EPW_TYPE_PPP)
        return epw_end(d, EPW_END_UNSUPPORTED);
    if (len == 0)
        return epw_end(d, EPW_END_COMPLETE);
    epw_bound(d, len);
    epw_tunnel_mark_between(d->packet, EPW_TUNNEL_PPTP, 0);
    epw_tunnel_restart(d);
    return epw_go(d, EPW_BY_ETHERTYPE, type);
}

/* GRE in UDP: whether this cannot be it, but is somebody else's datagram to the port. */
static bool is_ordinary_udp(const struct epw_descent *d, uint16_t flags, uint16_t type)
{
    if (d->space != EPW_BY_UDP_PORT)
        return false;
    if (!epw_cur_ok(&d->cur))
        return d->bounded;
    return (flags & ~(CHECKSUM | KEY | SEQUENCE)) != 0 || !epw_tunnel_carries(type);
}

static enum epw_next decode(struct epw_descent *d)
{
    uint16_t flags = epw_cur_be16(&d->cur);
    uint16_t type = epw_cur_be16(&d->cur);
    if (is_ordinary_udp(d, flags, type))
        return epw_end(d, EPW_END_COMPLETE);
    if (!epw_cur_ok(&d->cur))
        return epw_end_short(d);
    if ((flags & VERSION) == 1)
        return decode_pptp(d, flags, type);
    if ((flags & (VERSION | ROUTING)) != 0)
        return epw_end(d, EPW_END_UNSUPPORTED);
    epw_cur_skip(&d->cur, (flags & CHECKSUM) != 0 ? 4 : 0); /* with the offset field */
    uint32_t key = (flags & KEY) != 0 ? epw_cur_be32(&d->cur) : 0;
    epw_cur_skip(&d->cur, (flags & SEQUENCE) != 0 ? 4 : 0);
    if (!epw_cur_ok(&d->cur))
        return epw_end_short(d);
    /* A mirror's delivery is no overlay: the sessions of its two directions must meet. */
    if (type != EPW_TYPE_ERSPAN2 && type != EPW_TYPE_ERSPAN3)
        epw_tunnel_mark_between(d->packet, EPW_TUNNEL_GRE, key);
    epw_tunnel_restart(d);
    /* ERSPAN type I has no header of its own: what tells it is the sequence number it lacks. */
    if (type == EPW_TYPE_ERSPAN2 && (flags & SEQUENCE) == 0)
        type = EPW_TYPE_ETHER;
    return epw_go(d, EPW_BY_ETHERTYPE, type);
}

const struct epw_layer epw_layer_gre = {
    .name = "gre",
    .source = "RFC 2784, RFC 2890, RFC 2637, RFC 8086 (in UDP)",
    .claims = { { EPW_BY_IPPROTO, 47 }, { EPW_BY_UDP_PORT, 4754 } },
    .opens = true,
    .decode = decode,
};
