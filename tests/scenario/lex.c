/* SPDX-License-Identifier: Apache-2.0 */
/* A line into words: blanks part them, "..." holds blanks and escapes, # starts a comment. */
#include "scenario.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static unsigned hex_digit(const struct scene *s, char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F')
        return (unsigned)(c - 'A') + 10;
    die_at(s, "a hexadecimal digit expected, not '%c'", isprint((unsigned char)c) ? c : '?');
}

/* One escape after the backslash; moves *text to its last character. */
static char escape(const struct scene *s, const char **text)
{
    switch (**text) {
    case 'r':
        return '\r';
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case '\\':
        return '\\';
    case '"':
        return '"';
    case 'x': {
        unsigned high = hex_digit(s, (*text)[1]);
        unsigned low = hex_digit(s, (*text)[2]);
        *text += 2;
        return (char)(high << 4 | low);
    }
    default:
        die_at(s, "unknown escape; \\r \\n \\t \\\\ \\\" and \\xNN are known");
    }
}

void lex_line(struct scene *s, struct line *line, const char *text)
{
    char *out = line->room;
    line->count = 0;
    if (strlen(text) > MAX_LINE)
        die_at(s, "the line is longer than %d bytes", MAX_LINE);
    for (;;) {
        while (*text == ' ' || *text == '\t')
            text++;
        if (*text == '\0' || *text == '#')
            return;
        if (line->count == MAX_WORDS)
            die_at(s, "more than %d words", MAX_WORDS);
        struct word *w = &line->word[line->count++];
        *w = (struct word){ .text = out, .quoted = *text == '"' };
        if (w->quoted) {
            for (text++; *text != '"'; text++) {
                if (*text == '\0')
                    die_at(s, "the quoted text has no end");
                if (*text == '\\') {
                    text++;
                    *out++ = escape(s, &text);
                } else {
                    *out++ = *text;
                }
            }
            text++;
        } else {
            while (*text != '\0' && *text != ' ' && *text != '\t')
                *out++ = *text++;
        }
        w->len = (size_t)(out - w->text);
        *out++ = '\0';
    }
}

bool word_is(const struct word *w, const char *text)
{
    return !w->quoted && strcmp(w->text, text) == 0;
}

uint64_t word_number(const struct scene *s, const struct word *w, uint64_t min, uint64_t max)
{
    char *end;
    uint64_t value = strtoull(w->text, &end, 0);
    if (w->len == 0 || !isdigit((unsigned char)w->text[0]) || *end != '\0' || value < min ||
        value > max)
        die_at(s, "a number from %llu to %llu expected, not '%s'", (unsigned long long)min,
               (unsigned long long)max, w->text);
    return value;
}

int64_t word_span(const struct scene *s, const struct word *w)
{
    static const struct {
        const char *name;
        int64_t ns;
    } unit[] = { { "ns", 1 },       { "us", 1000 },         { "ms", 1000000 },
                 { "s", NS_PER_S }, { "m", 60 * NS_PER_S }, { "h", 3600 * NS_PER_S } };
    const char *at = w->text;
    int64_t whole = 0, part = 0, scale = 1;
    bool digits = false;
    for (; isdigit((unsigned char)*at) && whole < 100000; at++, digits = true)
        whole = whole * 10 + (*at - '0');
    if (*at == '.')
        for (at++; isdigit((unsigned char)*at) && scale < 1000000; at++, scale *= 10)
            part = part * 10 + (*at - '0');
    for (size_t i = 0; digits && i < sizeof(unit) / sizeof(unit[0]); i++)
        if (strcmp(at, unit[i].name) == 0)
            return whole * unit[i].ns + part * unit[i].ns / scale;
    die_at(s, "a span such as 1.5s, 20ms or 10m expected, not '%s'", w->text);
}

void word_payload(struct scene *s, const struct word *w, struct buf *out)
{
    struct word rest = { .text = w->text + 7, .len = w->len - 7 };
    if (w->quoted) {
        buf_add(out, w->text, w->len);
    } else if (strncmp(w->text, "hex:", 4) == 0) {
        if (w->len % 2 != 0)
            die_at(s, "hex: needs an even number of digits");
        for (const char *at = w->text + 4; *at != '\0'; at += 2)
            buf_u8(out, hex_digit(s, at[0]) << 4 | hex_digit(s, at[1]));
    } else if (strncmp(w->text, "random:", 7) == 0) {
        scene_random_bytes(s, out, (size_t)word_number(s, &rest, 1, MAX_MESSAGE));
    } else {
        die_at(s, "\"text\", hex:DIGITS or random:LENGTH expected, not '%s'", w->text);
    }
    if (out->len > MAX_MESSAGE)
        die_at(s, "more than %d bytes said at once", MAX_MESSAGE);
}
