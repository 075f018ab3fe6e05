/* SPDX-License-Identifier: Apache-2.0 */
/* How a statement finds the function that does it. */
#ifndef EPW_SCENARIO_STATEMENTS_H
#define EPW_SCENARIO_STATEMENTS_H

#include "scenario.h"

struct statement {
    const char *name;
    void (*run)(struct scene *s, const struct line *line);
};

/* Word i of the line; ends with "'STATEMENT' needs EXPECTED" when there is none. */
const struct word *line_word(const struct scene *s, const struct line *line, size_t i,
                             const char *expected);
/* The setting of that name, or NULL. */
const struct statement *statement_setting(const struct word *w);

#endif
