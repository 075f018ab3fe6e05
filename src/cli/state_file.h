/* SPDX-License-Identifier: Apache-2.0 */
/* --state: what the analyst learned, kept in a file from one run to the next. */
#ifndef EPW_CLI_STATE_FILE_H
#define EPW_CLI_STATE_FILE_H

#include "analyst/analyst.h"
#include "cli/message.h"

enum epw_state_read {
    EPW_STATE_READ,    /* or there was no file yet */
    EPW_STATE_DAMAGED, /* set aside: the analyst is to be made anew */
    EPW_STATE_FAILED,  /* the file cannot be used: the run must not begin */
};

/* What is not good is told. */
enum epw_state_read epw_state_file_read(const char *path, struct epw_analyst *analyst,
                                        struct epw_progress *progress);

/* Replaces the file by a whole one, or leaves it as it was: false, and why was told. */
bool epw_state_file_write(const char *path, const struct epw_analyst *analyst,
                          struct epw_progress *progress);

#endif
