/* SPDX-License-Identifier: Apache-2.0 */
#include "road/gate.h"

#include <time.h>

/*
 * Looks before going to sleep: what is waited for is often a few microseconds
 * away (a round being read), and a thread that slept costs more to wake.
 */
#define LOOKS 200

/* How often a sleeper looks that is not always woken: soon enough for who watches a run. */
#define LOOK_NS   10000000L
#define SECOND_NS 1000000000L

void epw_gate_init(struct epw_gate *gate)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&gate->lock, NULL);
    pthread_cond_init(&gate->opened, &attr);
    pthread_condattr_destroy(&attr);
    atomic_init(&gate->sleepers, 0);
}

void epw_gate_destroy(struct epw_gate *gate)
{
    pthread_cond_destroy(&gate->opened);
    pthread_mutex_destroy(&gate->lock);
}

static void breathe(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

/* Until somebody wakes it; looks: or a while is over. */
static void sleep_at(struct epw_gate *gate, bool looks)
{
    struct timespec until;
    if (!looks) {
        pthread_cond_wait(&gate->opened, &gate->lock);
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += LOOK_NS;
    until.tv_sec += until.tv_nsec / SECOND_NS;
    until.tv_nsec %= SECOND_NS;
    pthread_cond_timedwait(&gate->opened, &gate->lock, &until);
}

void epw_gate_wait(struct epw_gate *gate, bool (*ready)(void *ctx, unsigned which), void *ctx,
                   unsigned which, bool looks)
{
    for (unsigned i = 0; i < LOOKS; i++) {
        if (ready(ctx, which))
            return;
        breathe();
    }
    pthread_mutex_lock(&gate->lock);
    /* Counted before the last look: who changes something after it sees a sleeper. */
    atomic_fetch_add(&gate->sleepers, 1);
    while (!ready(ctx, which))
        sleep_at(gate, looks);
    atomic_fetch_sub(&gate->sleepers, 1);
    pthread_mutex_unlock(&gate->lock);
}

void epw_gate_wake(struct epw_gate *gate)
{
    if (atomic_load(&gate->sleepers) == 0)
        return;
    pthread_mutex_lock(&gate->lock);
    pthread_cond_broadcast(&gate->opened);
    pthread_mutex_unlock(&gate->lock);
}

void epw_gate_wake_if(struct epw_gate *gate, bool (*ready)(void *ctx, unsigned which), void *ctx,
                      unsigned which)
{
    if (atomic_load(&gate->sleepers) != 0 && ready(ctx, which))
        epw_gate_wake(gate);
}
