/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/layer.h"

static enum epw_next decode(struct epw_descent *d)
{
    epw_cur_skip(&d->cur, 2); /* address, control */
    uint16_t type = epw_cur_be16(&d->cur);
    if (!epw_cur_ok(&d->cur))
        return epw_end_short(d);
    return type < EPW_TYPE_MIN ? epw_end(d, EPW_END_NOT_IP) : epw_go(d, EPW_BY_ETHERTYPE, type);
}

const struct epw_layer epw_layer_chdlc = {
    .name = "chdlc",
    .source = "RFC 1547, 4.3.1",
    .claims = { { EPW_BY_LINKTYPE, 104 } },
    .decode = decode,
};
