/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/knowledge/addresses.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

struct kept {
    uint32_t number; /* 0: nothing is kept */
    enum epw_worth worth;
    char *owned;
};

static struct epw_stats stats;
static struct epw_addresses *addresses;
static size_t before, place, dropped;

static enum epw_worth worth(const void *part)
{
    return ((const struct kept *)part)->worth;
}

static void drop(void *ctx, void *part)
{
    free(((struct kept *)part)->owned);
    (*(size_t *)ctx)++;
}

static void set_up(void)
{
    const struct epw_address_part flag = { .size = 1 };
    const struct epw_address_part part = {
        .size = sizeof(struct kept), .worth = worth, .drop = drop, .ctx = &dropped
    };
    dropped = 0;
    memset(&stats, 0, sizeof(stats));
    cr_assert_eq(epw_addresses_new(&addresses, 42, &stats), EPW_OK);
    before = epw_addresses_add(addresses, &flag);
    place = epw_addresses_add(addresses, &part);
}

static void tear_down(void)
{
    epw_addresses_free(addresses);
}

TestSuite(addresses, .init = set_up, .fini = tear_down);

static struct epw_ip ip_of(uint32_t number)
{
    const uint8_t bytes[4] = { (uint8_t)(number >> 24), (uint8_t)(number >> 16),
                               (uint8_t)(number >> 8), (uint8_t)number };
    return epw_ip_from4(bytes);
}

static struct kept *find(uint32_t number)
{
    const struct epw_ip ip = ip_of(number);
    return epw_addresses_find(addresses, place, &ip);
}

static struct kept *get(uint32_t number)
{
    const struct epw_ip ip = ip_of(number);
    struct kept *kept = epw_addresses_get(addresses, place, &ip);
    cr_assert_not_null(kept);
    return kept;
}

static void keep(uint32_t number, enum epw_worth worth_of_it)
{
    struct kept *kept = get(number);
    cr_assert_eq(kept->number, 0, "a part begins as zeros");
    kept->number = number;
    kept->worth = worth_of_it;
}

Test(addresses, what_is_not_kept_is_not_found)
{
    cr_expect_null(find(1));
    keep(1, EPW_WORTH_STRANGER);
    cr_expect_null(find(2));
    cr_expect_eq(find(1)->number, 1);
    cr_expect_eq(epw_addresses_count(addresses), 1);
}

Test(addresses, parts_stand_beside_each_other)
{
    const struct epw_ip ip = ip_of(7);
    keep(7, EPW_WORTH_STRANGER);
    char *flag = epw_addresses_get(addresses, before, &ip);
    *flag = 1;
    cr_expect_eq(find(7)->number, 7);
    cr_expect_eq(epw_addresses_count(addresses), 1);
    cr_expect_eq(epw_ip_cmp(epw_addresses_ip(find(7), place), &ip), 0);
    cr_expect_eq(epw_ip_cmp(epw_addresses_ip(flag, before), &ip), 0);
}

Test(addresses, all_are_found_and_listed_as_they_came)
{
    for (uint32_t i = 1; i <= 10000; i++)
        keep(i * 2654435761u, EPW_WORTH_STRANGER);
    cr_assert_eq(epw_addresses_count(addresses), 10000);
    for (uint32_t i = 1; i <= 10000; i++) {
        const struct kept *kept = epw_addresses_at(addresses, place, i - 1);
        cr_assert_eq(kept->number, i * 2654435761u);
        cr_assert_eq(find(kept->number), kept);
    }
}

Test(addresses, what_is_told_to_come_changes_nothing)
{
    struct epw_ip ip[EPW_ADDRESSES_SOON];
    for (uint32_t round = 0; round < 300; round++) {
        for (uint32_t i = 0; i < EPW_ADDRESSES_SOON; i++)
            ip[i] = ip_of(round * EPW_ADDRESSES_SOON + i + 1);
        epw_addresses_soon(addresses, ip, EPW_ADDRESSES_SOON);
        cr_assert_eq(epw_addresses_count(addresses), round * EPW_ADDRESSES_SOON / 2);
        for (uint32_t i = 0; i < EPW_ADDRESSES_SOON; i += 2)
            keep(round * EPW_ADDRESSES_SOON + i + 1, EPW_WORTH_STRANGER);
        epw_addresses_soon(addresses, ip, EPW_ADDRESSES_SOON / 4);
        for (uint32_t i = 0; i < EPW_ADDRESSES_SOON; i++) {
            uint32_t number = round * EPW_ADDRESSES_SOON + i + 1;
            const struct kept *kept = find(number);
            cr_assert_eq(kept == NULL ? 0 : kept->number, i % 2 == 0 ? number : 0);
        }
    }
}

Test(addresses, a_full_table_gives_up_the_least_worth_then_the_first_seen)
{
    keep(1, EPW_WORTH_ROLE);
    keep(2, EPW_WORTH_OURS);
    keep(3, EPW_WORTH_STRANGER);
    for (uint32_t i = 4; i <= EPW_ADDRESSES_MAX; i++)
        keep(i, i % 2 == 0 ? EPW_WORTH_OURS : EPW_WORTH_STRANGER);
    cr_assert_eq(stats.hosts_evicted, 0);
    keep(EPW_ADDRESSES_MAX + 1, EPW_WORTH_ROLE);
    cr_expect_eq(stats.hosts_evicted, 1);
    cr_expect_null(find(3));
    cr_expect_not_null(find(2));
    uint32_t more = EPW_ADDRESSES_MAX + 1;
    for (uint32_t i = 1; i < EPW_ADDRESSES_MAX / 2 - 1; i++)
        keep(++more, EPW_WORTH_ROLE);
    cr_expect_not_null(find(2), "strangers are left");
    cr_expect_not_null(find(EPW_ADDRESSES_MAX));
    keep(++more, EPW_WORTH_ROLE);
    cr_expect_null(find(2));
    cr_expect_not_null(find(4));
    cr_expect_not_null(find(1));
    for (uint32_t i = 0; i < EPW_ADDRESSES_MAX; i++)
        keep(++more, EPW_WORTH_ROLE);
    cr_expect_null(find(1), "roles give way to roles");
    cr_expect_eq(stats.hosts_evicted, more - EPW_ADDRESSES_MAX);
    cr_expect_eq(epw_addresses_count(addresses), EPW_ADDRESSES_MAX);
}

Test(addresses, those_that_stay_are_still_found)
{
    uint32_t most = 3 * EPW_ADDRESSES_MAX / 2;
    for (uint32_t i = 1; i <= most; i++)
        keep(i * 2654435761u, EPW_WORTH_STRANGER);
    for (uint32_t i = 1; i <= most; i++) {
        const struct kept *kept = find(i * 2654435761u);
        cr_assert_eq(kept != NULL, i > most - EPW_ADDRESSES_MAX, "%u", i);
        cr_assert(kept == NULL || kept->number == i * 2654435761u);
    }
}

Test(addresses, what_parts_own_is_dropped_with_them)
{
    for (uint32_t i = 1; i <= EPW_ADDRESSES_MAX + 5; i++) {
        keep(i, EPW_WORTH_STRANGER);
        if (i % 1000 == 1)
            find(i)->owned = malloc(1);
    }
    cr_expect_eq(dropped, 5);
    epw_addresses_free(addresses);
    cr_expect_eq(dropped, EPW_ADDRESSES_MAX + 5);
    addresses = NULL;
}
