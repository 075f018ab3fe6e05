/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small readers shared by the sources that look at text and banners: literals,
 * lines, numbers, UTF-16. All of them read through a cursor and never beyond it.
 */
#ifndef EPW_METER_EVIDENCE_SCAN_H
#define EPW_METER_EVIDENCE_SCAN_H

#include "base/cursor.h"
#include "meter/evidence/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the bytes at hand fit what is expected of them. */
enum epw_fit {
    EPW_FIT_NO,   /* they differ */
    EPW_FIT_PART, /* all of them fit, but there are too few */
    EPW_FIT_YES,
};

/* Compares with len bytes of literal; YES moves the cursor behind them, else it stays. */
enum epw_fit epw_scan_literal(struct epw_cur *c, const void *literal, size_t len);

/*
 * The next line, without its LF or CRLF. False when no LF is left: the cursor
 * stays and *line is untouched.
 */
bool epw_scan_line(struct epw_cur *c, struct epw_cur *line);

/*
 * A decimal number of at least one digit and at most max; the cursor then
 * stands on the first byte that is no digit. False (cursor undefined) otherwise.
 */
bool epw_scan_number(struct epw_cur *c, uint32_t max, uint32_t *value);

/* The next byte without moving, 0 at the end. */
uint8_t epw_scan_peek(const struct epw_cur *c);

/* The bytes begin with the letters of word (either case), then end or go on with no letter. */
bool epw_scan_word(struct epw_cur c, const char *word);

/* word occurs in the bytes (ASCII letters in either case). */
bool epw_scan_find(struct epw_cur c, const char *word);

/* Printable ASCII, a tab, CR, LF or part of a non-ASCII character. */
static inline bool epw_scan_is_text_byte(uint8_t byte)
{
    return (byte >= 0x20 && byte != 0x7f) || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Every byte is. */
bool epw_scan_is_text(struct epw_cur c);

/*
 * UTF-16LE to UTF-8, NUL-terminated, cut at whole characters when out_len is
 * too small; lone surrogates become U+FFFD. Ends at a NUL. Returns the length.
 */
size_t epw_scan_utf16le(struct epw_cur c, char *out, size_t out_len);

/*
 * The answer of a source whose bytes fit so far but are too few: MORE, or NO
 * when nothing will be added (a datagram, a cut side).
 */
enum epw_look epw_scan_short(const struct epw_opening *o);

/* port is one of the opening's two. */
static inline bool epw_scan_port(const struct epw_opening *o, uint16_t port)
{
    return o->port[0] == port || o->port[1] == port;
}

/* The direction of the other side. */
enum epw_dir epw_scan_reverse(enum epw_dir dir);

#endif
