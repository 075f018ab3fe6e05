/* SPDX-License-Identifier: Apache-2.0 */
#include "output/json.h"

#include <stdio.h>
#include <string.h>

/* Longest text that is kept of one that is not UTF-8. */
#define CLEAN_LEN 1280

/* Longest form of a byte: "\u001F". */
#define ESCAPED_LEN 6

/* RFC 8259, 7: these must be escaped; everything else stands for itself. */
static bool must_escape(char c)
{
    return (unsigned char)c < 0x20 || c == '"' || c == '\\';
}

#define EACH_BYTE(c) (0x0101010101010101ULL * (c))

/* Of eight bytes, in their high bits: what must be escaped, and what is not ASCII. */
static uint64_t not_plain(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    uint64_t quote = word ^ EACH_BYTE('"'), escape = word ^ EACH_BYTE('\\');
    uint64_t less = (word - EACH_BYTE(0x20)) | (quote - EACH_BYTE(1)) | (escape - EACH_BYTE(1));
    return (less | word) & EACH_BYTE(0x80);
}

/* Text that stands for itself is most of what there is. */
static bool is_plain(const char *text, size_t len)
{
    uint64_t bad = 0;
    if (len >= 8) {
        for (size_t at = 0; at + 8 <= len; at += 8)
            bad |= not_plain(text + at);
        return (bad | not_plain(text + len - 8)) == 0;
    }
    for (size_t i = 0; i < len; i++)
        bad |= (unsigned char)text[i] >= 0x80 || must_escape(text[i]);
    return bad == 0;
}

/* The key, and room for so many bytes of its value. NULL without memory. */
static char *begin(struct epw_str *line, const char *key, size_t value_len)
{
    char last = line->len == 0 ? '{' : line->text[line->len - 1];
    size_t key_len = key == NULL ? 0 : strlen(key);
    char *at = epw_str_room(line, key_len + 4 + value_len);
    if (at == NULL)
        return NULL;
    if (last != '{' && last != '[')
        *at++ = ',';
    if (key == NULL)
        return at;
    *at++ = '"';
    memcpy(at, key, key_len);
    at += key_len;
    *at++ = '"';
    *at++ = ':';
    return at;
}

static void end(struct epw_str *line, char *at)
{
    if (at != NULL)
        epw_str_end(line, at);
}

static char *put_escaped(char *at, char c)
{
    static const char names[] = "\bb\ff\nn\rr\tt\"\"\\\\";
    for (size_t i = 0; i + 1 < sizeof(names); i += 2)
        if (names[i] == c) {
            *at++ = '\\';
            *at++ = names[i + 1];
            return at;
        }
    return at + snprintf(at, ESCAPED_LEN + 1, "\\u%04X", (unsigned char)c);
}

void epw_json_key(struct epw_str *line, const char *key)
{
    end(line, begin(line, key, 0));
}

void epw_json_open(struct epw_str *line, const char *key, char bracket)
{
    char *at = begin(line, key, 1);
    if (at != NULL)
        *at++ = bracket;
    end(line, at);
}

void epw_json_close(struct epw_str *line, char bracket)
{
    epw_str_addn(line, &bracket, 1);
}

void epw_json_text(struct epw_str *line, const char *key, const char *value)
{
    char clean[CLEAN_LEN];
    size_t len = strlen(value);
    bool plain = is_plain(value, len);
    if (!plain && !epw_text_is_utf8(value)) {
        len = epw_text_clean(value, len, clean, sizeof(clean));
        value = clean;
    }
    char *at = begin(line, key, (plain ? len : ESCAPED_LEN * len) + 2);
    if (at == NULL)
        return;
    *at++ = '"';
    for (size_t i = 0; !plain && i < len; i++)
        if (must_escape(value[i]))
            at = put_escaped(at, value[i]);
        else
            *at++ = value[i];
    if (plain) {
        memcpy(at, value, len);
        at += len;
    }
    *at++ = '"';
    end(line, at);
}

void epw_json_u64(struct epw_str *line, const char *key, uint64_t value)
{
    char *at = begin(line, key, EPW_DIGITS_MAX);
    if (at != NULL)
        end(line, epw_json_put_u64(at, value));
}

/* One more item, which mostly is plain: the shortest way for it. */
static void add_item(struct epw_str *line, const char *text, bool first)
{
    size_t len = strlen(text);
    char *at = is_plain(text, len) ? epw_str_room(line, len + 3) : NULL;
    if (at == NULL) {
        epw_json_text(line, NULL, text);
        return;
    }
    if (!first)
        *at++ = ',';
    *at++ = '"';
    at = epw_json_put(at, text, len);
    *at++ = '"';
    end(line, at);
}

void epw_json_list(struct epw_str *line, const char *key, const char *const *texts, size_t count)
{
    epw_json_open(line, key, '[');
    for (size_t i = 0; i < count; i++)
        add_item(line, texts[i], i == 0);
    epw_json_close(line, ']');
}
