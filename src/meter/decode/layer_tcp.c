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

static enum epw_next decode(struct epw_descent *d)
{
    struct epw_packet *p = d->packet;
    size_t claimed = epw_cur_left(&d->cur) + d->missing;
    p->sport = epw_cur_be16(&d->cur);
    p->dport = epw_cur_be16(&d->cur);
    if (!epw_cur_ok(&d->cur))
        return epw_end_short(d);
    p->seq = epw_cur_be32(&d->cur);
    p->ack = epw_cur_be32(&d->cur);
    uint8_t offset = epw_cur_u8(&d->cur);
    p->tcp_flags = epw_cur_u8(&d->cur);
    if (!epw_cur_ok(&d->cur))
        return cut_in_header(d, claimed, MIN_HEADER);
    size_t header = (size_t)(offset >> 4) * 4;
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
