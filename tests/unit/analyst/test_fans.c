/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/knowledge/fans.h"

#include <criterion/criterion.h>
#include <string.h>

static struct epw_stats stats;
static struct epw_addresses *addresses;
static struct epw_fans *fans;
static struct epw_ip server;

static struct epw_ip ip_of(uint32_t number)
{
    const uint8_t bytes[4] = { 10, (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                               (uint8_t)number };
    return epw_ip_from4(bytes);
}

static void set_up(void)
{
    memset(&stats, 0, sizeof(stats));
    cr_assert_eq(epw_addresses_new(&addresses, 42, &stats), EPW_OK);
    cr_assert_eq(epw_fans_new(&fans, addresses, 42, &stats), EPW_OK);
    server = ip_of(5);
}

static void tear_down(void)
{
    epw_addresses_free(addresses);
    epw_fans_free(fans);
}

TestSuite(fans, .init = set_up, .fini = tear_down);

static void meet(const struct epw_ip *ip, uint16_t port, uint32_t peer)
{
    const struct epw_ip other = ip_of(1000 + peer);
    epw_fans_add(fans, EPW_FAN_IN, ip, 6, port, &other);
}

static unsigned met(const struct epw_ip *ip, uint16_t port)
{
    return epw_fans_count(fans, EPW_FAN_IN, ip, 6, port);
}

Test(fans, peers_are_counted_once_and_up_to_many)
{
    for (uint32_t i = 0; i < 40; i++) {
        meet(&server, 2222, i % 20);
        if (i == 0)
            cr_assert_eq(met(&server, 2222), 1);
    }
    cr_expect_eq(met(&server, 2222), EPW_FAN_PEERS);
    cr_expect_eq(epw_fans_count(fans, EPW_FAN_OUT, &server, 6, 2222), 0);
    cr_expect_eq(epw_fans_count(fans, EPW_FAN_IN, &server, 17, 2222), 0);
    cr_expect_eq(met(&server, 2223), 0);
    const struct epw_ip other = ip_of(6);
    cr_expect_eq(met(&other, 2222), 0);
}

/* More ports than stand with the host itself, each asked for again when it has all its peers. */
Test(fans, many_ports_have_all_their_peers)
{
    for (uint32_t i = 0; i < 3 * EPW_FAN_PEERS; i++)
        for (uint16_t port = 1; port <= 9; port++)
            meet(&server, port, i);
    for (uint16_t port = 1; port <= 9; port++)
        cr_expect_eq(met(&server, port), EPW_FAN_PEERS, "%u", port);
    cr_expect_eq(met(&server, 10), 0);
}

Test(fans, a_port_that_was_forgotten_is_counted_anew)
{
    for (uint32_t i = 0; i < 2 * EPW_FAN_PEERS; i++)
        meet(&server, 1, i);
    for (uint16_t port = 2; port <= EPW_FANS_OF_HOST + 1; port++)
        meet(&server, port, 1);
    cr_expect_eq(met(&server, 1), 0);
    meet(&server, 1, 1);
    cr_expect_eq(met(&server, 1), 1);
}

Test(fans, an_address_keeps_its_newest_ports)
{
    for (uint16_t port = 1; port <= EPW_FANS_OF_HOST + 2; port++)
        meet(&server, port, 1);
    cr_expect_eq(met(&server, 1), 0);
    cr_expect_eq(met(&server, 2), 0);
    for (uint16_t port = 3; port <= EPW_FANS_OF_HOST + 2; port++)
        cr_assert_eq(met(&server, port), 1, "%u", port);
    cr_expect_eq(stats.limited[EPW_LIMIT_FANS], 2);
}

Test(fans, of_all_the_oldest_goes_first)
{
    for (uint32_t i = 0; i < EPW_FANS_MAX + 1; i++) {
        const struct epw_ip ip = ip_of(100000 + i / 2);
        meet(&ip, (uint16_t)(i % 2), 1);
    }
    const struct epw_ip first = ip_of(100000), last = ip_of(100000 + EPW_FANS_MAX / 2);
    cr_expect_eq(met(&first, 0), 0);
    cr_expect_eq(met(&first, 1), 1);
    cr_expect_eq(met(&last, 0), 1);
    cr_expect_eq(stats.limited[EPW_LIMIT_FANS], 1);
}

Test(fans, ports_of_an_address_that_is_given_up_are_forgotten)
{
    const struct epw_ip first = ip_of(100000);
    for (uint32_t i = 0; i < EPW_ADDRESSES_MAX + 1; i++) {
        const struct epw_ip ip = ip_of(100000 + i);
        cr_assert_not_null(epw_addresses_get(addresses, 0, &ip));
        if (i == 0)
            meet(&ip, 2222, 1);
    }
    cr_expect_eq(stats.hosts_evicted, 1);
    cr_expect_eq(met(&first, 2222), 0);
    meet(&first, 2222, 1);
    cr_expect_eq(met(&first, 2222), 1);
}
