/* SPDX-License-Identifier: Apache-2.0 */
/* One row of a CSV output: RFC 4180, every cell quoted. Quoting is libcsv's. */
#ifndef EPW_OUTPUT_ROW_H
#define EPW_OUTPUT_ROW_H

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A row being written. Start with { .stream = ... }; failed is looked at once, by the end. */
struct epw_row {
    FILE *stream;
    size_t cells;
    bool failed;
};

/* A text that a spreadsheet would take for a formula begins with \xNN instead of that character. */
void epw_row_put(struct epw_row *row, const char *text);
void epw_row_u64(struct epw_row *row, uint64_t value);
/* ISO 8601, UTC. */
void epw_row_time(struct epw_row *row, int64_t ts_ns);
/* A cell of several values; cell is room that the caller keeps, failed when memory ran out. */
void epw_row_list(struct epw_row *row, struct epw_str *cell, const char *const *list, size_t count,
                  const char *between);
/* Ends the line. EPW_EIO. */
enum epw_err epw_row_end(struct epw_row *row);

/* A whole row of texts: the header. EPW_EIO. */
enum epw_err epw_row_header(FILE *stream, const char *const *columns, size_t count);

#endif
