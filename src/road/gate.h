/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A place where threads wait until something is so. What they wait for is kept
 * in atomics of their own (sequentially consistent); the gate only lets them
 * sleep and wakes them, and costs the one who wakes nothing while nobody sleeps.
 */
#ifndef EPW_ROAD_GATE_H
#define EPW_ROAD_GATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct epw_gate {
    pthread_mutex_t lock;
    pthread_cond_t opened;
    atomic_uint sleepers;
};

void epw_gate_init(struct epw_gate *gate);
void epw_gate_destroy(struct epw_gate *gate);

/* Returns when ready(ctx, which) holds. It is called often, and on the waiting thread only. looks:
 * it need not be woken, and finds out by itself within 10 ms. */
void epw_gate_wait(struct epw_gate *gate, bool (*ready)(void *ctx, unsigned which), void *ctx,
                   unsigned which, bool looks);

/* Lets those who wait look again; to be called after what they wait for was changed. */
void epw_gate_wake(struct epw_gate *gate);
/* The same where all who wait wait for one thing: they are left alone until it is so. */
void epw_gate_wake_if(struct epw_gate *gate, bool (*ready)(void *ctx, unsigned which), void *ctx,
                      unsigned which);

#endif
