/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* clock_gettime, pthread_setname_np */

#include "capture/tap.h"

#include <signal.h>
#include <time.h>

/* Looks, and what is between two that count. */
#define MERGE_LOOKS    3
#define MERGE_PAUSE_NS EPW_TAP_PAUSE_NS
#define DRAIN_LOOKS    3
#define IDLE_LOOKS     10
#define IDLE_PAUSE_NS  50000000LL

/* Who waits for room is woken; this only bounds what a mistake there could cost. */
#define SPACE_NS 1000000000LL

/*
 * How long a thread may keep its input from who asks for counters: a take lasts far less, but a
 * busy machine may stop the thread in one. From a thread that stays away longer nothing is asked.
 */
#define DROPS_TRIES    100
#define DROPS_PAUSE_NS 10000000L

enum epw_err epw_tap_init(struct epw_tap *tap, const struct epw_tap_input *input, int64_t hold_ns,
                          struct epw_wake *news)
{
    tap->input = *input;
    tap->hold_ns = hold_ns;
    tap->news = news;
    tap->merge.pause_ns = MERGE_PAUSE_NS;
    tap->idle.pause_ns = IDLE_PAUSE_NS;
    tap->space.fd = -1;
    pthread_mutex_init(&tap->lock, NULL);
    enum epw_err err = news == NULL ? EPW_OK : epw_batches_init(&tap->batches);
    if (err == EPW_OK && news != NULL)
        err = epw_wake_init(&tap->space);
    if (err != EPW_OK)
        epw_tap_free(tap);
    return err;
}

void epw_tap_free(struct epw_tap *tap)
{
    if (tap->started) {
        atomic_store(&tap->end, true);
        epw_wake_up(&tap->space);
        pthread_join(tap->thread, NULL);
    }
    epw_wake_destroy(&tap->space);
    epw_batches_free(&tap->batches);
    pthread_mutex_destroy(&tap->lock);
}

static int64_t shown_by(const struct epw_tap *tap, const struct epw_looks *looks, unsigned often)
{
    return epw_looks_ago(looks, often) - tap->hold_ns;
}

/* To be called when what was taken is handed on. */
static void publish(struct epw_tap *tap)
{
    atomic_store(&tap->shown[EPW_SHOWN_MERGE], shown_by(tap, &tap->merge, MERGE_LOOKS));
    atomic_store(&tap->shown[EPW_SHOWN_DRAIN], shown_by(tap, &tap->idle, DRAIN_LOOKS));
    atomic_store(&tap->shown[EPW_SHOWN_IDLE], shown_by(tap, &tap->idle, IDLE_LOOKS));
}

/* True: that was all. */
static bool look(struct epw_tap *tap, struct epw_batch *batch, uint32_t max, int64_t now_ns)
{
    struct epw_diag diag;
    uint32_t before = batch->count;
    epw_looks_note(&tap->merge, now_ns);
    epw_looks_note(&tap->idle, now_ns);
    pthread_mutex_lock(&tap->lock);
    int took = tap->input.take(tap->input.ctx, batch, max, &diag);
    pthread_mutex_unlock(&tap->lock);
    /* What is left in the ring of an interface that is gone still comes. */
    if (took < 0 && !atomic_load(&tap->failed)) {
        tap->diag = diag;
        atomic_store(&tap->failed, true);
    }
    return batch->count - before < max && batch->count < EPW_BATCH_FRAMES &&
           EPW_BATCH_BYTES - batch->used >= EPW_MAX_SNAPLEN;
}

bool epw_tap_take(struct epw_tap *tap, struct epw_batch *batch, uint32_t max, int64_t now_ns)
{
    bool all = look(tap, batch, max, now_ns);
    if (all)
        publish(tap);
    return all;
}

int64_t epw_tap_shown(const struct epw_tap *tap, enum epw_shown which)
{
    return atomic_load(&tap->shown[which]);
}

/* False: its thread has not come back from the input for long. */
static bool get_input(struct epw_tap *tap)
{
    unsigned tries = tap->hangs ? 1 : DROPS_TRIES;
    while (pthread_mutex_trylock(&tap->lock) != 0) {
        tap->hangs = --tries == 0;
        if (tap->hangs)
            return false;
        nanosleep(&(struct timespec){ .tv_nsec = DROPS_PAUSE_NS }, NULL);
    }
    tap->hangs = false;
    return true;
}

void epw_tap_drops(struct epw_tap *tap, uint64_t *kernel, uint64_t *interface)
{
    if (get_input(tap)) {
        tap->input.drops(tap->input.ctx, &tap->lost[0], &tap->lost[1]);
        pthread_mutex_unlock(&tap->lock);
    }
    *kernel = tap->lost[0];
    *interface = tap->lost[1];
}

enum epw_tap_look epw_tap_look(struct epw_tap *tap, int64_t now_ns)
{
    struct epw_batch *batch = epw_batches_room(&tap->batches);
    if (batch == NULL)
        return EPW_TAP_FULL;
    bool all = look(tap, batch, EPW_BATCH_FRAMES, now_ns);
    atomic_fetch_add(&tap->looks, 1);
    if (batch->count > 0) {
        epw_batches_put(&tap->batches);
        epw_wake_up(tap->news);
    }
    /* What is still in the ring has not shown. */
    if (!all)
        return EPW_TAP_MORE;
    publish(tap);
    return EPW_TAP_ALL;
}

const struct epw_batch *epw_tap_first(const struct epw_tap *tap)
{
    return epw_batches_first(&tap->batches);
}

/* Half of them: a thread that found no room does not come back for every batch. */
static bool has_space(const struct epw_tap *tap)
{
    return epw_batches_count(&tap->batches) <= EPW_BATCHES / 2;
}

void epw_tap_drop(struct epw_tap *tap)
{
    epw_batches_drop(&tap->batches);
    if (has_space(tap))
        epw_wake_up(&tap->space);
}

/* The packets wait in the kernel's ring so long, which counts those that find it full. */
static void wait_for_space(struct epw_tap *tap)
{
    epw_wake_arm(&tap->space);
    if (has_space(tap) || atomic_load(&tap->end))
        epw_wake_disarm(&tap->space);
    else
        epw_wake_sleep(&tap->space, -1, SPACE_NS);
}

static void *tap_main(void *arg)
{
    struct epw_tap *tap = arg;
    while (!atomic_load(&tap->end)) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        switch (epw_tap_look(tap, (int64_t)now.tv_sec * 1000000000 + now.tv_nsec)) {
        case EPW_TAP_FULL:
            wait_for_space(tap);
            break;
        case EPW_TAP_ALL:
            epw_wake_sleep(&tap->space, tap->input.fd, EPW_TAP_PAUSE_NS);
            break;
        case EPW_TAP_MORE:
            break;
        }
    }
    return NULL;
}

enum epw_err epw_tap_start(struct epw_tap *tap)
{
    /* Signals are for the thread that reads, which they are to interrupt. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    tap->started = pthread_create(&tap->thread, NULL, tap_main, tap) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return tap->started ? EPW_OK : EPW_ELIMIT;
}
