/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/layer.h"

#define MIN_HEADER 20

/*
 * Cuts padding off by the total length. 0 stands for "not filled in yet": the
 * capture saw the packet before an offloading card split it, so it goes on to
 * the end of the frame. In the quote of an ICMP error the length says nothing
 * about the bytes quoted, and some senders spoil it.
 */
static bool bound(struct epw_descent *d, uint16_t total, size_t header)
{
    if (total == 0 || d->packet->icmp_error)
        return true;
    if (total < header)
        return false;
    epw_bound(d, total - header);
    return true;
}

static enum epw_next decode(struct epw_descent *d)
{
    struct epw_packet *p = d->packet;
    uint8_t first = epw_cur_u8(&d->cur);
    if (!epw_cur_ok(&d->cur))
        return epw_end_short(d);
    size_t header = (size_t)(first & 0x0f) * 4;
    if (first >> 4 != 4 || header < MIN_HEADER)
        return epw_end(d, EPW_END_MALFORMED);
    epw_begin_ip(p);
    epw_cur_skip(&d->cur, 1); /* type of service */
    uint16_t total = epw_cur_be16(&d->cur);
    p->ip_id = epw_cur_be16(&d->cur);
    uint16_t fragment = epw_cur_be16(&d->cur);
    p->ttl = epw_cur_u8(&d->cur);
    uint8_t proto = epw_cur_u8(&d->cur);
    epw_cur_skip(&d->cur, 2); /* checksum: what a mirror delivers is often not filled in */
    const uint8_t *addresses = epw_cur_bytes(&d->cur, 8);
    epw_cur_skip(&d->cur, header - MIN_HEADER);
    if (!epw_cur_ok(&d->cur))
        return epw_end_short(d);
    p->src = epw_ip_from4(addresses);
    p->dst = epw_ip_from4(addresses + 4);
    d->ip6 = false;
    if (!bound(d, total, header))
        return epw_end(d, EPW_END_MALFORMED);
    return epw_go_fragment(d, fragment & 0x1fff, (fragment & 0x2000) != 0, p->ip_id, proto);
}

const struct epw_layer epw_layer_ipv4 = {
    .name = "ipv4",
    .source = "RFC 791",
    .claims = { { EPW_BY_ETHERTYPE, EPW_TYPE_IPV4 } },
    .decode = decode,
};
