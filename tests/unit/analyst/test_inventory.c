/* SPDX-License-Identifier: Apache-2.0 */
/* Which host plays which role: what shows it, and what does not. */
#include "inventory_fixture.h"

TestSuite(inventory, .init = inventory_open, .fini = inventory_close);

Test(inventory, both_sides_of_a_verdict_have_their_roles)
{
    make("10.0.0.7", "10.0.0.5", "a-agent", 1);
    add();
    make("10.0.0.8", "10.0.0.5", "a-old", 2);
    verdict.confidence = EPW_CONF_CONFIRMED;
    add();
    make("10.0.0.8", "10.0.0.5", "a-old", 3);
    record.first_record = false;
    add();
    expect_hosts(
        "10.0.0.5 | acme server confirmed 2 peers seen old-reports,replication unseen inner,upload "
        "versions 9.x\n"
        "10.0.0.7 | acme agent likely 1 peers seen replication unseen bridge,inner,upload\n"
        "10.0.0.8 | acme agent confirmed 1 peers seen old-reports unseen "
        "bridge,inner,replication,upload versions 9.x\n");
}

Test(inventory, active_internal_hosts_are_listed_without_a_role_others_not)
{
    make("10.0.0.9", "203.0.113.5", NULL, 1);
    add();
    make("10.0.0.9", "10.0.0.10", NULL, 2); /* nobody there */
    record.packets[1] = 0;
    add();
    make("10.0.0.9", "198.51.100.1", "a-agent", 3);
    add();
    expect_hosts(
        "10.0.0.9 | acme agent likely 1 peers seen replication unseen bridge,inner,upload\n"
        "198.51.100.1 | acme server likely 1 peers seen replication unseen inner,upload\n");
}

Test(inventory, groups_and_the_unspecified_address_are_no_hosts)
{
    make("0.0.0.0", "255.255.255.255", "a-agent", 1);
    add();
    make("10.0.0.7", "224.0.0.1", "a-agent", 2);
    add();
    make("10.0.0.7", "10.0.0.255", "a-agent", 3);
    record.group = true;
    add();
    expect_hosts(
        "10.0.0.7 | acme agent likely 0 peers seen replication unseen bridge,inner,upload\n");
}

Test(inventory, who_does_not_answer_shows_no_role)
{
    make("10.0.0.7", "10.0.0.5", "a-agent", 1);
    record.packets[1] = record.payload_bytes[0] = record.payload_bytes[1] = 0;
    record.state = EPW_FLOW_UNANSWERED;
    add();
    make("10.0.0.7", "10.0.0.6", "a-agent", 1);
    record.state = EPW_FLOW_REFUSED;
    add();
    expect_hosts(
        "10.0.0.6\n"
        "10.0.0.7 | acme agent likely 2 peers seen replication unseen bridge,inner,upload\n");
}

Test(inventory, anybody_may_try_what_is_not_for_the_network)
{
    make("10.0.0.66", "10.0.0.5", "a-local", 1);
    add();
    make("10.0.0.66", "10.0.0.5", "a-inner", 2);
    add();
    expect_hosts(
        "10.0.0.5 | acme server likely 1 peers seen inner,local unseen replication,upload\n"
        "10.0.0.66\n");
}

Test(inventory, a_proxy_is_not_the_service_and_speaks_for_others)
{
    make("10.0.0.7", "10.0.0.80", "a-agent", 1);
    record.port[1] = 8080;
    evidence.connect_port = 2222;
    evidence.http_status = 200;
    verdict.proxied = true;
    add();
    make("10.0.0.80", "198.51.100.1", "a-agent", 2);
    add();
    expect_hosts(
        "10.0.0.7 | acme agent likely 1 peers seen replication unseen bridge,inner,upload\n"
        "10.0.0.80\n"
        "198.51.100.1 | acme server likely 1 peers seen replication unseen inner,upload\n");
}

Test(inventory, a_documented_proxy_has_its_role)
{
    make("10.0.0.7", "10.0.0.80", "a-agent", 1);
    struct epw_candidate candidate[2] = {
        { .sig = verdict.sig, .reached = EPW_CONF_LIKELY, .why = "" },
        { .sig = epw_catalogue_find(catalogue, "a-bridge"),
          .reached = EPW_CONF_POSSIBLE,
          .why = "" },
    };
    record.port[1] = 3128;
    evidence.connect_port = 2222;
    verdict.proxied = true;
    verdict.candidate = candidate;
    verdict.candidate_count = 2;
    add();
    candidate[1].contradicted = true;
    record.ip[1] = ip_of("10.0.0.81");
    add();
    expect_hosts(
        "10.0.0.7 | acme agent likely 2 peers seen replication unseen bridge,inner,upload\n"
        "10.0.0.80 | acme bridge likely 1 peers seen bridge unseen \n"
        "10.0.0.81\n");
}

Test(inventory, dhcp_names_a_client_by_its_mac_and_dns_by_its_address)
{
    struct epw_sighting sighting = { .kind = EPW_SIGHT_ADDRESS, .name = "pc7.corp.example" };
    sighting.address = ip_of("10.0.0.7");
    epw_inventory_sighting(inventory, &sighting);
    sighting.address = ip_of("10.0.0.99"); /* never active */
    epw_inventory_sighting(inventory, &sighting);
    make("0.0.0.0", "255.255.255.255", NULL, 1);
    set_mac(0, 7);
    record.port[0] = 68;
    evidence.app = EPW_APP_DHCP;
    evidence.hint = "Anna's PC";
    add();
    make("10.0.0.7", "10.0.0.5", NULL, 2);
    set_mac(0, 7);
    add();
    make("10.0.0.1", "10.0.0.5", NULL, 3); /* a relay speaks for others */
    record.port[0] = 67;
    evidence.app = EPW_APP_DHCP;
    evidence.hint = "somebody";
    add();
    expect_hosts("10.0.0.1\n10.0.0.5\n10.0.0.7 mac 7 names anna's_pc,pc7.corp.example\n");
}

Test(inventory, netbios_registrations_name_a_host_queries_do_not)
{
    make("10.0.0.7", "10.0.0.255", NULL, 1);
    record.group = true;
    evidence.app = EPW_APP_NBNS;
    evidence.hint = "FILES<20>";
    add();
    evidence.request = "REGISTER PC7";
    add();
    add();
    expect_hosts("10.0.0.7 names pc7\n");
}

Test(inventory, neighbours_are_told_apart)
{
    make("10.0.0.7", "10.0.0.5", "n-peer", 1);
    add();
    make("10.0.0.7", "10.0.0.5", "a-agent", 1);
    verdict.confidence = EPW_CONF_POSSIBLE;
    add();
    expect_hosts("10.0.0.5 | acme server possible 1 peers seen replication unseen inner,upload | "
                 "acme-old server likely 1 peers seen peer unseen \n"
                 "10.0.0.7 | acme agent possible 1 peers seen replication unseen "
                 "bridge,inner,upload | acme-old client likely 1 peers seen peer unseen \n");
}

Test(inventory, peers_are_counted_once_and_up_to_a_limit)
{
    for (unsigned i = 0; i < EPW_INVENTORY_PEERS + 100; i++) {
        make("10.1.0.0", "10.0.0.5", "a-agent", 1);
        record.ip[0].b[14] = (uint8_t)(i >> 8);
        record.ip[0].b[15] = (uint8_t)i;
        add();
        add();
    }
    struct epw_str text = { 0 };
    cr_assert_eq(epw_inventory_each(inventory, tell_host, &text), EPW_OK);
    cr_expect_eq(strncmp(text.text, "10.0.0.5 | acme server likely 1024 peers", 40), 0);
    cr_expect_eq(stats.limited[EPW_LIMIT_PEERS], 200, "two flows of each that is not counted");
    epw_str_free(&text);
}

Test(inventory, roles_have_a_limit_of_their_own)
{
    /* Two roles a client: half as many clients as there may be roles, and some more. */
    for (unsigned i = 0; i < EPW_INVENTORY_ROLES_ALL / 2 + 10; i++) {
        for (unsigned k = 0; k < 2; k++) {
            make("10.128.0.0", "10.0.0.5", k == 0 ? "a-agent" : "n-peer", 1);
            record.ip[0].b[13] = (uint8_t)(128 | i >> 16);
            record.ip[0].b[14] = (uint8_t)(i >> 8);
            record.ip[0].b[15] = (uint8_t)i;
            add();
        }
    }
    cr_expect_eq(stats.limited[EPW_LIMIT_ROLES], 22, "the server has two as well");
    cr_expect_eq(stats.hosts_evicted, 0);
}

Test(inventory, a_full_table_keeps_those_with_roles)
{
    make("10.0.0.7", "10.0.0.5", "a-agent", 1);
    add();
    for (unsigned i = 0; i < 131072; i++) {
        make("10.128.0.0", "203.0.113.1", NULL, 2);
        record.ip[0].b[13] = (uint8_t)(128 | i >> 16);
        record.ip[0].b[14] = (uint8_t)(i >> 8);
        record.ip[0].b[15] = (uint8_t)i;
        add();
    }
    struct epw_str text = { 0 };
    cr_assert_eq(epw_inventory_each(inventory, tell_host, &text), EPW_OK);
    cr_expect_eq(strncmp(text.text, "10.0.0.5 | acme server", 22), 0);
    cr_expect_not_null(strstr(text.text, "\n10.0.0.7 | acme agent"));
    cr_expect_eq(stats.hosts_evicted, 2);
    epw_str_free(&text);
}
