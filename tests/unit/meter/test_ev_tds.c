/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_asserts.h"

#include <string.h>

extern const struct epw_source epw_source_tds;

static struct epw_finder f;

/* pre-login: version at 11 (6 bytes), encryption at 17 (1 byte), end; 26 bytes in all */
static const uint8_t prelogin[] = {
    0x12, 1, 0,  26, 0, 0, 1, 0, /* type, end of message, length, SPID, packet, window */
    0,    0, 11, 0,  6, 1, 0, 17, 0, 1, 0xff, /* option table */
    0,    0, 0,  0,  0, 0, 2,                 /* version, encryption */
};

/* login: length 94 in all, TDS 7.4, packet size 4096; the rest is not read */
static const uint8_t login[] = {
    0x10, 1, 0, 102, 0, 0, 1, 0, 94, 0, 0, 0, 4, 0, 0, 0x74, 0, 0x10, 0, 0, 7, 0, 0, 0, 0,
};

static enum epw_look look(enum epw_dir dir, const void *bytes, size_t len)
{
    fake_clear(&f);
    return fake_look(&f, &epw_source_tds, fake_opening(6, 40000, 1433, dir), bytes, len);
}

Test(ev_tds, prelogin_of_either_side)
{
    uint8_t response[sizeof(prelogin)];
    struct epw_opening o = fake_opening(6, 40000, 1433, EPW_TO_SERVER);
    assert_prefixes(&epw_source_tds, o, prelogin, sizeof(prelogin));
    cr_assert_eq(look(EPW_TO_SERVER, prelogin, sizeof(prelogin)), EPW_LOOK_DONE);
    cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
    memcpy(response, prelogin, sizeof(response));
    response[0] = 4;
    cr_assert_eq(look(EPW_TO_CLIENT, response, sizeof(response)), EPW_LOOK_DONE);
    cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
}

Test(ev_tds, login)
{
    assert_prefixes(&epw_source_tds, fake_opening(6, 40000, 1433, EPW_TO_SERVER), login,
                    sizeof(login));
}

/* batch of 102 bytes: all headers 22, transaction header 18, type 2; the rest is not read */
static const uint8_t batch[] = {
    1, 1, 0, 102, 0, 0, 1, 0, 22, 0, 0, 0, 18, 0, 0, 0, 2, 0,
};

Test(ev_tds, request_midstream)
{
    struct epw_opening o = fake_opening(6, 40000, 1433, EPW_TO_SERVER);
    assert_prefixes(&epw_source_tds, o, batch, sizeof(batch));
    assert_near_misses(&epw_source_tds, o, batch, sizeof(batch), sizeof(batch),
                       bytes_from_to(3, 6));
}

Test(ev_tds, near_misses)
{
    struct epw_opening o = fake_opening(6, 40000, 1433, EPW_TO_SERVER);
    /* Free: a length still long enough, SPID and packet number, the token of a later option. */
    assert_near_misses(&epw_source_tds, o, prelogin, sizeof(prelogin), 19,
                       bytes_from_to(3, 6) | bytes_from_to(13, 13));
    /* Free besides: the version's low bytes, the size's low byte. */
    assert_near_misses(&epw_source_tds, o, login, sizeof(login), 20,
                       bytes_from_to(4, 6) | bytes_from_to(12, 14) | bytes_from_to(16, 17));
    /* 0x12 is also what wraps TLS: a handshake is no option table. */
    cr_assert_eq(look(EPW_TO_SERVER, "\x12\1\0\x20\0\0\1\0\x16\3\1\0\x10\1\0\0", 16), EPW_LOOK_NO);
    cr_assert_eq(look(EPW_TO_SERVER, "\x12\1\0\x20\0\0\1\0\xff", 9), EPW_LOOK_NO, "no option");
}
