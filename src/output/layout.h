/* SPDX-License-Identifier: Apache-2.0 */
/* Text that fits a terminal: numbers in a fixed width, paragraphs of 80 columns, moments. */
#ifndef EPW_OUTPUT_LAYOUT_H
#define EPW_OUTPUT_LAYOUT_H

#include "base/text.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define EPW_LAYOUT_COLUMNS 80

/* "1,234,567", or "1.2 M" where that is wider than width (at least 5); returns out. */
char *epw_layout_count(uint64_t count, size_t width, char out[EPW_TEXT_LEN]);

/*
 * Writes words with line breaks between them, so that no line is wider than
 * 80 columns where a single word is not. The first line begins at column at
 * (already written), the others with indent blanks. Ends the last line.
 */
void epw_layout_wrap(FILE *stream, size_t at, size_t indent, const char *words);

#endif
