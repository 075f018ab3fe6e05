/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_asserts.h"

#include <string.h>

extern const struct epw_source epw_source_dhcp;

static struct epw_finder f;

/* BOOTP header of 236 bytes (request, Ethernet), cookie, discover, pad, host name, end */
static size_t discover(uint8_t bytes[300])
{
    static const uint8_t options[] = { 0x63, 0x82, 0x53, 0x63, 53,  1,   1,   0,
                                       12,   4,    'p',  'c',  '0', '7', 255, 0 };
    memset(bytes, 0, 300);
    bytes[0] = 1;
    bytes[1] = 1;
    bytes[2] = 6;
    memcpy(bytes + 236, options, sizeof(options));
    return 236 + sizeof(options);
}

static enum epw_look look(uint16_t port0, uint16_t port1, const uint8_t *bytes, size_t len)
{
    fake_clear(&f);
    return fake_look(&f, &epw_source_dhcp, fake_opening(17, port0, port1, EPW_TO_SERVER), bytes,
                     len);
}

Test(ev_dhcp, host_name_becomes_the_hint)
{
    uint8_t bytes[300];
    size_t len = discover(bytes);
    cr_assert_eq(look(68, 67, bytes, len), EPW_LOOK_DONE);
    cr_assert_str_eq(f.hint, "pc07");
    cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
    bytes[0] = 2;
    cr_assert_eq(look(67, 68, bytes, len), EPW_LOOK_DONE);
    cr_assert_eq(f.ev.requester, EPW_TO_CLIENT);
    cr_assert_eq(look(67, 68, bytes, 240 + 8), EPW_LOOK_DONE, "cut in the options");
    cr_assert_str_empty(f.hint);
}

Test(ev_dhcp, near_misses)
{
    uint8_t bytes[300];
    size_t len = discover(bytes);
    struct epw_opening o = fake_opening(17, 68, 67, EPW_TO_SERVER);
    assert_no_prefix(&epw_source_dhcp, o, bytes, 240);
    assert_near_misses(&epw_source_dhcp, o, bytes, len, 4, 2);
    cr_assert_eq(look(6800, 6700, bytes, len), EPW_LOOK_NO);
    bytes[236] ^= 1;
    cr_assert_eq(look(68, 67, bytes, len), EPW_LOOK_NO, "no cookie");
}
