/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An ICMP error goes on into the packet it quotes: the flow found is the one it
 * speaks of. Redirects quote too, but nothing failed, so they stay what they are.
 */
#include "meter/decode/layer.h"

#define PROTO_ICMP  1
#define PROTO_ICMP6 58

static bool is_error(uint8_t proto, uint8_t type)
{
    if (proto == PROTO_ICMP6)
        return type >= 1 && type <= 4; /* unreachable, too big, time exceeded, bad parameter */
    return type == 3 || type == 4 || type == 11 || type == 12; /* 4: slow down */
}

static enum epw_next decode(struct epw_descent *d)
{
    struct epw_packet *p = d->packet;
    p->icmp_type = epw_cur_u8(&d->cur);
    p->icmp_code = epw_cur_u8(&d->cur);
    if (!epw_cur_ok(&d->cur))
        return epw_end_short(d);
    if (!is_error(p->key.proto, p->icmp_type))
        return epw_end(d, EPW_END_COMPLETE);
    bool v6 = p->key.proto == PROTO_ICMP6;
    if (!epw_cur_skip(&d->cur, 6)) /* checksum, and a word that depends on the type */
        return epw_end_short(d);
    p->icmp_error = true;
    p->icmp_from = *epw_packet_src(p);
    p->macs = NULL; /* those of the error's way, not of the packet quoted */
    p->group_mac = false;
    d->bounded = false; /* a quote may end anywhere */
    return epw_go(d, EPW_BY_ETHERTYPE, v6 ? EPW_TYPE_IPV6 : EPW_TYPE_IPV4);
}

const struct epw_layer epw_layer_icmp = {
    .name = "icmp",
    .source = "RFC 792, RFC 4443",
    .claims = { { EPW_BY_IPPROTO, PROTO_ICMP }, { EPW_BY_IPPROTO, PROTO_ICMP6 } },
    .opens = true,
    .decode = decode,
};
