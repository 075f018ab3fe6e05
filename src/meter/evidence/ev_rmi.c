/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Java RMI (Java RMI specification, 10.2): "JRMI", version 1 or 2, protocol
 * byte StreamProtocol 0x4b, SingleOpProtocol 0x4c or MultiplexProtocol 0x4d.
 */
#include "meter/evidence/scan.h"

#define RMI_HEADER 7

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len);
    enum epw_fit fit = epw_scan_literal(&c, "JRMI", 4);
    if (fit != EPW_FIT_YES)
        return fit == EPW_FIT_PART ? epw_scan_short(o) : EPW_LOOK_NO;
    uint16_t version = epw_cur_be16(&c);
    uint8_t protocol = epw_cur_u8(&c);
    if (!epw_cur_ok(&c))
        return epw_scan_short(o);
    if (version < 1 || version > 2 || protocol < 0x4b || protocol > 0x4d)
        return EPW_LOOK_NO;
    epw_ev_requester(f, o->dir);
    return EPW_LOOK_DONE;
}

static bool may_begin(uint8_t first)
{
    return first == 'J';
}

const struct epw_source epw_source_rmi = {
    .name = "rmi",
    .help = "Java RMI call header on any port",
    .app = EPW_APP_RMI,
    .over = EPW_OVER_TCP,
    .max_bytes = RMI_HEADER, /* all that proves it */
    .may_begin = may_begin,
    .look = look,
};
