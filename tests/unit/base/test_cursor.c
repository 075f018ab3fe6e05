/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cursor.h"

#include <criterion/criterion.h>

static const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8 };

Test(cursor, reads_numbers_in_both_orders)
{
    struct epw_cur c = epw_cur(bytes, sizeof(bytes));
    cr_assert_eq(epw_cur_u8(&c), 1);
    cr_assert_eq(epw_cur_be16(&c), 0x0203);
    cr_assert_eq(epw_cur_le16(&c), 0x0504);
    cr_assert_eq(epw_cur_be24(&c), 0x060708);
    cr_assert(epw_cur_ok(&c));
    cr_assert_eq(epw_cur_left(&c), 0);
}

Test(cursor, error_is_sticky_and_reads_give_zero)
{
    struct epw_cur c = epw_cur(bytes, 3);
    cr_assert_eq(epw_cur_be32(&c), 0);
    cr_assert_not(epw_cur_ok(&c));
    cr_assert_eq(epw_cur_u8(&c), 0, "a byte is there, but the cursor has failed");
    cr_assert_eq(epw_cur_left(&c), 0);
    cr_assert_null(epw_cur_bytes(&c, 0));
}

Test(cursor, sub_with_a_lying_length_fails_both)
{
    struct epw_cur c = epw_cur(bytes, sizeof(bytes));
    struct epw_cur inner = epw_cur_sub(&c, 9);
    cr_assert_not(epw_cur_ok(&inner));
    cr_assert_not(epw_cur_ok(&c));
}

Test(cursor, sub_bounds_the_inner_reads)
{
    struct epw_cur c = epw_cur(bytes, sizeof(bytes));
    struct epw_cur inner = epw_cur_sub(&c, 2);
    cr_assert_eq(epw_cur_be32(&inner), 0);
    cr_assert_not(epw_cur_ok(&inner));
    cr_assert_eq(epw_cur_u8(&c), 3, "the parent goes on behind the inner bytes");
}

Test(cursor, nothing_is_a_valid_input)
{
    struct epw_cur c = epw_cur(NULL, 0);
    cr_assert_eq(epw_cur_left(&c), 0);
    cr_assert(epw_cur_skip(&c, 0));
    cr_assert_not(epw_cur_skip(&c, 1));
}
