/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_asserts.h"

#include <string.h>

extern const struct epw_source epw_source_kerberos;

static struct epw_finder f;

/* AS-REQ: pvno 5, msg-type 10, body of options 0 and realm CORP.EXAMPLE */
static const char as_req[] = "\x6a\x2b\x30\x29\xa1\x03\x02\x01\x05\xa2\x03\x02\x01\x0a\xa4\x1d"
                             "\x30\x1b\xa0\x07\x03\x05\0\0\0\0\0\xa2\x10\x1b\x0e"
                             "CORP.EXAMPLE.X";
/* KRB-ERROR: pvno 5, msg-type 30, stime (one byte instead of a time), code 25, realm R.X */
static const char error[] = "\x7e\x1c\x30\x1a\xa0\x03\x02\x01\x05\xa1\x03\x02\x01\x1e\xa4\x02\x18"
                            "\x00\xa6\x03\x02\x01\x19\xa9\x05\x1b\x03"
                            "R.X";

static enum epw_look look(uint8_t proto, enum epw_dir dir, const void *bytes, size_t len)
{
    fake_clear(&f);
    return fake_look(&f, &epw_source_kerberos, fake_opening(proto, 40000, 88, dir), bytes, len);
}

Test(ev_kerberos, request_over_udp)
{
    cr_assert_eq(look(17, EPW_TO_SERVER, as_req, sizeof(as_req) - 1), EPW_LOOK_DONE);
    cr_assert_str_eq(f.hint, "CORP.EXAMPLE.X");
    cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
    assert_no_prefix(&epw_source_kerberos, fake_opening(17, 1, 88, EPW_TO_SERVER), as_req,
                     sizeof(as_req) - 1);
}

Test(ev_kerberos, error_over_udp)
{
    cr_assert_eq(look(17, EPW_TO_CLIENT, error, sizeof(error) - 1), EPW_LOOK_DONE);
    cr_assert_str_eq(f.hint, "R.X");
    cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
}

Test(ev_kerberos, tcp_behind_its_length)
{
    uint8_t stream[4 + sizeof(as_req) - 1] = { 0, 0, 0, sizeof(as_req) - 1 };
    struct epw_opening o = fake_opening(6, 40000, 88, EPW_TO_SERVER);
    memcpy(stream + 4, as_req, sizeof(as_req) - 1);
    assert_prefixes(&epw_source_kerberos, o, stream, sizeof(stream));
    fake_clear(&f);
    cr_assert_eq(fake_grow(&f, &epw_source_kerberos, o, stream, sizeof(stream), NULL),
                 EPW_LOOK_DONE);
    cr_assert_str_eq(f.hint, "CORP.EXAMPLE.X");
    assert_near_misses(&epw_source_kerberos, o, stream, sizeof(stream), 18, 0);
}

Test(ev_kerberos, near_misses)
{
    struct epw_opening o = fake_opening(17, 40000, 88, EPW_TO_CLIENT);
    assert_near_misses(&epw_source_kerberos, o, error, sizeof(error) - 1, 14, 1u << 3);
    cr_assert_eq(look(17, EPW_TO_SERVER, as_req, sizeof(as_req)), EPW_LOOK_NO, "a byte too many");
}
