/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread that sleeps until another one has something for it, a file is readable, a signal
 * comes, or time is over. What it waits for is kept in atomics; who changes them pays one load
 * while nobody sleeps.
 */
#ifndef EPW_CAPTURE_WAKE_H
#define EPW_CAPTURE_WAKE_H

#include "base/err.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct epw_wake {
    int fd; /* eventfd(2) */
    atomic_bool armed;
};

/* EPW_ELIMIT: no more files can be opened; to be destroyed all the same. */
enum epw_err epw_wake_init(struct epw_wake *wake);
void epw_wake_destroy(struct epw_wake *wake);

/*
 * The sleeper, in this order: arm; look once more at what is waited for; when it is still not
 * there sleep, else disarm.
 */
void epw_wake_arm(struct epw_wake *wake);
void epw_wake_disarm(struct epw_wake *wake);
enum epw_slept { EPW_SLEPT_WOKEN, EPW_SLEPT_OVER, EPW_SLEPT_SIGNAL };
/*
 * Sleeps until woken or fd (-1: none) is readable, for ns nanoseconds or until a signal comes; then
 * it is disarmed. An fd that is ready with nothing but an error (an interface that is down) is
 * paused for, so that nobody turns round and round.
 */
enum epw_slept epw_wake_sleep(struct epw_wake *wake, int fd, int64_t ns);

/* The others, after the change. */
void epw_wake_up(struct epw_wake *wake);

#endif
