/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header of a remote mirror, types II and III (type I has none, see
 * layer_gre.c). It may have taken the frame's VLAN tag off and then names the
 * VLAN itself.
 */
#include "meter/decode/tunnel.h"

/* Frame types of type III. */
#define FRAME_ETHER 0
#define FRAME_IP    2

static enum epw_next decode(struct epw_descent *d)
{
    uint32_t first = epw_cur_be32(&d->cur); /* version 4, VLAN 12, class, flags, session */
    uint8_t version = (uint8_t)(first >> 28), frame = FRAME_ETHER;
    epw_cur_skip(&d->cur, 4); /* II: port index. III: time stamp */
    if (version == 2) {
        uint32_t last = epw_cur_be32(&d->cur); /* group 16, P 1, frame 5, id 6, D 1, unit 2, O 1 */
        frame = last >> 10 & 0x1f;
        epw_cur_skip(&d->cur, (last & 1) != 0 ? 8 : 0); /* platform subheader */
    }
    if (!epw_cur_ok(&d->cur))
        return epw_end_short(d);
    if (version != 1 && version != 2)
        return epw_end(d, EPW_END_UNSUPPORTED);
    epw_tunnel_restart(d);
    d->mirror_vlan = first >> 16 & 0x0fff;
    if (frame == FRAME_IP)
        return epw_go_ip(d);
    return frame == FRAME_ETHER ? epw_go(d, EPW_BY_ETHERTYPE, EPW_TYPE_ETHER)
                                : epw_end(d, EPW_END_UNSUPPORTED);
}

const struct epw_layer epw_layer_erspan = {
    .name = "erspan",
    .source = "draft-foschiano-erspan-03",
    .claims = { { EPW_BY_ETHERTYPE, EPW_TYPE_ERSPAN2 }, { EPW_BY_ETHERTYPE, EPW_TYPE_ERSPAN3 } },
    .opens = true,
    .decode = decode,
};
