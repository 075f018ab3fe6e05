/* SPDX-License-Identifier: Apache-2.0 */
#include "audit_fixture.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(undocumented_port, .init = find_open, .fini = find_close);

#define KIND "undocumented-port"

/* The flow comes before anything is known of the hosts: it waits for that. */
Test(undocumented_port, client_and_server_talk_on_a_port_of_no_row)
{
    show_talk(AGENT, SERVER, 9999, EPW_APP_UNKNOWN);
    show_product();
    find_all(KIND);
    EXPECT_ONE(SERVER ":9999", AGENT, SERVER);
    cr_assert_eq(found[0].severity, EPW_SEVERITY_MEDIUM);
}

Test(undocumented_port, either_way_round)
{
    show_product();
    show_talk(SERVER, AGENT2, 9999, EPW_APP_HTTP);
    find_all(KIND);
    EXPECT_ONE(SERVER " to tcp/9999", SERVER, AGENT2);
}

Test(undocumented_port, ordinary_services_are_none)
{
    show_product();
    show_talk(AGENT, SERVER, 445, EPW_APP_SMB);
    show_talk(AGENT, SERVER, 3389, EPW_APP_UNKNOWN);
    show_talk(AGENT, SERVER, 50123, EPW_APP_UNKNOWN);
    show_talk(AGENT, SERVER, 2022, EPW_APP_SSH);
    find_all(KIND);
    EXPECT_NONE();
}

Test(undocumented_port, documented_ports_in_other_roles_are_none)
{
    show_product();
    show_talk(AGENT, SERVER, 2967, EPW_APP_UNKNOWN);
    find_all(KIND);
    EXPECT_NONE();
}

Test(undocumented_port, both_hosts_must_be_known)
{
    show_product();
    show_talk(OTHER, SERVER, 9999, EPW_APP_UNKNOWN);
    show_talk(AGENT, OTHER, 9999, EPW_APP_UNKNOWN);
    show_talk(AGENT, AGENT2, 9999, EPW_APP_UNKNOWN);
    find_all(KIND);
    EXPECT_NONE();
}

Test(undocumented_port, both_must_have_talked)
{
    show_product();
    show_attempt(AGENT, SERVER, 9999);
    struct epw_flow_record r = talk(AGENT, SERVER, 9998, EPW_APP_UNKNOWN);
    r.payload_bytes[1] = 0;
    show(&r);
    find_all(KIND);
    EXPECT_NONE();
}

/* clang-format off */
TestSuite(undocumented_port_site, .fini = find_close);
/* clang-format on */

Test(undocumented_port_site, a_moved_function_is_documented_by_the_site)
{
    find_open_site("host,acme,server," SERVER ",\nhost,acme,agent," AGENT ",\n"
                   "port,acme,events,tcp/9999,\n");
    show_talk(AGENT, SERVER, 9999, EPW_APP_UNKNOWN);
    find_all(KIND);
    EXPECT_NONE();
}
