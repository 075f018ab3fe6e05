/* SPDX-License-Identifier: Apache-2.0 */
#include "find_fixture.h"

#include <criterion/criterion.h>
#include <string.h>

#define SITE "deployed,acme,,\nhost,acme,server,10.0.0.5\n"
#define NAME "eu.cloud.acme.example"

static void open_site(void)
{
    find_open(SITE);
}

static void open_pushing(void)
{
    find_open("host,bolt,server,10.0.0.6\nhost,bolt,client,10.0.0.0/24\n");
}

TestSuite(blocked, .init = open_site, .fini = find_close);

static void try_in_vain(double at_s, const char *from)
{
    struct epw_flow_record *r = flow_at(at_s, from, "10.0.0.5", 2222, EPW_APP_UNKNOWN, NULL);
    unanswered(r);
    r->syns = 3;
    push(r);
}

Test(blocked, nobody_answers_several_clients)
{
    try_in_vain(1, "10.0.0.7");
    try_in_vain(2, "10.0.0.8");
    try_in_vain(9, "10.0.0.8");
    find_all("blocked");
    cr_assert_eq(found_count, 1);
    cr_expect_str_eq(found[0].product, "acme");
    cr_expect_str_eq(found[0].function, "replication");
    cr_expect_str_eq(found[0].subject, "10.0.0.5:2222");
    cr_expect_str_eq(found[0].hosts, "10.0.0.7 10.0.0.8");
    cr_expect_eq(found[0].count, 3);
    cr_expect_not_null(strstr(found[0].summary, "2 hosts cannot reach"), "%s", found[0].summary);
    cr_expect_not_null(strstr(found[0].summary, "nobody answered, 9 attempts"), "%s",
                       found[0].summary);
    cr_expect_str_eq(found[0].advice, "Allow tcp/2222 from agent to server 10.0.0.5 of acme "
                                      "(replication, row A-1)");
}

Test(blocked, one_that_works_later_takes_it_back)
{
    try_in_vain(1, "10.0.0.7");
    push(flow_at(5, "10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS, NULL));
    find_all("blocked");
    cr_assert_eq(found_count, 0);
}

Test(blocked, one_that_worked_before_does_not)
{
    push(flow_at(1, "10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS, NULL));
    try_in_vain(5, "10.0.0.7");
    find_all("blocked");
    cr_assert_eq(found_count, 1);
}

static void try_at_the_end(double at_s)
{
    struct epw_flow_record *r = flow_at(at_s, "10.0.0.7", "10.0.0.5", 2222, EPW_APP_UNKNOWN, NULL);
    unanswered(r);
    r->state = EPW_FLOW_NEW;
    push(r);
}

Test(blocked, what_had_no_time_to_be_answered_is_not_counted)
{
    try_in_vain(0, "10.0.0.7");
    push(flow_at(5, "10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS, NULL));
    try_at_the_end(10);
    push(flow_at(12, "10.0.0.8", "10.0.0.5", 2222, EPW_APP_TLS, NULL));
    find_all("blocked");
    cr_assert_eq(found_count, 0);
}

Test(blocked, what_had_time_to_be_answered_is)
{
    try_at_the_end(10);
    push(flow_at(14, "10.0.0.8", "10.0.0.5", 2222, EPW_APP_TLS, NULL));
    find_all("blocked");
    cr_assert_eq(found_count, 1);
}

Test(blocked, others_reach_it)
{
    struct epw_flow_record *r = flow_at(1, "10.0.0.7", "10.0.0.5", 2222, EPW_APP_UNKNOWN, NULL);
    refused(r);
    push(r);
    push(flow_at(2, "10.0.0.8", "10.0.0.5", 2222, EPW_APP_TLS, NULL));
    find_all("blocked");
    cr_assert_eq(found_count, 1);
    cr_expect_str_eq(found[0].hosts, "10.0.0.7");
    cr_expect_not_null(strstr(found[0].summary, "refused by a TCP reset, 1 attempt; others reach"),
                       "%s", found[0].summary);
}

Test(blocked, a_firewall_says_so)
{
    struct epw_flow_record *r = flow_at(1, "10.0.0.7", "10.0.0.5", 2222, EPW_APP_UNKNOWN, NULL);
    unanswered(r);
    r->state = EPW_FLOW_REFUSED;
    r->icmp_error = true;
    r->icmp_type = 3;
    r->icmp_code = 13;
    cr_assert(epw_ip_parse("10.0.0.1", &r->icmp_from));
    push(r);
    find_all("blocked");
    cr_assert_eq(found_count, 1);
    cr_expect_not_null(strstr(found[0].summary, "ICMP administratively prohibited from 10.0.0.1"),
                       "%s", found[0].summary);
}

Test(blocked, cut_after_the_client_hello)
{
    struct epw_flow_record *r = flow_at(1, "10.0.0.7", "203.0.113.5", 443, EPW_APP_TLS, NAME);
    r->reset_early = true;
    push(r);
    find_all("blocked");
    cr_assert_eq(found_count, 1);
    cr_expect_str_eq(found[0].subject, NAME ":443", "clouds are known by names");
    cr_expect_not_null(strstr(found[0].summary, "cut by a TCP reset"), "%s", found[0].summary);
}

static struct epw_flow_record *through_proxy(double at_s, uint16_t status)
{
    struct epw_flow_record *r = flow_at(at_s, "10.0.0.7", "10.0.0.80", 3128, EPW_APP_HTTP, NAME);
    struct epw_evidence *ev = evidence_of(r);
    ((struct epw_flow_name *)(uintptr_t)ev->name)->source = EPW_NAME_CONNECT;
    ev->connect_port = 443;
    ev->http_status = status;
    return r;
}

Test(blocked, refused_by_a_proxy)
{
    push(through_proxy(1, 403));
    find_all("blocked");
    cr_assert_eq(found_count, 1);
    cr_expect_str_eq(found[0].subject, NAME ":443");
    cr_expect_not_null(strstr(found[0].summary, "the proxy 10.0.0.80:3128 answered 403"), "%s",
                       found[0].summary);
    cr_expect_not_null(strstr(found[0].advice, "Let the proxy pass"), "%s", found[0].advice);
}

Test(blocked, a_proxy_that_wanted_a_password_first)
{
    push(through_proxy(1, 407));
    struct epw_flow_record *r = through_proxy(2, 200);
    evidence_of(r)->inner_app = EPW_APP_TLS;
    push(r);
    find_all("blocked");
    cr_assert_eq(found_count, 0);
}

Test(blocked, dns_refuses_a_vendors_name)
{
    dns(1, "10.0.0.7", NAME, NULL);
    dns(1, "10.0.0.7", "www.example.com", NULL);
    find_all("blocked");
    cr_assert_eq(found_count, 1);
    cr_expect_str_eq(found[0].subject, NAME);
    cr_expect_not_null(strstr(found[0].summary, "the DNS server 10.0.0.2 answered NXDOMAIN"), "%s",
                       found[0].summary);
}

Test(blocked, another_resolver_knows_the_name)
{
    dns(1, "10.0.0.7", NAME, NULL);
    dns(2, "10.0.0.7", NAME, "203.0.113.5");
    dns(3, "10.0.0.7", NAME, NULL); /* its AAAA record, asked at the same time */
    find_all("blocked");
    cr_assert_eq(found_count, 0);
}

Test(blocked, an_unknown_port_in_vain_names_nobody)
{
    struct epw_flow_record *r = flow_at(1, "10.0.0.7", "10.0.0.9", 2222, EPW_APP_UNKNOWN, NULL);
    unanswered(r);
    push(r);
    find_all("blocked");
    cr_assert_eq(found_count, 0);
}

Test(blocked, a_pair_captured_one_way_is_not_believed)
{
    struct epw_flow_record *r = flow_at(0, "10.0.0.7", "10.0.0.5", 9999, EPW_APP_UNKNOWN, NULL);
    r->packets[1] = r->payload_bytes[1] = 0;
    push(r);
    try_in_vain(1, "10.0.0.7");
    find_all("blocked");
    cr_assert_eq(found_count, 0);
}

static void push_in_vain(double at_s, const char *to)
{
    struct epw_flow_record *r = flow_at(at_s, "10.0.0.6", to, 2224, EPW_APP_UNKNOWN, NULL);
    unanswered(r);
    push(r);
}

Test(blocked_push, one_server_that_reaches_none_of_its_clients_is_one_finding, .init = open_pushing,
     .fini = find_close)
{
    push_in_vain(1, "10.0.0.21");
    push_in_vain(2, "10.0.0.22");
    push_in_vain(3, "10.0.0.23");
    push(flow_at(9, "10.0.0.6", "10.0.0.23", 2224, EPW_APP_UNKNOWN, NULL));
    find_all("blocked");
    cr_assert_eq(found_count, 1);
    cr_expect_str_eq(found[0].function, "tasks");
    cr_expect_str_eq(found[0].subject, "10.0.0.6 to tcp/2224");
    cr_expect_str_eq(found[0].hosts, "10.0.0.6 10.0.0.21 10.0.0.22", "%s", found[0].hosts);
    cr_expect_eq(found[0].count, 2);
    cr_expect_not_null(
        strstr(found[0].summary, "10.0.0.6 (server) cannot reach 2 hosts (client) by tcp/2224"),
        "%s", found[0].summary);
    cr_expect_not_null(strstr(found[0].summary, "others reach it"));
}

Test(blocked, what_works_by_the_other_address_family_is_not_blocked)
{
    static const uint8_t mac[2][6] = { { 2, 0, 0, 0, 0, 7 }, { 2, 0, 0, 0, 0, 5 } };
    struct epw_flow_record *six = flow_at(1, "fd00::7", "fd00::5", 2222, EPW_APP_UNKNOWN, NULL);
    struct epw_flow_record *four = flow_at(5, "10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS, NULL);
    struct epw_flow_record *own = flow_at(0, "fd00::7", "fd00::5", 2222, EPW_APP_TLS, NULL);
    struct epw_flow_record *all[] = { own, six, four };
    unanswered(six);
    for (size_t i = 0; i < 3; i++) {
        all[i]->has_mac = true;
        memcpy(all[i]->mac, mac, sizeof(mac));
        push(all[i]);
    }
    find_all("blocked");
    cr_assert_eq(found_count, 0);
}

Test(blocked, what_worked_by_the_other_address_family_before_is)
{
    static const uint8_t mac[2][6] = { { 2, 0, 0, 0, 0, 7 }, { 2, 0, 0, 0, 0, 5 } };
    struct epw_flow_record *six = flow_at(20, "fd00::7", "10.0.0.5", 2222, EPW_APP_UNKNOWN, NULL);
    struct epw_flow_record *four = flow_at(5, "10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS, NULL);
    struct epw_flow_record *all[] = { four, six };
    unanswered(six);
    for (size_t i = 0; i < 2; i++) {
        all[i]->has_mac = true;
        memcpy(all[i]->mac, mac, sizeof(mac));
        push(all[i]);
    }
    find_all("blocked");
    cr_assert_eq(found_count, 1);
}

/* Nobody answers the address when it has one MAC; later it gets through with this one. */
static void get_through_as(uint8_t mac)
{
    struct epw_flow_record *tried = flow_at(1, "10.0.0.7", "10.0.0.5", 2222, EPW_APP_UNKNOWN, NULL);
    struct epw_flow_record *met = flow_at(600, "10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS, NULL);
    unanswered(tried);
    tried->has_mac = met->has_mac = true;
    memcpy(tried->mac, "\x02\0\0\0\0\x07\x02\0\0\0\0\x05", 12);
    memcpy(met->mac, tried->mac, sizeof(met->mac));
    met->mac[0][5] = mac;
    push(tried);
    push(met);
    find_all("blocked");
}

Test(blocked, what_the_next_machine_at_the_address_reaches_takes_nothing_back)
{
    get_through_as(9);
    cr_assert_eq(found_count, 1);
}

Test(blocked, what_the_same_machine_reaches_takes_it_back)
{
    get_through_as(7);
    cr_assert_eq(found_count, 0);
}

static void connect_by_proxy(uint16_t status)
{
    struct epw_flow_record *r = flow_at(1, "10.0.0.7", "10.0.0.80", 3128, EPW_APP_HTTP, NULL);
    struct epw_evidence *ev = evidence_of(r);
    static struct epw_flow_name name = { .text = NAME, .port = 443, .source = EPW_NAME_CONNECT };
    ev->name = &name;
    ev->name_count = 1;
    ev->connect_port = 443;
    ev->http_status = status;
    push(r);
    find_all("blocked");
}

Test(blocked, a_proxy_that_does_not_reach_the_other_side_blocks)
{
    connect_by_proxy(502);
    cr_assert_eq(found_count, 1);
}

Test(blocked, a_proxys_other_errors_are_answers)
{
    connect_by_proxy(503);
    cr_assert_eq(found_count, 0);
}
