/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/layer.h"

static enum epw_next decode(struct epw_descent *d)
{
    struct epw_packet *p = d->packet;
    const uint8_t *tag = epw_cur_bytes(&d->cur, 4);
    if (tag == NULL)
        return epw_end_short(d);
    uint16_t id = epw_run_be16(tag, 0) & 0x0fff;
    /* Id 0 is a priority tag: the frame is in no VLAN. Tags beyond the second are passed over. */
    if (id != 0 && p->key.vlan_count < EPW_MAX_VLANS)
        p->key.vlan[p->key.vlan_count++] = id;
    return epw_go_type(d, epw_run_be16(tag, 2));
}

const struct epw_layer epw_layer_vlan = {
    .name = "vlan",
    .source = "IEEE 802.1Q, 802.1ad; 0x9100 and 0x9200 are older switches' QinQ",
    .claims = { { EPW_BY_ETHERTYPE, 0x8100 },
                { EPW_BY_ETHERTYPE, 0x88a8 },
                { EPW_BY_ETHERTYPE, 0x9100 },
                { EPW_BY_ETHERTYPE, 0x9200 } },
    .decode = decode,
};
