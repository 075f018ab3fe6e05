/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/ends.h"

#include <criterion/criterion.h>

#include "meter/flow/table.h"

#define FLOWS 1000

static struct epw_table *table;
static struct epw_ending_flow ends[FLOWS];

static void setup(void)
{
    cr_assert_eq(epw_table_new(&table, FLOWS), EPW_OK);
    for (uint32_t i = 0; i < FLOWS; i++) {
        ends[i].flow = epw_table_add(table, i);
        /* Neither the order they are in nor its reverse: 7919 is prime to their number. */
        epw_flow_cold(ends[i].flow)->id = (uint64_t)i * 7919 % FLOWS;
    }
}

static void teardown(void)
{
    epw_table_free(table);
}

TestSuite(ends, .init = setup, .fini = teardown);

static uint64_t id_of(size_t i)
{
    return epw_flow_cold(ends[i].flow)->id;
}

/* All are still there, each once, and none before one that comes earlier. */
static void expect_order(size_t count)
{
    bool seen[FLOWS] = { false };
    epw_ends_sort(ends, count);
    for (size_t i = 0; i < count; i++) {
        cr_assert_not(seen[id_of(i)]);
        seen[id_of(i)] = true;
        if (i != 0)
            cr_assert(ends[i - 1].ns < ends[i].ns ||
                          (ends[i - 1].ns == ends[i].ns && id_of(i - 1) < id_of(i)),
                      "%zu", i);
    }
}

Test(ends, spread_over_time)
{
    for (size_t i = 0; i < FLOWS; i++)
        ends[i].ns = (int64_t)(i * 6007 % FLOWS) * 1000003;
    expect_order(FLOWS);
}

Test(ends, of_one_stamp_go_by_id)
{
    for (size_t i = 0; i < FLOWS; i++)
        ends[i].ns = 5;
    expect_order(FLOWS);
}

Test(ends, of_few_stamps)
{
    for (size_t i = 0; i < FLOWS; i++)
        ends[i].ns = (int64_t)(i % 3);
    expect_order(FLOWS);
}

Test(ends, with_one_far_away)
{
    for (size_t i = 0; i < FLOWS; i++)
        ends[i].ns = (int64_t)(i * 6007 % FLOWS) / 2;
    ends[17].ns = INT64_MAX;
    ends[18].ns = INT64_MIN;
    expect_order(FLOWS);
}

Test(ends, nearly_in_order)
{
    for (size_t i = 0; i < FLOWS; i++)
        ends[i].ns = (int64_t)i / (i % 100 < 6 ? 7 : 1);
    expect_order(FLOWS);
    for (size_t i = 0; i < FLOWS; i++)
        ends[i].ns = (int64_t)i - (i == FLOWS - 1 || i == 400 ? 300 : 0);
    expect_order(FLOWS);
}

Test(ends, with_some_that_came_late)
{
    for (size_t every = 7; every < 12; every++) { /* too many first */
        for (size_t i = 0; i < FLOWS; i++)
            ends[i].ns = (int64_t)(i / 3) + (i % every == 3 ? (int64_t)(i * 6007 % 500) : 0);
        expect_order(FLOWS);
    }
}

Test(ends, in_reverse)
{
    for (size_t i = 0; i < FLOWS; i++)
        ends[i].ns = -(int64_t)i;
    expect_order(FLOWS);
}

Test(ends, of_any_number)
{
    for (size_t count = 0; count < 200; count++) {
        for (size_t i = 0; i < count; i++)
            ends[i].ns = (int64_t)(i * 31 % 101);
        expect_order(count);
    }
}
