/* SPDX-License-Identifier: Apache-2.0 */
#include "road/road_state.h"

#include <signal.h>

/* Rounds that all workers are through with. */
static uint64_t rounds_done(const struct epw_road *road)
{
    uint64_t least = UINT64_MAX;
    for (unsigned i = 0; i < road->workers; i++) {
        uint64_t done = atomic_load(&road->worker[i].done);
        least = done < least ? done : least;
    }
    return least;
}

/* Half of the ring: a reader that found it full does not come back for every slot. */
bool epw_ring_has_space(void *ctx, unsigned unused)
{
    struct epw_road *road = ctx;
    (void)unused;
    return atomic_load(&road->published) - rounds_done(road) <= EPW_RING / 2;
}

/*
 * Reads until there is no more. Sleeping workers are not woken for every round
 * while the next one is sure to come soon: a file is always ready, a pipe or an
 * interface may not be.
 */
static void read_all(struct epw_road *road, struct epw_capture *capture)
{
    struct epw_capture_progress progress;
    epw_capture_progress(capture, &progress);
    uint64_t patience = !road->options.live && progress.bytes_total != 0 ? EPW_RING_WAKE : 1;
    uint64_t free_to = EPW_RING, woken = 0;
    bool more = true;
    for (uint64_t round = 0; more; round++) {
        if (round == free_to) {
            free_to = rounds_done(road) + EPW_RING;
            if (round == free_to) {
                epw_gate_wake(&road->work);
                epw_gate_wait(&road->space, epw_ring_has_space, road, 0);
                free_to = rounds_done(road) + EPW_RING;
            }
        }
        struct epw_slot *slot = &road->slot[round % EPW_RING];
        more = epw_road_read(road, capture, slot->round) && !atomic_load(&road->stop);
        slot->last = !more;
        slot->read = road->read;
        atomic_store(&road->published, round + 1);
        if (round + 1 - woken < patience && more)
            continue;
        woken = round + 1;
        epw_gate_wake(&road->work);
    }
}

static void join_all(struct epw_road *road)
{
    for (unsigned i = 0; i < road->started; i++)
        pthread_join(road->worker[i].thread, NULL);
    pthread_join(road->collector, NULL);
}

static void cancel(struct epw_road *road)
{
    atomic_store(&road->cancelled, true);
    epw_gate_wake(&road->work);
    epw_gate_wake(&road->drain);
    epw_gate_wake(&road->results);
    join_all(road);
}

static enum epw_err start_all(struct epw_road *road)
{
    if (pthread_create(&road->collector, NULL, epw_collector_main, road) != 0)
        return EPW_ELIMIT;
    for (; road->started < road->workers; road->started++) {
        struct epw_worker *w = &road->worker[road->started];
        if (pthread_create(&w->thread, NULL, epw_worker_main, w) == 0)
            continue;
        cancel(road);
        return EPW_ELIMIT;
    }
    return EPW_OK;
}

enum epw_err epw_crew_run(struct epw_road *road, struct epw_capture *capture)
{
    /* Signals are the caller's: its thread is the one that reads and is to be interrupted. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    enum epw_err err = start_all(road);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (err != EPW_OK)
        return err;
    read_all(road, capture);
    join_all(road);
    return EPW_OK;
}
