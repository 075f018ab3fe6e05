/* SPDX-License-Identifier: Apache-2.0 */
/* What the explanations of ports, names and flows print alike, in 80 columns, on standard
 * output. */
#ifndef EPW_CLI_EXPLAIN_H
#define EPW_CLI_EXPLAIN_H

#include "analyst/catalogue/catalogue.h"
#include "analyst/verdict/verdict.h"
#include "cli/options.h"

/* One line of words, indented and wrapped; nothing when words is empty. */
void epw_explain_put(const char *label, const char *words);

/* A signature: who, what its label needs, names, versions, source. */
void epw_explain_signature(const struct epw_signature *sig);

/* "HEAD: likely, PRODUCT FUNCTION" as a line. */
void epw_explain_outcome(const char *head, const struct epw_verdict *verdict);
/* The reasons in order, then every candidate with what it reached and why. */
void epw_explain_verdict(const struct epw_verdict *verdict);
/* What would decide a verdict, or make it surer. */
void epw_explain_open(const struct epw_result *result);

/* The flow that options->target names, out of the captures; returns the exit status. */
int epw_explain_flow(const struct epw_options *options);

#endif
