/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/layer.h"

static enum epw_next decode(struct epw_descent *d)
{
    struct epw_packet *p = d->packet;
    uint32_t first = epw_cur_be32(&d->cur); /* version, traffic class, flow label */
    uint16_t len = epw_cur_be16(&d->cur);
    uint8_t proto = epw_cur_u8(&d->cur);
    uint8_t hops = epw_cur_u8(&d->cur);
    const uint8_t *src = epw_cur_bytes(&d->cur, 16);
    const uint8_t *dst = epw_cur_bytes(&d->cur, 16);
    if (!epw_cur_ok(&d->cur))
        return epw_end_short(d);
    if (first >> 28 != 6)
        return epw_end(d, EPW_END_MALFORMED);
    epw_begin_ip(p);
    p->ttl = hops;
    p->src = epw_ip_from6(src);
    p->dst = epw_ip_from6(dst);
    d->ip6 = true;
    /* 0: a jumbogram (RFC 2675) or an offloaded packet; both end with the frame. A quote's
     * length says nothing about the bytes quoted. */
    if (len != 0 && !p->icmp_error)
        epw_bound(d, len);
    return epw_go(d, EPW_BY_IPPROTO, proto);
}

const struct epw_layer epw_layer_ipv6 = {
    .name = "ipv6",
    .source = "RFC 8200",
    .claims = { { EPW_BY_ETHERTYPE, EPW_TYPE_IPV6 } },
    .decode = decode,
};
