/* SPDX-License-Identifier: Apache-2.0 */
/* The reasons of a verdict, in words, in the order in which they were weighed. */
#ifndef EPW_ANALYST_VERDICT_WORDS_H
#define EPW_ANALYST_VERDICT_WORDS_H

#include "analyst/verdict/decide.h"

/* Fills in the verdict's reasons. */
void epw_words(struct epw_decision *d);

#endif
