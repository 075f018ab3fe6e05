/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Headers of fixed length that switches put on frames inside their own fabric,
 * and that their span ports deliver.
 */
#include "meter/decode/layer.h"

#define FABRICPATH 0x8903
#define METADATA   0x8909
#define VN_TAG     0x8926
#define HSR        0x892f
#define E_TAG      0x893f

/* Up to the next type field; FabricPath is a MAC header and a tag in front of a whole frame. */
static size_t length(uint16_t type)
{
    switch (type) {
    case FABRICPATH:
        return 2;
    case E_TAG:
        return 6;
    default:
        return 4;
    }
}

/* The type stands behind the metadata in a frame, before them in GRE; they begin with version 1. */
static enum epw_next decode_metadata(struct epw_descent *d)
{
    uint16_t first = epw_cur_be16(&d->cur);
    epw_cur_skip(&d->cur, 4);
    uint16_t last = epw_cur_be16(&d->cur);
    if (!epw_cur_ok(&d->cur))
        return epw_end_short(d);
    return epw_go_type(d, first >= EPW_TYPE_MIN ? first : last);
}

static enum epw_next decode(struct epw_descent *d)
{
    if (d->number == METADATA)
        return decode_metadata(d);
    epw_cur_skip(&d->cur, length(d->number));
    uint16_t type = d->number == FABRICPATH ? EPW_TYPE_ETHER : epw_cur_be16(&d->cur);
    if (!epw_cur_ok(&d->cur))
        return epw_end_short(d);
    return epw_go_type(d, type);
}

const struct epw_layer epw_layer_fabric = {
    .name = "fabric",
    .source =
        "Cisco FabricPath and TrustSec metadata, VN-Tag and IEEE 802.1BR E-Tag, IEC 62439-3 HSR",
    .claims = { { EPW_BY_ETHERTYPE, FABRICPATH },
                { EPW_BY_ETHERTYPE, METADATA },
                { EPW_BY_ETHERTYPE, VN_TAG },
                { EPW_BY_ETHERTYPE, HSR },
                { EPW_BY_ETHERTYPE, E_TAG } },
    .decode = decode,
};
