/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/recent.h"

#include <criterion/criterion.h>

/* Kept by the tests: more than one growth, and few enough to go round often. */
#define MAX 2048

struct thing {
    struct epw_recent_item item;
    uint32_t value;
};

static struct epw_recent recent;

static void set_up(void)
{
    recent = (struct epw_recent){ .size = sizeof(struct thing), .max = MAX };
}

static void tear_down(void)
{
    epw_recent_free(&recent);
}

TestSuite(recent, .init = set_up, .fini = tear_down);

/* Of few buckets: nine in ten share theirs with others, some by all eight marks. */
static uint64_t hash_of(uint32_t value)
{
    return (uint64_t)value << 61 | (uint64_t)value << 32 | (value % 200);
}

static void add(uint32_t value)
{
    struct thing *thing = epw_recent_add(&recent, hash_of(value));
    cr_assert_not_null(thing);
    thing->value = value;
}

Test(recent, nothing_is_found_before_the_first)
{
    cr_expect_not(epw_recent_may_have(&recent, 0));
    cr_expect_null(epw_recent_find(&recent, 0));
    epw_recent_soon(&recent, 0);
}

Test(recent, the_last_that_came_are_found)
{
    for (uint32_t came = 1; came <= 5 * MAX; came++) {
        add(came);
        if (came % 97 != 0 && came != 512 && came != 513)
            continue;
        for (uint32_t value = 1; value <= came + 1; value++) {
            const struct thing *thing = epw_recent_find(&recent, hash_of(value));
            bool kept = value <= came && value + MAX > came;
            cr_assert_eq(thing != NULL, kept, "%u of %u", value, came);
            cr_assert(thing == NULL || thing->value == value);
            cr_assert(!kept || epw_recent_may_have(&recent, hash_of(value)));
        }
    }
}

Test(recent, one_that_went_may_come_back)
{
    for (uint32_t value = 0; value <= MAX; value++)
        add(value);
    cr_expect_null(epw_recent_find(&recent, hash_of(0)));
    add(0);
    cr_expect_not_null(epw_recent_find(&recent, hash_of(0)));
    cr_expect_null(epw_recent_find(&recent, hash_of(1)));
}

Test(recent, they_are_told_in_the_order_they_came)
{
    for (uint32_t came = 0; came < 3 * MAX; came++) {
        add(came);
        uint32_t first = came < MAX ? 0 : came + 1 - MAX;
        cr_assert_eq(recent.count, came + 1 - first);
        if (came % 101 != 0)
            continue;
        for (uint32_t i = 0; i < recent.count; i++)
            cr_assert_eq(((const struct thing *)epw_recent_at(&recent, i))->value, first + i);
    }
}

/* How often any came begins anew: nothing is lost, and nothing old comes back. */
Test(recent, numbers_begin_anew)
{
    for (uint32_t value = 0; value < MAX; value++)
        add(value);
    recent.came += UINT32_MAX - 2 * MAX + 1; /* as if as many had come, and these last */
    for (uint32_t value = 0; value < 8 * MAX; value++)
        add(MAX + value);
    for (uint32_t value = 0; value < 9 * MAX; value++)
        cr_assert_eq(epw_recent_find(&recent, hash_of(value)) != NULL, value >= 8 * MAX, "%u",
                     value);
}
