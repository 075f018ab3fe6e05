/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/knowledge/hosts.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct epw_stats stats;
static struct epw_addresses *addresses;
static struct epw_hosts *hosts;
static struct epw_ip server;

static struct epw_ip ip(const char *text)
{
    struct epw_ip out;
    cr_assert(epw_ip_parse(text, &out));
    return out;
}

static void setup(void)
{
    memset(&stats, 0, sizeof(stats));
    cr_assert_eq(epw_addresses_new(&addresses, 42, &stats), EPW_OK);
    cr_assert_eq(epw_hosts_new(&hosts, addresses, 42), EPW_OK);
    server = ip("10.0.0.5");
}

static void teardown(void)
{
    epw_addresses_free(addresses);
    epw_hosts_free(hosts);
}

static const struct epw_port_range p8014 = { 8014, 8014 }, p8446 = { 8446, 8446 },
                                   p443 = { 443, 443 }, p9000 = { 9000, 9000 };

/* What a signature of "acme" with this function, port and need looks like. */
static struct epw_signature row(const char *product, const char *function,
                                const struct epw_port_range *port, enum epw_needs needs)
{
    return (struct epw_signature){ .product = product,
                                   .function = function,
                                   .responder = "manager",
                                   .needs = needs,
                                   .port = port,
                                   .port_count = 1 };
}

static enum epw_role_how role_in(const struct epw_ip *host, const char *product, const char *role)
{
    enum epw_role_how how = epw_host_role(epw_hosts_get(hosts, host), product, role).how;
    cr_expect_eq(epw_hosts_has_role(hosts, host, product, role), how != EPW_ROLE_UNKNOWN);
    return how;
}

static enum epw_role_how role(void)
{
    return role_in(&server, "acme", "manager");
}

static void answered(const struct epw_signature *sig)
{
    epw_hosts_answered(hosts, &server, sig, sig->port[0].low);
}

TestSuite(hosts, .init = setup, .fini = teardown);

Test(hosts, two_functions_teach_a_role)
{
    struct epw_signature a = row("acme", "clients", &p8014, EPW_NEEDS_PORT);
    struct epw_signature b = row("acme", "web-services", &p8446, EPW_NEEDS_RESPONDER);
    answered(&a);
    answered(&a);
    cr_assert_eq(role(), EPW_ROLE_UNKNOWN, "one function twice is one");
    answered(&b);
    cr_assert_eq(role(), EPW_ROLE_PORTS);
    cr_assert_eq(role_in(&server, "acme", "client"), EPW_ROLE_UNKNOWN);
    cr_assert_eq(role_in(&server, "other", "manager"), EPW_ROLE_UNKNOWN);
}

Test(hosts, a_list_teaches_what_its_rows_do)
{
    struct epw_signature a = row("acme", "clients", &p8014, EPW_NEEDS_PORT);
    struct epw_signature b = row("acme", "web-services", &p8446, EPW_NEEDS_RESPONDER);
    const struct epw_lesson first[] = { { &a, 8014 } }, second[] = { { &a, 8014 }, { &b, 8446 } };
    epw_hosts_answered_all(hosts, &server, first, 1, 1);
    epw_hosts_answered_all(hosts, &server, first, 1, 1);
    cr_assert(epw_hosts_answers(hosts, &server, &a));
    cr_assert_not(epw_hosts_answers(hosts, &server, &b));
    epw_hosts_answered_all(hosts, &server, second, 2, 2);
    cr_assert_eq(role(), EPW_ROLE_PORTS);
    const struct epw_ip other = ip("10.0.0.6");
    epw_hosts_answered_all(hosts, &other, second, 2, 2);
    cr_assert_eq(role_in(&other, "acme", "manager"), EPW_ROLE_PORTS);
}

Test(hosts, shared_ports_alone_teach_nothing)
{
    struct epw_signature a = row("acme", "console", &p9000, EPW_NEEDS_RESPONDER);
    struct epw_signature b = row("acme", "web-services", &p8446, EPW_NEEDS_RESPONDER);
    answered(&a);
    answered(&b);
    cr_assert_eq(role(), EPW_ROLE_UNKNOWN);
}

Test(hosts, system_ports_teach_nothing)
{
    struct epw_signature a = row("acme", "clients", &p8014, EPW_NEEDS_PORT);
    struct epw_signature b = row("acme", "clients-tls", &p443, EPW_NEEDS_RESPONDER);
    answered(&a);
    answered(&b);
    cr_assert_eq(role(), EPW_ROLE_UNKNOWN);
}

Test(hosts, roles_beyond_those_that_fit_are_counted)
{
    char product[EPW_HOST_ROLES + 2][16];
    for (size_t i = 0; i < EPW_HOST_ROLES + 2; i++) {
        snprintf(product[i], sizeof(product[i]), "acme-%zu", i);
        struct epw_signature sig = row(product[i], "manage", &p8014, EPW_NEEDS_PORT);
        epw_hosts_confirm(hosts, &server, &sig, "manager");
        epw_hosts_confirm(hosts, &server, &sig, "manager");
        cr_expect_eq(role_in(&server, product[i], "manager") != EPW_ROLE_UNKNOWN,
                     i < EPW_HOST_ROLES);
    }
    cr_expect_eq(stats.limited[EPW_LIMIT_ROLES], 4);
}

Test(hosts, a_confirmed_verdict_teaches_at_once)
{
    struct epw_signature a = row("acme", "cloud", &p443, EPW_NEEDS_NAME);
    epw_hosts_confirm(hosts, &server, &a, "manager");
    cr_assert_eq(role(), EPW_ROLE_CONFIRMED);
}

Test(hosts, a_product_that_explains_more_is_the_rival)
{
    struct epw_signature ours = row("acme", "clients", &p8014, EPW_NEEDS_PORT);
    struct epw_signature theirs = row("bolt", "agents", &p8014, EPW_NEEDS_PORT);
    struct epw_signature more = row("bolt", "console", &p9000, EPW_NEEDS_PORT);
    answered(&ours);
    answered(&theirs);
    cr_assert_null(epw_host_rival(epw_hosts_get(hosts, &server), "acme"));
    answered(&more);
    cr_assert_eq(epw_host_rival(epw_hosts_get(hosts, &server), "acme"), &more);
    cr_assert_null(epw_host_rival(epw_hosts_get(hosts, &server), "bolt"),
                   "it explains all that is there");
}

/* Rows whose bits a host has not are not judged again for it (verdict/collect.c). */
Test(hosts, it_takes_two_ports_of_a_product_to_matter_to_a_row)
{
    struct epw_signature own = row("acme", "clients", &p8014, EPW_NEEDS_PORT);
    struct epw_signature beside = row("bolt", "agents", &p8014, EPW_NEEDS_PORT);
    struct epw_signature further = row("bolt", "console", &p9000, EPW_NEEDS_RESPONDER);
    uint32_t role_bit = epw_role_bit("bolt", "manager"), rival_bit = epw_product_bit("acme");
    answered(&own);
    answered(&beside);
    cr_expect(epw_host_is_known(epw_hosts_get(hosts, &server)));
    cr_expect_eq(epw_host_bits(epw_hosts_get(hosts, &server)), 0, "one port of either");
    answered(&further);
    uint32_t bits = epw_host_bits(epw_hosts_get(hosts, &server));
    cr_expect_neq(bits & role_bit, 0, "bolt's own port and another one");
    cr_expect_neq(bits & rival_bit, 0, "bolt may be what acme's port is there for");
}

Test(hosts, who_tries_many_ports_or_hosts_in_vain_is_a_scanner)
{
    struct epw_ip probe = ip("10.0.0.66"), agent = ip("10.0.0.7");
    for (uint16_t port = 1; port <= EPW_SCAN_TARGETS; port++) {
        cr_assert_not(epw_hosts_is_scanner(hosts, &probe));
        epw_hosts_tried(hosts, &probe, &server, port);
        epw_hosts_tried(hosts, &agent, &server, 8014);
    }
    cr_assert(epw_hosts_is_scanner(hosts, &probe));
    cr_assert_not(epw_hosts_is_scanner(hosts, &agent), "one port again and again is a retry");
}

Test(hosts, hosts_with_roles_outlive_those_without)
{
    struct epw_signature a = row("acme", "cloud", &p443, EPW_NEEDS_NAME);
    epw_hosts_confirm(hosts, &server, &a, "manager");
    for (int i = 0; i < EPW_ADDRESSES_MAX + 10; i++) {
        char text[32];
        snprintf(text, sizeof(text), "11.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255);
        struct epw_ip other = ip(text);
        epw_hosts_tried(hosts, &other, &server, 80);
    }
    cr_assert_eq(role(), EPW_ROLE_CONFIRMED);
    cr_assert_geq(stats.hosts_evicted, 10);
}
