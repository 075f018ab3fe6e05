/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

#include <string.h>

void der_bytes(struct buf *out, unsigned tag, const void *bytes, size_t len)
{
    buf_u8(out, tag);
    if (len < 128) {
        buf_u8(out, (unsigned)len);
    } else if (len < 256) {
        buf_u8(out, 0x81);
        buf_u8(out, (unsigned)len);
    } else {
        buf_u8(out, 0x82);
        buf_be16(out, (unsigned)len);
    }
    buf_add(out, bytes, len);
}

void der_wrap(struct buf *out, unsigned tag, struct buf *content)
{
    der_bytes(out, tag, content->at, content->len);
    buf_free(content);
}

void der_text(struct buf *out, unsigned tag, const char *text)
{
    der_bytes(out, tag, text, strlen(text));
}

void der_int(struct buf *out, unsigned tag, uint32_t value)
{
    uint8_t bytes[5] = { 0, (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                         (uint8_t)value };
    size_t from = 0;
    while (from < 4 && bytes[from] == 0 && bytes[from + 1] < 0x80)
        from++;
    der_bytes(out, tag, bytes + from, 5 - from);
}
