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

/* Fewer bytes than the shortest header: a lie all the same where the first is none of IPv4. */
static enum epw_next end_short(struct epw_descent *d, struct epw_cur start)
{
    uint8_t first = epw_cur_u8(&start);
    bool lies = epw_cur_ok(&start) && (first >> 4 != 4 || (first & 0x0f) * 4 < MIN_HEADER);
    return lies ? epw_end(d, EPW_END_MALFORMED) : epw_end_short(d);
}

static enum epw_next decode(struct epw_descent *d)
{
    struct epw_packet *p = d->packet;
    struct epw_cur start = d->cur;
    const uint8_t *fixed = epw_cur_bytes(&d->cur, MIN_HEADER);
    if (fixed == NULL)
        return end_short(d, start);
    size_t header = (size_t)(fixed[0] & 0x0f) * 4;
    if (fixed[0] >> 4 != 4 || header < MIN_HEADER)
        return epw_end(d, EPW_END_MALFORMED);
    if (!epw_cur_skip(&d->cur, header - MIN_HEADER))
        return epw_end_short(d);
    epw_begin_ip(p);
    uint16_t total = epw_run_be16(fixed, 2);
    p->ip_id = epw_run_be16(fixed, 4);
    uint16_t fragment = epw_run_be16(fixed, 6);
    p->ttl = fixed[8];
    uint8_t proto = fixed[9]; /* then a checksum: what a mirror delivers is often not filled in */
    p->key.ip[0] = epw_ip_from4(fixed + 12);
    p->key.ip[1] = epw_ip_from4(fixed + 16);
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
