/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text: a growing string, numbers with units for people, times with zones,
 * strict parsing of numbers, and the cleaning of text that came off the wire.
 */
#ifndef EPW_BASE_TEXT_H
#define EPW_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A growing string. Start with `struct epw_str s = { 0 };`, end with
 * epw_str_free(). When memory runs out, failed is set, text stays a valid
 * (shorter) string and later appends do nothing: look at failed once.
 */
struct epw_str {
    char *text; /* NUL-terminated once something was appended; NULL before */
    size_t len;
    size_t cap;
    bool failed;
};

void epw_str_add(struct epw_str *s, const char *text);
void epw_str_addn(struct epw_str *s, const char *text, size_t len);
void epw_str_addf(struct epw_str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void epw_str_clear(struct epw_str *s); /* keeps the memory */
/*
 * Where to write up to len bytes more; NULL without memory. epw_str_end() takes what was written
 * up to `at`.
 */
char *epw_str_room(struct epw_str *s, size_t len);
void epw_str_end(struct epw_str *s, char *at);
void epw_str_free(struct epw_str *s);
/* The string, "" when nothing was appended. Owned by s, valid until the next append. */
const char *epw_str_text(const struct epw_str *s);

/* Longest text of the formatters below, with NUL. */
#define EPW_TEXT_LEN 48

/* "2026-03-02T08:00:00.123456Z": ISO 8601, UTC, microseconds; returns out. ts_ns: since 1970. */
char *epw_text_time(int64_t ts_ns, char out[EPW_TEXT_LEN]);
/* "2026-03-02 08:00:00 UTC": for people; returns out. */
char *epw_text_moment(int64_t ts_ns, char out[EPW_TEXT_LEN]);
/* "1.4 MB" (powers of 1000), "17 B"; returns out. */
char *epw_text_bytes(uint64_t bytes, char out[EPW_TEXT_LEN]);
/* "1,234,567"; returns out. */
char *epw_text_count(uint64_t count, char out[EPW_TEXT_LEN]);
/* "3 h 12 min", "4.2 s", "15 ms"; returns out. */
char *epw_text_span(int64_t ns, char out[EPW_TEXT_LEN]);

/*
 * The whole text as a decimal number in [min, max]: no sign, blank or rest.
 * False when it is anything else; *value is then untouched.
 */
bool epw_text_u64(const char *text, uint64_t min, uint64_t max, uint64_t *value);

/* Whether the whole text is valid UTF-8 (RFC 3629). */
bool epw_text_is_utf8(const char *text);

/*
 * Copies foreign bytes as printable text: control characters (those of Unicode too, and those
 * that turn the order of a line), backslash and bytes that are not valid UTF-8 become \xNN, byte
 * by byte. Always NUL-terminates, cuts at whole characters when out_len is too small. Returns the
 * length written.
 */
size_t epw_text_clean(const void *bytes, size_t len, char *out, size_t out_len);

#endif
