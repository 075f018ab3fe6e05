/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/evidence/nbname.h"

#include <stdio.h>

#define NAME_BYTES 16
/* RFC 1002, 4.1: the whole name, scope included, has at most 255 bytes. */
#define MAX_SCOPE_LABELS 8
#define MAX_LABEL        63

static enum epw_fit skip_scope(struct epw_cur *c)
{
    for (int i = 0; i < MAX_SCOPE_LABELS; i++) {
        uint8_t len = epw_cur_u8(c);
        if (!epw_cur_ok(c))
            return EPW_FIT_PART;
        if (len == 0)
            return EPW_FIT_YES;
        if (len > MAX_LABEL)
            return EPW_FIT_NO;
        epw_cur_skip(c, len);
    }
    return EPW_FIT_NO;
}

enum epw_fit epw_nbname_read(struct epw_cur *c, char out[EPW_NBNAME_LEN])
{
    struct epw_cur at = *c;
    uint8_t name[NAME_BYTES];
    uint8_t len = epw_cur_u8(&at);
    if (epw_cur_ok(&at) && len != 2 * NAME_BYTES)
        return EPW_FIT_NO;
    for (size_t i = 0; i < NAME_BYTES; i++) {
        uint8_t high = epw_cur_u8(&at), low;
        if (epw_cur_ok(&at) && (high < 'A' || high > 'P'))
            return EPW_FIT_NO;
        low = epw_cur_u8(&at);
        if (epw_cur_ok(&at) && (low < 'A' || low > 'P'))
            return EPW_FIT_NO;
        name[i] = (uint8_t)((unsigned)(high - 'A') << 4 | (unsigned)(low - 'A'));
    }
    if (!epw_cur_ok(&at))
        return EPW_FIT_PART;
    enum epw_fit fit = skip_scope(&at);
    if (fit != EPW_FIT_YES)
        return fit;
    size_t shown = NAME_BYTES - 1;
    while (shown > 0 && (name[shown - 1] == ' ' || name[shown - 1] == 0))
        shown--;
    for (size_t i = 0; i < shown; i++)
        out[i] = name[i] >= 0x20 && name[i] < 0x7f ? (char)name[i] : '?';
    snprintf(out + shown, EPW_NBNAME_LEN - shown, "<%02x>", name[NAME_BYTES - 1]);
    *c = at;
    return EPW_FIT_YES;
}
