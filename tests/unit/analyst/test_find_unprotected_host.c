/* SPDX-License-Identifier: Apache-2.0 */
#include "find_fixture.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(unprotected_host, .fini = find_close);

static void browse(const char *from)
{
    push(flow_at(1, from, "203.0.113.80", 443, EPW_APP_TLS, "www.example.com"));
}

Test(unprotected_host, active_and_speaking_for_no_product)
{
    find_open("internal,,,10.0.0.0/8\nhost,acme,server,10.0.0.5\n");
    browse("10.0.0.7");
    browse("10.0.0.8");
    push(flow_at(2, "10.0.0.9", "10.0.0.5", 2222, EPW_APP_TLS, NULL));
    find_all("unprotected-host");
    cr_assert_eq(found_count, 1, "one for all of them");
    cr_expect_str_eq(found[0].hosts, "10.0.0.7 10.0.0.8");
}

Test(unprotected_host, nothing_where_nothing_is_declared_internal)
{
    find_open(NULL);
    browse("10.0.0.7");
    find_all("unprotected-host");
    cr_assert_eq(found_count, 0);
}

Test(unprotected_host, proxies_scanners_servers_and_strangers_are_none)
{
    find_open("internal,,,10.0.0.0/8\nproxy,,,10.0.0.7\nscanner,,,10.0.0.8\n"
              "host,acme,server,10.0.0.5\n");
    browse("10.0.0.7");
    browse("10.0.0.8");
    browse("10.0.0.5");
    browse("192.168.0.3");
    find_all("unprotected-host");
    cr_assert_eq(found_count, 0);
}

Test(unprotected_host, a_declared_agent_that_never_speaks_is_one)
{
    find_open("internal,,,10.0.0.0/8\nhost,acme,agent,10.0.0.0/24\n");
    browse("10.0.0.7");
    find_all("unprotected-host");
    cr_assert_eq(found_count, 1);
}

Test(unprotected_host, attempts_alone_are_no_activity)
{
    find_open("internal,,,10.0.0.0/8\n");
    struct epw_flow_record *r = flow_at(1, "10.0.0.7", "10.0.0.9", 80, EPW_APP_UNKNOWN, NULL);
    unanswered(r);
    push(r);
    find_all("unprotected-host");
    cr_assert_eq(found_count, 0);
}

Test(unprotected_host, answering_a_ping_is_no_activity)
{
    find_open("internal,,,10.0.0.0/8\n");
    struct epw_flow_record *r = flow_at(1, "10.0.0.7", "10.0.0.9", 0, EPW_APP_UNKNOWN, NULL);
    r->proto = 1;
    push(r);
    find_all("unprotected-host");
    cr_assert_eq(found_count, 1);
    cr_expect_str_eq(found[0].hosts, "10.0.0.7");
}
