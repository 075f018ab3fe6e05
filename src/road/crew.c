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
    return atomic_load(&road->taken) - rounds_done(road) <= EPW_RING / 2;
}

/*
 * A free slot's memory in place of the next one's: what the reader used last, as it has that in its
 * cache and the others never ask for most of it.
 */
static void choose_memory(struct epw_road *road, uint64_t round, const void *reader)
{
    struct epw_slot *slot = &road->slot[round % EPW_RING];
    uint64_t newest = rounds_done(road) + EPW_RING - 1;
    for (uint64_t free = newest; free > round; free--) {
        struct epw_slot *other = &road->slot[free % EPW_RING];
        if (other->reader != reader)
            continue;
        struct epw_round *kept = slot->round;
        slot->round = other->round;
        other->round = kept;
        other->reader = slot->reader;
        break;
    }
    slot->reader = reader;
}

/* What was read of a round is its reader's until it is published. */
static bool fill(struct epw_road *road, uint64_t round, const void *reader)
{
    struct epw_slot *slot = &road->slot[round % EPW_RING];
    choose_memory(road, round, reader);
    bool more = epw_road_read(road, road->capture, slot->round) && !atomic_load(&road->stop);
    slot->last = !more;
    slot->read = road->read;
    atomic_store(&road->taken, round + 1);
    return more;
}

static void publish(struct epw_road *road, uint64_t round)
{
    struct epw_slot *slot = &road->slot[round % EPW_RING];
    epw_meter_share(road->worker[0].meter, slot->round);
    atomic_store(&slot->published, round + 1);
    epw_gate_wake(&road->work);
}

bool epw_ring_may_read(struct epw_road *road, uint64_t at)
{
    return atomic_load(&road->shared) && atomic_load(&road->taken) < at + EPW_READ_AHEAD &&
           !atomic_load(&road->reading) && epw_ring_has_space(road, 0);
}

/* While one tells what the frames of its round are, another may read the next one already. */
void epw_ring_read(struct epw_road *road, const struct epw_worker *worker)
{
    if (!atomic_load(&road->shared) ||
        atomic_load(&road->taken) >= worker->round + EPW_READ_AHEAD ||
        atomic_load(&road->reading) || atomic_exchange(&road->reading, true))
        return;
    uint64_t round = atomic_load(&road->taken);
    bool has_space = round - rounds_done(road) < EPW_RING;
    bool more = !has_space || fill(road, round, worker);
    if (more)
        atomic_store(&road->reading, false);
    if (has_space)
        publish(road, round);
    else
        epw_gate_wake(&road->work);
}

/* Whether a file is read, which is always ready; a pipe or an interface may not be. */
static bool is_always_ready(const struct epw_road *road)
{
    struct epw_capture_progress progress;
    epw_capture_progress(road->capture, &progress);
    return !road->options.live && progress.bytes_total != 0;
}

/* Reads until there is no more. Whoever waits for a packet must not be a worker. */
static void read_all(struct epw_road *road)
{
    uint64_t free_to = EPW_RING;
    bool more = true;
    for (uint64_t round = 0; more; round++) {
        if (round == free_to) {
            free_to = rounds_done(road) + EPW_RING;
            if (round == free_to) {
                epw_gate_wait(&road->space, epw_ring_has_space, road, 0, false);
                free_to = rounds_done(road) + EPW_RING;
            }
        }
        more = fill(road, round, road);
        publish(road, round);
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
    road->capture = capture;
    road->over_file = is_always_ready(road);
    enum epw_err err = start_all(road);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (err != EPW_OK)
        return err;
    if (road->over_file) {
        atomic_store(&road->shared, true);
        epw_gate_wake(&road->work);
    } else {
        read_all(road);
    }
    join_all(road);
    return EPW_OK;
}
