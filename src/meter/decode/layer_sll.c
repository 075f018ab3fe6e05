/* SPDX-License-Identifier: Apache-2.0 */
/* Linux cooked captures ("any" interface), version 1 and 2. */
#include "meter/decode/layer.h"

#define LINKTYPE_SLL2    276
#define HARDWARE_NETLINK 824

static enum epw_next decode(struct epw_descent *d)
{
    struct epw_cur *c = &d->cur;
    uint16_t packet_type, hardware, type;
    if (d->number == LINKTYPE_SLL2) {
        type = epw_cur_be16(c);
        epw_cur_skip(c, 6); /* reserved, interface index */
        hardware = epw_cur_be16(c);
        packet_type = epw_cur_u8(c);
        epw_cur_skip(c, 9); /* sender's address and its length */
    } else {
        packet_type = epw_cur_be16(c);
        hardware = epw_cur_be16(c);
        epw_cur_skip(c, 10);
        type = epw_cur_be16(c);
    }
    if (!epw_cur_ok(c))
        return epw_end_short(d);
    d->packet->group_mac = packet_type == 1 || packet_type == 2; /* broadcast, multicast */
    if (hardware == HARDWARE_NETLINK)
        return epw_end(d, EPW_END_NOT_IP);
    return epw_go(d, EPW_BY_ETHERTYPE, type); /* EPW_TYPE_LLC included */
}

const struct epw_layer epw_layer_sll = {
    .name = "sll",
    .source = "https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html and ..._SLL.html",
    .claims = { { EPW_BY_LINKTYPE, 113 }, { EPW_BY_LINKTYPE, LINKTYPE_SLL2 } },
    .decode = decode,
};
