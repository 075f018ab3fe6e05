/* SPDX-License-Identifier: Apache-2.0 */
/* Transports of which only the ports are of use; all begin with them, as TCP and UDP do. */
#include "meter/decode/layer.h"

static enum epw_next decode(struct epw_descent *d)
{
    uint16_t sport = epw_cur_be16(&d->cur);
    epw_packet_set_ports(d->packet, sport, epw_cur_be16(&d->cur));
    return epw_cur_ok(&d->cur) ? epw_end(d, EPW_END_COMPLETE) : epw_end_short(d);
}

const struct epw_layer epw_layer_ports = {
    .name = "ports",
    .source = "RFC 4340 (DCCP), RFC 9260 (SCTP), RFC 3828 (UDP-Lite)",
    .claims = { { EPW_BY_IPPROTO, 33 }, { EPW_BY_IPPROTO, 132 }, { EPW_BY_IPPROTO, 136 } },
    .decode = decode,
};
