/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void buf_room(struct buf *b, size_t len)
{
    if (b->cap - b->len >= len)
        return;
    size_t cap = (b->len + len) * 2;
    b->at = realloc(b->at, cap);
    if (b->at == NULL) {
        fputs("epw-scenario: out of memory\n", stderr);
        exit(2);
    }
    b->cap = cap;
}

void buf_add(struct buf *b, const void *bytes, size_t len)
{
    if (len == 0)
        return;
    buf_room(b, len);
    memcpy(b->at + b->len, bytes, len);
    b->len += len;
}

void buf_text(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text));
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
    char text[MAX_LINE * 2];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    buf_text(b, text);
}

void buf_hex(struct buf *b, const char *hex)
{
    for (; *hex != '\0'; hex++) {
        unsigned byte;
        if (*hex == ' ')
            continue;
        if (sscanf(hex, "%2x", &byte) != 1)
            abort(); /* a constant of this program is wrong */
        buf_u8(b, byte);
        hex++;
    }
}

void buf_fill(struct buf *b, uint8_t byte, size_t count)
{
    buf_room(b, count + 1);
    memset(b->at + b->len, byte, count);
    b->len += count;
}

void buf_u8(struct buf *b, unsigned value)
{
    uint8_t byte = (uint8_t)value;
    buf_add(b, &byte, 1);
}

void buf_be16(struct buf *b, unsigned value)
{
    buf_u8(b, value >> 8);
    buf_u8(b, value);
}

void buf_be24(struct buf *b, unsigned value)
{
    buf_u8(b, value >> 16);
    buf_be16(b, value);
}

void buf_be32(struct buf *b, uint32_t value)
{
    buf_be16(b, value >> 16);
    buf_be16(b, value);
}

void buf_be64(struct buf *b, uint64_t value)
{
    buf_be32(b, (uint32_t)(value >> 32));
    buf_be32(b, (uint32_t)value);
}

void buf_le16(struct buf *b, unsigned value)
{
    buf_u8(b, value);
    buf_u8(b, value >> 8);
}

void buf_le32(struct buf *b, uint32_t value)
{
    buf_le16(b, value);
    buf_le16(b, value >> 16);
}

void buf_utf16(struct buf *b, const char *ascii)
{
    for (; *ascii != '\0'; ascii++)
        buf_le16(b, (uint8_t)*ascii);
}

void buf_put16(struct buf *b, size_t where, unsigned value)
{
    b->at[where] = (uint8_t)(value >> 8);
    b->at[where + 1] = (uint8_t)value;
}

void buf_length16(struct buf *b, size_t from)
{
    buf_put16(b, from, (unsigned)(b->len - from - 2));
}

void buf_length24(struct buf *b, size_t from)
{
    size_t len = b->len - from - 3;
    b->at[from] = (uint8_t)(len >> 16);
    buf_put16(b, from + 1, (unsigned)len);
}

void buf_prepend(struct buf *b, const void *bytes, size_t len)
{
    buf_room(b, len);
    if (b->len != 0)
        memmove(b->at + len, b->at, b->len);
    memcpy(b->at, bytes, len);
    b->len += len;
}

void buf_join(struct buf *b, const struct buf *other)
{
    buf_add(b, other->at, other->len);
}

void buf_free(struct buf *b)
{
    free(b->at);
    *b = (struct buf){ 0 };
}
