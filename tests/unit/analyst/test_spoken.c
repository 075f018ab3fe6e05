/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/spoken.h"

#include <criterion/criterion.h>
#include <string.h>

static struct epw_stats stats;
static struct epw_addresses *addresses;
static struct epw_spoken *spoken;
static const struct epw_signature agent = { .id = "a", .product = "acme", .index = 0 };
static const struct epw_signature update = { .id = "b", .product = "acme", .index = 1 };
static const struct epw_signature other = { .id = "c", .product = "bolt", .index = 2 };

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
    cr_assert_eq(epw_spoken_new(&spoken, addresses, &stats), EPW_OK);
}

static void tear_down(void)
{
    epw_addresses_free(addresses);
    epw_spoken_free(spoken);
}

TestSuite(spoken, .init = set_up, .fini = tear_down);

static void say(uint32_t host, const struct epw_signature *sig, bool aside, int64_t ts_ns)
{
    const struct epw_ip ip = ip_of(host);
    const struct epw_flow_record record = { .ip = { ip, ip_of(9999999) },
                                            .port = { 50000, 2222 },
                                            .proto = 6,
                                            .first_record = true,
                                            .first_ns = ts_ns,
                                            .last_ns = ts_ns,
                                            .evidence = &epw_evidence_none };
    struct epw_speaker *speaker = epw_spoken_get(spoken, &ip);
    cr_assert_not_null(speaker);
    epw_spoken_add(spoken, speaker, sig, aside, &record);
}

static const struct epw_said *said_by(uint32_t host)
{
    const struct epw_ip ip = ip_of(host);
    const struct epw_speaker *speaker = epw_spoken_find(spoken, &ip);
    return speaker == NULL ? NULL : speaker->said;
}

Test(spoken, a_conversation_stands_once_with_its_starts_and_its_last_words)
{
    for (int64_t i = 1; i <= 10; i++)
        say(1, &agent, false, i * 1000);
    say(1, &agent, false, 500);
    const struct epw_said *said = said_by(1);
    cr_assert_not_null(said);
    cr_expect_null(said->after);
    cr_expect_eq(said->rhythm.count, 11);
    cr_expect_eq(said->last.last_ns, 10000, "what came late is not the last");
    cr_expect_eq(said->last.port[1], 2222);
}

Test(spoken, signs_of_life_stand_once_a_product_and_have_no_rhythm)
{
    say(1, &agent, true, 1000);
    say(1, &update, true, 2000);
    say(1, &other, true, 3000);
    const struct epw_said *said = said_by(1);
    cr_expect_eq(said->sig, &update);
    cr_expect_eq(said->last.last_ns, 2000);
    cr_expect_eq(said->rhythm.count, 0);
    cr_expect_eq(said->after->sig, &other);
    cr_expect_null(said->after->after);
}

Test(spoken, a_rhythm_keeps_its_newest_starts)
{
    for (int64_t i = 1; i <= 3 * EPW_RHYTHM_STARTS; i++)
        say(1, &agent, false, i * 1000);
    const struct epw_rhythm *rhythm = &said_by(1)->rhythm;
    cr_expect_leq(rhythm->count, EPW_RHYTHM_STARTS);
    cr_expect_eq(rhythm->start[rhythm->count - 1], 3 * EPW_RHYTHM_STARTS * 1000);
}

Test(spoken, what_was_repeated_longest_ago_goes_first)
{
    for (uint32_t i = 0; i < EPW_SPOKEN_MAX; i++)
        say(1 + i / 2, i % 2 == 0 ? &agent : &other, false, 1000 + i);
    cr_expect_eq(stats.limited[EPW_LIMIT_SPOKEN], 0);
    say(1, &agent, false, 1000000000);
    say(1000000, &agent, false, 1000000001);
    cr_expect_eq(stats.limited[EPW_LIMIT_SPOKEN], 1);
    cr_assert_not_null(said_by(1));
    cr_expect_eq(said_by(1)->sig, &agent, "it spoke again");
    cr_expect_null(said_by(1)->after, "of the other it did not");
    cr_expect_not_null(said_by(2)->after);
    cr_expect_not_null(said_by(1000000));
}

Test(spoken, what_an_address_said_goes_with_it)
{
    say(1, &agent, false, 1000);
    for (uint32_t i = 0; i < EPW_ADDRESSES_MAX; i++) {
        const struct epw_ip ip = ip_of(100 + i);
        cr_assert_not_null(epw_addresses_get(addresses, 0, &ip));
    }
    cr_expect_not_null(said_by(1), "strangers go before those that spoke");
    for (uint32_t i = 0; i < EPW_ADDRESSES_MAX; i++)
        say(1000000 + i, &agent, true, 2000 + i);
    cr_expect_null(said_by(1));
    cr_expect_eq(stats.limited[EPW_LIMIT_SPOKEN], EPW_ADDRESSES_MAX - EPW_SPOKEN_MAX + 1);
}
