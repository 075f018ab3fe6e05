/* SPDX-License-Identifier: Apache-2.0 */
#include "find_fixture.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(rogue_server, .fini = find_close);

#define SITE "deployed,acme,,\nhost,acme,server,10.0.0.5\n"

Test(rogue_server, clients_of_another_host_than_the_declared)
{
    find_open(SITE);
    push(flow_at(1, "10.0.0.7", "10.0.0.66", 2222, EPW_APP_TLS, NULL));
    push(flow_at(2, "10.0.0.8", "10.0.0.66", 2222, EPW_APP_TLS, NULL));
    find_all("rogue-server");
    cr_assert_eq(found_count, 1);
    cr_expect_str_eq(found[0].product, "acme");
    cr_expect_str_eq(found[0].subject, "10.0.0.66");
    cr_expect_str_eq(found[0].hosts, "10.0.0.66 10.0.0.7 10.0.0.8", "the server first");
    cr_expect_not_null(strstr(found[0].summary, "row A-1"), "%s", found[0].summary);
}

Test(rogue_server, the_declared_server_and_the_cloud_are_none)
{
    find_open(SITE);
    push(flow_at(1, "10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS, NULL));
    push(flow_at(2, "10.0.0.7", "203.0.113.5", 443, EPW_APP_TLS, "eu.cloud.acme.example"));
    find_all("rogue-server");
    cr_assert_eq(found_count, 0);
}

Test(rogue_server, a_declared_name_counts_as_the_address_does)
{
    find_open("deployed,acme,,\nname,acme,server,av.corp.example\n");
    dns(0, "10.0.0.7", "av.corp.example", "10.0.0.5");
    push(flow_at(1, "10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS, NULL));
    find_all("rogue-server");
    cr_assert_eq(found_count, 0);
}

Test(rogue_server, nothing_where_no_server_is_declared)
{
    find_open("deployed,acme,,\ndeployed,bolt,,\nhost,bolt,server,10.0.0.9\n");
    push(flow_at(1, "10.0.0.7", "10.0.0.66", 2222, EPW_APP_TLS, NULL));
    find_all("rogue-server");
    cr_assert_eq(found_count, 0);
}

Test(rogue_server, an_attempt_is_no_talk)
{
    find_open(SITE);
    struct epw_flow_record *r = flow_at(1, "10.0.0.7", "10.0.0.66", 2222, EPW_APP_UNKNOWN, NULL);
    refused(r);
    push(r);
    find_all("rogue-server");
    cr_assert_eq(found_count, 0);
}

Test(rogue_server, a_port_whose_bytes_were_cut_off_is_nobodys)
{
    find_open(SITE "host,acme,agent,10.0.0.7\n");
    struct epw_flow_record *r = flow_at(1, "10.0.0.7", "10.0.0.66", 2222, EPW_APP_UNKNOWN, NULL);
    evidence_of(r)->cut = true;
    push(r);
    r = flow_at(2, "10.0.0.7", "10.0.0.67", 2222, EPW_APP_TLS, NULL);
    evidence_of(r)->cut = true; /* after what shows the protocol */
    push(r);
    r = flow_at(3, "10.0.0.7", "10.0.0.68", 2222, EPW_APP_UNKNOWN, NULL);
    evidence_of(r)->evicted = true; /* before all was seen */
    push(r);
    find_all("rogue-server");
    cr_assert_eq(found_count, 1);
    cr_expect_str_eq(found[0].subject, "10.0.0.67");
}

Test(rogue_server, names_alone_tell_only_with_their_dns)
{
    find_open("deployed,acme,,\nname,acme,server,av.corp.example\n");
    dns(0, "10.0.0.7", "av.corp.example", "10.0.0.5");
    push(flow_at(1, "10.0.0.7", "10.0.0.66", 2222, EPW_APP_TLS, NULL));
    push(flow_at(2, "10.0.0.8", "10.0.0.67", 2222, EPW_APP_TLS, NULL)); /* its DNS was not seen */
    find_all("rogue-server");
    cr_assert_eq(found_count, 1);
    cr_expect_str_eq(found[0].subject, "10.0.0.66");
}

Test(rogue_server, a_declared_proxy_is_none)
{
    find_open(SITE "proxy,,,10.0.0.80\n");
    push(flow_at(1, "10.0.0.7", "10.0.0.80", 2222, EPW_APP_TLS, NULL));
    find_all("rogue-server");
    cr_assert_eq(found_count, 0);
}

/* Both answer with this MAC, one after the other. */
static void serve(double at_s, const char *server, uint8_t mac)
{
    struct epw_flow_record *r = flow_at(at_s, "10.0.0.7", server, 2222, EPW_APP_TLS, NULL);
    r->has_mac = true;
    memcpy(r->mac[0], "\x02\0\0\0\0\x07", 6);
    memcpy(r->mac[1], "\x02\0\0\0\0", 5);
    r->mac[1][5] = mac;
    push(r);
}

Test(rogue_server, another_address_of_the_declared_machine_is_none)
{
    find_open(SITE);
    serve(1, "10.0.0.66", 5); /* before its declared address is seen */
    serve(2, "10.0.0.5", 5);
    serve(3, "10.0.0.67", 6);
    find_all("rogue-server");
    cr_assert_eq(found_count, 1);
    cr_expect_str_eq(found[0].subject, "10.0.0.67");
}

Test(rogue_server, who_speaks_beside_the_declared_through_a_router_is_one)
{
    find_open(SITE);
    serve(1, "10.0.0.5", 5);
    serve(2, "10.0.0.66", 5);
    serve(3, "10.0.0.5", 5);
    find_all("rogue-server");
    cr_assert_eq(found_count, 1);
    cr_expect_str_eq(found[0].subject, "10.0.0.66");
}
