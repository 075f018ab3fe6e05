/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Until when all has shown that was received. What an interface received shows after a known time
 * while the machine runs. One that stood still (a busy host took its cores away) goes on core by
 * core: the clock is ahead of packets that the kernel has received and not shown. So time is not
 * over before the interfaces were looked at some times since, with pauses in which the kernel could
 * work. A standstill is one pause, however long it was.
 */
#ifndef EPW_CAPTURE_LOOKS_H
#define EPW_CAPTURE_LOOKS_H

#include <stdint.h>

#define EPW_LOOKS_MAX 10

/* Begin with the pause, all else 0. */
struct epw_looks {
    int64_t pause_ns;             /* looks that come sooner after another do not count */
    int64_t at_ns[EPW_LOOKS_MAX]; /* the latest first; 0: there were not so many */
};

/*
 * To be called with the wall clock's time before each look: what is not there at the look was
 * received later, or has yet to show. A clock that was set back begins anew.
 */
void epw_looks_note(struct epw_looks *looks, int64_t now_ns);

/* The time so many looks ago, 1 to EPW_LOOKS_MAX; 0: there were not so many. */
int64_t epw_looks_ago(const struct epw_looks *looks, unsigned often);

#endif
