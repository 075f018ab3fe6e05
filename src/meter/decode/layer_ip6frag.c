/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/layer.h"

static enum epw_next decode(struct epw_descent *d)
{
    if (!d->ip6)
        return epw_end(d, EPW_END_COMPLETE);
    uint8_t next = epw_cur_u8(&d->cur);
    epw_cur_skip(&d->cur, 1); /* reserved */
    uint16_t offset = epw_cur_be16(&d->cur);
    uint32_t id = epw_cur_be32(&d->cur);
    if (!epw_cur_ok(&d->cur))
        return epw_end_short(d);
    return epw_go_fragment(d, offset >> 3, (offset & 1) != 0, id, next);
}

const struct epw_layer epw_layer_ip6frag = {
    .name = "ip6frag",
    .source = "RFC 8200, 4.5",
    .claims = { { EPW_BY_IPPROTO, 44 } },
    .decode = decode,
};
