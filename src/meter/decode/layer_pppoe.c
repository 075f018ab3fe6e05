/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/tunnel.h"

static enum epw_next decode(struct epw_descent *d)
{
    uint8_t version = epw_cur_u8(&d->cur); /* and type: 1 and 1 */
    uint8_t code = epw_cur_u8(&d->cur);
    uint16_t session = epw_cur_be16(&d->cur);
    uint16_t len = epw_cur_be16(&d->cur);
    if (!epw_cur_ok(&d->cur))
        return epw_end_short(d);
    if (version != 0x11)
        return epw_end(d, EPW_END_MALFORMED);
    if (code != 0)
        return epw_end(d, EPW_END_NOT_IP);
    epw_bound(d, len);
    /* No restart: its Ethernet header is the frame's own. */
    epw_tunnel_mark(d->packet, EPW_TUNNEL_PPPOE, session);
    return epw_go(d, EPW_BY_ETHERTYPE, EPW_TYPE_PPP);
}

const struct epw_layer epw_layer_pppoe = {
    .name = "pppoe",
    .source = "RFC 2516",
    .claims = { { EPW_BY_ETHERTYPE, 0x8864 }, { EPW_BY_LINKTYPE, 51 } },
    .decode = decode,
};
