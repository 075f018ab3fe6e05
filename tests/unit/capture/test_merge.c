/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/merge.h"
#include "taps.h"

#include <time.h>

#define SIDES 2

static struct epw_batch out;
static struct epw_wake news;
static struct ring ring[SIDES];
static struct epw_tap tap[SIDES];
static struct epw_merge_head head[SIDES];
static struct epw_merge merge;

/* The wall clock of a test. */
static int64_t now;

static int64_t now_ns(void)
{
    return now;
}

static void setup(void)
{
    cr_assert_eq(epw_wake_init(&news), EPW_OK);
    memset(ring, 0, sizeof(ring));
    memset(head, 0, sizeof(head));
    for (int i = 0; i < SIDES; i++) {
        tap_open(&tap[i], &ring[i], &news);
        head[i].tap = &tap[i];
    }
    merge = (struct epw_merge){ .head = head, .count = SIDES, .now_ns = now_ns };
    out.count = out.used = 0;
    now = 1000 * MS;
}

static void teardown(void)
{
    for (int i = 0; i < SIDES; i++)
        epw_tap_free(&tap[i]);
    epw_wake_destroy(&news);
}

TestSuite(merge, .init = setup, .fini = teardown, .timeout = 120);

/* ts_ns[count] have come to side's ring, and its thread looked once. */
static void come(int side, const int64_t *ts_ns, uint32_t count)
{
    ring[side].ts_ns = ts_ns;
    ring[side].taken = 0;
    ring[side].there = ring[side].count = count;
    epw_tap_look(&tap[side], now);
}

/* Time passes on side's thread, which looks each 20 ms; the last look is now. */
static void looks(int side, int64_t from_ns)
{
    for (int64_t at = from_ns; at <= now; at += 20 * MS)
        epw_tap_look(&tap[side], at);
}

static void expect_frame(uint32_t i, int64_t ts_ns, uint16_t source)
{
    const struct epw_frame *frame = &out.frame[i];
    int64_t bytes;
    memcpy(&bytes, frame->bytes, sizeof(bytes));
    cr_assert(frame->bytes >= out.room && frame->bytes < out.room + out.used,
              "not in its own batch");
    cr_assert_eq(frame->ts_ns, ts_ns, "%u: %lld", i, (long long)frame->ts_ns);
    cr_assert_eq(bytes, ts_ns);
    cr_assert_eq(frame->source, source);
}

/* Both directions of one conversation, each on its own side. */
Test(merge, puts_the_earlier_stamp_first_and_of_equal_ones_the_side_named_first)
{
    static const int64_t there[] = { 10, 30, 40, 40 }, back[] = { 20, 30, 50 };
    now = 2000 * MS;
    looks(0, 0);
    looks(1, 0);
    come(1, back, 3);
    come(0, there, 4);
    cr_assert_eq(epw_merge_fill(&merge, &out, EPW_BATCH_FRAMES), EPW_MERGED_ALL);
    cr_assert_eq(out.count, 7);
    static const int64_t want[] = { 10, 20, 30, 30, 40, 40, 50 };
    static const uint16_t from[] = { 0, 1, 0, 1, 0, 0, 1 };
    for (uint32_t i = 0; i < 7; i++)
        expect_frame(i, want[i], from[i]);
}

Test(merge, holds_back_what_a_silent_side_may_still_precede)
{
    int64_t stamp = 960 * MS, answer = 970 * MS;
    now = 960 * MS;
    looks(0, 0);
    come(1, &stamp, 1);
    cr_assert_eq(epw_merge_fill(&merge, &out, EPW_BATCH_FRAMES), EPW_MERGED_HELD);
    now = 1020 * MS; /* two looks since: until 1020 - 40 - 40 ms all has shown */
    looks(0, 980 * MS);
    cr_assert_eq(epw_tap_shown(&tap[0], EPW_SHOWN_MERGE), 940 * MS);
    cr_assert_eq(epw_merge_fill(&merge, &out, EPW_BATCH_FRAMES), EPW_MERGED_HELD);
    cr_assert_eq(out.count, 0);
    now = 1040 * MS;
    come(0, &answer, 1); /* a third one, which found this */
    cr_assert_eq(epw_merge_fill(&merge, &out, EPW_BATCH_FRAMES), EPW_MERGED_HELD);
    cr_assert_eq(out.count, 1);
    expect_frame(0, 960 * MS, 1);
    come(1, &stamp, 0); /* and now its own side's are first */
    now = 1200 * MS;
    looks(1, 0);
    cr_assert_eq(epw_merge_fill(&merge, &out, EPW_BATCH_FRAMES), EPW_MERGED_ALL);
    expect_frame(1, 970 * MS, 0);
}

Test(merge, lets_pass_what_is_exactly_as_old_as_what_has_shown)
{
    int64_t stamps[] = { 900 * MS, 900 * MS + 1 };
    now = 980 * MS;
    looks(0, 0);
    cr_assert_eq(epw_tap_shown(&tap[0], EPW_SHOWN_MERGE), 900 * MS);
    come(1, stamps, 2);
    cr_assert_eq(epw_merge_fill(&merge, &out, EPW_BATCH_FRAMES), EPW_MERGED_HELD);
    cr_assert_eq(out.count, 1);
    expect_frame(0, 900 * MS, 1);
}

Test(merge, puts_a_packet_that_shows_late_before_the_one_held_back)
{
    int64_t answer = 955 * MS, question = 950 * MS;
    now = 960 * MS;
    looks(0, 0);
    come(1, &answer, 1);
    cr_assert_eq(epw_merge_fill(&merge, &out, EPW_BATCH_FRAMES), EPW_MERGED_HELD);
    now = 990 * MS;
    come(0, &question, 1);
    cr_assert_eq(epw_merge_fill(&merge, &out, EPW_BATCH_FRAMES), EPW_MERGED_HELD);
    cr_assert_eq(out.count, 1);
    expect_frame(0, 950 * MS, 0);
}

Test(merge, does_not_wait_for_a_stamp_in_the_future)
{
    int64_t stamps[] = { 5000 * MS, 1000 * MS };
    now = 1000 * MS;
    looks(0, 0);
    come(1, stamps, 2);
    cr_assert_eq(epw_merge_fill(&merge, &out, EPW_BATCH_FRAMES), EPW_MERGED_HELD);
    cr_assert_eq(out.count, 1, "the second is of now");
    expect_frame(0, 5000 * MS, 1);
}

/* The thread of side 0 looked once, and never again. */
Test(merge, does_not_wait_for_ever_for_a_side_that_stands_still)
{
    int64_t stamps[] = { 1000 * MS, 1001 * MS };
    epw_tap_look(&tap[0], now);
    come(1, stamps, 2);
    now = 1000 * MS + EPW_MERGE_PATIENCE_NS - 1;
    looks(1, 1000 * MS);
    cr_assert_eq(epw_merge_fill(&merge, &out, EPW_BATCH_FRAMES), EPW_MERGED_HELD);
    cr_assert_eq(out.count, 0);
    now++;
    cr_assert_eq(epw_merge_fill(&merge, &out, EPW_BATCH_FRAMES), EPW_MERGED_HELD);
    cr_assert_eq(out.count, 1, "the second is younger");
    expect_frame(0, 1000 * MS, 1);
    cr_assert_leq(merge.idle_ns, 0, "the clock runs ahead of it");
}

/* The clock was set back by an hour: what was known of the time before says nothing. */
Test(merge, begins_anew_when_the_clock_is_set_back)
{
    int64_t stamp = 1000 * MS;
    now = 3600000 * MS;
    looks(0, 3599000 * MS);
    cr_assert_eq(epw_tap_shown(&tap[0], EPW_SHOWN_MERGE), 3599920 * MS);
    now = 1000 * MS;
    epw_tap_look(&tap[0], now);
    come(1, &stamp, 1);
    cr_assert_eq(epw_merge_fill(&merge, &out, EPW_BATCH_FRAMES), EPW_MERGED_HELD);
    now = 1100 * MS;
    looks(0, 1020 * MS);
    cr_assert_eq(epw_merge_fill(&merge, &out, EPW_BATCH_FRAMES), EPW_MERGED_ALL);
    cr_assert_eq(out.count, 1);
}

Test(merge, goes_on_where_a_batch_was_full)
{
    for (int i = 0; i < SIDES; i++) {
        ring[i] = (struct ring){ .count = 300, .there = 300, .first_ns = i, .step_ns = SIDES };
        epw_tap_look(&tap[i], now);
        looks(i, now);
    }
    for (int64_t at = 0; at < 600; out.count = out.used = 0) {
        enum epw_merged merged = epw_merge_fill(&merge, &out, 250);
        cr_assert_eq(merged, at < 500 ? EPW_MERGED_MORE : EPW_MERGED_ALL);
        cr_assert_eq(out.count, at < 500 ? 250 : 100);
        for (uint32_t i = 0; i < out.count; i++, at++)
            expect_frame(i, at, (uint16_t)(at % SIDES));
        now += 1000 * MS;
        for (int i = 0; i < SIDES; i++)
            looks(i, now - 500 * MS);
    }
}

Test(merge, goes_on_where_a_batch_had_no_bytes_left)
{
    ring[0] = (struct ring){ .count = 9, .there = 9, .step_ns = 1, .caplen = EPW_MAX_SNAPLEN };
    for (int i = 0; i < 3; i++)
        epw_tap_look(&tap[0], now);
    looks(0, 0);
    looks(1, 0);
    int64_t at = 0;
    for (int full = 0; full < 2; full++, out.count = out.used = 0) {
        cr_assert_eq(epw_merge_fill(&merge, &out, EPW_BATCH_FRAMES), EPW_MERGED_MORE);
        cr_assert_eq(out.count, 4);
        for (uint32_t i = 0; i < out.count; i++)
            expect_frame(i, at++, 0);
    }
    cr_assert_eq(epw_merge_fill(&merge, &out, EPW_BATCH_FRAMES), EPW_MERGED_ALL);
    expect_frame(0, 8, 0);
}

/* The clock of a quiet link is that of the side that was looked at least lately. */
Test(merge, knows_until_when_all_sides_were_read)
{
    now = 5000 * MS;
    looks(0, 0);
    cr_assert_eq(epw_merge_fill(&merge, &out, EPW_BATCH_FRAMES), EPW_MERGED_ALL);
    cr_assert_leq(merge.idle_ns, 0);
    cr_assert_leq(merge.drain_ns, 0);
    now = 4000 * MS;
    looks(1, 0);
    cr_assert_eq(epw_merge_fill(&merge, &out, EPW_BATCH_FRAMES), EPW_MERGED_ALL);
    cr_assert_eq(merge.idle_ns, epw_tap_shown(&tap[1], EPW_SHOWN_IDLE));
    cr_assert_eq(merge.drain_ns, epw_tap_shown(&tap[1], EPW_SHOWN_DRAIN));
    cr_assert_lt(merge.idle_ns, epw_tap_shown(&tap[0], EPW_SHOWN_IDLE));
    int64_t stamp = 4000 * MS;
    come(0, &stamp, 1);
    now = 5000 * MS;
    cr_assert_eq(epw_merge_fill(&merge, &out, EPW_BATCH_FRAMES), EPW_MERGED_HELD);
    cr_assert_lt(merge.idle_ns, stamp);
}

static int64_t wall_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Reads all that count packets are of both sides' threads; each is once there, in its order. */
static void read_threads(uint64_t count)
{
    int64_t last[SIDES] = { -1, -1 }, before = -1;
    uint64_t seen = 0;
    for (int i = 0; i < SIDES; i++)
        cr_assert_eq(epw_tap_start(&tap[i]), EPW_OK);
    while (seen < count) {
        epw_wake_arm(&news);
        out.count = out.used = 0;
        enum epw_merged merged = epw_merge_fill(&merge, &out, EPW_BATCH_FRAMES);
        for (uint32_t i = 0; i < out.count; i++, seen++) {
            const struct epw_frame *frame = &out.frame[i];
            const struct ring *from = &ring[frame->source];
            cr_assert_geq(frame->ts_ns, before, "out of order");
            cr_assert(last[frame->source] == -1 ||
                          frame->ts_ns == last[frame->source] + from->step_ns,
                      "one is missing, or there twice");
            last[frame->source] = before = frame->ts_ns;
        }
        if (out.count == 0)
            epw_wake_sleep(&news, -1, merged == EPW_MERGED_HELD ? MS : 1000 * MS);
    }
    for (int i = 0; i < SIDES; i++) {
        uint64_t taken, all;
        epw_tap_drops(&tap[i], &taken, &all);
        cr_assert_eq(taken, all);
    }
}

Test(merge, of_two_threads_loses_nothing_and_keeps_the_order)
{
    ring[0] = (struct ring){ .count = 100000, .there = 100000, .first_ns = 1, .step_ns = 3 };
    ring[1] = (struct ring){ .count = 70000, .there = 70000, .first_ns = 2, .step_ns = 4 };
    read_threads(170000);
}

Test(merge, of_a_burst_on_one_side_loses_nothing_while_the_other_is_silent)
{
    ring[1] = (struct ring){
        .count = 100000, .there = 100000, .first_ns = wall_ns() - 100000, .step_ns = 1
    };
    merge.now_ns = wall_ns;
    read_threads(100000);
}
