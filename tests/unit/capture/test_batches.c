/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/batches.h"

#include <criterion/criterion.h>

Test(batches, come_in_their_order_and_are_emptied_before_they_are_filled_again)
{
    struct epw_batches batches = { 0 };
    cr_assert_eq(epw_batches_init(&batches), EPW_OK);
    cr_assert_null(epw_batches_first(&batches));
    for (uint32_t i = 1; i <= 3 * EPW_BATCHES; i++) {
        struct epw_batch *batch = epw_batches_room(&batches);
        cr_assert_eq(batch->count, 0);
        cr_assert_eq(batch->used, 0);
        batch->count = batch->used = i;
        cr_assert_eq(epw_batches_room(&batches), batch, "not put yet");
        batch->count = i;
        epw_batches_put(&batches);
        cr_assert_eq(epw_batches_first(&batches)->count, i);
        epw_batches_drop(&batches);
        cr_assert_null(epw_batches_first(&batches));
    }
    epw_batches_free(&batches);
}

Test(batches, are_so_many_and_no_more)
{
    struct epw_batches batches = { 0 };
    cr_assert_eq(epw_batches_init(&batches), EPW_OK);
    atomic_store(&batches.in, UINT32_MAX - 2); /* the counters wrap around */
    atomic_store(&batches.out, UINT32_MAX - 2);
    for (uint32_t i = 0; i < EPW_BATCHES; i++) {
        struct epw_batch *batch = epw_batches_room(&batches);
        cr_assert_not_null(batch);
        batch->count = i;
        epw_batches_put(&batches);
        cr_assert_eq(epw_batches_count(&batches), i + 1);
    }
    cr_assert_null(epw_batches_room(&batches));
    cr_assert_eq(epw_batches_first(&batches)->count, 0);
    epw_batches_drop(&batches);
    cr_assert_not_null(epw_batches_room(&batches));
    cr_assert_eq(epw_batches_first(&batches)->count, 1);
    epw_batches_free(&batches);
}
