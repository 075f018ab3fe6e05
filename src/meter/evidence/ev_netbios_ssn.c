/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NetBIOS sessions (RFC 1002, 4.3) that carry something other than SMB. Asked
 * of the bytes: a session request with two encoded names, or on TCP 139 an
 * answer to one; SMB inside makes it the SMB source's flow.
 */
#include "meter/evidence/nbname.h"

#include <string.h>

#define NBSS_PORT     139
#define NBSS_MESSAGE  0x00
#define NBSS_REQUEST  0x81
#define NBSS_POSITIVE 0x82
#define NBSS_NEGATIVE 0x83
#define NBSS_RETARGET 0x84
/* Names without scope; with scopes two names have at most 255 bytes each. */
#define NBSS_MAX_NAMES 510

/* After the session is granted: SMB is not ours, anything else is. */
static enum epw_look inner(const struct epw_opening *o, struct epw_cur c)
{
    uint8_t type = epw_cur_u8(&c);
    epw_cur_skip(&c, 3);
    uint8_t magic = epw_cur_u8(&c);
    enum epw_fit smb = epw_scan_literal(&c, "SMB", 3);
    if (!epw_cur_ok(&c) || (magic >= 0xfc && smb == EPW_FIT_PART))
        return o->last ? EPW_LOOK_DONE : EPW_LOOK_MORE;
    return type == NBSS_MESSAGE && magic >= 0xfc && smb == EPW_FIT_YES ? EPW_LOOK_NO
                                                                       : EPW_LOOK_DONE;
}

static enum epw_look look_request(struct epw_finder *f, const struct epw_opening *o,
                                  struct epw_cur names, size_t len, struct epw_cur rest)
{
    char called[EPW_NBNAME_LEN], calling[EPW_NBNAME_LEN];
    if (len < 2 * EPW_NBNAME_WIRE || len > NBSS_MAX_NAMES)
        return EPW_LOOK_NO;
    enum epw_fit fit = epw_nbname_read(&names, called);
    if (fit == EPW_FIT_YES)
        fit = epw_nbname_read(&names, calling);
    if (fit == EPW_FIT_PART)
        return epw_scan_short(o);
    if (fit == EPW_FIT_NO || epw_cur_left(&names) != 0)
        return EPW_LOOK_NO;
    enum epw_look found = inner(o, rest);
    if (found == EPW_LOOK_DONE) {
        epw_ev_requester(f, o->dir);
        epw_ev_text(f, EPW_EV_HINT, called, strlen(called));
    }
    return found;
}

static bool answer_fits(uint8_t type, size_t len)
{
    return (type == NBSS_POSITIVE && len == 0) || (type == NBSS_NEGATIVE && len == 1) ||
           (type == NBSS_RETARGET && len == 6);
}

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len);
    uint8_t type = epw_cur_u8(&c);
    uint8_t flags = epw_cur_u8(&c);
    size_t len = epw_cur_be16(&c);
    if (type < NBSS_REQUEST || type > NBSS_RETARGET || flags != 0)
        return EPW_LOOK_NO;
    if (!epw_cur_ok(&c))
        return epw_scan_short(o);
    size_t left = epw_cur_left(&c);
    struct epw_cur body = epw_cur_sub(&c, len < left ? len : left);
    if (type == NBSS_REQUEST)
        return look_request(f, o, body, len, c);
    if (!epw_scan_port(o, NBSS_PORT) || !answer_fits(type, len))
        return EPW_LOOK_NO;
    if (left < len)
        return epw_scan_short(o);
    enum epw_look found = type == NBSS_POSITIVE ? inner(o, c) : EPW_LOOK_DONE;
    if (found == EPW_LOOK_DONE)
        epw_ev_requester(f, epw_scan_reverse(o->dir));
    return found;
}

static bool may_begin(uint8_t first)
{
    return first >= NBSS_REQUEST && first <= NBSS_RETARGET;
}

const struct epw_source epw_source_netbios_ssn = {
    .name = "netbios_ssn",
    .help = "NetBIOS sessions without SMB in sight; the called name becomes the hint",
    .app = EPW_APP_NBSS,
    .over = EPW_OVER_TCP,
    .max_bytes = 4 + NBSS_MAX_NAMES + 8, /* the request and the next header with its magic */
    .may_begin = may_begin,
    .look = look,
};
