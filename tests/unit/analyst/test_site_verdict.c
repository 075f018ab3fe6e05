/* SPDX-License-Identifier: Apache-2.0 */
/* What a site file changes in the verdicts: docs/verdicts.md and docs/site.md. */
#include "verdict_fixture.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(site_verdict, .fini = fixture_close);

static void with(const char *lines)
{
    fixture_open_site(EPW_WAIT_TO_END, lines);
}

static void show(const char *from, const char *to, uint16_t port, enum epw_app app)
{
    struct epw_flow_record r = flow(from, to, port, app);
    push(&r);
}

static void expect(size_t at, enum epw_confidence confidence, const char *product,
                   const char *function)
{
    if (at == 0)
        epw_analyst_flush(analyst);
    cr_assert_gt(seen_count, at);
    cr_expect_eq(seen[at].confidence, confidence, "flow %zu: %s\n%s", at,
                 epw_confidence_name(seen[at].confidence), seen[at].words);
    cr_expect_str_eq(seen[at].product, product, "flow %zu: %s", at, seen[at].words);
    cr_expect_str_eq(seen[at].function, function, "flow %zu: %s", at, seen[at].words);
}

Test(site_verdict, a_declared_responder_confirms)
{
    with("host,acme,server,10.0.0.5,\n");
    show("10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS);
    show("10.0.0.7", "10.0.0.6", 2222, EPW_APP_TLS);
    expect(0, EPW_CONF_CONFIRMED, "acme", "replication");
    expect(1, EPW_CONF_LIKELY, "acme", "replication");
    cr_expect_not_null(strstr(seen[0].words, "10.0.0.5 is acme server: the site file declares it"));
}

Test(site_verdict, a_declared_responder_settles_a_shared_port_that_nothing_else_does)
{
    with("host,acme,server,10.0.0.0/30,\n");
    show("10.0.0.7", "10.0.0.2", 2222, EPW_APP_UNKNOWN);
    show("10.0.0.7", "10.0.0.4", 2222, EPW_APP_UNKNOWN);
    expect(0, EPW_CONF_CONFIRMED, "acme", "replication");
    expect(1, EPW_CONF_AMBIGUOUS, "", "");
}

Test(site_verdict, what_contradicts_still_does)
{
    with("host,acme,server,10.0.0.5,\n");
    show("10.0.0.7", "10.0.0.5", 2222, EPW_APP_SSH);
    expect(0, EPW_CONF_NONE, "", "");
}

Test(site_verdict, a_role_row_is_confirmed_by_its_declared_responder)
{
    with("host,acme,server,10.0.0.5,\n");
    show("10.0.0.7", "10.0.0.5", 8443, EPW_APP_TLS);
    show("10.0.0.7", "10.0.0.6", 8443, EPW_APP_TLS);
    expect(0, EPW_CONF_CONFIRMED, "acme", "web");
    expect(1, EPW_CONF_NONE, "", "");
}

Test(site_verdict, a_declared_initiator_makes_its_rows_likely_only)
{
    with("host,acme,server,10.0.0.5,\n");
    show("10.0.0.5", "10.0.0.7", 445, EPW_APP_SMB);
    show("10.0.0.6", "10.0.0.7", 445, EPW_APP_SMB);
    expect(0, EPW_CONF_LIKELY, "acme", "deployment");
    expect(1, EPW_CONF_NONE, "", "");
}

Test(site_verdict, a_declared_target_does_not_make_an_initiator)
{
    with("host,acme,target,10.0.0.7,\n");
    show("10.0.0.6", "10.0.0.7", 445, EPW_APP_SMB);
    expect(0, EPW_CONF_NONE, "", "");
}

Test(site_verdict, a_declared_name_makes_the_role_known)
{
    with("name,acme,server,Manager.corp.example,\n");
    struct epw_flow_record said = flow("10.0.0.7", "10.0.0.5", 8443, EPW_APP_TLS);
    say(&said, EPW_NAME_SNI, "manager.corp.example");
    push(&said);
    dns("10.0.0.8", "manager.corp.example", "10.0.0.6");
    show("10.0.0.8", "10.0.0.6", 8443, EPW_APP_TLS);
    struct epw_flow_record other = flow("10.0.0.8", "10.0.0.6", 8443, EPW_APP_TLS);
    say(&other, EPW_NAME_SNI, "wiki.corp.example");
    push(&other);
    expect(0, EPW_CONF_CONFIRMED, "acme", "web");
    expect(1, EPW_CONF_CONFIRMED, "acme", "web");
    expect(2, EPW_CONF_NONE, "", "");
    cr_expect_not_null(strstr(seen[0].words, "manager.corp.example is acme server"));
}

Test(site_verdict, a_moved_function_is_at_its_new_port_only)
{
    with("port,acme,replication,tcp/3222,\nport,acme,replication,tcp/3300-3301,\n");
    show("10.0.0.7", "10.0.0.5", 3222, EPW_APP_TLS);
    show("10.0.0.7", "10.0.0.5", 3301, EPW_APP_TLS);
    show("10.0.0.7", "10.0.0.6", 2222, EPW_APP_TLS);
    expect(0, EPW_CONF_LIKELY, "acme", "replication");
    expect(1, EPW_CONF_LIKELY, "acme", "replication");
    cr_expect_neq(seen[2].confidence, EPW_CONF_LIKELY, "%s", seen[2].words);
    cr_expect_str_neq(seen[2].product, "acme", "%s", seen[2].words);
}

Test(site_verdict, moved_functions_teach_roles_by_their_new_ports)
{
    with("port,acme,replication,tcp/3222,\n");
    show("10.0.0.7", "10.0.0.5", 3222, EPW_APP_TLS);
    show("10.0.0.7", "10.0.0.5", 2223, EPW_APP_HTTP);
    show("10.0.0.7", "10.0.0.5", 8443, EPW_APP_TLS);
    expect(0, EPW_CONF_LIKELY, "acme", "replication");
    expect(2, EPW_CONF_LIKELY, "acme", "web");
    cr_expect_not_null(strstr(seen[2].words, "replication on 3222"), "%s", seen[2].words);
}

Test(site_verdict, a_moved_control_channel_still_announces)
{
    with("port,bolt,download,tcp/3021,\n");
    struct epw_sighting s = { .kind = EPW_SIGHT_ENDPOINT, .ts_ns = 1000000000LL * 100 };
    struct epw_flow_record data = flow("10.0.0.7", "10.0.0.5", 3500, EPW_APP_UNKNOWN);
    s.client = data.ip[0];
    s.server = data.ip[1];
    s.address = data.ip[1];
    s.proto = 6;
    s.port = 3500;
    s.client_port = 50000;
    s.server_port = 3021;
    s.endpoint_listener = 1;
    epw_analyst_sighting(analyst, &s);
    push(&data);
    expect(0, EPW_CONF_LIKELY, "bolt", "download-data");
}

Test(site_verdict, a_proxy_learns_no_role_and_its_names_say_nothing)
{
    with("proxy,,,10.0.0.80,\n");
    dns("10.0.0.7", "update.acme.example", "10.0.0.80");
    show("10.0.0.7", "10.0.0.80", 443, EPW_APP_TLS);
    /* Through names the proxy would become an agent, and 10.0.0.9 by contrast does. */
    struct epw_flow_record r = flow("10.0.0.80", "192.0.2.1", 443, EPW_APP_TLS);
    say(&r, EPW_NAME_SNI, "update.acme.example");
    push(&r);
    show("10.0.0.7", "10.0.0.80", 2222, EPW_APP_TLS);
    show("10.0.0.7", "10.0.0.80", 2223, EPW_APP_HTTP);
    show("10.0.0.7", "10.0.0.80", 8443, EPW_APP_TLS);
    epw_analyst_flush(analyst);
    /* The confirmed one comes out first: nothing could change it. */
    expect(0, EPW_CONF_CONFIRMED, "acme", "cloud");
    expect(1, EPW_CONF_NONE, "", "");
    expect(4, EPW_CONF_NONE, "", "");
}

Test(site_verdict, a_declared_scanner_names_nothing_unless_it_is_declared_itself)
{
    with("scanner,,,10.0.0.99,\nhost,acme,server,10.0.0.5,\nhost,bolt,client,10.0.0.99,\n");
    show("10.0.0.99", "10.0.0.5", 2222, EPW_APP_TLS);
    show("10.0.0.99", "10.0.0.6", 2021, EPW_APP_FTP);
    expect(0, EPW_CONF_NONE, "", "");
    expect(1, EPW_CONF_LIKELY, "bolt", "download");
    cr_expect_not_null(strstr(seen[0].words, "declared a scanner"), "%s", seen[0].words);
}

Test(site_verdict, the_declared_listener_opening_it_is_no_conversation_of_the_row)
{
    with("host,acme,server,10.0.0.5,\n");
    show("10.0.0.5", "10.0.0.7", 2223, EPW_APP_UNKNOWN);
    show("10.0.0.7", "10.0.0.6", 2223, EPW_APP_UNKNOWN);
    expect(0, EPW_CONF_NONE, "", "");
    expect(1, EPW_CONF_POSSIBLE, "acme", "console");
}

Test(site_verdict, an_attempt_at_a_declared_server_counts)
{
    with("host,acme,server,10.0.0.5,\n");
    struct epw_flow_record r = flow("10.0.0.7", "10.0.0.5", 2222, EPW_APP_UNKNOWN);
    unanswered(&r);
    push(&r);
    expect(0, EPW_CONF_CONFIRMED, "acme", "replication");
}

Test(site_verdict, who_opens_a_declared_server_learns_no_role)
{
    with("host,acme,server,10.0.0.5,\n");
    /* 2222 is the agent's: the cloud's push to agents must not believe 10.0.0.7 for it. */
    show("10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS);
    show("10.0.0.7", "10.0.0.5", 2223, EPW_APP_HTTP);
    show("10.0.0.5", "10.0.0.7", 445, EPW_APP_SMB);
    show("10.0.0.7", "10.0.0.8", 445, EPW_APP_SMB);
    epw_analyst_flush(analyst);
    size_t deployments = 0;
    for (size_t i = 0; i < seen_count; i++)
        deployments += strcmp(seen[i].function, "deployment") == 0;
    cr_expect_eq(deployments, (size_t)1);
}
