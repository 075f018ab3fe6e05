/* SPDX-License-Identifier: Apache-2.0 */
#include "output/layout.h"

#include <string.h>

char *epw_layout_count(uint64_t count, size_t width, char out[EPW_TEXT_LEN])
{
    if (strlen(epw_text_count(count, out)) <= width)
        return out;
    static const char unit[] = "kMGTPE";
    double scaled = (double)count / 1000;
    size_t at = 0;
    /* 999.5 would print as 1000: go up a unit before it does. */
    for (; scaled >= 999.5 && unit[at + 1] != '\0'; at++)
        scaled /= 1000;
    snprintf(out, EPW_TEXT_LEN, scaled < 9.95 ? "%.1f %c" : "%.0f %c", scaled, unit[at]);
    return out;
}

/* Columns that len bytes of UTF-8 take: continuation bytes take none. */
static size_t columns(const char *text, size_t len)
{
    size_t count = 0;
    for (size_t i = 0; i < len; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

void epw_layout_wrap(FILE *stream, size_t at, size_t indent, const char *words)
{
    size_t start = at;
    const char *word = words + strspn(words, " ");
    while (*word != '\0') {
        size_t len = strcspn(word, " "), wide = columns(word, len);
        if (at > start && at + 1 + wide > EPW_LAYOUT_COLUMNS) {
            fprintf(stream, "\n%*s", (int)indent, "");
            at = start = indent;
        } else if (at > start) {
            fputc(' ', stream);
            at++;
        }
        fwrite(word, 1, len, stream);
        at += wide;
        word += len;
        word += strspn(word, " ");
    }
    fputc('\n', stream);
}
