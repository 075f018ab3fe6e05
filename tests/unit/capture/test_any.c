/* SPDX-License-Identifier: Apache-2.0 */
/* The interface of a cooked frame. Without a socket to ask, no name is known but "any". */
#include "capture/any.h"

#include <criterion/criterion.h>

/* LINKTYPE_LINUX_SLL2: protocol, reserved, interface index, hardware, packet type, address. */
struct cooked {
    uint8_t bytes[20];
};

static struct cooked frame(uint32_t index)
{
    struct cooked f = { { 0x08, 0x00, 0, 0, 0, 0, 0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 5, 0, 0 } };
    for (unsigned i = 0; i < 4; i++)
        f.bytes[4 + i] = (uint8_t)(index >> (24 - 8 * i));
    return f;
}

Test(any, each_interface_has_a_number_of_its_own)
{
    struct epw_any *any = epw_any_new(-1);
    cr_assert_not_null(any);
    const struct cooked two = frame(2), large = frame(0x7fffffff), none = frame(0);
    cr_expect_eq(epw_any_source(any, two.bytes, sizeof(two.bytes)), 1);
    cr_expect_eq(epw_any_source(any, large.bytes, sizeof(large.bytes)), 2);
    cr_expect_eq(epw_any_source(any, two.bytes, sizeof(two.bytes)), 1);
    cr_expect_eq(epw_any_source(any, none.bytes, sizeof(none.bytes)), 0);
    cr_expect_eq(epw_any_source(any, two.bytes, 7), 0, "cut inside the index");
    for (int i = 0; i < 3; i++)
        cr_expect_str_eq(epw_any_names(any)[i], "any");
    epw_any_free(any);
}

Test(any, more_interfaces_than_are_kept_are_any)
{
    struct epw_any *any = epw_any_new(-1);
    cr_assert_not_null(any);
    for (unsigned i = 1; i <= 2 * EPW_ANY_NAMES; i++) {
        const struct cooked each = frame(i);
        cr_expect_eq(epw_any_source(any, each.bytes, sizeof(each.bytes)),
                     i < EPW_ANY_NAMES ? i : 0);
    }
    const struct cooked first = frame(1);
    cr_expect_eq(epw_any_source(any, first.bytes, sizeof(first.bytes)), 1);
    epw_any_free(any);
}
