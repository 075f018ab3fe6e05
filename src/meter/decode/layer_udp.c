/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/layer.h"

#define HEADER 8

static enum epw_next decode(struct epw_descent *d)
{
    struct epw_packet *p = d->packet;
    size_t claimed = epw_cur_left(&d->cur) + d->missing;
    p->sport = epw_cur_be16(&d->cur);
    p->dport = epw_cur_be16(&d->cur);
    if (!epw_cur_ok(&d->cur))
        return epw_end_short(d);
    uint16_t len = epw_cur_be16(&d->cur);
    epw_cur_skip(&d->cur, 2); /* checksum */
    if (!epw_cur_ok(&d->cur)) {
        if (d->bounded)
            return epw_end(d, EPW_END_MALFORMED);
        p->cut = true;
        if (!p->icmp_error)
            p->payload_wire = claimed > HEADER ? (uint32_t)(claimed - HEADER) : 0;
        return epw_end(d, EPW_END_COMPLETE);
    }
    /* 0: a jumbogram (RFC 2675) or an offloaded packet: to the end of the IP packet. */
    if (len != 0 && !p->icmp_error) {
        if (len < HEADER || (d->bounded && len > claimed))
            return epw_end(d, EPW_END_MALFORMED);
        epw_bound(d, len - HEADER);
    }
    p->payload_at = HEADER;
    epw_take_payload(d);
    return epw_go(d, EPW_BY_UDP_PORT, p->dport);
}

const struct epw_layer epw_layer_udp = {
    .name = "udp",
    .source = "RFC 768",
    .claims = { { EPW_BY_IPPROTO, 17 } },
    .decode = decode,
};
