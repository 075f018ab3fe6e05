/* SPDX-License-Identifier: Apache-2.0 */
#include "output/row.h"

#include <csv.h>
#include <inttypes.h>
#include <string.h>

/* What spreadsheets take for a formula, which a host may call itself, so that its name acts where
 * somebody reads it. The first character is written as other bytes are that may not stand as such.
 */
static bool put_formula(FILE *stream, const char *text)
{
    bool put = fprintf(stream, "\"\\x%02x", (unsigned)(unsigned char)*text) > 0;
    for (text++; *text != '\0'; text++)
        put = (*text != '"' || fputc('"', stream) != EOF) && fputc(*text, stream) != EOF && put;
    return fputc('"', stream) != EOF && put;
}

void epw_row_put(struct epw_row *row, const char *text)
{
    bool formula = text[0] != '\0' && strchr("=+-@", text[0]) != NULL;
    if (row->cells++ != 0 && fputc(',', row->stream) == EOF)
        row->failed = true;
    if (formula ? !put_formula(row->stream, text)
                : csv_fwrite(row->stream, text, strlen(text)) != 0)
        row->failed = true;
}

void epw_row_u64(struct epw_row *row, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof(text), "%" PRIu64, value);
    epw_row_put(row, text);
}

void epw_row_time(struct epw_row *row, int64_t ts_ns)
{
    char text[EPW_TEXT_LEN];
    epw_row_put(row, epw_text_time(ts_ns, text));
}

void epw_row_list(struct epw_row *row, struct epw_str *cell, const char *const *list, size_t count,
                  const char *between)
{
    epw_str_clear(cell);
    for (size_t i = 0; i < count; i++) {
        epw_str_add(cell, i == 0 ? "" : between);
        epw_str_add(cell, list[i]);
    }
    epw_row_put(row, epw_str_text(cell));
}

enum epw_err epw_row_end(struct epw_row *row)
{
    if (fputs("\r\n", row->stream) == EOF)
        row->failed = true;
    return row->failed ? EPW_EIO : EPW_OK;
}

enum epw_err epw_row_header(FILE *stream, const char *const *columns, size_t count)
{
    struct epw_row row = { .stream = stream };
    for (size_t i = 0; i < count; i++)
        epw_row_put(&row, columns[i]);
    return epw_row_end(&row);
}
