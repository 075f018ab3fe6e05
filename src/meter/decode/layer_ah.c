/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/layer.h"

/* Next header to sequence number, without the check value. */
#define MIN_HEADER 12

static enum epw_next decode(struct epw_descent *d)
{
    uint8_t next = epw_cur_u8(&d->cur);
    size_t len = ((size_t)epw_cur_u8(&d->cur) + 2) * 4;
    if (epw_cur_ok(&d->cur) && len < MIN_HEADER)
        return epw_end(d, EPW_END_MALFORMED);
    if (!epw_cur_skip(&d->cur, len - 2))
        return epw_end_short(d);
    return epw_go(d, EPW_BY_IPPROTO, next);
}

const struct epw_layer epw_layer_ah = {
    .name = "ah",
    .source = "RFC 4302",
    .claims = { { EPW_BY_IPPROTO, 51 } },
    .decode = decode,
};
