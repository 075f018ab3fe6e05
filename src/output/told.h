/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as a person reads them, in 80 columns. */
#ifndef EPW_OUTPUT_TOLD_H
#define EPW_OUTPUT_TOLD_H

#include "analyst/audit/finding.h"
#include "base/err.h"
#include "base/stats.h"

#include <stdio.h>

/* Findings told in full; more are only counted. */
#define EPW_TOLD_MAX 100

/* The text is kept until it is written: start with { 0 }, end with epw_told_free(). */
struct epw_told {
    FILE *stream; /* into text */
    char *text;
    size_t len;
    uint64_t count[EPW_SEVERITY_LOW + 1]; /* by severity */
};

/* Adds a finding; texts are copied. EPW_ENOMEM. */
enum epw_err epw_told_add(struct epw_told *told, const struct epw_finding *finding);
/* Writes all, and how many observations were not believed. EPW_ENOMEM. */
enum epw_err epw_told_write(struct epw_told *told, FILE *stream, const struct epw_stats *stats);
void epw_told_free(struct epw_told *told);

#endif
