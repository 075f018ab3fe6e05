/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV files that people write, read line by line: a row is one line (no cell
 * may hold a line break), so an error in one never hides the next. Empty lines
 * and lines that begin with '#' are skipped, the first other line is the
 * header. A last line without a line break is an error: such a file may have
 * been cut. Each row goes to the caller, who tells of what is wrong in it.
 */
#ifndef EPW_BASE_CSVFILE_H
#define EPW_BASE_CSVFILE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Limits. They are far above what people write and keep a file that is not
 * what it should be, or a hostile one, from taking the machine's memory.
 */
#define EPW_CSV_MAX_FILE    (1U << 30) /* bytes of a file: a million rows of 1 KiB */
#define EPW_CSV_MAX_LINE    65536U     /* bytes: the longest cell and plenty beside it */
#define EPW_CSV_MAX_CELL    32768U     /* a thousand host names of usual length */
#define EPW_CSV_MAX_ERRORS  1000U      /* told of one load; nobody reads more */
#define EPW_CSV_MAX_COLUMNS 32U        /* more than any file of epwatch has */

/* A cell as the file has it: NUL-terminated, UTF-8 without control characters. */
struct epw_csv_cell {
    const char *text;
    size_t len;
};

struct epw_csv_form {
    const char *const *column; /* the header's words, in order */
    size_t columns;            /* at most EPW_CSV_MAX_COLUMNS */
    size_t required;           /* those from here on may be left out */
    size_t max_rows;           /* of all files of a load */
};

/* A load under way, of one file or several. */
struct epw_csv {
    const struct epw_csv_form *form;
    /*
     * A good row: always form->columns cells, those left out are empty; valid
     * for the call. Wrong cells are told with epw_csv_tell_cell(). False ends
     * the file.
     */
    bool (*row)(void *ctx, const struct epw_csv_cell *cell);
    void *row_ctx;
    epw_diag_fn on_error; /* may be NULL */
    void *ctx;            /* of on_error */
    const char *file;     /* named in what is told */
    uint32_t line;        /* 0: what is told is of the whole file */
    size_t rows;
    unsigned told;
    enum epw_err err; /* the first error, but EPW_ENOMEM wins; EPW_OK: none so far */
};

/* Tells "FILE:LINE: ..." and keeps the code; with EPW_OK it is only a warning. */
void epw_csv_tell(struct epw_csv *csv, enum epw_err code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* "FILE:LINE: column NAME: got 'TEXT', expected EXPECTED", EPW_EFORMAT. */
void epw_csv_tell_cell(struct epw_csv *csv, unsigned column, const struct epw_csv_cell *got,
                       const char *expected);

/* Reads one open file; csv->file names it. Results are in csv->err. */
void epw_csv_stream(struct epw_csv *csv, FILE *file);
/* Opens, reads and closes a file; path must live as long as csv. */
void epw_csv_path(struct epw_csv *csv, const char *path);

#endif
