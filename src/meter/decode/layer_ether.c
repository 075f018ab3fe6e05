/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/plain.h"

#define HEADER 14

static enum epw_next decode(struct epw_descent *d)
{
    struct epw_packet *p = d->packet;
    enum epw_next next;
    if (epw_plain(d, &next))
        return next;
    const uint8_t *header = epw_cur_bytes(&d->cur, HEADER);
    if (header == NULL)
        return epw_end_short(d);
    p->macs = header;
    p->group_mac = false;
    epw_key_clear_vlans(&p->key); /* a frame inside a frame: only the innermost one's tags count */
    return epw_go_type(d, epw_run_be16(header, 12));
}

const struct epw_layer epw_layer_ether = {
    .name = "ether",
    .source = "IEEE 802.3",
    .claims = { { EPW_BY_LINKTYPE, 1 }, { EPW_BY_ETHERTYPE, EPW_TYPE_ETHER } },
    .decode = decode,
};
