/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/layer.h"

#define HEADER 40

static enum epw_next decode(struct epw_descent *d)
{
    struct epw_packet *p = d->packet;
    const uint8_t *header = epw_cur_bytes(&d->cur, HEADER);
    if (header == NULL)
        return epw_end_short(d);
    if (header[0] >> 4 != 6)
        return epw_end(d, EPW_END_MALFORMED);
    uint16_t len = epw_run_be16(header, 4);
    epw_begin_ip(p);
    p->ttl = header[7];
    p->key.ip[0] = epw_ip_from6(header + 8);
    p->key.ip[1] = epw_ip_from6(header + 24);
    d->ip6 = true;
    /* 0: a jumbogram (RFC 2675) or an offloaded packet; both end with the frame. A quote's
     * length says nothing about the bytes quoted. */
    if (len != 0 && !p->icmp_error)
        epw_bound(d, len);
    return epw_go(d, EPW_BY_IPPROTO, header[6]);
}

const struct epw_layer epw_layer_ipv6 = {
    .name = "ipv6",
    .source = "RFC 8200",
    .claims = { { EPW_BY_ETHERTYPE, EPW_TYPE_IPV6 } },
    .decode = decode,
};
