/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_asserts.h"

#include <string.h>

extern const struct epw_source epw_source_ldap;

static struct epw_finder f;

static void clear(void)
{
    fake_clear(&f);
}

TestSuite(ev_ldap, .init = clear);

/* message 1: bindRequest, version 3, cn=admin, simple "secret" */
static const char bind[] = "\x30\x1b\x02\x01\x01"
                           "\x60\x16\x02\x01\x03\x04\x08"
                           "cn=admin\x80\x07"
                           "secret!";
/* message 1: bindRequest, version 3, no name, no password */
static const char anonymous[] = "\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00";
/* message 2: bindRequest, version 3, SASL "GSSAPI" */
static const char sasl[] = "\x30\x14\x02\x01\x02\x60\x0f\x02\x01\x03\x04\x00\xa3\x08\x04\x06"
                           "GSSAPI";
/* message 1: searchRequest, base "", scope base, never deref, limits 0, typesOnly false,
 * present objectClass, no attributes */
static const char search[] = "\x30\x25\x02\x01\x01\x63\x20\x04\x00\x0a\x01\x00\x0a\x01\x00"
                             "\x02\x01\x00\x02\x01\x00\x01\x01\x00\x87\x0b"
                             "objectClass\x30\x00";
/* message 1: extendedRequest StartTLS */
static const char starttls[] = "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
                               "1.3.6.1.4.1.1466.20037";
/* message 1: bindResponse success */
static const char bound[] = "\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00";
/* message 2: searchResultEntry "dc=x", no attributes */
static const char entry[] = "\x30\x0d\x02\x01\x02\x64\x08\x04\x04"
                            "dc=x\x30\x00";

static enum epw_look grow(enum epw_dir dir, const void *bytes, size_t len)
{
    return fake_grow(&f, &epw_source_ldap, fake_opening(6, 40000, 389, dir), bytes, len, NULL);
}

Test(ev_ldap, password_in_clear)
{
    cr_assert_eq(grow(EPW_TO_SERVER, bind, sizeof(bind) - 1), EPW_LOOK_DONE);
    cr_assert(f.ev.simple_bind);
    cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
    cr_assert_str_empty(f.hint);
    assert_prefixes(&epw_source_ldap, fake_opening(6, 1, 3268, EPW_TO_SERVER), bind,
                    sizeof(bind) - 1);
}

Test(ev_ldap, binds_without_a_password)
{
    cr_assert_eq(grow(EPW_TO_SERVER, anonymous, sizeof(anonymous) - 1), EPW_LOOK_DONE);
    cr_assert_eq(grow(EPW_TO_SERVER, sasl, sizeof(sasl) - 1), EPW_LOOK_DONE);
    cr_assert_not(f.ev.simple_bind);
    cr_assert_not(f.ev.starttls);
}

Test(ev_ldap, bind_behind_searches)
{
    uint8_t stream[200];
    size_t len = 0;
    for (int i = 0; i < 3; i++, len += sizeof(search) - 1)
        memcpy(stream + len, search, sizeof(search) - 1);
    memcpy(stream + len, bind, sizeof(bind) - 1);
    len += sizeof(bind) - 1;
    cr_assert_eq(grow(EPW_TO_SERVER, stream, len), EPW_LOOK_DONE);
    cr_assert(f.ev.simple_bind);
    assert_prefixes(&epw_source_ldap, fake_opening(6, 1, 389, EPW_TO_SERVER), stream, len);
    clear();
    cr_assert_eq(
        fake_look(&f, &epw_source_ldap, fake_opening(6, 1, 389, EPW_TO_SERVER), stream, len),
        EPW_LOOK_DONE);
    cr_assert(f.ev.simple_bind);
}

Test(ev_ldap, starttls_is_asked_for)
{
    cr_assert_eq(grow(EPW_TO_SERVER, starttls, sizeof(starttls) - 1), EPW_LOOK_DONE);
    cr_assert(f.ev.starttls);
    cr_assert(f.tunnel);
    cr_assert_eq(f.consumed, sizeof(starttls) - 1);
    cr_assert_not(f.ev.simple_bind);
    assert_prefixes(&epw_source_ldap, fake_opening(6, 1, 389, EPW_TO_SERVER), starttls,
                    sizeof(starttls) - 1);
}

Test(ev_ldap, tls_follows_the_answer_to_starttls_only)
{
    static const char extended[] = "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00";
    cr_assert_eq(grow(EPW_TO_CLIENT, extended, sizeof(extended) - 1), EPW_LOOK_DONE);
    cr_assert_not(f.tunnel, "an answer to something else");
    clear();
    f.ev.starttls = true;
    cr_assert_eq(grow(EPW_TO_CLIENT, extended, sizeof(extended) - 1), EPW_LOOK_DONE);
    cr_assert(f.tunnel);
    cr_assert_eq(f.consumed, sizeof(extended) - 1);
    clear();
    f.ev.starttls = true;
    cr_assert_eq(grow(EPW_TO_CLIENT, bound, sizeof(bound) - 1), EPW_LOOK_DONE);
    cr_assert_not(f.tunnel, "bound in clear");
}

Test(ev_ldap, server_side)
{
    cr_assert_eq(grow(EPW_TO_CLIENT, bound, sizeof(bound) - 1), EPW_LOOK_DONE);
    cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
    cr_assert_eq(grow(EPW_TO_CLIENT, entry, sizeof(entry) - 1), EPW_LOOK_DONE);
    assert_prefixes(&epw_source_ldap, fake_opening(6, 1, 389, EPW_TO_CLIENT), bound,
                    sizeof(bound) - 1);
    assert_prefixes(&epw_source_ldap, fake_opening(6, 1, 389, EPW_TO_CLIENT), entry,
                    sizeof(entry) - 1);
}

Test(ev_ldap, datagrams_are_one_message_from_end_to_end)
{
    struct epw_opening o = fake_opening(17, 40000, 389, EPW_TO_SERVER);
    cr_assert_eq(fake_look(&f, &epw_source_ldap, o, search, sizeof(search) - 1), EPW_LOOK_DONE);
    assert_no_prefix(&epw_source_ldap, o, search, sizeof(search) - 1);
    cr_assert_eq(fake_look(&f, &epw_source_ldap, o, search, sizeof(search)), EPW_LOOK_NO,
                 "a byte too many");
}

Test(ev_ldap, near_misses)
{
    struct epw_opening o = fake_opening(6, 40000, 389, EPW_TO_SERVER);
    /* Free: the message's length (it may be cut) and number, and the name's letters. */
    uint64_t letters = bytes_from_to(12, 19);
    assert_near_misses(&epw_source_ldap, o, bind, sizeof(bind) - 1, 20, letters);
    assert_near_misses(&epw_source_ldap, o, bound, sizeof(bound) - 1, sizeof(bound) - 1, 0);
    assert_near_misses(&epw_source_ldap, o, search, sizeof(search) - 1, 19, 1u << 17);
    cr_assert_eq(grow(EPW_TO_SERVER, "\x30\x80\x02\x01\x01", 5), EPW_LOOK_NO, "indefinite");
    cr_assert_eq(grow(EPW_TO_SERVER, "\x30\x03\x02\x01\x01", 5), EPW_LOOK_NO, "no operation");
    cr_assert_eq(grow(EPW_TO_SERVER, "\x30\x85\0\0\0\0\1", 7), EPW_LOOK_NO);
}
