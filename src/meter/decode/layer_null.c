/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/layer.h"

static enum epw_next decode(struct epw_descent *d)
{
    struct epw_cur swapped = d->cur;
    uint32_t family = epw_cur_be32(&d->cur);
    if (!epw_cur_ok(&d->cur))
        return epw_end_short(d);
    /* In the byte order of the machine that captured; families are small numbers. */
    if (family > 0xffff)
        family = epw_cur_le32(&swapped);
    switch (family) {
    case 2:
        return epw_go(d, EPW_BY_ETHERTYPE, EPW_TYPE_IPV4);
    case 10: /* AF_INET6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, macOS */
    case 23:
    case 24:
    case 28:
    case 30:
        return epw_go(d, EPW_BY_ETHERTYPE, EPW_TYPE_IPV6);
    default:
        return epw_end(d, EPW_END_NOT_IP);
    }
}

const struct epw_layer epw_layer_null = {
    .name = "null",
    .source = "https://www.tcpdump.org/linktypes.html, LINKTYPE_NULL and LINKTYPE_LOOP",
    .claims = { { EPW_BY_LINKTYPE, 0 }, { EPW_BY_LINKTYPE, 108 } },
    .decode = decode,
};
