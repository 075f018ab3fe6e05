/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* pthread_condattr_setclock */

#include "cli/stall.h"

#include "base/text.h"

#include <signal.h>
#include <time.h>

/* path: of the output that blocks, with its format; NULL: none does just now. */
static void tell_lost(struct epw_stall *stall, const char *path, const char *format)
{
    char count[EPW_TEXT_LEN];
    uint64_t lost = epw_road_lost(stall->road);
    if (lost <= stall->lost_told)
        return;
    stall->lost_told = lost;
    stall->quiet_looks = stall->every_s;
    epw_text_count(lost, count);
    if (path == NULL)
        epw_say(stall->progress,
                "%s results were lost so far: analyst and outputs did not take them in time",
                count);
    else
        epw_say(stall->progress, "%s results were lost so far: %s takes no data (%s output)", count,
                path, format);
}

/* Once for each time that an output blocks; and what the end of the run waits for. */
static void tell_stuck(struct epw_stall *stall, const char *path, const char *format)
{
    if (path != NULL && !stall->stuck_told)
        epw_say(stall->progress,
                "%s: %s output is blocked, it takes no data; results wait for it, and are lost "
                "when there are too many",
                path, format);
    stall->stuck_told = path != NULL;
    if (path == NULL || stall->wait_told || !*stall->interrupted)
        return;
    stall->wait_told = true;
    epw_say(stall->progress,
            "waiting for %s, which takes no data, to write the last results (%s output); a second "
            "signal ends the run at once, without them",
            path, format);
}

static void look(struct epw_stall *stall)
{
    const char *format = "";
    const char *path = epw_sinks_stuck(stall->sinks, &format);
    tell_stuck(stall, path, format);
    if (stall->quiet_looks == 0)
        tell_lost(stall, path, format);
    else
        stall->quiet_looks--;
}

static void *stall_main(void *ctx)
{
    struct epw_stall *stall = ctx;
    struct timespec next;
    pthread_mutex_lock(&stall->lock);
    while (!stall->over) {
        clock_gettime(CLOCK_MONOTONIC, &next);
        next.tv_sec++;
        if (pthread_cond_timedwait(&stall->ended, &stall->lock, &next) != 0 && !stall->over)
            look(stall);
    }
    pthread_mutex_unlock(&stall->lock);
    return NULL;
}

void epw_stall_start(struct epw_stall *stall)
{
    sigset_t all, before;
    pthread_condattr_t clock;
    pthread_mutex_init(&stall->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&stall->ended, &clock);
    pthread_condattr_destroy(&clock);
    /* Signals are the caller's. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    stall->started = pthread_create(&stall->thread, NULL, stall_main, stall) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void epw_stall_stop(struct epw_stall *stall)
{
    if (stall->road == NULL)
        return;
    if (stall->started) {
        pthread_mutex_lock(&stall->lock);
        stall->over = true;
        pthread_cond_signal(&stall->ended);
        pthread_mutex_unlock(&stall->lock);
        pthread_join(stall->thread, NULL);
    }
    tell_lost(stall, NULL, NULL);
}
