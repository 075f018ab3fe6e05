/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/knowledge/hosts.h"
#include "audit_fixture.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(local_only_exposed, .init = find_open, .fini = find_close);

#define KIND "local-only-exposed"

Test(local_only_exposed, another_machine_is_answered)
{
    show_talk(ADMIN, SERVER, 8447, EPW_APP_UNKNOWN);
    show_product();
    find_all(KIND);
    EXPECT_ONE(SERVER ":8447", ADMIN, SERVER);
    cr_assert_eq(found[0].severity, EPW_SEVERITY_HIGH);
    cr_assert_not_null(strstr(found[0].documented, "A-6"));
}

Test(local_only_exposed, several_culprits_make_one_finding)
{
    show_product();
    show_talk(ADMIN, SERVER, 8447, EPW_APP_UNKNOWN);
    show_talk(OTHER, SERVER, 8447, EPW_APP_UNKNOWN);
    find_all(KIND);
    EXPECT_ONE(SERVER ":8447", ADMIN, SERVER);
    cr_assert_eq(found[0].count, 2);
    cr_assert_str_eq(found[0].host[2], OTHER);
}

Test(local_only_exposed, port_that_no_firewall_need_pass)
{
    show_product();
    show_talk(AGENT, SERVER, 2226, EPW_APP_UNKNOWN);
    find_all(KIND);
    EXPECT_ONE(SERVER ":2226", AGENT, SERVER);
}

Test(local_only_exposed, the_same_port_is_open_in_another_role)
{
    show_product();
    show_talk(SERVER, AGENT, 2226, EPW_APP_UNKNOWN);
    find_all(KIND);
    EXPECT_NONE();
}

Test(local_only_exposed, not_of_a_host_without_the_role)
{
    show_product();
    show_talk(ADMIN, OTHER, 8447, EPW_APP_UNKNOWN);
    find_all(KIND);
    EXPECT_NONE();
}

static void scan(void)
{
    for (uint16_t i = 0; i < EPW_SCAN_TARGETS; i++)
        show_attempt(ADMIN, SERVER, (uint16_t)(7000 + i));
}

Test(local_only_exposed, a_scanner_uses_nothing_whenever_it_is_known)
{
    show_product();
    show_talk(ADMIN, SERVER, 8447, EPW_APP_UNKNOWN);
    scan();
    find_all(KIND);
    EXPECT_NONE();
}

Test(local_only_exposed, a_scanner_that_is_known_uses_nothing)
{
    show_product();
    scan();
    show_talk(ADMIN, SERVER, 8447, EPW_APP_UNKNOWN);
    find_all(KIND);
    EXPECT_NONE();
}

Test(local_only_exposed, not_when_nobody_answers)
{
    show_product();
    show_attempt(ADMIN, SERVER, 8447);
    find_all(KIND);
    EXPECT_NONE();
}

Test(local_only_exposed, not_from_the_host_itself)
{
    show_product();
    show_talk(SERVER, SERVER, 8447, EPW_APP_UNKNOWN);
    show_talk("127.0.0.1", "127.0.0.2", 8447, EPW_APP_UNKNOWN);
    find_all(KIND);
    EXPECT_NONE();
}

/* clang-format off */
TestSuite(local_only_exposed_site, .fini = find_close);
/* clang-format on */

Test(local_only_exposed_site, a_server_declared_by_address)
{
    find_open_site("host,acme,server," SERVER ",\n");
    show_talk(ADMIN, SERVER, 8447, EPW_APP_UNKNOWN);
    find_all(KIND);
    EXPECT_ONE(SERVER ":8447", ADMIN, SERVER);
}

Test(local_only_exposed_site, a_server_declared_by_name)
{
    find_open_site("name,acme,server,server.example,\n");
    show_name(ADMIN, "server.example", SERVER);
    show_talk(ADMIN, SERVER, 8447, EPW_APP_UNKNOWN);
    find_all(KIND);
    EXPECT_ONE(SERVER ":8447", ADMIN, SERVER);
}

Test(local_only_exposed_site, our_own_scanner_may_look)
{
    find_open_site("host,acme,server," SERVER ",\nscanner,,," ADMIN ",\n");
    show_talk(ADMIN, SERVER, 8447, EPW_APP_UNKNOWN);
    find_all(KIND);
    EXPECT_NONE();
}
