/* SPDX-License-Identifier: Apache-2.0 */
#include "audit_fixture.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(protocol_mismatch, .init = find_open, .fini = find_close);

#define KIND "protocol-mismatch"

/* The flow comes before its responder is known in the role: it waits for that. */
Test(protocol_mismatch, another_protocol_on_the_servers_port)
{
    show_talk(ADMIN, SERVER, 9443, EPW_APP_SSH);
    show_product();
    find_all(KIND);
    EXPECT_ONE(SERVER ":9443", ADMIN, SERVER);
    cr_assert_not_null(strstr(found[0].summary, "ssh"));
}

Test(protocol_mismatch, whole_first_bytes_of_no_protocol)
{
    show_product();
    show_talk(ADMIN, SERVER, 9443, EPW_APP_UNKNOWN);
    find_all(KIND);
    EXPECT_ONE(SERVER ":9443", ADMIN, SERVER);
}

Test(protocol_mismatch, what_was_not_seen_is_none)
{
    show_product();
    struct epw_flow_record r = talk(ADMIN, SERVER, 9443, EPW_APP_UNKNOWN);
    evidence_of(&r)->cut = true;
    show(&r);
    r = talk(ADMIN, SERVER, 9443, EPW_APP_UNKNOWN);
    r.midstream = true;
    show(&r);
    r = talk(ADMIN, SERVER, 9443, EPW_APP_UNKNOWN);
    evidence_of(&r)->payload_seen[0] = false;
    show(&r);
    r = talk(ADMIN, SERVER, 9443, EPW_APP_UNKNOWN);
    evidence_of(&r)->evicted = true;
    show(&r);
    find_all(KIND);
    EXPECT_NONE();
}

Test(protocol_mismatch, the_documented_protocol_is_none)
{
    show_product();
    show_talk(ADMIN, SERVER, 9443, EPW_APP_TLS);
    find_all(KIND);
    EXPECT_NONE();
}

Test(protocol_mismatch, not_of_a_host_without_the_role)
{
    show_product();
    show_talk(ADMIN, OTHER, 9443, EPW_APP_SSH);
    show_talk(ADMIN, OTHER, 2222, EPW_APP_SSH);
    find_all(KIND);
    EXPECT_NONE();
}

Test(protocol_mismatch, a_row_without_a_protocol_is_none)
{
    show_product();
    show_talk(ADMIN, SERVER, 2223, EPW_APP_SSH);
    find_all(KIND);
    EXPECT_NONE();
}
