/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/layer.h"

#define HEADER 8

static enum epw_next cut_in_header(struct epw_descent *d, struct epw_cur start, size_t claimed)
{
    struct epw_packet *p = d->packet;
    uint16_t sport = epw_cur_be16(&start);
    epw_packet_set_ports(p, sport, epw_cur_be16(&start));
    if (!epw_cur_ok(&start))
        return epw_end_short(d);
    if (d->bounded)
        return epw_end(d, EPW_END_MALFORMED);
    p->cut = true;
    if (!p->icmp_error)
        p->payload_wire = claimed > HEADER ? (uint32_t)(claimed - HEADER) : 0;
    return epw_end(d, EPW_END_COMPLETE);
}

static enum epw_next decode(struct epw_descent *d)
{
    struct epw_packet *p = d->packet;
    struct epw_cur start = d->cur;
    size_t claimed = epw_cur_left(&d->cur) + d->missing;
    const uint8_t *header = epw_cur_bytes(&d->cur, HEADER);
    if (header == NULL)
        return cut_in_header(d, start, claimed);
    epw_packet_set_ports(p, epw_run_be16(header, 0), epw_run_be16(header, 2));
    uint16_t len = epw_run_be16(header, 4);
    /* 0: a jumbogram (RFC 2675) or an offloaded packet: to the end of the IP packet. */
    if (len != 0 && !p->icmp_error) {
        if (len < HEADER || (d->bounded && len > claimed))
            return epw_end(d, EPW_END_MALFORMED);
        epw_bound(d, len - HEADER);
    }
    p->payload_at = HEADER;
    epw_take_payload(d);
    return epw_go_udp(d);
}

const struct epw_layer epw_layer_udp = {
    .name = "udp",
    .source = "RFC 768",
    .claims = { { EPW_BY_IPPROTO, 17 } },
    .decode = decode,
};
