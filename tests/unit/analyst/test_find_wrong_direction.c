/* SPDX-License-Identifier: Apache-2.0 */
#include "audit_fixture.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(wrong_direction, .init = find_open, .fini = find_close);

#define KIND "wrong-direction"

Test(wrong_direction, the_server_opens_the_port_of_its_agent)
{
    show_talk(SERVER, AGENT, 2222, EPW_APP_TLS);
    show_product();
    find_all(KIND);
    EXPECT_ONE(SERVER " to tcp/2222", SERVER, AGENT);
    cr_assert_str_eq(found[0].function, "replication");
}

Test(wrong_direction, of_a_host_that_nobody_knows_yet)
{
    show_product();
    show_talk(SERVER, OTHER, 2222, EPW_APP_TLS);
    find_all(KIND);
    EXPECT_ONE(SERVER " to tcp/2222", SERVER, OTHER);
}

Test(wrong_direction, another_protocol_is_something_else)
{
    show_product();
    show_talk(SERVER, OTHER, 2222, EPW_APP_SSH);
    show_talk(SERVER, AGENT, 2223, EPW_APP_SSH);
    find_all(KIND);
    EXPECT_NONE();
}

Test(wrong_direction, a_server_may_be_the_agent_of_another)
{
    show_product();
    show_talk(AGENT, OTHER, 2222, EPW_APP_TLS);
    show_talk(AGENT, OTHER, 2223, EPW_APP_UNKNOWN);
    show_talk(SERVER, OTHER, 2222, EPW_APP_TLS);
    find_all(KIND);
    EXPECT_NONE();
}

Test(wrong_direction, an_inferred_direction_proves_nothing)
{
    show_product();
    struct epw_flow_record r = talk(SERVER, AGENT, 2222, EPW_APP_TLS);
    r.how = EPW_INIT_INFERRED;
    r.midstream = true;
    show(&r);
    find_all(KIND);
    EXPECT_NONE();
}

/* clang-format off */
TestSuite(wrong_direction_site, .fini = find_close);
/* clang-format on */

Test(wrong_direction_site, another_products_row_may_document_it)
{
    find_open_site("host,acme,server," SERVER ",\nhost,acme,agent," AGENT ",\n"
                   "host,bolt,master," SERVER ",\n");
    show_talk(SERVER, AGENT, 2222, EPW_APP_UNKNOWN);
    find_all(KIND);
    EXPECT_NONE();
}

Test(wrong_direction_site, an_accepted_deviation_is_none)
{
    find_open_site("host,acme,server," SERVER ",\nhost,acme,agent," AGENT ",\n"
                   "ignore,,wrong-direction," AGENT ",\n");
    show_talk(SERVER, AGENT, 2222, EPW_APP_TLS);
    find_all(KIND);
    EXPECT_NONE();
}

#define RELAY "10.0.0.20"

Test(wrong_direction_site, relays_open_relays_but_not_agents)
{
    find_open_site("host,acme,relay," RELAY ",\nhost,acme,agent," AGENT ",\n");
    show_talk(RELAY, OTHER, 4122, EPW_APP_TLS);
    show_talk(RELAY, AGENT, 4122, EPW_APP_TLS);
    find_all(KIND);
    EXPECT_ONE(RELAY " to tcp/4122", RELAY, AGENT);
}

Test(wrong_direction_site, a_machine_seen_as_agent_may_be_a_relay_too)
{
    find_open_site("host,acme,relay," RELAY ",\n");
    show_product();
    show_talk(OTHER, SERVER, 2222, EPW_APP_TLS);
    show_talk(RELAY, OTHER, 4122, EPW_APP_TLS);
    find_all(KIND);
    EXPECT_NONE();
}

static void show_declared(uint64_t answers)
{
    find_open_site("host,acme,server," SERVER ",\nhost,acme,agent," AGENT ",\n");
    struct epw_flow_record r = talk(SERVER, AGENT, 2222, EPW_APP_TLS);
    r.packets[1] = r.bytes[1] = answers;
    r.payload_bytes[1] = 0;
    show(&r);
    find_all(KIND);
}

Test(wrong_direction_site, withheld_where_only_one_direction_was_captured)
{
    show_declared(0);
    EXPECT_NONE();
    cr_expect_eq(withheld_count, 1);
}

Test(wrong_direction_site, an_attempt_that_nobody_lets_in_is_no_conversation)
{
    find_open_site("host,acme,server," SERVER ",\nhost,acme,agent," AGENT ",\n");
    show_attempt(SERVER, AGENT, 2222);
    find_all(KIND);
    EXPECT_NONE();
    cr_expect_eq(withheld_count, 0);
}

Test(wrong_direction_site, told_where_both_were)
{
    show_declared(3);
    EXPECT_ONE(SERVER " to tcp/2222", SERVER, AGENT);
}

Test(wrong_direction_site, anothers_port_alone_explains_nothing_between_known_hosts)
{
    find_open_site("host,acme,point," RELAY ",\nhost,acme,agent," AGENT ",\n");
    show_talk(RELAY, AGENT, 13000, EPW_APP_TLS);
    find_all(KIND);
    EXPECT_ONE(RELAY " to tcp/13000", RELAY, AGENT);
}

Test(wrong_direction_site, another_product_explains_what_a_stranger_answers)
{
    find_open_site("host,acme,point," RELAY ",\nhost,acme,agent," AGENT ",\n");
    show_talk(RELAY, OTHER, 13000, EPW_APP_TLS);
    find_all(KIND);
    EXPECT_NONE();
}

Test(wrong_direction_site, a_client_known_by_what_it_opens_opens_its_servers)
{
    find_open_site("host,bolt,master," OTHER "\n");
    show_talk(ADMIN, OTHER, 2225, EPW_APP_TLS);
    show_talk(ADMIN, OTHER, 2222, EPW_APP_UNKNOWN);
    find_all(KIND);
    cr_assert_eq(found_count, 1);
    cr_expect_str_eq(found[0].product, "bolt");
    cr_expect_str_eq(found[0].function, "task");
    cr_expect_str_eq(found[0].host[0], ADMIN);
}

Test(wrong_direction_site, a_client_that_opened_nothing_else_is_nobody)
{
    find_open_site("host,bolt,master," OTHER "\n");
    show_talk(ADMIN, OTHER, 2222, EPW_APP_UNKNOWN);
    find_all(KIND);
    cr_assert_eq(found_count, 0);
}
