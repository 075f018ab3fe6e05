/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/evidence/scan.h"

#include <string.h>

enum epw_fit epw_scan_literal(struct epw_cur *c, const void *literal, size_t len)
{
    size_t have = epw_cur_left(c);
    size_t compared = have < len ? have : len;
    if (!epw_cur_ok(c) || (compared != 0 && memcmp(c->at, literal, compared) != 0))
        return EPW_FIT_NO;
    if (have < len)
        return EPW_FIT_PART;
    epw_cur_skip(c, len);
    return EPW_FIT_YES;
}

bool epw_scan_line(struct epw_cur *c, struct epw_cur *line)
{
    size_t left = epw_cur_left(c);
    const uint8_t *lf = left == 0 ? NULL : memchr(c->at, '\n', left);
    if (lf == NULL)
        return false;
    size_t len = (size_t)(lf - c->at);
    struct epw_cur whole = epw_cur_sub(c, len);
    epw_cur_skip(c, 1);
    while (len > 0 && whole.at[len - 1] == '\r')
        len--;
    *line = epw_cur(whole.at, len);
    return true;
}

uint8_t epw_scan_peek(const struct epw_cur *c)
{
    struct epw_cur ahead = *c;
    return epw_cur_u8(&ahead);
}

bool epw_scan_number(struct epw_cur *c, uint32_t max, uint32_t *value)
{
    uint64_t sum = 0;
    bool any = false;
    for (uint8_t digit = epw_scan_peek(c); digit >= '0' && digit <= '9'; digit = epw_scan_peek(c)) {
        sum = sum * 10 + (uint64_t)(digit - '0');
        if (sum > max)
            return false;
        any = true;
        epw_cur_skip(c, 1);
    }
    *value = (uint32_t)sum;
    return any;
}

static uint8_t upper(uint8_t byte)
{
    return byte >= 'a' && byte <= 'z' ? (uint8_t)(byte - 32) : byte;
}

static bool same_letters(struct epw_cur *c, const char *word)
{
    for (; *word != '\0'; word++)
        if (upper(epw_cur_u8(c)) != upper((uint8_t)*word) || !epw_cur_ok(c))
            return false;
    return true;
}

bool epw_scan_word(struct epw_cur c, const char *word)
{
    if (!same_letters(&c, word))
        return false;
    uint8_t next = upper(epw_scan_peek(&c));
    return next < 'A' || next > 'Z';
}

bool epw_scan_find(struct epw_cur c, const char *word)
{
    for (; epw_cur_left(&c) != 0; epw_cur_skip(&c, 1)) {
        struct epw_cur here = c;
        if (same_letters(&here, word))
            return true;
    }
    return false;
}

bool epw_scan_is_text(struct epw_cur c)
{
    while (epw_cur_left(&c) != 0) {
        if (!epw_scan_is_text_byte(epw_cur_u8(&c)))
            return false;
    }
    return true;
}

/* code is below 0x110000; returns the bytes written, at most 4. */
static size_t utf8_put(uint32_t code, uint8_t out[4])
{
    if (code < 0x80) {
        out[0] = (uint8_t)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (uint8_t)(0xc0 | code >> 6);
        out[1] = (uint8_t)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (uint8_t)(0xe0 | code >> 12);
        out[1] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
        out[2] = (uint8_t)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (uint8_t)(0xf0 | code >> 18);
    out[1] = (uint8_t)(0x80 | (code >> 12 & 0x3f));
    out[2] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
    out[3] = (uint8_t)(0x80 | (code & 0x3f));
    return 4;
}

size_t epw_scan_utf16le(struct epw_cur c, char *out, size_t out_len)
{
    size_t at = 0;
    if (out_len == 0)
        return 0;
    while (epw_cur_left(&c) >= 2) {
        uint32_t code = epw_cur_le16(&c);
        if (code == 0)
            break;
        if (code >= 0xd800 && code < 0xe000) {
            struct epw_cur ahead = c;
            uint32_t low = epw_cur_le16(&ahead);
            if (code < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
                code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                c = ahead;
            } else {
                code = 0xfffd;
            }
        }
        uint8_t bytes[4];
        size_t len = utf8_put(code, bytes);
        if (at + len >= out_len)
            break;
        memcpy(out + at, bytes, len);
        at += len;
    }
    out[at] = '\0';
    return at;
}

enum epw_look epw_scan_short(const struct epw_opening *o)
{
    return o->proto != 6 || o->last ? EPW_LOOK_NO : EPW_LOOK_MORE;
}

enum epw_dir epw_scan_reverse(enum epw_dir dir)
{
    return dir == EPW_TO_SERVER ? EPW_TO_CLIENT : EPW_TO_SERVER;
}
