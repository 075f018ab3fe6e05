/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SSH (RFC 4253, 4.2): the identification line either side begins with. What
 * is asked of the bytes: "SSH-2.0-" or "SSH-1." at the very start, then text.
 */
#include "meter/evidence/scan.h"

/* RFC 4253, 4.2: the line has at most 255 characters with its CR LF. */
#define SSH_MAX_LINE 255

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len);
    struct epw_cur start = c;
    enum epw_fit two = epw_scan_literal(&c, "SSH-2.0-", 8);
    enum epw_fit one = epw_scan_literal(&c, "SSH-1.", 6);
    if (two != EPW_FIT_YES && one != EPW_FIT_YES)
        return two == EPW_FIT_PART || one == EPW_FIT_PART ? epw_scan_short(o) : EPW_LOOK_NO;
    struct epw_cur line;
    bool whole = epw_scan_line(&start, &line);
    if (!whole)
        line = start;
    if (epw_cur_left(&line) > SSH_MAX_LINE || !epw_scan_is_text(line))
        return EPW_LOOK_NO;
    if (!whole && !o->last)
        return EPW_LOOK_MINE;
    epw_ev_text(f, EPW_EV_HINT, line.at, epw_cur_left(&line));
    return EPW_LOOK_DONE;
}

static bool may_begin(uint8_t first)
{
    return first == 'S';
}

const struct epw_source epw_source_ssh = {
    .name = "ssh",
    .help = "SSH version line on any port; the line becomes the hint",
    .app = EPW_APP_SSH,
    .over = EPW_OVER_TCP,
    .max_bytes = SSH_MAX_LINE + 2, /* the line and one byte that proves it too long */
    .may_begin = may_begin,
    .look = look,
};
