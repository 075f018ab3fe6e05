/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/layer.h"

/* Version 2 puts 4 bytes in front of the packet, version 1 none, and neither says which it is. */
static enum epw_next decode(struct epw_descent *d)
{
    struct epw_cur peek = d->cur;
    if (epw_cur_u8(&peek) >> 4 != 4)
        epw_cur_skip(&d->cur, 4);
    return epw_go_ip(d);
}

const struct epw_layer epw_layer_wccp = {
    .name = "wccp",
    .source = "draft-param-wccp-v2rev1, 4.12.2",
    .claims = { { EPW_BY_ETHERTYPE, 0x883e } },
    .decode = decode,
};
