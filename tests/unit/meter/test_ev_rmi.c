/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_asserts.h"

extern const struct epw_source epw_source_rmi;

/* "JRMI", version 2, StreamProtocol */
static const uint8_t call[] = { 'J', 'R', 'M', 'I', 0, 2, 0x4b };

Test(ev_rmi, call_header)
{
    struct epw_finder f;
    struct epw_opening o = fake_opening(6, 40000, 1099, EPW_TO_SERVER);
    fake_clear(&f);
    cr_assert_eq(fake_look(&f, &epw_source_rmi, o, call, sizeof(call)), EPW_LOOK_DONE);
    cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
    assert_prefixes(&epw_source_rmi, o, call, sizeof(call));
    assert_near_misses(&epw_source_rmi, o, call, sizeof(call), sizeof(call), 0);
}
