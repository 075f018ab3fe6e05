/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One interface of a run: its packets, and until when all that it received has shown. Of several
 * interfaces each has a thread that takes packets from the kernel's ring; a single one is read by
 * whoever wants the packets, with no copy and no thread between.
 */
#ifndef EPW_CAPTURE_TAP_H
#define EPW_CAPTURE_TAP_H

#include "base/err.h"
#include "capture/batches.h"
#include "capture/frame.h"
#include "capture/looks.h"
#include "capture/wake.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Where packets come from: an interface (capture/iface.h), in tests something else. */
struct epw_tap_input {
    void *ctx;
    int fd; /* readable when there may be something to take */
    /* As epw_iface_take() and epw_iface_drops(); never called by two threads at a time. */
    int (*take)(void *ctx, struct epw_batch *batch, uint32_t max, struct epw_diag *diag);
    void (*drops)(void *ctx, uint64_t *kernel, uint64_t *interface);
};

/*
 * What was received up to a time shows after a known one while the machine runs: hold_ns. To be
 * sure of it, so many looks must have been since (capture/looks.h). Merge: packets of others are
 * held back so long; with two blocks of 20 ms that is 100 ms, or 125 MB at 10 Gbit/s. Drain: the
 * end of a run. Idle: the clock of a quiet link is about 1 s behind, half of it at least, which
 * delays reports and costs nothing else; a packet that shows later finds its flow ended.
 */
enum epw_shown { EPW_SHOWN_MERGE, EPW_SHOWN_DRAIN, EPW_SHOWN_IDLE, EPW_SHOWN_COUNT };

/* Between two looks of a thread at a quiet interface. */
#define EPW_TAP_PAUSE_NS 20000000LL

struct epw_tap {
    struct epw_tap_input input;
    int64_t hold_ns;
    struct epw_looks merge, idle;
    _Atomic int64_t shown[EPW_SHOWN_COUNT]; /* wall clock; 0 or less: nothing is known */
    struct epw_diag diag;                   /* why it failed ... */
    atomic_bool failed;                     /* ... to be read when this is set */
    uint64_t lost[2];                       /* by kernel and interface, when it was asked last */
    bool hangs;                             /* its thread then had the input for long */

    /* Of a tap with a thread. */
    pthread_mutex_t lock; /* of the input, whose counters others ask for */
    struct epw_batches batches;
    struct epw_wake space; /* its thread waits for room, or the end */
    struct epw_wake *news; /* who waits for its packets; borrowed */
    pthread_t thread;
    bool started;
    atomic_bool end;
    atomic_uint looks; /* how often it looked; wraps around */
};

/*
 * Of a zeroed one; input is copied. news NULL: it will have no thread. EPW_ENOMEM, EPW_ELIMIT (no
 * more files): there is nothing to free then.
 */
enum epw_err epw_tap_init(struct epw_tap *tap, const struct epw_tap_input *input, int64_t hold_ns,
                          struct epw_wake *news);
/* Ends its thread, and leaves the input alone. */
void epw_tap_free(struct epw_tap *tap);

/*
 * Appends to the batch what is there, max frames at most; now_ns is the wall clock before the call.
 * True: that was all. What it knows of shown times then holds for all that was appended or before.
 */
bool epw_tap_take(struct epw_tap *tap, struct epw_batch *batch, uint32_t max, int64_t now_ns);

/* Until when all has shown that it received, as of its last look. */
int64_t epw_tap_shown(const struct epw_tap *tap, enum epw_shown which);

/*
 * Packets lost so far, as epw_iface_drops(); what it told last where its thread does not come back
 * from the input. One thread asks.
 */
void epw_tap_drops(struct epw_tap *tap, uint64_t *kernel, uint64_t *interface);

/* With a thread. */

/* EPW_ELIMIT: the system gives no more threads. */
enum epw_err epw_tap_start(struct epw_tap *tap);

/* What its thread does time and again: puts one batch, if there are packets, and room for them. */
enum epw_tap_look { EPW_TAP_FULL, EPW_TAP_MORE, EPW_TAP_ALL };
enum epw_tap_look epw_tap_look(struct epw_tap *tap, int64_t now_ns);

/*
 * Whoever reads: the earliest batch that was put, until it is dropped; NULL: there is none. Ask for
 * shown times before: when there is no batch then, all was dropped that showed up to them.
 */
const struct epw_batch *epw_tap_first(const struct epw_tap *tap);
void epw_tap_drop(struct epw_tap *tap);

#endif
