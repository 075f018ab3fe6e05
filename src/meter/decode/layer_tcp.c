/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/layer.h"

#define MIN_HEADER 20
/* Bytes up to and with the flags. */
#define READ 14

/* The ports were captured, the whole header was not: a flow, of whose payload nothing is seen. */
static enum epw_next cut_in_header(struct epw_descent *d, size_t claimed, size_t header)
{
    if (d->bounded)
        return epw_end(d, EPW_END_MALFORMED);
    d->packet->cut = true;
    if (!d->packet->icmp_error)
        d->packet->payload_wire = claimed > header ? (uint32_t)(claimed - header) : 0;
    return epw_end(d, EPW_END_COMPLETE);
}

/* Fewer bytes than are read: what is there of ports and numbers counts. */
static enum epw_next cut_before_flags(struct epw_descent *d, struct epw_cur start, size_t claimed)
{
    struct epw_packet *p = d->packet;
    uint16_t sport = epw_cur_be16(&start);
    epw_packet_set_ports(p, sport, epw_cur_be16(&start));
    if (!epw_cur_ok(&start))
        return epw_end_short(d);
    p->seq = epw_cur_be32(&start);
    p->ack = epw_cur_be32(&start);
    return cut_in_header(d, claimed, MIN_HEADER);
}

static enum epw_next decode(struct epw_descent *d)
{
    struct epw_packet *p = d->packet;
    struct epw_cur start = d->cur;
    size_t claimed = epw_cur_left(&d->cur) + d->missing;
    const uint8_t *fixed = epw_cur_bytes(&d->cur, READ);
    if (fixed == NULL)
        return cut_before_flags(d, start, claimed);
    epw_packet_set_ports(p, epw_run_be16(fixed, 0), epw_run_be16(fixed, 2));
    p->seq = epw_run_be32(fixed, 4);
    p->ack = epw_run_be32(fixed, 8);
    size_t header = (size_t)(fixed[12] >> 4) * 4;
    p->tcp_flags = fixed[13];
    if (header < MIN_HEADER)
        return epw_end(d, EPW_END_MALFORMED);
    if (!epw_cur_skip(&d->cur, header - READ))
        return cut_in_header(d, claimed, header);
    d->packet->payload_at = (uint16_t)header;
    epw_take_payload(d);
    return epw_end(d, EPW_END_COMPLETE);
}

const struct epw_layer epw_layer_tcp = {
    .name = "tcp",
    .source = "RFC 9293",
    .claims = { { EPW_BY_IPPROTO, 6 } },
    .decode = decode,
};
