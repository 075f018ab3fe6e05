/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the columns that have a fixed set of them; each list ends in NULL. */
#ifndef EPW_ANALYST_CATALOGUE_WORDS_H
#define EPW_ANALYST_CATALOGUE_WORDS_H

#include "analyst/catalogue/signature.h"

extern const char *const epw_cat_needs[];    /* at enum epw_needs */
extern const char *const epw_cat_scopes[];   /* at enum epw_scope */
extern const char *const epw_cat_statuses[]; /* at enum epw_status */
extern const char *const epw_cat_kinds[];    /* own, neighbour */
extern const char *const epw_cat_transports[];
extern const char *const epw_cat_categories[];

/* The position of the text in the list, -1 when it is none of them. */
int epw_cat_word(const char *const *words, const char *text);

#endif
