/* SPDX-License-Identifier: Apache-2.0 */
#include "road/gate.h"

/*
 * Looks before going to sleep: what is waited for is often a few microseconds
 * away (a round being read), and a thread that slept costs more to wake.
 */
#define LOOKS 200

void epw_gate_init(struct epw_gate *gate)
{
    pthread_mutex_init(&gate->lock, NULL);
    pthread_cond_init(&gate->opened, NULL);
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

void epw_gate_wait(struct epw_gate *gate, bool (*ready)(void *ctx, unsigned which), void *ctx,
                   unsigned which)
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
        pthread_cond_wait(&gate->opened, &gate->lock);
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
