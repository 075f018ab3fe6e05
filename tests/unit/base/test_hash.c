/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* What stands behind the last whole 16 bytes counts as if it were filled up with zero. */
Test(hash, tail_is_filled_up_with_zero)
{
    if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
        cr_skip_test("other words elsewhere, as good");
    const uint8_t bytes[] = "\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e";
    for (size_t len = 0; len < 16; len++) {
        uint8_t *copy = malloc(len == 0 ? 1 : len), want[16] = { 0 };
        uint64_t tail[2];
        cr_assert_not_null(copy);
        memcpy(copy, bytes, len); /* of its exact size: a read beyond it is seen */
        memcpy(want, bytes, len);
        epw_hash_tail(copy, len, tail);
        cr_assert_eq(memcmp(tail, want, sizeof(want)), 0, "%zu bytes", len);
        free(copy);
    }
}

Test(hash, every_byte_counts)
{
    uint8_t bytes[40] = { 0 };
    for (size_t len = 1; len <= sizeof(bytes); len++) {
        uint64_t before = epw_hash(bytes, len, 7);
        cr_assert_neq(before, epw_hash(bytes, len - 1, 7), "%zu bytes", len);
        cr_assert_neq(before, epw_hash(bytes, len, 8));
        for (size_t i = 0; i < len; i++) {
            bytes[i] = 1;
            cr_assert_neq(before, epw_hash(bytes, len, 7), "byte %zu of %zu", i, len);
            bytes[i] = 0;
        }
    }
}
