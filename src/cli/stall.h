/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread of a live run that never writes results, and so can say when they are lost, or the end
 * of the run waits, because an output does not take them: the threads that do are blocked then.
 */
#ifndef EPW_CLI_STALL_H
#define EPW_CLI_STALL_H

#include "cli/message.h"
#include "cli/sinks.h"
#include "road/road.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct epw_stall {
    /* Set by the caller before the start, borrowed until the stop. */
    struct epw_progress *progress;
    struct epw_sinks *sinks;
    const struct epw_road *road;
    const atomic_bool *interrupted;
    uint32_t every_s; /* how often at most more losses are told */
    /* Its own. */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool started, over;
    uint64_t lost_told;
    uint32_t quiet_looks; /* until losses are told again */
    bool stuck_told, wait_told;
};

/* Where there is no thread to be had, losses are told at the end only. */
void epw_stall_start(struct epw_stall *stall);
/* Tells losses not told before. Nothing when it was not started. */
void epw_stall_stop(struct epw_stall *stall);

#endif
