/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NetBIOS datagram service (RFC 1002, 4.4) on UDP 138: message type, the port
 * repeated in the header, and for datagrams an encoded source name.
 */
#include "meter/evidence/nbname.h"

#include <string.h>

#define NBDS_PORT 138

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len);
    char name[EPW_NBNAME_LEN];
    uint8_t type = epw_cur_u8(&c);
    uint8_t flags = epw_cur_u8(&c);
    epw_cur_skip(&c, 6); /* id, source address */
    uint16_t port = epw_cur_be16(&c);
    if (!epw_cur_ok(&c) || !epw_scan_port(o, NBDS_PORT) || type < 0x10 || type > 0x16 ||
        flags > 0x0f || port != NBDS_PORT)
        return EPW_LOOK_NO;
    /* Direct unique, direct group and broadcast datagrams; the others have no names in front. */
    if (type <= 0x12) {
        epw_cur_skip(&c, 4); /* length, offset */
        if (epw_nbname_read(&c, name) != EPW_FIT_YES)
            return EPW_LOOK_NO;
        epw_ev_text(f, EPW_EV_HINT, name, strlen(name));
    }
    return EPW_LOOK_DONE;
}

static bool may_begin(uint8_t first)
{
    return first >= 0x10 && first <= 0x16;
}

const struct epw_source epw_source_netbios_dgm = {
    .name = "netbios_dgm",
    .help = "NetBIOS datagrams on UDP 138; the sender's name becomes the hint",
    .app = EPW_APP_NBDS,
    .over = EPW_OVER_UDP,
    .max_bytes = 1500, /* one datagram of an Ethernet link */
    .may_begin = may_begin,
    .ports = { NBDS_PORT },
    .look = look,
};
