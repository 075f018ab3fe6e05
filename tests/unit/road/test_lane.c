/* SPDX-License-Identifier: Apache-2.0 */
/* A lane gives out what was put into it, whole and in order, and says when it is full or empty. */
#include "road/lane.h"

#include <criterion/criterion.h>
#include <string.h>

#define SIZE ((size_t)4 * EPW_EVENT_MAX)

static struct epw_lane lane;

static void setup(void)
{
    cr_assert_eq(epw_lane_init(&lane, SIZE), EPW_OK);
}

static void teardown(void)
{
    epw_lane_free(&lane);
}

TestSuite(lane, .init = setup, .fini = teardown);

static bool put(uint64_t number, size_t len)
{
    struct epw_event *event = epw_lane_room(&lane, len);
    if (event == NULL)
        return false;
    event->kind = EPW_EVENT_FLOW;
    event->round = number;
    memset(event->body, (int)(number & 0xff), len);
    epw_lane_put(&lane, event);
    return true;
}

static void take(uint64_t number, size_t len)
{
    const struct epw_event *event = epw_lane_first(&lane);
    cr_assert_not_null(event);
    cr_assert_eq(event->kind, EPW_EVENT_FLOW);
    cr_assert_eq(event->round, number);
    for (size_t i = 0; i < len; i++)
        cr_assert_eq(event->body[i], number & 0xff);
    epw_lane_drop(&lane, event);
}

Test(lane, empty)
{
    cr_assert_null(epw_lane_first(&lane));
    cr_assert_eq(epw_lane_used(&lane), 0);
}

Test(lane, can_be_looked_at_ahead)
{
    size_t at = lane.out.at;
    for (uint64_t i = 0; i < 3; i++)
        cr_assert(put(i, 100));
    cr_assert_null(epw_lane_peek(&lane, &at));
    epw_lane_hand_on(&lane);
    for (uint64_t i = 0; i < 3; i++)
        cr_assert_eq(epw_lane_peek(&lane, &at)->round, i);
    cr_assert_null(epw_lane_peek(&lane, &at));
    take(0, 100);
    take(1, 100);
    take(2, 100);
}

Test(lane, shows_only_what_was_handed_on)
{
    cr_assert(put(1, 100));
    cr_assert_null(epw_lane_first(&lane));
    epw_lane_hand_on(&lane);
    take(1, 100);
    cr_assert_null(epw_lane_first(&lane));
}

Test(lane, room_comes_back_only_when_given_back)
{
    uint64_t count = 0;
    while (put(count, 1000))
        count++;
    cr_assert_geq(count, SIZE / 1100);
    epw_lane_hand_on(&lane);
    for (uint64_t i = 0; i < count; i++)
        take(i, 1000);
    cr_assert_not(put(count, 1000), "the other side may still use it");
    cr_assert_gt(epw_lane_dropped(&lane), 0);
    epw_lane_give_back(&lane);
    cr_assert_eq(epw_lane_dropped(&lane), 0);
    cr_assert(put(count, 1000));
}

/* Lengths that never divide the ring: every event lies in one piece, whatever is left at its end.
 */
Test(lane, goes_round_and_round)
{
    for (uint64_t i = 0; i < 20000; i++) {
        size_t len = (size_t)(i * 37 % 5000);
        cr_assert(put(i, len));
        epw_lane_hand_on(&lane);
        take(i, len);
        epw_lane_give_back(&lane);
    }
    cr_assert_eq(epw_lane_used(&lane), 0);
}

Test(lane, holds_the_longest_event_wherever_it_begins)
{
    for (uint64_t i = 0; i < 64; i++) {
        cr_assert(put(i, EPW_EVENT_MAX));
        cr_assert(put(i, 1));
        epw_lane_hand_on(&lane);
        take(i, EPW_EVENT_MAX);
        take(i, 1);
        epw_lane_give_back(&lane);
    }
}
