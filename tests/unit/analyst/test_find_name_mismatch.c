/* SPDX-License-Identifier: Apache-2.0 */
#include "find_fixture.h"

#include <criterion/criterion.h>
#include <string.h>

#define NAME "eu.cloud.acme.example"

static void open_plain(void)
{
    find_open(NULL);
}

TestSuite(name_mismatch, .init = open_plain, .fini = find_close);

static struct epw_flow_record *claim(double at_s, const char *address)
{
    return flow_at(at_s, "10.0.0.7", address, 443, EPW_APP_TLS, NAME);
}

Test(name_mismatch, an_address_that_dns_did_not_give)
{
    dns(0, "10.0.0.7", NAME, "203.0.113.5");
    push(claim(1, "198.51.100.66"));
    find_all("name-mismatch");
    cr_assert_eq(found_count, 1);
    cr_expect_str_eq(found[0].subject, NAME " at 198.51.100.66");
    cr_expect_str_eq(found[0].hosts, "10.0.0.7 198.51.100.66");
}

Test(name_mismatch, any_address_ever_told_is_fine)
{
    dns(0, "10.0.0.7", NAME, "203.0.113.5");
    dns(5, "10.0.0.7", NAME, "203.0.113.6");
    push(claim(6, "203.0.113.5"));
    push(claim(7, "203.0.113.6"));
    find_all("name-mismatch");
    cr_assert_eq(found_count, 0);
}

Test(name_mismatch, unknown_is_no_mismatch)
{
    dns(0, "10.0.0.8", NAME, "203.0.113.5"); /* another client was told */
    push(claim(1, "198.51.100.66"));
    find_all("name-mismatch");
    cr_assert_eq(found_count, 0);
}

Test(name_mismatch, the_other_family_is_unknown)
{
    dns(0, "10.0.0.7", NAME, "2001:db8::5");
    push(claim(1, "198.51.100.66"));
    find_all("name-mismatch");
    cr_assert_eq(found_count, 0);
}

Test(name_mismatch, an_answer_that_came_later_or_ran_out_is_none)
{
    push(claim(1, "198.51.100.66"));
    dns(2, "10.0.0.7", NAME, "203.0.113.5");
    push(claim(2 + 60 + 3600 + 1, "198.51.100.66"));
    find_all("name-mismatch");
    cr_assert_eq(found_count, 0);
}

Test(name_mismatch, not_beside_ech_nor_through_a_proxy)
{
    dns(0, "10.0.0.7", NAME, "203.0.113.5");
    struct epw_flow_record *r = claim(1, "198.51.100.66");
    evidence_of(r)->ech = true;
    push(r);
    r = claim(2, "10.0.0.80");
    evidence_of(r)->connect_port = 443;
    push(r);
    find_all("name-mismatch");
    cr_assert_eq(found_count, 0);
}

Test(name_mismatch, names_of_nobody_are_not_our_business)
{
    dns(0, "10.0.0.7", "www.example.com", "203.0.113.5");
    push(flow_at(1, "10.0.0.7", "198.51.100.66", 443, EPW_APP_TLS, "www.example.com"));
    find_all("name-mismatch");
    cr_assert_eq(found_count, 0);
}

static void question(double at_s, enum epw_sighting_kind kind)
{
    struct epw_sighting s = { .kind = kind, .dns_id = 7, .dns_type = 1, .name = NAME };
    s.ts_ns = claim(at_s, "198.51.100.66")->first_ns;
    s.client = claim(at_s, "198.51.100.66")->ip[0];
    epw_analyst_sighting(analyst, &s);
}

Test(name_mismatch, not_where_an_answer_is_missing)
{
    dns(0, "10.0.0.7", NAME, "203.0.113.5");
    question(1, EPW_SIGHT_ASKED);
    push(claim(2, "198.51.100.66"));
    find_all("name-mismatch");
    cr_assert_eq(found_count, 0);
}

Test(name_mismatch, what_another_address_of_the_machine_was_told)
{
    static const char *const own[] = { "10.0.0.7", "fd00::7" };
    for (int i = 0; i < 2; i++) {
        struct epw_flow_record *r =
            flow_at(i, own[i], i == 0 ? "10.0.0.2" : "fd00::2", 53, EPW_APP_DNS, NULL);
        r->has_mac = true;
        memcpy(r->mac[0], "\x02\0\0\0\0\x07", 6);
        push(r);
    }
    dns(2, "10.0.0.7", NAME, "203.0.113.5");
    dns(3, "fd00::7", NAME, "198.51.100.66");
    push(claim(4, "198.51.100.66"));
    find_all("name-mismatch");
    cr_assert_eq(found_count, 0);
}

/* The address asks by one MAC, and claims the name by another or the same one. */
static void take_over(uint8_t mac)
{
    dns(0, "10.0.0.7", NAME, "203.0.113.5");
    struct epw_flow_record *asked = flow_at(1, "10.0.0.7", "10.0.0.2", 53, EPW_APP_DNS, NULL);
    struct epw_flow_record *claimed = claim(2, "198.51.100.66");
    asked->has_mac = claimed->has_mac = true;
    memcpy(asked->mac[0], "\x02\0\0\0\0\x07", 6);
    memcpy(claimed->mac[0], "\x02\0\0\0\0", 5);
    claimed->mac[0][5] = mac;
    push(asked);
    push(claimed);
    find_all("name-mismatch");
}

Test(name_mismatch, what_the_machine_before_it_was_told)
{
    take_over(9);
    cr_assert_eq(found_count, 0);
}

Test(name_mismatch, what_the_same_machine_was_told)
{
    take_over(7);
    cr_assert_eq(found_count, 1);
}
