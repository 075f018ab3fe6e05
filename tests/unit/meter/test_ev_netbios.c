/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_asserts.h"

#include <string.h>

extern const struct epw_source epw_source_netbios_ns;
extern const struct epw_source epw_source_netbios_dgm;
extern const struct epw_source epw_source_netbios_ssn;

static struct epw_finder f;

static void clear(void)
{
    fake_clear(&f);
}

TestSuite(ev_netbios, .init = clear);

/* "HOST" with suffix 20 and "*" with suffix 00, padded with NUL */
#define HOST_20                                                                                    \
    "\x20"                                                                                         \
    "EIEPFDFECACACACACACACACACACACACA"                                                             \
    "\0"
#define ANY_00                                                                                     \
    "\x20"                                                                                         \
    "CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"                                                             \
    "\0"

/* id, recursion desired and broadcast, 1 question; NB IN */
static const char query[] = "\x12\x34\x01\x10\0\1\0\0\0\0\0\0" HOST_20 "\0\x20\0\1";
/* node status: response with 1 answer; NBSTAT IN, TTL 0, 1 name (cut) */
static const char status[] = "\x12\x34\x84\0\0\0\0\1\0\0\0\0" ANY_00 "\0\x21\0\1\0\0\0\0\0\x41\1";
/* direct group datagram from 10.0.0.7: type, flags, id, address, port 138, length, offset */
static const char datagram[] = "\x11\x0a\x12\x34\x0a\0\0\x07\0\x8a\0\x44\0\0" HOST_20 ANY_00;
/* session request from HOST to HOST */
static const char session[] = "\x81\0\0\x44" HOST_20 HOST_20;

/* registration, recursion desired and broadcast, 1 question and 1 additional record; NB IN; a
 * pointer to the name, NB IN, TTL 300000, 6 bytes: flags (B node, unique) and 10.0.0.7 */
static const char registration[] = "\x12\x34\x29\x10\0\1\0\0\0\0\0\1" HOST_20
                                   "\0\x20\0\1\xc0\x0c\0\x20\0\1\0\4\x93\xe0\0\6\0\0\x0a\0\0\x07";
#define REGISTRATION_FLAGS (12 + 34 + 4 + 12)

static enum epw_look look(const struct epw_source *source, uint16_t port, const void *bytes,
                          size_t len)
{
    return fake_look(&f, source, fake_opening(17, port, port, EPW_TO_SERVER), bytes, len);
}

Test(ev_netbios, name_query_and_status)
{
    cr_assert_eq(look(&epw_source_netbios_ns, 137, query, sizeof(query) - 1), EPW_LOOK_DONE);
    cr_assert_str_eq(f.hint, "HOST<20>");
    cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
    cr_assert_eq(f.names, 0, "not a host name of the DNS");
    clear();
    cr_assert_eq(look(&epw_source_netbios_ns, 137, status, sizeof(status) - 1), EPW_LOOK_DONE);
    cr_assert_str_eq(f.hint, "*<00>");
    cr_assert_eq(f.ev.requester, EPW_TO_CLIENT);
}

Test(ev_netbios, a_registration_names_the_host_unless_it_is_a_groups)
{
    char bytes[sizeof(registration) - 1];
    memcpy(bytes, registration, sizeof(bytes));
    cr_assert_eq(look(&epw_source_netbios_ns, 137, bytes, sizeof(bytes)), EPW_LOOK_DONE);
    cr_assert_str_eq(f.request, "REGISTER HOST");
    cr_assert_str_eq(f.hint, "HOST<20>");
    clear();
    cr_assert_eq(look(&epw_source_netbios_ns, 137, bytes, REGISTRATION_FLAGS), EPW_LOOK_DONE);
    cr_assert_str_eq(f.request, "", "cut before the flags");
    clear();
    bytes[REGISTRATION_FLAGS] = '\x80';
    cr_assert_eq(look(&epw_source_netbios_ns, 137, bytes, sizeof(bytes)), EPW_LOOK_DONE);
    cr_assert_str_eq(f.request, "", "a group");
    clear();
    bytes[REGISTRATION_FLAGS] = 0;
    bytes[2] = '\x01'; /* a query */
    cr_assert_eq(look(&epw_source_netbios_ns, 137, bytes, sizeof(bytes)), EPW_LOOK_DONE);
    cr_assert_str_eq(f.request, "");
}

Test(ev_netbios, name_service_near_misses)
{
    struct epw_opening o = fake_opening(17, 137, 137, EPW_TO_SERVER);
    assert_no_prefix(&epw_source_netbios_ns, o, query, sizeof(query) - 1);
    cr_assert_eq(look(&epw_source_netbios_ns, 1137, query, sizeof(query) - 1), EPW_LOOK_NO);
    /* Free: id, flags (inverted they are an answer's), authority and additional counts. */
    assert_near_misses(&epw_source_netbios_ns, o, query, sizeof(query) - 1, sizeof(query) - 1,
                       bytes_from_to(0, 3) | bytes_from_to(8, 11));
}

Test(ev_netbios, datagram)
{
    struct epw_opening o = fake_opening(17, 138, 138, EPW_TO_SERVER);
    cr_assert_eq(look(&epw_source_netbios_dgm, 138, datagram, sizeof(datagram) - 1), EPW_LOOK_DONE);
    cr_assert_str_eq(f.hint, "HOST<20>");
    assert_no_prefix(&epw_source_netbios_dgm, o, datagram, 14 + 34);
    assert_near_misses(&epw_source_netbios_dgm, o, datagram, sizeof(datagram) - 1, 48,
                       bytes_from_to(2, 7) | bytes_from_to(10, 13));
    cr_assert_eq(look(&epw_source_netbios_dgm, 1138, datagram, sizeof(datagram) - 1), EPW_LOOK_NO);
}

static enum epw_look session_look(enum epw_dir dir, uint16_t port, bool last, const void *bytes,
                                  size_t len)
{
    struct epw_opening o = fake_opening(6, 40000, port, dir);
    clear();
    o.last = last;
    return fake_look(&f, &epw_source_netbios_ssn, o, bytes, len);
}

Test(ev_netbios, session_without_smb)
{
    uint8_t stream[100];
    memcpy(stream, session, sizeof(session) - 1);
    memcpy(stream + sizeof(session) - 1, "\0\0\0\x08printing", 12);
    size_t names = sizeof(session) - 1;
    assert_prefixes(&epw_source_netbios_ssn, fake_opening(6, 4000, 139, EPW_TO_SERVER), stream,
                    names + 8);
    cr_assert_eq(session_look(EPW_TO_SERVER, 139, false, stream, names), EPW_LOOK_MORE);
    cr_assert_eq(session_look(EPW_TO_SERVER, 139, true, stream, names), EPW_LOOK_DONE);
    cr_assert_str_eq(f.hint, "HOST<20>");
    memcpy(stream + names + 4, "\xffSMBr", 5);
    cr_assert_eq(session_look(EPW_TO_SERVER, 139, false, stream, names + 8), EPW_LOOK_NO);
    cr_assert_eq(session_look(EPW_TO_SERVER, 139, false, stream, names + 6), EPW_LOOK_MORE);
}

Test(ev_netbios, session_answers)
{
    cr_assert_eq(session_look(EPW_TO_CLIENT, 139, false, "\x83\0\0\1\x82", 5), EPW_LOOK_DONE);
    cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
    cr_assert_eq(session_look(EPW_TO_CLIENT, 139, false, "\x82\0\0\0", 4), EPW_LOOK_MORE);
    cr_assert_eq(session_look(EPW_TO_CLIENT, 139, true, "\x82\0\0\0", 4), EPW_LOOK_DONE);
    cr_assert_eq(session_look(EPW_TO_CLIENT, 139, false, "\x82\0\0\0\0\0\0\x30\xffSMB", 12),
                 EPW_LOOK_NO);
    cr_assert_eq(session_look(EPW_TO_CLIENT, 1139, true, "\x82\0\0\0", 4), EPW_LOOK_NO);
    cr_assert_eq(session_look(EPW_TO_CLIENT, 139, true, "\x82\0\0\1", 4), EPW_LOOK_NO);
    cr_assert_eq(session_look(EPW_TO_SERVER, 139, true, "\x81\0\0\x43", 4), EPW_LOOK_NO);
}
