/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_asserts.h"

#include <string.h>

extern const struct epw_source epw_source_ntp;

static struct epw_finder f;

static enum epw_look look(uint16_t port, enum epw_dir dir, const uint8_t *start, size_t n,
                          size_t len)
{
    uint8_t bytes[256] = { 0 };
    memcpy(bytes, start, n);
    fake_clear(&f);
    return fake_look(&f, &epw_source_ntp, fake_opening(17, 40000, port, dir), bytes, len);
}

/* leap unknown, version 4, client; stratum 0, poll 2^6, precision */
static const uint8_t client[] = { 0xe3, 0, 6, 0xec };
/* version 4, server; stratum 2 */
static const uint8_t server[] = { 0x24, 2, 6, 0xe8 };

Test(ev_ntp, client_and_server)
{
    cr_assert_eq(look(123, EPW_TO_SERVER, client, 4, 48), EPW_LOOK_DONE);
    cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
    cr_assert_eq(look(123, EPW_TO_CLIENT, server, 4, 68), EPW_LOOK_DONE, "with a signature");
    cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
}

Test(ev_ntp, control_and_private_messages)
{
    static const uint8_t control[] = { 0x16, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 4 };
    static const uint8_t private[] = { 0x17, 0, 3, 42, 0, 0, 0, 0 };
    cr_assert_eq(look(123, EPW_TO_SERVER, control, 12, 16), EPW_LOOK_DONE);
    cr_assert_eq(look(123, EPW_TO_SERVER, control, 12, 15), EPW_LOOK_NO, "4 bytes are claimed");
    cr_assert_eq(look(123, EPW_TO_SERVER, private, 8, 8), EPW_LOOK_DONE);
    cr_assert_eq(look(123, EPW_TO_SERVER, private, 8, 7), EPW_LOOK_NO);
}

Test(ev_ntp, near_misses)
{
    static const uint8_t wrong[][4] = {
        { 0x03, 0, 6, 0 },    /* version 0 */
        { 0x2b, 0, 6, 0 },    /* version 5 */
        { 0x20, 0, 6, 0 },    /* mode 0 */
        { 0x23, 17, 6, 0 },   /* stratum beyond the reserved bound */
        { 0x23, 0, 18, 0 },   /* poll beyond 2^17 */
        { 0x23, 0, 0x80, 0 }, /* poll far below */
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        cr_assert_eq(look(123, EPW_TO_SERVER, wrong[i], 4, 48), EPW_LOOK_NO, "%zu", i);
    cr_assert_eq(look(124, EPW_TO_SERVER, client, 4, 48), EPW_LOOK_NO);
    cr_assert_eq(look(123, EPW_TO_SERVER, client, 4, 50), EPW_LOOK_NO, "not whole words");
    uint8_t bytes[48] = { 0xe3, 0, 6, 0xec };
    assert_no_prefix(&epw_source_ntp, fake_opening(17, 1, 123, EPW_TO_SERVER), bytes, 48);
}
