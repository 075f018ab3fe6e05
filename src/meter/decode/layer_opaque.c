/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encapsulations that may well carry IP but are not decoded: named here so that
 * they count as unsupported, not as "no IP" like ARP.
 */
#include "meter/decode/layer.h"

static enum epw_next decode(struct epw_descent *d)
{
    return epw_end(d, EPW_END_UNSUPPORTED);
}

const struct epw_layer epw_layer_opaque = {
    .name = "opaque",
    .source = "IEEE 802 Numbers",
    .claims = { { EPW_BY_ETHERTYPE, EPW_TYPE_NSH },
                { EPW_BY_ETHERTYPE, 0x88e5 },   /* MACsec */
                { EPW_BY_ETHERTYPE, 0x88e7 },   /* provider backbone bridging */
                { EPW_BY_ETHERTYPE, 0x22f3 } }, /* TRILL */
    .decode = decode,
};
