/* SPDX-License-Identifier: Apache-2.0 */
#include "find_fixture.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(rogue_product, .fini = find_close);

Test(rogue_product, traffic_of_a_product_that_is_not_deployed)
{
    find_open("deployed,acme,,\n");
    push(flow_at(1, "10.0.0.7", "10.0.0.5", 2021, EPW_APP_FTP, NULL));
    push(flow_at(2, "10.0.0.8", "10.0.0.5", 2225, EPW_APP_TLS, NULL));
    find_all("rogue-product");
    cr_assert_eq(found_count, 1, "one a product, whatever its functions");
    cr_expect_str_eq(found[0].product, "bolt");
    cr_expect_eq(found[0].count, 2);
    cr_expect_str_eq(found[0].hosts, "10.0.0.5 10.0.0.7 10.0.0.8", "its server, then clients");
}

Test(rogue_product, a_server_that_did_not_answer_is_none)
{
    find_open("deployed,bolt,,\nhost,acme,server,10.0.0.5\n");
    struct epw_flow_record *r = flow_at(1, "10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS, NULL);
    unanswered(r);
    push(r);
    push(flow_at(2, "10.0.0.8", "203.0.113.5", 443, EPW_APP_TLS, "eu.cloud.acme.example"));
    find_all("rogue-product");
    cr_assert_eq(found_count, 1);
    cr_expect_str_eq(found[0].hosts, "10.0.0.8 10.0.0.7", "the client speaks");
}

Test(rogue_product, neighbours_too_and_the_local_side_is_the_culprit)
{
    find_open("deployed,acme,,\ninternal,,,10.0.0.0/8\n");
    push(flow_at(1, "203.0.113.9", "10.0.0.5", 7777, EPW_APP_TLS, NULL));
    find_all("rogue-product");
    cr_assert_eq(found_count, 1);
    cr_expect_str_eq(found[0].product, "other");
    cr_expect_str_eq(found[0].hosts, "10.0.0.5");
}

Test(rogue_product, what_is_deployed_is_none)
{
    find_open("deployed,acme,,\n");
    push(flow_at(1, "10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS, NULL));
    find_all("rogue-product");
    cr_assert_eq(found_count, 0);
}

Test(rogue_product, a_port_alone_accuses_nobody)
{
    find_open("deployed,acme,,\n");
    push(flow_at(1, "10.0.0.7", "10.0.0.5", 2021, EPW_APP_UNKNOWN, NULL));
    find_all("rogue-product");
    cr_assert_eq(found_count, 0);
}

Test(rogue_product, nothing_without_deployed_lines)
{
    find_open("internal,,,10.0.0.0/8\n");
    push(flow_at(1, "10.0.0.7", "10.0.0.5", 2021, EPW_APP_FTP, NULL));
    find_all("rogue-product");
    cr_assert_eq(found_count, 0);
}

Test(rogue_product, an_accepted_one_is_dropped)
{
    find_open("deployed,acme,,\nignore,,rogue-product,10.0.0.7\n");
    push(flow_at(1, "10.0.0.7", "10.0.0.5", 2021, EPW_APP_FTP, NULL));
    find_all("rogue-product");
    cr_assert_eq(found_count, 0);
}
