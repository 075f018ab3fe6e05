/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/layer.h"

#include <string.h>

static enum epw_next decode(struct epw_descent *d)
{
    struct epw_packet *p = d->packet;
    const uint8_t *dst = epw_cur_bytes(&d->cur, 6);
    const uint8_t *src = epw_cur_bytes(&d->cur, 6);
    uint16_t type = epw_cur_be16(&d->cur);
    if (!epw_cur_ok(&d->cur))
        return epw_end_short(d);
    memcpy(p->dst_mac, dst, 6);
    memcpy(p->src_mac, src, 6);
    p->has_mac = true;
    p->group_mac = (dst[0] & 1) != 0;
    p->vlan_count = 0; /* a frame inside a frame: only the innermost one's tags count */
    return epw_go_type(d, type);
}

const struct epw_layer epw_layer_ether = {
    .name = "ether",
    .source = "IEEE 802.3",
    .claims = { { EPW_BY_LINKTYPE, 1 }, { EPW_BY_ETHERTYPE, EPW_TYPE_ETHER } },
    .decode = decode,
};
