/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/tunnel.h"

#define PROTO_IPV4 4

static enum epw_next decode(struct epw_descent *d)
{
    epw_tunnel_mark_between(d->packet, EPW_TUNNEL_IPIP, 0);
    epw_tunnel_restart(d);
    return epw_go(d, EPW_BY_ETHERTYPE, d->number == PROTO_IPV4 ? EPW_TYPE_IPV4 : EPW_TYPE_IPV6);
}

const struct epw_layer epw_layer_ipip = {
    .name = "ipip",
    .source = "RFC 2003, RFC 2473, RFC 4213",
    .claims = { { EPW_BY_IPPROTO, PROTO_IPV4 }, { EPW_BY_IPPROTO, 41 } },
    .opens = true,
    .decode = decode,
};
