/* SPDX-License-Identifier: Apache-2.0 */
#include "output/json.h"

#include <stdio.h>
#include <string.h>

/* Longest text that is kept of one that is not UTF-8. */
#define CLEAN_LEN 1280

static void put(struct epw_str *line, const char *text, size_t len)
{
    epw_str_addn(line, text, len);
}

/* RFC 8259, 7: these must be escaped; everything else stands for itself. */
static bool must_escape(char c)
{
    return (unsigned char)c < 0x20 || c == '"' || c == '\\';
}

static void put_escaped(struct epw_str *line, char c)
{
    static const char names[] = "\bb\ff\nn\rr\tt\"\"\\\\";
    char text[8] = { '\\' };
    for (size_t i = 0; i + 1 < sizeof(names); i += 2)
        if (names[i] == c) {
            text[1] = names[i + 1];
            put(line, text, 2);
            return;
        }
    snprintf(text, sizeof(text), "\\u%04X", (unsigned char)c);
    put(line, text, 6);
}

static void put_quoted(struct epw_str *line, const char *value)
{
    put(line, "\"", 1);
    for (const char *at = value; *at != '\0';) {
        size_t plain = 0;
        while (at[plain] != '\0' && !must_escape(at[plain]))
            plain++;
        put(line, at, plain);
        at += plain;
        if (*at != '\0')
            put_escaped(line, *at++);
    }
    put(line, "\"", 1);
}

static void begin(struct epw_str *line, const char *key)
{
    char last = line->len == 0 ? '{' : line->text[line->len - 1];
    if (last != '{' && last != '[')
        put(line, ",", 1);
    if (key == NULL)
        return;
    put(line, "\"", 1);
    put(line, key, strlen(key));
    put(line, "\":", 2);
}

void epw_json_open(struct epw_str *line, const char *key, char bracket)
{
    begin(line, key);
    put(line, &bracket, 1);
}

void epw_json_close(struct epw_str *line, char bracket)
{
    put(line, &bracket, 1);
}

void epw_json_text(struct epw_str *line, const char *key, const char *value)
{
    begin(line, key);
    if (epw_text_is_utf8(value)) {
        put_quoted(line, value);
        return;
    }
    char clean[CLEAN_LEN];
    epw_text_clean(value, strlen(value), clean, sizeof(clean));
    put_quoted(line, clean);
}

void epw_json_u64(struct epw_str *line, const char *key, uint64_t value)
{
    char digits[20];
    size_t at = sizeof(digits);
    if (value > INT64_MAX)
        value = INT64_MAX;
    do
        digits[--at] = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    begin(line, key);
    put(line, digits + at, sizeof(digits) - at);
}

void epw_json_list(struct epw_str *line, const char *key, const char *const *texts, size_t count)
{
    epw_json_open(line, key, '[');
    for (size_t i = 0; i < count; i++)
        epw_json_text(line, NULL, texts[i]);
    epw_json_close(line, ']');
}
