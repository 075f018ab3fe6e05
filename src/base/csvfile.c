/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* getc_unlocked */

#include "base/csvfile.h"
#include "base/text.h"

#include <csv.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define QUOTE_LEN 72 /* of the cell that is wrong; longer ones are cut */

/* Columns named of a header that is missing; the rest is "...". */
#define NAMED 3

static void tell(struct epw_csv *csv, enum epw_err code, const char *text)
{
    if (code != EPW_OK && (csv->err == EPW_OK || code == EPW_ENOMEM))
        csv->err = code;
    if (csv->told++ >= EPW_CSV_MAX_ERRORS || csv->on_error == NULL)
        return;
    struct epw_diag diag;
    if (csv->told == EPW_CSV_MAX_ERRORS)
        epw_diag_set(&diag, code, "%s: too many errors, the rest is not told", csv->file);
    else if (csv->line == 0)
        epw_diag_set(&diag, code, "%s: %s", csv->file, text);
    else
        epw_diag_set(&diag, code, "%s:%u: %s", csv->file, (unsigned)csv->line, text);
    csv->on_error(csv->ctx, &diag);
}

void epw_csv_tell(struct epw_csv *csv, enum epw_err code, const char *fmt, ...)
{
    char text[EPW_DIAG_LEN];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    tell(csv, code, text);
}

void epw_csv_tell_cell(struct epw_csv *csv, unsigned column, const struct epw_csv_cell *got,
                       const char *expected)
{
    char clean[QUOTE_LEN];
    epw_text_clean(got->text, got->len, clean, sizeof(clean));
    epw_csv_tell(csv, EPW_EFORMAT, "column %s: got '%s', expected %s", csv->form->column[column],
                 clean, expected);
}

/* A line taken apart. Texts are copied: libcsv reuses its buffer for the next cell. */
struct line {
    struct epw_csv_cell cell[EPW_CSV_MAX_COLUMNS];
    size_t count; /* of cells, also of those beyond the last column */
    size_t used;
    char text[EPW_CSV_MAX_LINE + EPW_CSV_MAX_COLUMNS];
};

static void on_cell(void *text, size_t len, void *ctx)
{
    struct line *line = ctx;
    if (line->count++ >= EPW_CSV_MAX_COLUMNS || len >= sizeof(line->text) - line->used)
        return;
    char *here = line->text + line->used;
    if (len != 0)
        memcpy(here, text, len);
    here[len] = '\0';
    line->cell[line->count - 1] = (struct epw_csv_cell){ .text = here, .len = len };
    line->used += len + 1;
}

static enum epw_err new_parser(struct csv_parser *parser)
{
    return csv_init(parser, CSV_STRICT | CSV_STRICT_FINI) == 0 ? EPW_OK : EPW_ENOMEM;
}

static enum epw_err split(struct csv_parser *parser, struct line *line, const char *bytes,
                          size_t len)
{
    line->count = line->used = 0;
    if (csv_parse(parser, bytes, len, on_cell, NULL, line) == len &&
        csv_fini(parser, on_cell, NULL, line) == 0)
        return EPW_OK;
    bool no_memory = csv_error(parser) == CSV_ENOMEM;
    /* After an error libcsv stays in the middle of the cell: the next line needs a fresh one. */
    csv_free(parser);
    enum epw_err err = new_parser(parser);
    return err != EPW_OK || no_memory ? EPW_ENOMEM : EPW_EFORMAT;
}

/* Whether the line has an allowed number of cells; tells when not. */
static bool count_ok(struct epw_csv *csv, const struct line *line, const char *what,
                     const char *unit)
{
    size_t most = csv->form->columns, least = csv->form->required;
    if (line->count >= least && line->count <= most)
        return true;
    if (least == most)
        epw_csv_tell(csv, EPW_EFORMAT, "%s: got %zu %s, expected %zu", what, line->count, unit,
                     most);
    else
        epw_csv_tell(csv, EPW_EFORMAT, "%s: got %zu %s, expected %zu to %zu", what, line->count,
                     unit, least, most);
    return false;
}

static bool header_ok(struct epw_csv *csv, const struct line *line)
{
    for (size_t i = 0; i < csv->form->columns; i++) {
        const char *got = i < line->count ? line->cell[i].text : "";
        if (i >= line->count && i >= csv->form->required)
            break;
        if (strcmp(got, csv->form->column[i]) != 0) {
            char clean[QUOTE_LEN];
            epw_text_clean(got, strlen(got), clean, sizeof(clean));
            epw_csv_tell(csv, EPW_EFORMAT, "header: got '%s' as column %zu, expected %s", clean,
                         i + 1, csv->form->column[i]);
            return false;
        }
    }
    return count_ok(csv, line, "header", "columns");
}

static bool cell_readable(const struct epw_csv_cell *cell)
{
    char clean[EPW_CSV_MAX_CELL * 4 + 1]; /* every byte may become \xNN */
    size_t backslashes = 0;
    for (size_t i = 0; i < cell->len; i++)
        backslashes += cell->text[i] == '\\';
    /* The cleaner writes a backslash as four characters too; any more growth is a bad byte. */
    return epw_text_clean(cell->text, cell->len, clean, sizeof(clean)) ==
           cell->len + 3 * backslashes;
}

/* The cells' bytes, before anything reads them as NUL-terminated texts. */
static bool cells_ok(struct epw_csv *csv, const struct line *line)
{
    bool good = true;
    for (unsigned column = 0; column < csv->form->columns; column++) {
        const struct epw_csv_cell *cell = &line->cell[column];
        if (cell->len > EPW_CSV_MAX_CELL) {
            epw_csv_tell(csv, EPW_EFORMAT, "column %s: got %zu characters, expected at most %u",
                         csv->form->column[column], cell->len, EPW_CSV_MAX_CELL);
            good = false;
        } else if (!cell_readable(cell)) {
            epw_csv_tell_cell(csv, column, cell, "UTF-8 without control characters");
            good = false;
        }
    }
    return good;
}

/* What is kept while a file is read; too large for a stack. */
struct reader {
    struct csv_parser parser;
    struct line line;
    size_t len;                   /* of bytes */
    uint64_t total;               /* bytes read of the file */
    char bytes[EPW_CSV_MAX_LINE]; /* the line as it is */
    bool header_seen;
};

/* What the end of a line was. */
enum line_end {
    LINE_WHOLE,
    LINE_LONG, /* too long: cut */
    LINE_OPEN, /* the file ends in it */
    LINE_NONE, /* there is none any more */
};

/* One line without its end. */
static enum line_end next_line(struct reader *reader, FILE *file)
{
    int c = EOF;
    bool cut = false;
    reader->len = 0;
    while (reader->total < EPW_CSV_MAX_FILE && (c = getc_unlocked(file)) != EOF) {
        reader->total++;
        if (c == '\n')
            break;
        if (reader->len < sizeof(reader->bytes))
            reader->bytes[reader->len++] = (char)c;
        else
            cut = true;
    }
    if (c == EOF && (reader->len == 0 || ferror(file)))
        return LINE_NONE;
    if (reader->len > 0 && reader->bytes[reader->len - 1] == '\r')
        reader->len--;
    return cut ? LINE_LONG : c == EOF ? LINE_OPEN : LINE_WHOLE;
}

/* Half a file must not pass for a whole one: its last value may be cut and still be one. */
static bool tell_end(struct epw_csv *csv, enum line_end end)
{
    if (end == LINE_LONG)
        epw_csv_tell(csv, EPW_EFORMAT, "line: got more than %u bytes, expected no more",
                     EPW_CSV_MAX_LINE);
    else
        epw_csv_tell(csv, EPW_EFORMAT,
                     "line: got the end of the file, expected a line break before it, as a file "
                     "that was cut has none");
    return end == LINE_LONG;
}

/* False when the rest of the file is not worth reading. */
static bool take_line(struct epw_csv *csv, struct reader *reader)
{
    struct line *line = &reader->line;
    if (reader->len == 0 || reader->bytes[0] == '#')
        return true;
    enum epw_err err = split(&reader->parser, line, reader->bytes, reader->len);
    if (err != EPW_OK) {
        epw_csv_tell(csv, err, "%s",
                     err == EPW_ENOMEM ? epw_strerror(err)
                                       : "quotes: got one that is open or alone, expected RFC 4180 "
                                         "on a single line");
        return err != EPW_ENOMEM && reader->header_seen;
    }
    if (!reader->header_seen)
        return reader->header_seen = header_ok(csv, line);
    if (!count_ok(csv, line, "row", "cells"))
        return true;
    if (csv->rows++ == csv->form->max_rows) {
        epw_csv_tell(csv, EPW_ELIMIT, "row: got more than %zu, expected no more",
                     csv->form->max_rows);
        return false;
    }
    for (size_t i = line->count; i < csv->form->columns; i++)
        line->cell[i] = (struct epw_csv_cell){ .text = "", .len = 0 };
    if (!cells_ok(csv, line))
        return true;
    return csv->row(csv->row_ctx, line->cell);
}

static void skip_bom(struct reader *reader)
{
    static const char bom[] = { '\xef', '\xbb', '\xbf' };
    if (reader->len < sizeof(bom) || memcmp(reader->bytes, bom, sizeof(bom)) != 0)
        return;
    reader->len -= sizeof(bom);
    memmove(reader->bytes, reader->bytes + sizeof(bom), reader->len);
}

static void tell_no_header(struct epw_csv *csv)
{
    struct epw_str words = { 0 };
    for (size_t i = 0; i < NAMED && i < csv->form->columns; i++)
        epw_str_addf(&words, "%s,", csv->form->column[i]);
    epw_csv_tell(csv, EPW_EFORMAT, "got no line, expected the header %s...", epw_str_text(&words));
    epw_str_free(&words);
}

void epw_csv_stream(struct epw_csv *csv, FILE *file)
{
    struct reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL || new_parser(&reader->parser) != EPW_OK) {
        epw_csv_tell(csv, EPW_ENOMEM, "%s", epw_strerror(EPW_ENOMEM));
        free(reader);
        return;
    }
    bool more = true;
    enum line_end end;
    for (csv->line = 1; more && (end = next_line(reader, file)) != LINE_NONE; csv->line++) {
        if (csv->line == 1)
            skip_bom(reader);
        more = end == LINE_WHOLE ? take_line(csv, reader) : tell_end(csv, end);
    }
    csv->line = 0;
    if (ferror(file))
        epw_csv_tell(csv, EPW_EIO, "%s", epw_strerror(EPW_EIO));
    else if (reader->total >= EPW_CSV_MAX_FILE)
        epw_csv_tell(csv, EPW_ELIMIT, "got more than %u bytes, expected no more", EPW_CSV_MAX_FILE);
    else if (more && !reader->header_seen)
        tell_no_header(csv);
    csv_free(&reader->parser);
    free(reader);
}

void epw_csv_path(struct epw_csv *csv, const char *path)
{
    csv->file = path;
    csv->line = 0;
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        int errnum = errno;
        epw_csv_tell(csv, epw_err_from_errno(errnum), "%s", strerror(errnum));
        return;
    }
    struct stat status;
    if (fstat(fileno(file), &status) == 0 && S_ISDIR(status.st_mode))
        epw_csv_tell(csv, EPW_EISDIR, "is a folder");
    else
        epw_csv_stream(csv, file);
    fclose(file);
}
