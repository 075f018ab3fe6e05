/* SPDX-License-Identifier: Apache-2.0 */
#include "base/digits.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>

/* printf() is the judge. */
static void same_as_printf(uint64_t value)
{
    char text[EPW_DIGITS_MAX + 1], expected[EPW_DIGITS_MAX + 1];
    *epw_digits_u64(text, value) = '\0';
    snprintf(expected, sizeof(expected), "%" PRIu64, value);
    cr_assert_str_eq(text, expected);
}

Test(digits, numbers_have_as_many_as_they_need)
{
    for (uint64_t value = 0; value < 12000; value++)
        same_as_printf(value);
    for (uint64_t power = 1; power <= UINT64_MAX / 10; power *= 10) {
        same_as_printf(power - 1);
        same_as_printf(10 * power - 1);
        same_as_printf(10 * power);
        same_as_printf(10 * power + 1);
    }
    same_as_printf(UINT64_MAX);
}

Test(digits, pairs_have_two)
{
    for (uint32_t value = 0; value < 100; value++) {
        char text[3] = "", expected[16];
        cr_assert_eq(epw_digits_pair(text, value), text + 2);
        snprintf(expected, sizeof(expected), "%02" PRIu32, value);
        cr_assert_str_eq(text, expected);
    }
}
