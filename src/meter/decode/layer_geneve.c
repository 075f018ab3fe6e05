/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/tunnel.h"

static enum epw_next decode(struct epw_descent *d)
{
    uint8_t first = epw_cur_u8(&d->cur); /* version 2 bits, length of options 6 bits */
    epw_cur_skip(&d->cur, 1);            /* flags */
    uint16_t type = epw_cur_be16(&d->cur);
    uint32_t network = epw_cur_be32(&d->cur); /* 24 bits, 8 reserved */
    if (!epw_cur_ok(&d->cur))
        return epw_end(d, d->bounded ? EPW_END_COMPLETE : EPW_END_TRUNCATED);
    /* Somebody else's datagram to this port: the UDP flow stands. */
    if (first >> 6 != 0 || (network & 0xff) != 0 || !epw_tunnel_carries(type))
        return epw_end(d, EPW_END_COMPLETE);
    if (!epw_cur_skip(&d->cur, (size_t)(first & 0x3f) * 4))
        return epw_end_short(d);
    epw_tunnel_mark(d->packet, EPW_TUNNEL_GENEVE, network >> 8);
    epw_tunnel_restart(d);
    return epw_go(d, EPW_BY_ETHERTYPE, type);
}

const struct epw_layer epw_layer_geneve = {
    .name = "geneve",
    .source = "RFC 8926",
    .claims = { { EPW_BY_UDP_PORT, 6081 } },
    .opens = true,
    .decode = decode,
};
