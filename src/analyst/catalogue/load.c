/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files to rows. A row is one line (no column may hold a line break), so an
 * error in one never hides the next. A line is handed to libcsv by itself.
 */
#include "config.h"

#include "analyst/catalogue/internal.h"
#include "base/text.h"

#include <csv.h>
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>

#define QUOTE_LEN 72 /* of the cell that is wrong; longer ones are cut */
#define SUFFIX    ".csv"

static void tell(struct epw_cat_loader *load, enum epw_err code, const char *text)
{
    if (load->err == EPW_OK || code == EPW_ENOMEM)
        load->err = code;
    if (load->errors++ >= EPW_CAT_MAX_ERRORS || load->on_error == NULL)
        return;
    struct epw_diag diag;
    if (load->errors == EPW_CAT_MAX_ERRORS)
        epw_diag_set(&diag, code, "%s: too many errors, the rest is not told", load->file);
    else if (load->line == 0)
        epw_diag_set(&diag, code, "%s: %s", load->file, text);
    else
        epw_diag_set(&diag, code, "%s:%u: %s", load->file, (unsigned)load->line, text);
    load->on_error(load->ctx, &diag);
}

void epw_cat_tell(struct epw_cat_loader *load, enum epw_err code, const char *fmt, ...)
{
    char text[EPW_DIAG_LEN];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    tell(load, code, text);
}

void epw_cat_tell_cell(struct epw_cat_loader *load, unsigned column, const struct epw_cat_cell *got,
                       const char *expected)
{
    char clean[QUOTE_LEN];
    epw_text_clean(got->text, got->len, clean, sizeof(clean));
    epw_cat_tell(load, EPW_EFORMAT, "column %s: got '%s', expected %s", epw_cat_column[column],
                 clean, expected);
}

/* A line taken apart. Texts are copied: libcsv reuses its buffer for the next cell. */
struct line {
    struct epw_cat_cell cell[EPW_CAT_COLUMNS];
    size_t count; /* of cells, also of those beyond the last column */
    size_t used;
    char text[EPW_CAT_MAX_LINE + EPW_CAT_COLUMNS];
};

static void on_cell(void *text, size_t len, void *ctx)
{
    struct line *line = ctx;
    if (line->count++ >= EPW_CAT_COLUMNS || len >= sizeof(line->text) - line->used)
        return;
    char *here = line->text + line->used;
    if (len != 0)
        memcpy(here, text, len);
    here[len] = '\0';
    line->cell[line->count - 1] = (struct epw_cat_cell){ .text = here, .len = len };
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

static bool header_ok(struct epw_cat_loader *load, const struct line *line)
{
    for (size_t i = 0; i < EPW_CAT_COLUMNS; i++) {
        const char *got = i < line->count ? line->cell[i].text : "";
        if (strcmp(got, epw_cat_column[i]) != 0) {
            char clean[QUOTE_LEN];
            epw_text_clean(got, strlen(got), clean, sizeof(clean));
            epw_cat_tell(load, EPW_EFORMAT, "header: got '%s' as column %zu, expected %s", clean,
                         i + 1, epw_cat_column[i]);
            return false;
        }
    }
    if (line->count != EPW_CAT_COLUMNS)
        epw_cat_tell(load, EPW_EFORMAT, "header: got %zu columns, expected %d", line->count,
                     EPW_CAT_COLUMNS);
    return line->count == EPW_CAT_COLUMNS;
}

/* What is kept while a file is read; too large for a stack. */
struct reader {
    struct csv_parser parser;
    struct line line;
    size_t len;                   /* of bytes */
    uint64_t total;               /* bytes read of the file */
    char bytes[EPW_CAT_MAX_LINE]; /* the line as it is */
    bool header_seen;
};

/* One line without its end; false at the end of the file. Too long ones are cut and marked. */
static bool next_line(struct reader *reader, FILE *file, bool *cut)
{
    int c = EOF;
    reader->len = 0;
    *cut = false;
    while (reader->total < EPW_CAT_MAX_FILE && (c = getc_unlocked(file)) != EOF) {
        reader->total++;
        if (c == '\n')
            break;
        if (reader->len < sizeof(reader->bytes))
            reader->bytes[reader->len++] = (char)c;
        else
            *cut = true;
    }
    if (c == EOF && reader->len == 0)
        return false;
    if (reader->len > 0 && reader->bytes[reader->len - 1] == '\r')
        reader->len--;
    return true;
}

/* False when the rest of the file is not worth reading. */
static bool take_line(struct epw_cat_loader *load, struct reader *reader)
{
    struct line *line = &reader->line;
    if (reader->len == 0 || reader->bytes[0] == '#')
        return true;
    enum epw_err err = split(&reader->parser, line, reader->bytes, reader->len);
    if (err != EPW_OK) {
        epw_cat_tell(load, err, "%s",
                     err == EPW_ENOMEM ? epw_strerror(err)
                                       : "quotes: got one that is open or alone, expected RFC 4180 "
                                         "on a single line");
        return err != EPW_ENOMEM && reader->header_seen;
    }
    if (!reader->header_seen)
        return reader->header_seen = header_ok(load, line);
    if (line->count != EPW_CAT_COLUMNS) {
        epw_cat_tell(load, EPW_EFORMAT, "row: got %zu cells, expected %d", line->count,
                     EPW_CAT_COLUMNS);
        return true;
    }
    if (load->cat->count == EPW_CAT_MAX_ROWS) {
        epw_cat_tell(load, EPW_ELIMIT, "row: got more than %u, expected no more", EPW_CAT_MAX_ROWS);
        return false;
    }
    epw_cat_row(load, line->cell);
    return load->err != EPW_ENOMEM;
}

static void skip_bom(struct reader *reader)
{
    static const char bom[] = { '\xef', '\xbb', '\xbf' };
    if (reader->len < sizeof(bom) || memcmp(reader->bytes, bom, sizeof(bom)) != 0)
        return;
    reader->len -= sizeof(bom);
    memmove(reader->bytes, reader->bytes + sizeof(bom), reader->len);
}

void epw_cat_stream(struct epw_cat_loader *load, FILE *file)
{
    struct reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL || new_parser(&reader->parser) != EPW_OK) {
        epw_cat_tell(load, EPW_ENOMEM, "%s", epw_strerror(EPW_ENOMEM));
        free(reader);
        return;
    }
    bool more = true, cut;
    for (load->line = 1; more && next_line(reader, file, &cut); load->line++) {
        if (load->line == 1)
            skip_bom(reader);
        if (cut)
            epw_cat_tell(load, EPW_EFORMAT, "line: got more than %u bytes, expected no more",
                         EPW_CAT_MAX_LINE);
        else
            more = take_line(load, reader);
    }
    load->line = 0;
    if (ferror(file))
        epw_cat_tell(load, EPW_EIO, "%s", epw_strerror(EPW_EIO));
    else if (reader->total >= EPW_CAT_MAX_FILE)
        epw_cat_tell(load, EPW_ELIMIT, "got more than %u bytes, expected no more",
                     EPW_CAT_MAX_FILE);
    else if (more && !reader->header_seen)
        epw_cat_tell(load, EPW_EFORMAT, "got no line, expected the header id,vendor,product,...");
    csv_free(&reader->parser);
    free(reader);
}

static void tell_errno(struct epw_cat_loader *load, int errnum)
{
    epw_cat_tell(load, epw_err_from_errno(errnum), "%s", strerror(errnum));
}

static void load_file(struct epw_cat_loader *load, const char *path)
{
    load->file = epw_arena_text(&load->cat->arena, path, strlen(path));
    if (load->file == NULL) {
        load->file = path;
        epw_cat_tell(load, EPW_ENOMEM, "%s", epw_strerror(EPW_ENOMEM));
        return;
    }
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        tell_errno(load, errno);
        return;
    }
    epw_cat_stream(load, file);
    fclose(file);
}

static int is_csv(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name), suffix = strlen(SUFFIX);
    return entry->d_name[0] != '.' && len > suffix &&
           strcmp(entry->d_name + len - suffix, SUFFIX) == 0;
}

/* Not alphasort: the order must not depend on the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void load_folder(struct epw_cat_loader *load, const char *path)
{
    struct dirent **entry = NULL;
    int count = scandir(path, &entry, is_csv, by_name);
    if (count < 0)
        tell_errno(load, errno);
    else if (count == 0)
        epw_cat_tell(load, EPW_ENOENT, "got a folder without *%s, expected signature files",
                     SUFFIX);
    for (int i = 0; i < count; i++) {
        struct epw_str file = { 0 };
        epw_str_addf(&file, "%s/%s", path, entry[i]->d_name);
        if (file.failed)
            epw_cat_tell(load, EPW_ENOMEM, "%s", epw_strerror(EPW_ENOMEM));
        else
            load_file(load, epw_str_text(&file));
        epw_str_free(&file);
        free(entry[i]);
    }
    free(entry);
}

static void load_path(struct epw_cat_loader *load, const char *path)
{
    struct stat st;
    load->file = path;
    load->line = 0;
    if (stat(path, &st) != 0)
        tell_errno(load, errno);
    else if (S_ISDIR(st.st_mode))
        load_folder(load, path);
    else
        load_file(load, path);
}

static void build_indexes(struct epw_cat_loader *load)
{
    enum epw_err err = epw_cat_index_ports(load->cat);
    if (err == EPW_OK)
        err = epw_cat_index_names(load->cat);
    if (err == EPW_ELIMIT)
        epw_cat_tell(load, err, "got more than %u ports of all signatures, expected fewer",
                     EPW_CAT_MAX_ENTRIES);
    else if (err != EPW_OK)
        epw_cat_tell(load, err, "%s", epw_strerror(err));
}

enum epw_err epw_catalogue_load(struct epw_catalogue **catalogue, const char *const *paths,
                                size_t path_count, epw_diag_fn on_error, void *ctx)
{
    *catalogue = NULL;
    struct epw_cat_loader load = { .on_error = on_error, .ctx = ctx, .file = "signatures" };
    load.cat = calloc(1, sizeof(*load.cat));
    if (load.cat == NULL)
        return EPW_ENOMEM;
    for (size_t i = 0; i < path_count && load.err != EPW_ENOMEM; i++)
        load_path(&load, paths[i]);
    if (load.err == EPW_OK)
        build_indexes(&load);
    if (load.err != EPW_OK) {
        epw_catalogue_free(load.cat);
        return load.err;
    }
    *catalogue = load.cat;
    return EPW_OK;
}
