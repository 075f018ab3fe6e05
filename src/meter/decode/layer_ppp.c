/* SPDX-License-Identifier: Apache-2.0 */
/* PPP as a link type, in PPPoE and in PPTP; protocol numbers by the IANA registry. */
#include "meter/decode/layer.h"

#define LINKTYPE_C_HDLC 104

static enum epw_next by_protocol(struct epw_descent *d, uint16_t protocol)
{
    switch (protocol) {
    case 0x0021:
        return epw_go(d, EPW_BY_ETHERTYPE, EPW_TYPE_IPV4);
    case 0x0057:
        return epw_go(d, EPW_BY_ETHERTYPE, EPW_TYPE_IPV6);
    case 0x0281: /* MPLS unicast, multicast */
    case 0x0283:
        return epw_go(d, EPW_BY_ETHERTYPE, EPW_TYPE_MPLS);
    case 0x002d: /* compressed TCP/IP headers */
    case 0x002f:
    case 0x0031: /* bridged frames */
    case 0x003d: /* multilink */
    case 0x0053: /* encrypted */
    case 0x00fb: /* compressed, or encrypted by MPPE */
    case 0x00fd:
        return epw_end(d, EPW_END_UNSUPPORTED);
    default: /* link control, authentication, ... */
        return epw_end(d, EPW_END_NOT_IP);
    }
}

static enum epw_next decode(struct epw_descent *d)
{
    struct epw_cur start = d->cur;
    uint16_t protocol = epw_cur_u8(&d->cur);
    if (d->space == EPW_BY_LINKTYPE && (protocol == 0x0f || protocol == 0x8f)) {
        d->cur = start; /* the address of Cisco's HDLC, written under the same link types */
        return epw_go(d, EPW_BY_LINKTYPE, LINKTYPE_C_HDLC);
    }
    if (protocol == 0xff) { /* address; the control byte follows. Both may be left out */
        epw_cur_skip(&d->cur, 1);
        protocol = epw_cur_u8(&d->cur);
    }
    if ((protocol & 1) == 0) /* an odd first byte is a number shortened to one */
        protocol = (uint16_t)(protocol << 8 | epw_cur_u8(&d->cur));
    if (!epw_cur_ok(&d->cur))
        return epw_end_short(d);
    return by_protocol(d, protocol);
}

const struct epw_layer epw_layer_ppp = {
    .name = "ppp",
    .source = "RFC 1661, RFC 1662",
    .claims = { { EPW_BY_LINKTYPE, 9 },
                { EPW_BY_LINKTYPE, 50 },
                { EPW_BY_ETHERTYPE, EPW_TYPE_PPP } },
    .decode = decode,
};
