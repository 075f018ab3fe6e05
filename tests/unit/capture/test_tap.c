/* SPDX-License-Identifier: Apache-2.0 */
#include "taps.h"

static struct epw_batch out;

TestSuite(tap, .timeout = 60);

Test(tap, knows_what_has_shown_after_some_looks_with_pauses)
{
    struct ring ring = { 0 };
    struct epw_tap tap;
    tap_open(&tap, &ring, NULL);
    for (int which = 0; which < EPW_SHOWN_COUNT; which++)
        cr_assert_leq(epw_tap_shown(&tap, (enum epw_shown)which), 0);
    for (int i = 1; i <= 50; i++)
        cr_assert(epw_tap_take(&tap, &out, EPW_BATCH_FRAMES, i * 1000 * MS + i));
    cr_assert_eq(epw_tap_shown(&tap, EPW_SHOWN_MERGE), 48000 * MS + 48 - HOLD, "3 looks");
    cr_assert_eq(epw_tap_shown(&tap, EPW_SHOWN_DRAIN), 48000 * MS + 48 - HOLD, "3 looks");
    cr_assert_eq(epw_tap_shown(&tap, EPW_SHOWN_IDLE), 41000 * MS + 41 - HOLD, "10 looks");
    epw_tap_take(&tap, &out, EPW_BATCH_FRAMES, 50010 * MS);
    cr_assert_eq(epw_tap_shown(&tap, EPW_SHOWN_MERGE), 48000 * MS + 48 - HOLD, "no pause between");
    epw_tap_take(&tap, &out, EPW_BATCH_FRAMES, 50030 * MS);
    cr_assert_eq(epw_tap_shown(&tap, EPW_SHOWN_MERGE), 49000 * MS + 49 - HOLD);
    cr_assert_eq(epw_tap_shown(&tap, EPW_SHOWN_DRAIN), 48000 * MS + 48 - HOLD, "pauses of 50 ms");
    epw_tap_free(&tap);
}

Test(tap, says_nothing_of_what_it_left_in_the_ring)
{
    struct ring ring = { .count = 300, .there = 300, .first_ns = 500 * MS };
    struct epw_tap tap;
    out.count = out.used = 0;
    tap_open(&tap, &ring, NULL);
    for (int i = 1; i < 10; i++)
        cr_assert_not(epw_tap_take(&tap, &out, 10, i * 100 * MS), "there is more");
    cr_assert_eq(out.count, 90);
    cr_assert_leq(epw_tap_shown(&tap, EPW_SHOWN_MERGE), 0);
    cr_assert_not(epw_tap_take(&tap, &out, EPW_BATCH_FRAMES, 1000 * MS), "the batch is full");
    cr_assert_eq(out.count, EPW_BATCH_FRAMES);
    cr_assert_leq(epw_tap_shown(&tap, EPW_SHOWN_MERGE), 0);
    out.count = out.used = 0;
    cr_assert(epw_tap_take(&tap, &out, EPW_BATCH_FRAMES, 1100 * MS));
    cr_assert_eq(out.count, 300 - EPW_BATCH_FRAMES);
    cr_assert_eq(epw_tap_shown(&tap, EPW_SHOWN_MERGE), 900 * MS - HOLD);
    epw_tap_free(&tap);
}

Test(tap, says_nothing_where_the_batch_had_no_room_for_the_largest)
{
    struct ring ring = { .count = 9, .there = 9, .caplen = EPW_MAX_SNAPLEN };
    struct epw_tap tap;
    out.count = out.used = 0;
    tap_open(&tap, &ring, NULL);
    for (int i = 1; i < 10; i++)
        cr_assert_not(epw_tap_take(&tap, &out, EPW_BATCH_FRAMES, i * 100 * MS));
    cr_assert_eq(out.count, 4);
    cr_assert_leq(epw_tap_shown(&tap, EPW_SHOWN_MERGE), 0);
    epw_tap_free(&tap);
}

Test(tap, leaves_packets_in_the_ring_while_its_batches_are_full)
{
    struct ring ring = { .count = 9 * EPW_BATCH_FRAMES, .there = 9 * EPW_BATCH_FRAMES };
    struct epw_wake news;
    struct epw_tap tap;
    ring.step_ns = 1;
    cr_assert_eq(epw_wake_init(&news), EPW_OK);
    tap_open(&tap, &ring, &news);
    for (unsigned i = 0; i < EPW_BATCHES; i++)
        cr_assert_eq(epw_tap_look(&tap, 1000 * MS), EPW_TAP_MORE);
    cr_assert_eq(epw_tap_look(&tap, 2000 * MS), EPW_TAP_FULL);
    cr_assert_eq(ring.taken, EPW_BATCHES * EPW_BATCH_FRAMES);
    cr_assert_eq(tap.looks, EPW_BATCHES, "that was none");
    uint32_t next = 0;
    for (const struct epw_batch *batch; (batch = epw_tap_first(&tap)) != NULL;) {
        for (uint32_t i = 0; i < batch->count; i++)
            cr_assert_eq(batch->frame[i].ts_ns, next++);
        epw_tap_drop(&tap);
        if (next == EPW_BATCH_FRAMES)
            cr_assert_eq(epw_tap_look(&tap, 3000 * MS), EPW_TAP_MORE,
                         "a full batch may not be all");
    }
    cr_assert_eq(next, ring.count);
    cr_assert_eq(epw_tap_look(&tap, 4000 * MS), EPW_TAP_ALL);
    cr_assert_null(epw_tap_first(&tap), "an empty batch is not put");
    epw_tap_free(&tap);
    epw_wake_destroy(&news);
}

Test(tap, that_failed_keeps_the_first_reason_and_gives_what_is_left)
{
    struct ring ring = { .count = 10, .broken = true };
    struct epw_tap tap;
    out.count = out.used = 0;
    tap_open(&tap, &ring, NULL);
    cr_assert_not(tap.failed);
    epw_tap_take(&tap, &out, EPW_BATCH_FRAMES, 1000 * MS);
    cr_assert(tap.failed);
    ring.there = 10;
    epw_tap_take(&tap, &out, EPW_BATCH_FRAMES, 2000 * MS);
    epw_tap_take(&tap, &out, EPW_BATCH_FRAMES, 3000 * MS);
    cr_assert_eq(out.count, 10);
    cr_assert_str_eq(tap.diag.text, "broken after 0");
    cr_assert_eq(epw_tap_shown(&tap, EPW_SHOWN_MERGE), 1000 * MS - HOLD);
    epw_tap_free(&tap);
}

/* Ends while it waits for packets, and while it waits for room. */
Test(tap, has_a_thread_that_ends)
{
    struct epw_wake news;
    struct epw_tap tap;
    cr_assert_eq(epw_wake_init(&news), EPW_OK);
    struct ring quiet = { 0 };
    tap_open(&tap, &quiet, &news);
    cr_assert_eq(epw_tap_start(&tap), EPW_OK);
    while (atomic_load(&tap.looks) < 5)
        sched_yield();
    epw_tap_free(&tap);
    struct ring busy = { .count = UINT32_MAX, .there = UINT32_MAX, .step_ns = 1 };
    tap_open(&tap, &busy, &news);
    cr_assert_eq(epw_tap_start(&tap), EPW_OK);
    while (epw_batches_count(&tap.batches) < EPW_BATCHES)
        sched_yield();
    uint64_t kernel, interface;
    epw_tap_drops(&tap, &kernel, &interface);
    cr_assert_eq(kernel, EPW_BATCHES * EPW_BATCH_FRAMES, "nothing was taken that has no room");
    for (int i = 0; i < 100; i++) {
        epw_tap_drop(&tap);
        while (epw_tap_first(&tap) == NULL)
            sched_yield();
    }
    epw_tap_free(&tap);
    epw_wake_destroy(&news);
}

Test(tap, whose_thread_hangs_tells_what_it_told_last)
{
    struct epw_wake news;
    struct epw_tap tap;
    uint64_t kernel, interface;
    struct ring ring = { .count = 10, .there = 10 };
    cr_assert_eq(epw_wake_init(&news), EPW_OK);
    tap_open(&tap, &ring, &news);
    cr_assert_eq(epw_tap_start(&tap), EPW_OK);
    while (epw_tap_first(&tap) == NULL)
        sched_yield();
    epw_tap_drops(&tap, &kernel, &interface);
    cr_assert_eq(kernel, 10);
    atomic_store(&ring.hang, true);
    while (!atomic_load(&ring.hangs))
        sched_yield();
    for (int i = 0; i < 200; i++) {
        epw_tap_drops(&tap, &kernel, &interface);
        cr_assert_eq(kernel, 10);
        cr_assert_eq(interface, 10);
    }
    ring.count = 11;
    atomic_store(&ring.hang, false);
    while (interface != 11)
        epw_tap_drops(&tap, &kernel, &interface);
    epw_tap_free(&tap);
    epw_wake_destroy(&news);
}
