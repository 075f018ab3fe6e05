/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_asserts.h"

extern const struct epw_source epw_source_mysql;

static struct epw_finder f;

/* packet 0 of 78 bytes: protocol 10, version, connection id, scramble, zero, ... */
static const char greeting[] = "\x4e\0\0\0\x0a"
                               "5.5.5-10.11.6-MariaDB\0\x09\0\0\0"
                               "abcdefgh"
                               "\0"
                               "\xfe\xf7\x2d\x02\0\xff\x81\x15";
/* packet 0: error 1130 */
static const char refused[] = "\x2a\0\0\0\xff\x6a\x04Host 'x' is not allowed to connect here";
/* packet 1 of 32 bytes: capabilities with 4.1 and SSL, size, charset, 23 zeros */
static const char ssl[] = "\x20\0\0\1\x85\xae\xff\x19\0\0\0\1\x2d\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                          "\0\0\0\0\0";

static enum epw_look look(enum epw_dir dir, const void *bytes, size_t len)
{
    fake_clear(&f);
    return fake_look(&f, &epw_source_mysql, fake_opening(6, 40000, 3306, dir), bytes, len);
}

Test(ev_mysql, greeting)
{
    struct epw_opening o = fake_opening(6, 40000, 3307, EPW_TO_CLIENT);
    cr_assert_eq(look(EPW_TO_CLIENT, greeting, sizeof(greeting) - 1), EPW_LOOK_DONE);
    cr_assert_str_eq(f.hint, "5.5.5-10.11.6-MariaDB");
    cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
    assert_prefixes(&epw_source_mysql, o, greeting, sizeof(greeting) - 1);
    assert_near_misses(&epw_source_mysql, o, greeting, sizeof(greeting) - 1, 40,
                       1u | bytes_from_to(27, 38));
}

Test(ev_mysql, refusal)
{
    cr_assert_eq(sizeof(refused) - 1 - 4, 0x2a);
    cr_assert_eq(look(EPW_TO_CLIENT, refused, sizeof(refused) - 1), EPW_LOOK_DONE);
    assert_prefixes(&epw_source_mysql, fake_opening(6, 1, 3306, EPW_TO_CLIENT), refused,
                    sizeof(refused) - 1);
    cr_assert_eq(look(EPW_TO_CLIENT, "\x2a\0\0\0\xff\x6a\x04Host\0", 12), EPW_LOOK_NO);
    cr_assert_eq(look(EPW_TO_CLIENT, "\x2a\0\0\0\xff\x6a\xf4Host", 11), EPW_LOOK_NO);
}

Test(ev_mysql, client_asks_for_tls)
{
    struct epw_opening o = fake_opening(6, 40000, 3306, EPW_TO_SERVER);
    cr_assert_eq(sizeof(ssl) - 1, 4 + 32 - 1);
    cr_assert_eq(look(EPW_TO_SERVER, ssl, sizeof(ssl)), EPW_LOOK_DONE);
    cr_assert(f.ev.starttls);
    cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
    assert_prefixes(&epw_source_mysql, o, ssl, sizeof(ssl));
    /* Free: the other capabilities, the size, the character set. */
    assert_near_misses(&epw_source_mysql, o, ssl, sizeof(ssl), 32,
                       1u | bytes_from_to(4, 4) | bytes_from_to(6, 12));
}
