/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/looks.h"

#include <criterion/criterion.h>

#define MS 1000000LL

Test(looks, are_counted_from_the_latest)
{
    struct epw_looks looks = { .pause_ns = 20 * MS };
    cr_assert_eq(epw_looks_ago(&looks, 1), 0);
    for (int i = 1; i <= 12; i++)
        epw_looks_note(&looks, i * 20 * MS);
    cr_assert_eq(epw_looks_ago(&looks, 1), 240 * MS);
    cr_assert_eq(epw_looks_ago(&looks, 3), 200 * MS);
    cr_assert_eq(epw_looks_ago(&looks, EPW_LOOKS_MAX), 60 * MS);
}

Test(looks, without_a_pause_between_are_one)
{
    struct epw_looks looks = { .pause_ns = 20 * MS };
    for (int i = 0; i < 39; i++)
        epw_looks_note(&looks, 1000 * MS + i * MS);
    cr_assert_eq(epw_looks_ago(&looks, 1), 1020 * MS);
    cr_assert_eq(epw_looks_ago(&looks, 2), 1000 * MS);
    cr_assert_eq(epw_looks_ago(&looks, 3), 0);
}

Test(looks, see_a_standstill_as_one_pause)
{
    struct epw_looks looks = { .pause_ns = 20 * MS };
    epw_looks_note(&looks, 1000 * MS);
    epw_looks_note(&looks, 1020 * MS);
    epw_looks_note(&looks, 9000 * MS);
    cr_assert_eq(epw_looks_ago(&looks, 3), 1000 * MS, "what came at 1001 ms may not have shown");
}

Test(looks, begin_anew_when_the_clock_is_set_back)
{
    struct epw_looks looks = { .pause_ns = 20 * MS };
    epw_looks_note(&looks, 5000 * MS);
    epw_looks_note(&looks, 6000 * MS);
    epw_looks_note(&looks, 2000 * MS);
    cr_assert_eq(epw_looks_ago(&looks, 1), 2000 * MS);
    cr_assert_eq(epw_looks_ago(&looks, 2), 0);
}
