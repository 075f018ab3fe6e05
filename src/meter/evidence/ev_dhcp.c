/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DHCP (RFC 2131, 2) between UDP 67 and 68: operation, hardware address length
 * and hops in range, and the magic cookie after the 236 bytes of BOOTP header.
 */
#include "meter/evidence/scan.h"

#define DHCP_SERVER_PORT 67
#define DHCP_CLIENT_PORT 68
#define DHCP_COOKIE      0x63825363
/* Hardware address, hops: RFC 2131, 2 (chaddr has 16 bytes); RFC 1542, 4.1.1 (16 hops). */
#define DHCP_MAX_HLEN 16
#define DHCP_MAX_HOPS 16
/* Options of one message: more than any client sends; ends a message made of pads. */
#define DHCP_MAX_OPTIONS 128
#define DHCP_PAD         0
#define DHCP_HOST_NAME   12
#define DHCP_END         255

static void host_name(struct epw_finder *f, struct epw_cur *c)
{
    for (int i = 0; i < DHCP_MAX_OPTIONS && epw_cur_ok(c); i++) {
        uint8_t code = epw_cur_u8(c);
        if (code == DHCP_END)
            return;
        if (code == DHCP_PAD)
            continue;
        struct epw_cur value = epw_cur_sub(c, epw_cur_u8(c));
        if (code == DHCP_HOST_NAME && epw_cur_left(&value) != 0) {
            epw_ev_text(f, EPW_EV_HINT, value.at, epw_cur_left(&value));
            return;
        }
    }
}

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len);
    uint8_t op = epw_cur_u8(&c);
    epw_cur_skip(&c, 1); /* hardware type */
    uint8_t hlen = epw_cur_u8(&c);
    uint8_t hops = epw_cur_u8(&c);
    epw_cur_skip(&c, 232);
    uint32_t cookie = epw_cur_be32(&c);
    bool ports = epw_scan_port(o, DHCP_SERVER_PORT) || epw_scan_port(o, DHCP_CLIENT_PORT);
    if (!epw_cur_ok(&c) || !ports || op < 1 || op > 2 || hlen > DHCP_MAX_HLEN ||
        hops > DHCP_MAX_HOPS || cookie != DHCP_COOKIE)
        return EPW_LOOK_NO;
    epw_ev_requester(f, op == 1 ? o->dir : epw_scan_reverse(o->dir));
    host_name(f, &c);
    return EPW_LOOK_DONE;
}

static bool may_begin(uint8_t first)
{
    return first == 1 || first == 2;
}

const struct epw_source epw_source_dhcp = {
    .name = "dhcp",
    .help = "DHCP on UDP 67 and 68; the host name option becomes the hint",
    .app = EPW_APP_DHCP,
    .over = EPW_OVER_UDP,
    .max_bytes = 1500, /* one datagram of an Ethernet link */
    .may_begin = may_begin,
    .ports = { DHCP_SERVER_PORT, DHCP_CLIENT_PORT },
    .look = look,
};
