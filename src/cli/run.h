/* SPDX-License-Identifier: Apache-2.0 */
/* The run: captures -> meter -> analyst -> outputs. */
#ifndef EPW_CLI_RUN_H
#define EPW_CLI_RUN_H

#include "analyst/analyst.h"
#include "cli/options.h"

/* As in docs/formats.md, Exit status. */
#define EPW_EXIT_DONE  0
#define EPW_EXIT_FOUND 1 /* findings at or above --fail-on */
#define EPW_EXIT_FAIL  2

/* Reads everything that options name and writes what they ask for; returns the exit status. */
int epw_run(const struct epw_options *options);

/* The same, but every result goes to receive in place of the outputs, which stay unopened. */
int epw_run_results(const struct epw_options *options, epw_result_fn receive, void *ctx);

#endif
