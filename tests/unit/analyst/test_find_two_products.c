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
