/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/clock.h"

#include "meter/round.h"

#include <criterion/criterion.h>

#define S    1000000000LL
#define HOUR (3600 * S)
#define T0   (1000000 * S)

static struct epw_clock at_t0(void)
{
    struct epw_clock clock = { 0 };
    bool step;
    cr_assert_eq(epw_clock_tick(&clock, T0, NULL, &step), T0);
    cr_assert_not(step, "the first stamp is believed");
    return clock;
}

Test(clock, runs_with_the_packets)
{
    struct epw_clock clock = at_t0();
    bool step;
    cr_assert_eq(epw_clock_tick(&clock, T0 + HOUR, NULL, &step), T0 + HOUR);
    cr_assert_not(step, "an hour is no jump");
    cr_assert_eq(clock.now_ns, T0 + HOUR);
}

Test(clock, never_goes_back_but_the_packet_keeps_its_stamp)
{
    struct epw_clock clock = at_t0();
    bool step;
    cr_assert_eq(epw_clock_tick(&clock, T0 - 5, NULL, &step), T0 - 5);
    cr_assert(step);
    cr_assert_eq(clock.now_ns, T0);
}

Test(clock, a_jump_needs_a_second_packet)
{
    struct epw_clock clock = at_t0();
    bool step;
    cr_assert_eq(epw_clock_tick(&clock, T0 + 9 * HOUR, NULL, &step), T0 + 9 * HOUR);
    cr_assert(step);
    cr_assert_eq(clock.now_ns, T0, "one packet is not believed");
    epw_clock_tick(&clock, T0 + 9 * HOUR + S, NULL, &step);
    cr_assert_not(step);
    cr_assert_eq(clock.now_ns, T0 + 9 * HOUR + S, "two are");
}

Test(clock, the_packet_after_it_is_the_second_when_it_is_known)
{
    struct epw_clock clock = at_t0();
    bool step;
    int64_t next = T0 + 9 * HOUR + S;
    cr_assert_eq(epw_clock_tick(&clock, T0 + 9 * HOUR, &next, &step), T0 + 9 * HOUR);
    cr_assert_not(step, "a quiet night is no broken stamp");
    cr_assert_eq(clock.now_ns, T0 + 9 * HOUR);
}

Test(clock, a_broken_stamp_is_replaced)
{
    struct epw_clock clock = at_t0();
    bool step;
    int64_t next = T0 + S;
    cr_assert_eq(epw_clock_tick(&clock, T0 + 9999 * HOUR, &next, &step), T0);
    cr_assert(step);
    cr_assert_eq(epw_clock_tick(&clock, next, NULL, &step), T0 + S);
    cr_assert_not(step);
}

Test(clock, two_jumps_to_different_times_do_not_second_each_other)
{
    struct epw_clock clock = at_t0();
    bool step;
    epw_clock_tick(&clock, T0 + 9 * HOUR, NULL, &step);
    epw_clock_tick(&clock, T0 + 90 * HOUR, NULL, &step);
    cr_assert(step);
    cr_assert_eq(clock.now_ns, T0);
}

Test(clock, an_ordinary_packet_between_ends_the_doubt)
{
    struct epw_clock clock = at_t0();
    bool step;
    epw_clock_tick(&clock, T0 + 9 * HOUR, NULL, &step);
    epw_clock_tick(&clock, T0 + S, NULL, &step);
    epw_clock_tick(&clock, T0 + 9 * HOUR, NULL, &step);
    cr_assert(step);
    cr_assert_eq(clock.now_ns, T0 + S);
}

Test(clock, stamps_beyond_reason_are_cut)
{
    struct epw_clock clock = { 0 };
    bool step;
    cr_assert_eq(epw_clock_tick(&clock, INT64_MIN, NULL, &step), 0);
    int64_t next = INT64_MAX;
    cr_assert_eq(epw_clock_tick(&clock, INT64_MAX, &next, &step), EPW_CLOCK_MAX_NS);
}

/* A round of these stamps: packet i was i + 1 bytes long and is captured up to i bytes. */
static void pass(struct epw_pace *pace, const int64_t *ts_ns, uint32_t count)
{
    static struct epw_round round;
    round.batch.count = count;
    for (uint32_t i = 0; i < count; i++)
        round.batch.frame[i] =
            (struct epw_frame){ .ts_ns = ts_ns[i], .caplen = i, .wire_len = i + 1 };
    epw_pace_round(pace, &round);
}

/* In its usual order, across a point, going back, far ahead and not believed, and again. */
Test(pace, counts_every_packet_once)
{
    static const int64_t ts_ns[] = { T0,     T0 + 1,     T0 + 1,     T0 + S,        T0 + S + 1,
                                     T0 - S, T0 - 2 * S, T0 + S + 2, T0 + 9 * HOUR, T0 + S,
                                     T0 + S };
    const uint32_t count = sizeof(ts_ns) / sizeof(ts_ns[0]);
    struct epw_pace pace = { 0 };
    pass(&pace, ts_ns, count);
    cr_assert_eq(pace.packets, count);
    cr_assert_eq(pace.bytes, count * (count + 1) / 2);
    cr_assert_eq(pace.captured, count * (count - 1) / 2);
    pass(&pace, ts_ns, count);
    cr_assert_eq(pace.packets, 2 * count);
    cr_assert_eq(pace.bytes, count * (count + 1));
    cr_assert_eq(pace.captured, count * (count - 1));
}

Test(pace, tells_the_first_and_the_last_stamp_believed_or_not)
{
    struct epw_pace pace = { 0 };
    pass(&pace, (const int64_t[]){ T0 + S, T0 + S + 5, T0 + S + 9 }, 3);
    cr_assert(pace.first_ns == T0 + S && pace.last_ns == T0 + S + 9);
    pass(&pace, (const int64_t[]){ T0 + S + 9, T0 + S + 10 }, 2);
    cr_assert(pace.first_ns == T0 + S && pace.last_ns == T0 + S + 10);
    pass(&pace, (const int64_t[]){ T0, T0 + 9 * HOUR, T0 + 2 * S }, 3);
    cr_assert(pace.first_ns == T0 && pace.last_ns == T0 + 9 * HOUR);
    cr_assert_eq(pace.clock.now_ns, T0 + 2 * S);
}

Test(pace, counts_the_first_packet_whatever_its_stamp)
{
    struct epw_pace pace = { 0 };
    pass(&pace, (const int64_t[]){ -S }, 1);
    cr_assert(pace.packets == 1 && pace.first_ns == -S && pace.last_ns == -S);
}
