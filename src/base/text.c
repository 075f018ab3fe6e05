/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "base/digits.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool grow(struct epw_str *s, size_t need)
{
    size_t cap = s->cap < 64 ? 64 : s->cap;
    while (cap < need)
        cap *= 2;
    char *text = realloc(s->text, cap);
    if (text == NULL)
        return false;
    s->text = text;
    s->cap = cap;
    return true;
}

char *epw_str_room(struct epw_str *s, size_t len)
{
    if (!s->failed && len < SIZE_MAX / 2 - s->len &&
        (s->len + len < s->cap || grow(s, s->len + len + 1)))
        return s->text + s->len;
    s->failed = true;
    return NULL;
}

void epw_str_end(struct epw_str *s, char *at)
{
    s->len = (size_t)(at - s->text);
    *at = '\0';
}

void epw_str_addn(struct epw_str *s, const char *text, size_t len)
{
    char *at = epw_str_room(s, len);
    if (at == NULL)
        return;
    if (len != 0)
        memcpy(at, text, len);
    epw_str_end(s, at + len);
}

void epw_str_add(struct epw_str *s, const char *text)
{
    epw_str_addn(s, text, strlen(text));
}

void epw_str_addf(struct epw_str *s, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (len >= 0 && epw_str_room(s, (size_t)len) != NULL) {
        vsnprintf(s->text + s->len, (size_t)len + 1, fmt, again);
        s->len += (size_t)len;
    }
    va_end(again);
}

void epw_str_clear(struct epw_str *s)
{
    s->len = 0;
    if (s->text != NULL)
        s->text[0] = '\0';
}

void epw_str_free(struct epw_str *s)
{
    free(s->text);
    *s = (struct epw_str){ 0 };
}

const char *epw_str_text(const struct epw_str *s)
{
    return s->text == NULL ? "" : s->text;
}

/* A day of the Gregorian calendar, counted from 1970-01-01. */
struct date {
    int64_t year;
    int month, day; /* from 1 */
};

/*
 * In years that begin in March, whose last day is the leap day, a month's first day is a line
 * rounded down: (153 m + 2) / 5. 400 years have 146,097 days.
 */
static struct date date_of(int64_t days)
{
    days += 719468; /* from 0000-03-01 */
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t of_era = days - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int of_year = (int)(of_era - (365 * year + year / 4 - year / 100));
    int month = (5 * of_year + 2) / 153;
    return (struct date){ .year = year + era * 400 + (month >= 10),
                          .month = month < 10 ? month + 3 : month - 9,
                          .day = of_year - (153 * month + 2) / 5 + 1 };
}

char *epw_text_time(int64_t ts_ns, char out[EPW_TEXT_LEN])
{
    int64_t sec = ts_ns / 1000000000, ns = ts_ns % 1000000000;
    if (ns < 0) {
        ns += 1000000000;
        sec--;
    }
    int64_t days = sec / 86400, of_day = sec % 86400;
    if (of_day < 0) {
        of_day += 86400;
        days--;
    }
    /* Nanoseconds of 64 bits reach from 1677 to 2262. By hand: outputs write three of these a flow,
     * and the C library takes a lock for each. */
    const struct date date = date_of(days);
    uint32_t of_day_s = (uint32_t)of_day, us = (uint32_t)(ns / 1000);
    memcpy(out, "0000-00-00T00:00:00.000000Z", 28);
    epw_digits_pair(out, (uint32_t)date.year / 100);
    epw_digits_pair(out + 2, (uint32_t)date.year % 100);
    epw_digits_pair(out + 5, (uint32_t)date.month);
    epw_digits_pair(out + 8, (uint32_t)date.day);
    epw_digits_pair(out + 11, of_day_s / 3600);
    epw_digits_pair(out + 14, of_day_s / 60 % 60);
    epw_digits_pair(out + 17, of_day_s % 60);
    epw_digits_pair(out + 20, us / 10000);
    epw_digits_pair(out + 22, us / 100 % 100);
    epw_digits_pair(out + 24, us % 100);
    return out;
}

char *epw_text_moment(int64_t ts_ns, char out[EPW_TEXT_LEN])
{
    epw_text_time(ts_ns, out);
    char *t = strchr(out, 'T'), *fraction = strchr(out, '.');
    if (t == NULL || fraction == NULL)
        return out;
    *t = ' ';
    snprintf(fraction, EPW_TEXT_LEN - (size_t)(fraction - out), " UTC");
    return out;
}

char *epw_text_bytes(uint64_t bytes, char out[EPW_TEXT_LEN])
{
    static const char *const unit[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
    size_t at = 0;
    double size = (double)bytes;
    /* 999.95 would print as 1000.0: go up a unit before it does. */
    for (; size >= 999.95 && at + 1 < sizeof(unit) / sizeof(unit[0]); at++)
        size /= 1000;
    snprintf(out, EPW_TEXT_LEN, at == 0 ? "%.0f %s" : "%.1f %s", size, unit[at]);
    return out;
}

char *epw_text_count(uint64_t count, char out[EPW_TEXT_LEN])
{
    char digits[24];
    int len = snprintf(digits, sizeof(digits), "%" PRIu64, count);
    size_t at = 0;
    for (int i = 0; i < len; i++) {
        if (i != 0 && (len - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

char *epw_text_span(int64_t ns, char out[EPW_TEXT_LEN])
{
    int64_t sec = ns / 1000000000;
    if (ns < 1000000000)
        snprintf(out, EPW_TEXT_LEN, "%" PRId64 " ms", ns / 1000000);
    else if (sec < 60)
        snprintf(out, EPW_TEXT_LEN, "%.1f s", (double)ns / 1e9);
    else if (sec < 3600)
        snprintf(out, EPW_TEXT_LEN, "%" PRId64 " min %" PRId64 " s", sec / 60, sec % 60);
    else if (sec < 48 * 3600)
        snprintf(out, EPW_TEXT_LEN, "%" PRId64 " h %" PRId64 " min", sec / 3600, sec % 3600 / 60);
    else
        snprintf(out, EPW_TEXT_LEN, "%" PRId64 " d %" PRId64 " h", sec / 86400, sec % 86400 / 3600);
    return out;
}

bool epw_text_u64(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
    uint64_t sum = 0;
    if (*text == '\0')
        return false;
    for (const char *c = text; *c != '\0'; c++) {
        if (*c < '0' || *c > '9')
            return false;
        uint64_t digit = (uint64_t)(*c - '0');
        if (sum > (UINT64_MAX - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    if (sum < min || sum > max)
        return false;
    *value = sum;
    return true;
}

/* Length of the valid UTF-8 character at p (RFC 3629), 0 when there is none. */
static size_t utf8_len(const uint8_t *p, size_t left)
{
    uint8_t lead = p[0];
    if (lead < 0x80)
        return 1;
    size_t len = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || left < len)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    /* Overlong forms, surrogates and values above U+10FFFF. */
    if ((lead == 0xe0 && p[1] < 0xa0) || (lead == 0xed && p[1] > 0x9f) ||
        (lead == 0xf0 && p[1] < 0x90) || (lead == 0xf4 && p[1] > 0x8f))
        return 0;
    return len;
}

bool epw_text_is_utf8(const char *text)
{
    const uint8_t *p = (const uint8_t *)text;
    while (*p != 0) {
        /* The NUL at the end continues no character: looking further stops there. */
        size_t len = *p < 0x80 ? 1 : utf8_len(p, strlen((const char *)p));
        if (len == 0)
            return false;
        p += len;
    }
    return true;
}

/*
 * Whether a character of more than one byte shows as such: not the controls U+0080 to U+009F, by
 * which terminals are told what to do as by ESC, nor what breaks lines or turns the order of what
 * is read (U+2028 to U+202E, U+2066 to U+2069).
 */
static bool is_shown(const uint8_t *p, size_t len)
{
    if (len == 2)
        return p[0] != 0xc2 || p[1] >= 0xa0;
    if (len != 3 || p[0] != 0xe2)
        return true;
    return !(p[1] == 0x80 && p[2] >= 0xa8 && p[2] <= 0xae) &&
           !(p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9);
}

/* Printable ASCII that stands for itself. */
static bool is_plain(uint8_t byte)
{
    return byte >= 0x20 && byte < 0x7f && byte != '\\';
}

size_t epw_text_clean(const void *bytes, size_t len, char *out, size_t out_len)
{
    const uint8_t *p = (const uint8_t *)bytes;
    size_t at = 0, from = 0;
    if (out_len == 0)
        return 0;
    while (from < len) {
        /* Most of what comes is ASCII. */
        while (from < len && at + 1 < out_len && is_plain(p[from]))
            out[at++] = (char)p[from++];
        if (from == len)
            break;
        size_t run = utf8_len(p + from, len - from);
        bool plain = run > 1 ? is_shown(p + from, run) : run == 1 && is_plain(p[from]);
        size_t need = plain ? run : 4;
        if (at + need >= out_len)
            break;
        if (plain)
            memcpy(out + at, p + from, run);
        else
            snprintf(out + at, 5, "\\x%02x", p[from]);
        at += need;
        from += plain ? run : 1;
    }
    out[at] = '\0';
    return at;
}
