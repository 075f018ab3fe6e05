/* SPDX-License-Identifier: Apache-2.0 */
/* --state: what the analyst learned, kept in a file from one run to the next. */
#ifndef EPW_CLI_STATE_FILE_H
#define EPW_CLI_STATE_FILE_H

#include "analyst/analyst.h"
#include "cli/message.h"
#include "privilege/user.h"

#include <stdbool.h>
#include <stdint.h>

/* Start with path set, lock -1, all else 0. */
struct epw_state_file {
    const char *path; /* borrowed; NULL: no state is kept */
    int lock;         /* of lock_name, while it is held */
    char *lock_name;  /* path.lock: the state itself is another file after each write */
    int told;         /* errno of the failed write that was told last, 0: none */
    uint64_t failed;  /* writes in vain since one worked */
};

/*
 * Two runs on one state would each write what the other did not see. owner: who the run becomes,
 * NULL: who it is. False: another run has it, or it cannot be had, or something else than a lock
 * stands at its name; why was told.
 */
bool epw_state_file_lock(struct epw_state_file *file, const struct epw_user *owner,
                         struct epw_progress *progress);
void epw_state_file_unlock(struct epw_state_file *file);

enum epw_state_read {
    EPW_STATE_READ,    /* or there was no file yet */
    EPW_STATE_DAMAGED, /* set aside: the analyst is to be made anew */
    EPW_STATE_FAILED,  /* the file cannot be used: the run must not begin */
};

/* What is not good is told. */
enum epw_state_read epw_state_file_read(struct epw_state_file *file, struct epw_analyst *analyst,
                                        struct epw_progress *progress);

/*
 * Replaces the file by a whole one, or leaves it as it was: false, and why is told the first time,
 * and the last; and that it works again.
 */
bool epw_state_file_write(struct epw_state_file *file, const struct epw_analyst *analyst, bool last,
                          struct epw_progress *progress);

#endif
