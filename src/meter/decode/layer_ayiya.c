/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/tunnel.h"

/* Operation: forward what follows. */
#define FORWARD 1
/* Methods of authentication: none, a shared secret, public keys. */
#define MAX_AUTHENTICATION 2
/* An identity takes 2^n bytes; n of the largest, an IPv6 address, or one name. */
#define MAX_IDENTITY 8
#define PROTO_IPV4   4
#define PROTO_IPV6   41

static enum epw_next decode(struct epw_descent *d)
{
    struct epw_cur c = d->cur;
    uint8_t identity = epw_cur_u8(&c) >> 4; /* and its kind */
    uint8_t words = epw_cur_u8(&c) >> 4;    /* of the signature, and the hash */
    uint8_t how = epw_cur_u8(&c);           /* authentication and operation */
    uint8_t proto = epw_cur_u8(&c);
    epw_cur_skip(&c, 4); /* time */
    if (!epw_cur_ok(&c))
        return epw_end(d, d->bounded ? EPW_END_COMPLETE : EPW_END_TRUNCATED);
    /* Somebody else's datagram from or to this port: the UDP flow stands. */
    if (how >> 4 > MAX_AUTHENTICATION || (how & 0x0f) != FORWARD || identity > MAX_IDENTITY ||
        (proto != PROTO_IPV4 && proto != PROTO_IPV6))
        return epw_end(d, EPW_END_COMPLETE);
    size_t len = ((size_t)1 << identity) + (size_t)words * 4;
    epw_cur_skip(&c, len);
    struct epw_cur inside = c;
    uint8_t version = epw_cur_u8(&c) >> 4;
    if (!epw_cur_ok(&c))
        return epw_end(d, d->bounded ? EPW_END_COMPLETE : EPW_END_TRUNCATED);
    if (version != (proto == PROTO_IPV4 ? 4 : 6))
        return epw_end(d, EPW_END_COMPLETE);
    d->cur = inside;
    epw_tunnel_mark_between(d->packet, EPW_TUNNEL_AYIYA, 0);
    epw_tunnel_restart(d);
    return epw_go(d, EPW_BY_ETHERTYPE, proto == PROTO_IPV4 ? EPW_TYPE_IPV4 : EPW_TYPE_IPV6);
}

const struct epw_layer epw_layer_ayiya = {
    .name = "ayiya",
    .source = "draft-massar-v6ops-ayiya",
    .claims = { { EPW_BY_UDP_PORT, EPW_PORT_AYIYA } },
    .opens = true,
    .decode = decode,
};
