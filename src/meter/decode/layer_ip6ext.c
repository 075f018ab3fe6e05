/* SPDX-License-Identifier: Apache-2.0 */
/* IPv6 extension headers of the common form: hop-by-hop, routing, destination options. */
#include "meter/decode/layer.h"

static enum epw_next decode(struct epw_descent *d)
{
    if (!d->ip6) /* in IPv4 these numbers are no headers to look behind */
        return epw_end(d, EPW_END_COMPLETE);
    uint8_t next = epw_cur_u8(&d->cur);
    size_t len = ((size_t)epw_cur_u8(&d->cur) + 1) * 8;
    if (!epw_cur_skip(&d->cur, len - 2))
        return epw_end_short(d);
    return epw_go(d, EPW_BY_IPPROTO, next);
}

const struct epw_layer epw_layer_ip6ext = {
    .name = "ip6ext",
    .source = "RFC 8200, 4.3, 4.4, 4.6",
    .claims = { { EPW_BY_IPPROTO, 0 }, { EPW_BY_IPPROTO, 43 }, { EPW_BY_IPPROTO, 60 } },
    .decode = decode,
};
