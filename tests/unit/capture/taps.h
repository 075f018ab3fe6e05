/* SPDX-License-Identifier: Apache-2.0 */
/* A tap whose packets a test makes: each is its stamp, in as many bytes. */
#ifndef EPW_TESTS_CAPTURE_TAPS_H
#define EPW_TESTS_CAPTURE_TAPS_H

#include "capture/tap.h"

#include <criterion/criterion.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#define MS 1000000LL

/* As of two blocks of 20 ms. */
#define HOLD (40 * MS)

struct ring {
    const int64_t *ts_ns; /* of all packets there will be; NULL: they count up from first_ns */
    int64_t first_ns, step_ns;
    uint32_t count, taken, there; /* there: of count, those that have shown */
    uint32_t caplen;              /* 0: as a stamp */
    bool broken;                  /* cannot be read any more when nothing is there */
    int taking;                   /* two threads at a time must not be here */
    atomic_bool hang, hangs;      /* does not come back from the next take; and is there */
};

static int ring_take(void *ctx, struct epw_batch *batch, uint32_t max, struct epw_diag *diag)
{
    struct ring *ring = ctx;
    uint32_t before = batch->count;
    cr_assert_eq(ring->taking++, 0);
    while (atomic_load(&ring->hang)) {
        atomic_store(&ring->hangs, true);
        sched_yield();
    }
    while (ring->taken < ring->there && batch->count < EPW_BATCH_FRAMES &&
           batch->count - before < max && EPW_BATCH_BYTES - batch->used >= EPW_MAX_SNAPLEN) {
        int64_t ts_ns = ring->ts_ns != NULL ? ring->ts_ns[ring->taken]
                                            : ring->first_ns + ring->taken * ring->step_ns;
        uint32_t caplen = ring->caplen != 0 ? ring->caplen : sizeof(ts_ns);
        batch->frame[batch->count++] = (struct epw_frame){
            .bytes = batch->room + batch->used, .ts_ns = ts_ns, .caplen = caplen, .wire_len = caplen
        };
        memcpy(batch->room + batch->used, &ts_ns, sizeof(ts_ns));
        batch->used += caplen;
        ring->taken++;
    }
    cr_assert_eq(--ring->taking, 0);
    if (ring->broken && batch->count == before) {
        epw_diag_set(diag, EPW_EIO, "broken after %u", ring->taken);
        return -1;
    }
    return (int)(batch->count - before);
}

static void ring_drops(void *ctx, uint64_t *kernel, uint64_t *interface)
{
    struct ring *ring = ctx;
    cr_assert_eq(ring->taking++, 0);
    *kernel = ring->taken;
    *interface = ring->count;
    cr_assert_eq(--ring->taking, 0);
}

static void tap_open(struct epw_tap *tap, struct ring *ring, struct epw_wake *news)
{
    const struct epw_tap_input input = { ring, -1, ring_take, ring_drops };
    memset(tap, 0, sizeof(*tap));
    cr_assert_eq(epw_tap_init(tap, &input, HOLD, news), EPW_OK);
}

#endif
