/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_asserts.h"

#include <string.h>

extern const struct epw_source epw_source_ssh;

static enum epw_look look(struct epw_finder *f, const char *text)
{
    fake_clear(f);
    return fake_look(f, &epw_source_ssh, fake_opening(6, 40000, 2222, EPW_TO_CLIENT), text,
                     strlen(text));
}

Test(ev_ssh, version_line_becomes_the_hint)
{
    struct epw_finder f;
    cr_assert_eq(look(&f, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n\0\0\1\1"), EPW_LOOK_DONE);
    cr_assert_str_eq(f.hint, "SSH-2.0-OpenSSH_9.2p1 Debian-2");
    cr_assert_eq(look(&f, "SSH-1.99-Cisco-1.25\n"), EPW_LOOK_DONE);
    cr_assert_str_eq(f.hint, "SSH-1.99-Cisco-1.25");
}

Test(ev_ssh, cut_and_split)
{
    static const char text[] = "SSH-2.0-dropbear_2022.83\r\n";
    assert_prefixes(&epw_source_ssh, fake_opening(6, 1, 2222, EPW_TO_SERVER), text, strlen(text));
    struct epw_finder f;
    struct epw_opening o = fake_opening(6, 1, 2222, EPW_TO_SERVER);
    o.last = true;
    fake_clear(&f);
    cr_assert_eq(fake_look(&f, &epw_source_ssh, o, text, 15), EPW_LOOK_DONE);
    cr_assert_str_eq(f.hint, "SSH-2.0-dropbea");
    cr_assert_eq(fake_look(&f, &epw_source_ssh, o, text, 5), EPW_LOOK_NO);
}

Test(ev_ssh, near_misses)
{
    struct epw_finder f;
    char text[300] = "SSH-2.0-";
    cr_assert_eq(look(&f, "SSH-3.0-x\r\n"), EPW_LOOK_NO);
    cr_assert_eq(look(&f, "ssh-2.0-x\r\n"), EPW_LOOK_NO);
    cr_assert_eq(look(&f, "SSH-2.0-\x01\x02\r\n"), EPW_LOOK_NO);
    memset(text + 8, 'x', sizeof(text) - 9);
    cr_assert_eq(look(&f, text), EPW_LOOK_NO, "a line longer than RFC 4253 allows");
}
