/* SPDX-License-Identifier: Apache-2.0 */
/* A run is told the same, call by call, for any number of threads, live or not. */
#include "road_help.h"

static struct tape tape;
static struct journey one, many;

static void setup(void)
{
    tape_begin(&tape);
}

static void teardown(void)
{
    journey_end(&one);
    journey_end(&many);
    tape_end(&tape);
}

TestSuite(road, .init = setup, .fini = teardown, .timeout = 60);

static void adds_up(const struct journey *j, uint64_t packets)
{
    uint64_t endings = 0;
    for (unsigned i = 0; i < EPW_ENDINGS; i++)
        endings += j->stats.ending[i];
    cr_assert_eq(j->stats.packets, packets);
    cr_assert_eq(endings, packets);
}

static void same_for_any_number(uint64_t packets)
{
    journey_go(&one, &tape, 1, false);
    adds_up(&one, packets);
    static const unsigned numbers[] = { 2, 3, 8, EPW_ROAD_THREADS_MAX };
    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        journey_go(&many, &tape, numbers[i], false);
        cr_assert_eq(many.err, EPW_OK);
        cr_assert_str_eq(epw_str_text(&many.told), epw_str_text(&one.told), "%u threads",
                         numbers[i]);
        cr_assert_eq(memcmp(&many.stats, &one.stats, sizeof(one.stats)), 0, "%u threads",
                     numbers[i]);
        cr_assert_eq(many.ticks, packets / EPW_BATCH_FRAMES + 1, "one a round");
        adds_up(&many, packets);
        journey_end(&many);
    }
}

Test(road, tells_the_same_for_any_number_of_threads)
{
    tape_mixed(&tape, 40000);
    same_for_any_number(40000);
    cr_assert_gt(one.flows, 1000);
    cr_assert_gt(one.stats.icmp_errors, 1000);
    cr_assert_gt(one.stats.fragments_orphan, 1000);
    cr_assert_gt(one.now_ns, 0);
    cr_assert_geq(one.ticks, 157, "a round is 256 packets at most");
}

Test(road, live_tells_the_same)
{
    tape_mixed(&tape, 20000);
    journey_go(&one, &tape, 1, false);
    for (unsigned threads = 1; threads <= 3; threads++) {
        journey_go(&many, &tape, threads, true);
        cr_assert_str_eq(epw_str_text(&many.told), epw_str_text(&one.told), "%u threads", threads);
        cr_assert_eq(many.stats.records_dropped, 0);
        journey_end(&many);
    }
}

Test(road, nothing)
{
    same_for_any_number(0);
    cr_assert_eq(one.told.len, 0);
}

Test(road, one_packet)
{
    tape_udp(&tape, 1, 2);
    same_for_any_number(1);
    cr_assert_eq(one.flows, 1);
}

Test(road, nothing_but_fragments_and_errors)
{
    for (unsigned i = 0; i < 600; i++) {
        tape_fragment(&tape, (uint8_t)(i % 7), (uint8_t)(i % 5), (uint16_t)i);
        tape_unreachable(&tape, (uint8_t)(i % 7), (uint8_t)(i % 5));
    }
    same_for_any_number(1200);
    cr_assert_eq(one.flows, 0);
    cr_assert_eq(one.stats.fragments_orphan, 600);
    cr_assert_eq(one.stats.icmp_orphan, 600);
}

/* All meters' flows end at one point, far more than their lanes hold at a time. */
Test(road, a_quiet_hour_ends_all_flows_at_once)
{
    for (unsigned src = 1; src < 250; src++)
        for (unsigned dst = 1; dst < 250; dst++)
            tape_syn(&tape, (uint8_t)src, (uint8_t)dst);
    tape.usec += 600000000;
    tape_udp(&tape, 1, 2);
    journey_go(&one, &tape, 1, false);
    cr_assert_eq(one.stats.flows, 249 * 249 + 1);
    journey_go(&many, &tape, 3, false);
    cr_assert_str_eq(epw_str_text(&many.told), epw_str_text(&one.told));
    /* Many of them are told ahead, and what was told comes. */
    cr_assert(one.foretold > 10000 && one.came == one.foretold);
    cr_assert(many.foretold > 10000 && many.came == many.foretold);
}

/* A receiver slower than the meters: saved captures wait for it. */
Test(road, a_slow_receiver_loses_nothing)
{
    for (unsigned i = 0; i < 3000; i++)
        tape_udp(&tape, (uint8_t)(i % 50), (uint8_t)(i / 50));
    journey_go(&one, &tape, 1, false);
    many.slow_us = 50;
    journey_go(&many, &tape, 2, false);
    cr_assert_str_eq(epw_str_text(&many.told), epw_str_text(&one.told));
}

/* All outputs failed. */
Test(road, ends_when_the_receiver_wants_no_more)
{
    tape_mixed(&tape, 200000);
    one.stop_after_ticks = 3;
    journey_go(&one, &tape, 1, false);
    cr_assert_eq(one.stats.packets, 3 * 256);
    for (unsigned threads = 2; threads <= 8; threads *= 2) {
        many.stop_after_ticks = 3;
        many.wait_at_batch = 64;
        journey_go(&many, &tape, threads, false);
        cr_assert_eq(many.err, EPW_OK);
        cr_assert_leq(many.batches, many.wait_at_batch, "%u threads read on", threads);
        adds_up(&many, many.stats.packets);
        cr_assert_geq(many.flows, one.flows > 0 ? 1 : 0, "what was read is handed out");
        journey_end(&many);
    }
}

/* Interrupted: what was read counts, up to the batch in hand. */
Test(road, ends_when_the_reader_is_told_to)
{
    tape_mixed(&tape, 20000);
    for (unsigned threads = 1; threads <= 8; threads *= 2) {
        many.stop_after_batches = 11;
        journey_go(&many, &tape, threads, false);
        cr_assert_eq(many.ticks, 11);
        adds_up(&many, 11 * 256);
        journey_end(&many);
    }
}

Test(road, refuses_options_that_cannot_be)
{
    struct epw_road *road;
    const struct epw_road_sink sink = { .ctx = NULL };
    static const unsigned bad[] = { 0, EPW_ROAD_THREADS_MAX + 1 };
    for (unsigned i = 0; i < 2; i++) {
        struct epw_road_options options = { .threads = bad[i], .meter = EPW_METER_DEFAULTS };
        cr_assert_eq(epw_road_new(&road, &options, &sink), EPW_EUSAGE);
        cr_assert_null(road);
    }
    struct epw_road_options options = { .threads = 2, .meter = EPW_METER_DEFAULTS };
    options.meter.max_flows = 0;
    cr_assert_eq(epw_road_new(&road, &options, &sink), EPW_EUSAGE);
    epw_road_free(NULL);
    cr_assert(epw_road_cores() >= 1 && epw_road_cores() <= EPW_ROAD_THREADS_MAX);
}
