/* SPDX-License-Identifier: Apache-2.0 */
/* The reasons of a verdict, in words, in the order in which they were weighed. */
#ifndef EPW_ANALYST_VERDICT_WORDS_H
#define EPW_ANALYST_VERDICT_WORDS_H

#include "analyst/verdict/decide.h"

/* Adds a reason; what no longer fits is left out. */
void epw_words_add(struct epw_decision *d, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* What was seen of the flow: port, direction, protocol, names. */
void epw_words_flow(struct epw_decision *d);

/* What the chosen candidate rests on. */
void epw_words_chosen(struct epw_decision *d, const struct epw_judged *j);

#endif
