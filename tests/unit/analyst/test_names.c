/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/knowledge/names.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define SECOND 1000000000LL

static struct epw_stats stats;
static struct epw_names *names;

static struct epw_ip ip(const char *text)
{
    struct epw_ip out;
    cr_assert(epw_ip_parse(text, &out));
    return out;
}

static void setup(void)
{
    memset(&stats, 0, sizeof(stats));
    cr_assert_eq(epw_names_new(&names, 42, &stats), EPW_OK);
}

static void teardown(void)
{
    epw_names_free(names);
}

static void answer(const char *client, const char *name, const char *address, int64_t ts_ns)
{
    struct epw_sighting s = { .kind = EPW_SIGHT_ADDRESS, .ts_ns = ts_ns, .ttl_s = 60 };
    s.client = ip(client);
    s.address = ip(address);
    snprintf(s.name, sizeof(s.name), "%s", name);
    epw_names_learn(names, &s);
}

static void beside(const char *client, const char *name, const char *address)
{
    struct epw_sighting s = { .kind = EPW_SIGHT_ADDRESS, .ttl_s = 60, .passing = true };
    s.client = ip(client);
    s.address = ip(address);
    snprintf(s.name, sizeof(s.name), "%s", name);
    epw_names_learn(names, &s);
}

static size_t ask(const char *address, const char *client, int64_t ts_ns,
                  struct epw_learned_name *list, size_t max)
{
    struct epw_ip a = ip(address), c = ip(client);
    return epw_names_of(names, &a, &c, ts_ns, list, max);
}

TestSuite(names, .init = setup, .fini = teardown);

Test(names, an_address_has_names_once_one_was_told)
{
    struct epw_ip told = ip("192.0.2.1"), other = ip("192.0.2.2"), passing = ip("192.0.2.3");
    cr_expect_not(epw_names_has(names, &told));
    answer("10.0.0.1", "a.example.com", "192.0.2.1", 0);
    beside("10.0.0.1", "b.example.com", "192.0.2.3");
    cr_expect(epw_names_has(names, &told));
    cr_expect(epw_names_has(names, &passing));
    cr_expect_not(epw_names_has(names, &other));
}

static bool is_ours(const void *ctx, const char *name)
{
    return strstr(name, ctx) != NULL;
}

Test(names, an_address_is_marked_while_a_name_of_it_matters)
{
    struct epw_ip server = ip("192.0.2.1");
    char name[32];
    epw_names_mark(names, is_ours, "ours");
    answer("10.0.0.1", "other.example.com", "192.0.2.1", 0);
    cr_expect_not(epw_names_marked(names, &server));
    answer("10.0.0.1", "ours.example.com", "192.0.2.1", 0);
    answer("10.0.0.2", "ours.example.com", "192.0.2.1", 0);
    answer("10.0.0.2", "ours.example.com", "192.0.2.1", 1);
    cr_expect(epw_names_marked(names, &server));
    for (int i = 0; i < EPW_NAMES_PER_ADDRESS - 1; i++) {
        snprintf(name, sizeof(name), "n%d.example.com", i);
        answer("10.0.0.1", name, "192.0.2.1", 2);
    }
    cr_expect(epw_names_marked(names, &server), "one of the two is still there");
    answer("10.0.0.1", "last.example.com", "192.0.2.1", 2);
    cr_expect_not(epw_names_marked(names, &server));
    cr_expect(epw_names_has(names, &server));
}

Test(names, the_client_that_asked_comes_first)
{
    struct epw_learned_name list[4];
    answer("10.0.0.1", "a.example", "192.0.2.1", 0);
    answer("10.0.0.2", "b.example", "192.0.2.1", 0);
    cr_assert_eq(ask("192.0.2.1", "10.0.0.2", SECOND, list, 4), 2);
    cr_assert_str_eq(list[0].name, "b.example");
    cr_assert(list[0].own);
    cr_assert_str_eq(list[1].name, "a.example");
    cr_assert_not(list[1].own);
    cr_assert_eq(ask("192.0.2.9", "10.0.0.2", SECOND, list, 4), 0);
}

Test(names, one_name_told_to_many_is_listed_once)
{
    struct epw_learned_name list[4];
    answer("10.0.0.1", "a.example", "192.0.2.1", 0);
    answer("10.0.0.2", "a.example", "192.0.2.1", 0);
    cr_assert_eq(ask("192.0.2.1", "10.0.0.3", SECOND, list, 4), 1);
}

Test(names, answers_grow_stale_after_ttl_and_grace)
{
    struct epw_learned_name list[1];
    answer("10.0.0.1", "a.example", "192.0.2.1", 0);
    ask("192.0.2.1", "10.0.0.1", (60 + EPW_NAMES_GRACE_S) * SECOND, list, 1);
    cr_assert(list[0].fresh);
    ask("192.0.2.1", "10.0.0.1", (61 + EPW_NAMES_GRACE_S) * SECOND, list, 1);
    cr_assert_not(list[0].fresh);
    answer("10.0.0.1", "a.example", "192.0.2.1", 5000 * SECOND);
    ask("192.0.2.1", "10.0.0.1", (61 + EPW_NAMES_GRACE_S) * SECOND, list, 1);
    cr_assert(list[0].fresh, "a new answer renews it");
}

Test(names, an_address_keeps_the_newest_of_too_many)
{
    struct epw_learned_name list[EPW_NAMES_PER_ADDRESS + 1];
    char name[32];
    for (int i = 0; i <= EPW_NAMES_PER_ADDRESS; i++) {
        snprintf(name, sizeof(name), "n%d.example", i);
        answer("10.0.0.1", name, "192.0.2.1", 0);
    }
    size_t count = ask("192.0.2.1", "10.0.0.1", 0, list, EPW_NAMES_PER_ADDRESS + 1);
    cr_assert_eq(count, EPW_NAMES_PER_ADDRESS);
    cr_assert_str_eq(list[0].name, name, "the newest took the oldest's place");
    cr_assert_eq(stats.names_evicted, 1);
}

Test(names, addresses_are_capped_and_the_oldest_goes)
{
    struct epw_learned_name list[1];
    char address[32];
    for (int i = 0; i <= EPW_NAMES_ADDRESSES; i++) {
        snprintf(address, sizeof(address), "10.%d.%d.%d", 1 + (i >> 16), i >> 8 & 255, i & 255);
        answer("10.0.0.1", "a.example", address, 0);
    }
    cr_assert_eq(stats.names_evicted, 1);
    cr_assert_eq(ask("10.1.0.0", "10.0.0.1", 0, list, 1), 0);
    cr_assert_eq(ask("10.1.0.1", "10.0.0.1", 0, list, 1), 1);
}

Test(names, dns_is_visible_only_for_clients_that_were_answered)
{
    struct epw_ip a = ip("10.0.0.1"), b = ip("10.0.0.2");
    answer("10.0.0.1", "a.example", "192.0.2.1", 0);
    cr_assert(epw_names_visible(names, &a));
    cr_assert_not(epw_names_visible(names, &b));
}

static enum epw_told told(const char *client, const char *name, const char *address, int64_t ts_ns)
{
    struct epw_ip a = ip(address), c = ip(client);
    return epw_names_told(names, &c, name, &a, ts_ns);
}

Test(names, what_a_client_was_told_of_a_name)
{
    answer("10.0.0.7", "a.example", "203.0.113.5", 10 * SECOND);
    cr_expect_eq(told("10.0.0.7", "a.example", "203.0.113.5", 11 * SECOND), EPW_TOLD_YES);
    cr_expect_eq(told("10.0.0.7", "a.example", "203.0.113.6", 11 * SECOND), EPW_TOLD_NO);
    cr_expect_eq(told("10.0.0.7", "a.example", "203.0.113.6", 9 * SECOND), EPW_TOLD_UNKNOWN,
                 "it may rest on an answer from before");
    cr_expect_eq(
        told("10.0.0.7", "a.example", "203.0.113.6", (10 + 60 + EPW_NAMES_GRACE_S + 1) * SECOND),
        EPW_TOLD_UNKNOWN, "the answer ran out");
    cr_expect_eq(told("10.0.0.7", "a.example", "2001:db8::5", 11 * SECOND), EPW_TOLD_UNKNOWN,
                 "no answer of that family");
    cr_expect_eq(told("10.0.0.8", "a.example", "203.0.113.6", 11 * SECOND), EPW_TOLD_UNKNOWN);
}

Test(names, too_many_answers_tell_nothing)
{
    char address[32];
    for (int i = 1; i <= EPW_QUESTIONS_TOLD + 1; i++) {
        snprintf(address, sizeof(address), "203.0.113.%d", i);
        answer("10.0.0.7", "a.example", address, 10 * SECOND);
    }
    cr_expect_eq(told("10.0.0.7", "a.example", "203.0.113.250", 11 * SECOND), EPW_TOLD_UNKNOWN);
    cr_expect_eq(told("10.0.0.7", "a.example", "203.0.113.1", 11 * SECOND), EPW_TOLD_YES);
}

Test(names, what_stood_beside_an_answer_comes_last_and_is_never_fresh)
{
    struct epw_learned_name list[4];
    struct epw_ip client = ip("10.0.0.1");
    beside("10.0.0.1", "a.example", "192.0.2.1");
    cr_assert_not(epw_names_visible(names, &client), "a referral is no answer");
    answer("10.0.0.2", "b.example", "192.0.2.1", 0);
    cr_assert_eq(ask("192.0.2.1", "10.0.0.1", 0, list, 4), 2);
    cr_assert_str_eq(list[0].name, "b.example");
    cr_assert(list[0].fresh && !list[0].passing);
    cr_assert_str_eq(list[1].name, "a.example");
    cr_assert(!list[1].fresh && list[1].passing && !list[1].own);
}

Test(names, an_answer_stays_one_whatever_stands_beside_another)
{
    struct epw_learned_name list[2];
    answer("10.0.0.1", "a.example", "192.0.2.1", 0);
    beside("10.0.0.1", "a.example", "192.0.2.1");
    cr_assert_eq(ask("192.0.2.1", "10.0.0.1", 0, list, 2), 1);
    cr_assert(list[0].fresh && list[0].own && !list[0].passing);
    beside("10.0.0.1", "b.example", "192.0.2.1");
    answer("10.0.0.1", "b.example", "192.0.2.1", 0);
    cr_assert_eq(ask("192.0.2.1", "10.0.0.1", 0, list, 2), 2);
    cr_assert(list[1].fresh && !list[1].passing, "and one in passing becomes one");
}

Test(names, what_stood_beside_an_answer_takes_no_room_of_answers)
{
    struct epw_learned_name list[EPW_NAMES_PER_ADDRESS];
    char name[32];
    beside("10.0.0.1", "beside.example", "192.0.2.1");
    for (int i = 0; i < EPW_NAMES_PER_ADDRESS; i++) {
        snprintf(name, sizeof(name), "n%d.example", i);
        answer("10.0.0.1", name, "192.0.2.1", 0);
    }
    beside("10.0.0.1", "late.example", "192.0.2.1");
    cr_assert_eq(ask("192.0.2.1", "10.0.0.1", 0, list, EPW_NAMES_PER_ADDRESS),
                 EPW_NAMES_PER_ADDRESS);
    for (int i = 0; i < EPW_NAMES_PER_ADDRESS; i++)
        cr_assert(!list[i].passing, "%s", list[i].name);
}

Test(names, a_full_table_learns_nothing_in_passing)
{
    struct epw_learned_name list[1];
    char address[32];
    for (int i = 0; i < EPW_NAMES_ADDRESSES; i++) {
        snprintf(address, sizeof(address), "10.1.%d.%d", i >> 8 & 255, i & 255);
        answer("10.0.0.1", "a.example", address, 0);
    }
    beside("10.0.0.1", "b.example", "192.0.2.1");
    beside("10.0.0.1", "b.example", "10.1.0.0");
    cr_assert_eq(ask("192.0.2.1", "10.0.0.1", 0, list, 1), 0);
    answer("10.0.0.1", "c.example", "192.0.2.2", 0);
    cr_assert_eq(ask("10.1.0.0", "10.0.0.1", 0, list, 1), 0, "the oldest, whoever named it since");
}

static void dns(enum epw_sighting_kind kind, const char *name, const char *canonical, uint16_t id,
                uint16_t type, int64_t ts_ns)
{
    struct epw_sighting s = { .kind = kind, .ts_ns = ts_ns, .dns_id = id, .dns_type = type };
    s.client = ip("10.0.0.7");
    snprintf(s.name, sizeof(s.name), "%s", name);
    snprintf(s.canonical, sizeof(s.canonical), "%s", canonical);
    epw_names_learn(names, &s);
}

#define TYPE_A    1
#define TYPE_AAAA 28

static enum epw_told other(int64_t ts_ns)
{
    return told("10.0.0.7", "a.example", "203.0.113.6", ts_ns);
}

Test(names, an_answer_that_was_not_seen_may_hold_any_address)
{
    answer("10.0.0.7", "a.example", "203.0.113.5", 10 * SECOND);
    dns(EPW_SIGHT_ASKED, "a.example", "", 1, TYPE_A, 20 * SECOND);
    cr_expect_eq(other(19 * SECOND), EPW_TOLD_NO, "not asked yet");
    cr_expect_eq(other(21 * SECOND), EPW_TOLD_UNKNOWN);
    dns(EPW_SIGHT_ANSWERED, "a.example", "", 2, TYPE_A, 22 * SECOND);
    cr_expect_eq(other(23 * SECOND), EPW_TOLD_UNKNOWN, "another question was answered");
    dns(EPW_SIGHT_ANSWERED, "a.example", "", 1, TYPE_A, 24 * SECOND);
    cr_expect_eq(other(25 * SECOND), EPW_TOLD_NO);
}

Test(names, an_answer_of_the_other_family_is_not_missed)
{
    answer("10.0.0.7", "a.example", "203.0.113.5", 10 * SECOND);
    dns(EPW_SIGHT_ASKED, "a.example", "", 1, TYPE_AAAA, 20 * SECOND);
    cr_expect_eq(other(21 * SECOND), EPW_TOLD_NO);
    dns(EPW_SIGHT_ASKED, "a.example", "", 2, 65, 22 * SECOND); /* HTTPS: hints of both */
    cr_expect_eq(other(23 * SECOND), EPW_TOLD_UNKNOWN);
}

Test(names, what_was_missed_is_forgotten_after_a_day)
{
    const int64_t day_ns = EPW_QUESTIONS_MISSED_S * SECOND;
    dns(EPW_SIGHT_ASKED, "a.example", "", 1, TYPE_A, 0);
    answer("10.0.0.7", "a.example", "203.0.113.5", day_ns);
    cr_expect_eq(other(day_ns), EPW_TOLD_UNKNOWN);
    cr_expect_eq(other(day_ns + 1), EPW_TOLD_NO);
    for (uint16_t id = 2; id < 2 + EPW_QUESTIONS_OPEN + 1; id++)
        dns(EPW_SIGHT_ASKED, "a.example", "", id, TYPE_A, day_ns + 2 * id);
    cr_expect_eq(other(day_ns + 3), EPW_TOLD_NO);
    cr_expect_eq(other(day_ns + 4), EPW_TOLD_UNKNOWN, "the first ones stay");
}

Test(names, a_name_that_stands_for_it_may_be_asked_for_by_itself)
{
    answer("10.0.0.7", "a.example", "203.0.113.5", 10 * SECOND);
    dns(EPW_SIGHT_ALIAS, "a.example", "b.example", 0, 0, 10 * SECOND);
    answer("10.0.0.7", "c.example", "203.0.113.6", 11 * SECOND);
    cr_expect_eq(other(12 * SECOND), EPW_TOLD_NO);
    dns(EPW_SIGHT_ALIAS, "b.example", "c.example", 0, 0, 12 * SECOND);
    cr_expect_eq(other(13 * SECOND), EPW_TOLD_YES);
    dns(EPW_SIGHT_ASKED, "b.example", "", 3, TYPE_A, 14 * SECOND);
    cr_expect_eq(told("10.0.0.7", "a.example", "203.0.113.9", 13 * SECOND), EPW_TOLD_NO);
    cr_expect_eq(told("10.0.0.7", "a.example", "203.0.113.9", 15 * SECOND), EPW_TOLD_UNKNOWN);
}

Test(names, who_else_was_told_of_an_address)
{
    struct epw_ip a = ip("203.0.113.5"), b = ip("10.0.0.8");
    size_t at = 0;
    answer("10.0.0.7", "b.example", "203.0.113.5", 0);
    answer("10.0.0.8", "a.example", "203.0.113.5", 0);
    beside("10.0.0.9", "a.example", "203.0.113.5");
    const struct epw_ip *client = epw_names_teller(names, "a.example", &a, &at);
    cr_assert_not_null(client);
    cr_expect_eq(epw_ip_cmp(client, &b), 0);
    cr_expect_null(epw_names_teller(names, "a.example", &a, &at));
}

/* Few addresses of many names take as much room as many of few. */
Test(names, of_all_answers_the_oldest_address_goes)
{
    struct epw_learned_name list[EPW_NAMES_PER_ADDRESS];
    const unsigned addresses = EPW_NAMES_ANSWERS / EPW_NAMES_PER_ADDRESS;
    char address[32], name[32];
    for (unsigned i = 0; i <= addresses; i++) {
        snprintf(address, sizeof(address), "192.0.%u.%u", i >> 8, i & 255);
        for (unsigned k = 0; k < EPW_NAMES_PER_ADDRESS; k++) {
            snprintf(name, sizeof(name), "n%u.example", k);
            answer("10.0.0.7", name, address, 0);
        }
        if (i + 1 == addresses)
            cr_expect_eq(stats.names_evicted, 0);
    }
    cr_expect_eq(stats.names_evicted, EPW_NAMES_PER_ADDRESS);
    cr_expect_eq(ask("192.0.0.0", "10.0.0.7", 0, list, EPW_NAMES_PER_ADDRESS), 0);
    cr_expect_eq(ask("192.0.0.1", "10.0.0.7", 0, list, EPW_NAMES_PER_ADDRESS),
                 EPW_NAMES_PER_ADDRESS);
    cr_expect_eq(ask(address, "10.0.0.7", 0, list, EPW_NAMES_PER_ADDRESS), EPW_NAMES_PER_ADDRESS);
}
