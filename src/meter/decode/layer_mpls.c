/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A label says nothing of what it carries (RFC 3032), so below the last one the
 * bytes are asked: IP by its version and a length that fits, else an Ethernet
 * pseudowire, with or without its control word (RFC 4448), by its type field.
 * Labels are no identity: the two directions of a flow have different ones.
 */
#include "meter/decode/layer.h"
#include "meter/decode/tunnel.h"

#define CONTROL_WORD 4
#define ETHER_HEADER 14

static bool length_fits(const struct epw_descent *d, uint8_t version)
{
    struct epw_cur peek = d->cur;
    size_t claimed = epw_cur_left(&peek) + d->missing;
    if (version == 4) {
        uint8_t first = epw_cur_u8(&peek);
        epw_cur_skip(&peek, 1);
        uint16_t total = epw_cur_be16(&peek);
        return !epw_cur_ok(&peek) || ((first & 0x0f) >= 5 && total <= claimed);
    }
    epw_cur_skip(&peek, 4);
    size_t payload = epw_cur_be16(&peek);
    return !epw_cur_ok(&peek) || payload + 40 <= claimed;
}

static bool looks_like_ether(const struct epw_descent *d, size_t offset)
{
    struct epw_cur peek = d->cur;
    epw_cur_skip(&peek, offset + 12); /* two MAC addresses */
    switch (epw_cur_be16(&peek)) {
    case EPW_TYPE_IPV4:
    case EPW_TYPE_IPV6:
    case 0x0806: /* ARP */
    case 0x8100:
    case 0x88a8:
    case EPW_TYPE_MPLS:
    case 0x8864: /* PPPoE session */
        return true;
    default:
        return false;
    }
}

static enum epw_next go_ether(struct epw_descent *d, size_t control_word)
{
    epw_cur_skip(&d->cur, control_word);
    epw_tunnel_restart(d);
    return epw_go(d, EPW_BY_ETHERTYPE, EPW_TYPE_ETHER);
}

static enum epw_next guess(struct epw_descent *d)
{
    struct epw_cur peek = d->cur;
    uint8_t version = epw_cur_u8(&peek) >> 4;
    if (!epw_cur_ok(&peek))
        return epw_end_short(d);
    bool ip = version == 4 || version == 6;
    if (ip && length_fits(d, version))
        return epw_go_ip(d);
    if (version == 0 && looks_like_ether(d, CONTROL_WORD))
        return go_ether(d, CONTROL_WORD);
    if (looks_like_ether(d, 0))
        return go_ether(d, 0);
    if (ip)
        return epw_go_ip(d);
    if (version == 1) /* an associated channel: the label path's own signalling, RFC 4385 */
        return epw_end(d, EPW_END_NOT_IP);
    if (epw_cur_left(&d->cur) < ETHER_HEADER)
        return epw_end_short(d);
    return version == 0 ? go_ether(d, CONTROL_WORD) : epw_end(d, EPW_END_UNSUPPORTED);
}

static enum epw_next decode(struct epw_descent *d)
{
    uint32_t entry = epw_cur_be32(&d->cur); /* label 20, class 3, bottom 1, TTL 8 */
    if (!epw_cur_ok(&d->cur))
        return epw_end_short(d);
    if ((entry & 0x100) == 0)
        return epw_go(d, EPW_BY_ETHERTYPE, EPW_TYPE_MPLS);
    return guess(d);
}

const struct epw_layer epw_layer_mpls = {
    .name = "mpls",
    .source = "RFC 3032, RFC 4448",
    .claims = { { EPW_BY_ETHERTYPE, EPW_TYPE_MPLS }, { EPW_BY_ETHERTYPE, 0x8848 } },
    .decode = decode,
};
