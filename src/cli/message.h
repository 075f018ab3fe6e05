/* SPDX-License-Identifier: Apache-2.0 */
/* What goes to standard error: messages of one line, and the progress line that they must not
 * run into. */
#ifndef EPW_CLI_MESSAGE_H
#define EPW_CLI_MESSAGE_H

#include "base/err.h"
#include "capture/capture.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Start with epw_progress_start(); { 0 } does until then. Used by the reader's thread and by the
 * outputs' at once. */
struct epw_progress {
    pthread_mutex_t lock;
    bool on;    /* standard error is a terminal */
    bool shown; /* the line is on the screen */
    struct timespec start, last;
};

void epw_progress_start(struct epw_progress *progress);
/* Shows how far reading came, after the first second and at most five times a second. */
void epw_progress_tick(struct epw_progress *progress, const struct epw_capture *capture,
                       uint64_t packets);
void epw_progress_clear(struct epw_progress *progress);

/* From now on each line begins with its time: what happens in a run of months needs one. */
void epw_say_times(void);

/* "epwatch: TEXT" as one line; progress may be NULL. */
void epw_say(struct epw_progress *progress, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
