/* SPDX-License-Identifier: Apache-2.0 */
#include "find_fixture.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(two_products, .fini = find_close);

static void acme_agent(const char *ip)
{
    push(flow_at(1, ip, "10.0.0.5", 2222, EPW_APP_TLS, NULL));
}

static void bolt_client(const char *ip)
{
    push(flow_at(2, ip, "10.0.0.6", 2021, EPW_APP_FTP, NULL));
}

Test(two_products, agents_of_two_vendors)
{
    find_open(NULL);
    acme_agent("10.0.0.7");
    bolt_client("10.0.0.7");
    acme_agent("10.0.0.8");
    find_all("two-products");
    cr_assert_eq(found_count, 1);
    cr_expect_str_eq(found[0].hosts, "10.0.0.7");
    cr_expect_not_null(strstr(found[0].summary, "acme agent"), "%s", found[0].summary);
    cr_expect_not_null(strstr(found[0].summary, "bolt client"), "%s", found[0].summary);
}

Test(two_products, a_console_is_no_agent)
{
    find_open(NULL);
    push(flow_at(1, "10.0.0.7", "10.0.0.5", 2223, EPW_APP_TLS, NULL));
    bolt_client("10.0.0.7");
    find_all("two-products");
    cr_assert_eq(found_count, 0);
}

Test(two_products, a_declared_proxy_speaks_for_many)
{
    find_open("proxy,,,10.0.0.7\n");
    acme_agent("10.0.0.7");
    bolt_client("10.0.0.7");
    find_all("two-products");
    cr_assert_eq(found_count, 0);
}

Test(two_products, who_answers_connect_is_a_proxy)
{
    find_open(NULL);
    acme_agent("10.0.0.7");
    bolt_client("10.0.0.7");
    struct epw_flow_record *r = flow_at(3, "10.0.0.9", "10.0.0.7", 3128, EPW_APP_HTTP, NULL);
    evidence_of(r)->connect_port = 443;
    evidence_of(r)->http_status = 200;
    push(r);
    find_all("two-products");
    cr_assert_eq(found_count, 0);
}

Test(two_products, who_fetches_what_agents_fetch_runs_one)
{
    find_open(NULL);
    push(flow_at(1, "10.0.0.7", "203.0.113.5", 443, EPW_APP_TLS, "update.acme.example"));
    bolt_client("10.0.0.7");
    find_all("two-products");
    cr_assert_eq(found_count, 1);
    cr_expect_not_null(strstr(found[0].summary, "acme update (confirmed)"), "%s", found[0].summary);
}

Test(two_products, a_server_fetches_for_others)
{
    find_open("host,acme,server,10.0.0.5\n");
    push(flow_at(1, "10.0.0.8", "10.0.0.5", 2222, EPW_APP_TLS, NULL));
    push(flow_at(1, "10.0.0.5", "203.0.113.5", 443, EPW_APP_TLS, "update.acme.example"));
    bolt_client("10.0.0.5");
    find_all("two-products");
    cr_assert_eq(found_count, 0);
}

Test(two_products, what_the_last_product_left_counts)
{
    find_open(NULL);
    push(flow_at(1, "10.0.0.7", "10.0.0.9", 7777, EPW_APP_TLS, NULL));
    bolt_client("10.0.0.7");
    find_all("two-products");
    cr_assert_eq(found_count, 1);
    cr_expect_not_null(strstr(found[0].summary, "other agent"), "%s", found[0].summary);
}

Test(two_products, several_machines_behind_one_address_are_a_gateway)
{
    find_open(NULL);
    struct epw_flow_record *a = flow_at(1, "10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS, NULL);
    struct epw_flow_record *b = flow_at(2, "10.0.0.7", "10.0.0.6", 2021, EPW_APP_FTP, NULL);
    a->ttl = 63;
    b->ttl = 127;
    push(a);
    push(b);
    find_all("two-products");
    cr_assert_eq(found_count, 0);
}

/* The two agents' connections come from these MACs. */
static void agents_of(uint8_t acme_mac, uint8_t bolt_mac)
{
    find_open(NULL);
    for (int i = 0; i < 2; i++) {
        struct epw_flow_record *r =
            i == 0 ? flow_at(1, "10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS, NULL)
                   : flow_at(2, "10.0.0.7", "10.0.0.6", 2021, EPW_APP_FTP, NULL);
        r->has_mac = true;
        memcpy(r->mac[0], "\x02\0\0\0\0", 5);
        memcpy(r->mac[1], "\x02\0\0\0\x01", 5);
        r->mac[0][5] = i == 0 ? acme_mac : bolt_mac;
        r->mac[1][5] = (uint8_t)i;
        push(r);
    }
    find_all("two-products");
}

Test(two_products, machines_that_took_turns_at_an_address_are_not_one)
{
    agents_of(1, 2);
    cr_assert_eq(found_count, 0);
}

Test(two_products, of_one_machine_by_its_mac)
{
    agents_of(1, 1);
    cr_assert_eq(found_count, 1);
}
