/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/knowledge/endpoints.h"

#include <criterion/criterion.h>

#define SECOND 1000000000LL

static struct epw_endpoints *endpoints;

static struct epw_ip ip(const char *text)
{
    struct epw_ip out;
    cr_assert(epw_ip_parse(text, &out));
    return out;
}

static struct epw_stats stats;

static void setup(void)
{
    stats = (struct epw_stats){ 0 };
    cr_assert_eq(epw_endpoints_new(&endpoints, 7, &stats), EPW_OK);
}

static void teardown(void)
{
    epw_endpoints_free(endpoints);
}

/* Control channel 10.0.0.1:40000 -> 10.0.0.5:2021 announces address:port at t = 100 s. */
static void announce(const char *address, uint16_t port, bool server_listens)
{
    struct epw_sighting s = { .kind = EPW_SIGHT_ENDPOINT,
                              .ts_ns = 100 * SECOND,
                              .port = port,
                              .proto = 6,
                              .client_port = 40000,
                              .server_port = 2021,
                              .endpoint_listener = server_listens };
    s.client = ip("10.0.0.1");
    s.server = ip("10.0.0.5");
    s.address = ip(address);
    epw_endpoints_learn(endpoints, &s);
}

static bool found(const char *from, const char *to, uint16_t port, int64_t ts_ns)
{
    struct epw_endpoint e;
    struct epw_flow_record r = { .proto = 6, .port = { 50000, port }, .first_ns = ts_ns };
    r.ip[0] = ip(from);
    r.ip[1] = ip(to);
    bool yes = epw_endpoints_find(endpoints, &r, &e);
    cr_assert(!yes || e.server_port == 2021);
    return yes;
}

TestSuite(endpoints, .init = setup, .fini = teardown);

Test(endpoints, passive_data_goes_to_the_server)
{
    announce("10.0.0.5", 3050, true);
    cr_assert(found("10.0.0.1", "10.0.0.5", 3050, 101 * SECOND));
    cr_assert_not(found("10.0.0.1", "10.0.0.5", 3051, 101 * SECOND), "another port");
    cr_assert_not(found("10.0.0.9", "10.0.0.5", 3050, 101 * SECOND), "another client");
}

Test(endpoints, behind_nat_the_port_is_expected_at_either_address)
{
    announce("203.0.113.9", 3050, true);
    cr_assert(found("10.0.0.1", "203.0.113.9", 3050, 101 * SECOND));
    cr_assert(found("10.0.0.1", "10.0.0.5", 3050, 101 * SECOND));
}

Test(endpoints, active_data_comes_from_the_server)
{
    announce("10.0.0.1", 50123, false);
    cr_assert(found("10.0.0.5", "10.0.0.1", 50123, 101 * SECOND));
    cr_assert_not(found("10.0.0.1", "10.0.0.5", 50123, 101 * SECOND));
}

Test(endpoints, an_announcement_is_for_what_follows_it_soon)
{
    announce("10.0.0.5", 3050, true);
    cr_assert_not(found("10.0.0.1", "10.0.0.5", 3050, 90 * SECOND));
    cr_assert_not(found("10.0.0.1", "10.0.0.5", 3050, (101 + EPW_ENDPOINTS_KEEP_S) * SECOND));
}

Test(endpoints, the_oldest_goes_when_too_many_are_open)
{
    for (unsigned port = 1; port <= EPW_ENDPOINTS_MAX + 1; port++)
        announce("10.0.0.5", (uint16_t)port, true);
    cr_assert_not(found("10.0.0.1", "10.0.0.5", 1, 101 * SECOND));
    cr_assert(found("10.0.0.1", "10.0.0.5", 2, 101 * SECOND));
    cr_assert_eq(stats.limited[EPW_LIMIT_ENDPOINTS], 1);
}
