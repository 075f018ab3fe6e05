/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/layer.h"

static enum epw_next decode(struct epw_descent *d)
{
    uint32_t llc = epw_cur_be24(&d->cur); /* destination and source access point, control */
    if (!epw_cur_ok(&d->cur))
        return epw_end_short(d);
    if (llc != 0xaaaa03) /* not SNAP: STP, NetBEUI, IS-IS, ... */
        return epw_end(d, EPW_END_NOT_IP);
    uint32_t organisation = epw_cur_be24(&d->cur);
    uint16_t type = epw_cur_be16(&d->cur);
    if (!epw_cur_ok(&d->cur))
        return epw_end_short(d);
    /* Only under these two is the type an EtherType: RFC 1042, and its tunnel form 802.1H. */
    if ((organisation != 0 && organisation != 0x0000f8) || type < EPW_TYPE_MIN)
        return epw_end(d, EPW_END_NOT_IP);
    return epw_go(d, EPW_BY_ETHERTYPE, type);
}

const struct epw_layer epw_layer_llc = {
    .name = "llc",
    .source = "IEEE 802.2, RFC 1042",
    .claims = { { EPW_BY_ETHERTYPE, EPW_TYPE_LLC } },
    .decode = decode,
};
