/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/tunnel.h"

/* Flag bits of the first 32: the network number is valid; a protocol is named in the last byte;
 * all that an extension (generic protocol, group policy) may use. */
#define VALID      0x08000000u
#define PROTOCOL   0x04000000u
#define EXTENSIONS 0x8448ffffu

static enum epw_next go_inside(struct epw_descent *d, uint32_t flags)
{
    if ((flags & PROTOCOL) == 0)
        return epw_go(d, EPW_BY_ETHERTYPE, EPW_TYPE_ETHER);
    switch (flags & 0xff) {
    case 1:
        return epw_go(d, EPW_BY_ETHERTYPE, EPW_TYPE_IPV4);
    case 2:
        return epw_go(d, EPW_BY_ETHERTYPE, EPW_TYPE_IPV6);
    case 3:
        return epw_go(d, EPW_BY_ETHERTYPE, EPW_TYPE_ETHER);
    case 5:
        return epw_go(d, EPW_BY_ETHERTYPE, EPW_TYPE_MPLS);
    default:
        return epw_end(d, EPW_END_UNSUPPORTED);
    }
}

static enum epw_next decode(struct epw_descent *d)
{
    uint32_t flags = epw_cur_be32(&d->cur);
    uint32_t network = epw_cur_be32(&d->cur); /* 24 bits, 8 reserved */
    if (!epw_cur_ok(&d->cur))                 /* 4 bytes are no VXLAN, but an ordinary datagram */
        return epw_end(d, d->bounded ? EPW_END_COMPLETE : EPW_END_TRUNCATED);
    /* Somebody else's datagram to this port: the UDP flow stands. */
    if ((flags & ~EXTENSIONS) != VALID || (network & 0xff) != 0)
        return epw_end(d, EPW_END_COMPLETE);
    epw_tunnel_mark(d->packet, EPW_TUNNEL_VXLAN, network >> 8);
    epw_tunnel_restart(d);
    return go_inside(d, flags);
}

const struct epw_layer epw_layer_vxlan = {
    .name = "vxlan",
    .source = "RFC 7348, draft-ietf-nvo3-vxlan-gpe; 8472 is Linux's port from before",
    .claims = { { EPW_BY_UDP_PORT, 4789 }, { EPW_BY_UDP_PORT, 4790 }, { EPW_BY_UDP_PORT, 8472 } },
    .opens = true,
    .decode = decode,
};
