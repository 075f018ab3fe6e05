/* SPDX-License-Identifier: Apache-2.0 */
/* Findings told while a run goes on: open, updated, closed; and all of them at its end. */
#include "find_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define BLOCKED "blocked"
#define ROGUE   "rogue-product"

static void setup(void)
{
    find_open("deployed,acme,,\nhost,acme,server,10.0.0.5\n");
}

TestSuite(findings_live, .init = setup, .fini = find_close);

static void try_in_vain(double at_s)
{
    struct epw_flow_record *r = flow_at(at_s, "10.0.0.7", "10.0.0.5", 2222, EPW_APP_UNKNOWN, NULL);
    unanswered(r);
    push(r);
}

static void get_through(double at_s)
{
    push(flow_at(at_s, "10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS, NULL));
}

static void use_bolt(double at_s, const char *from)
{
    push(flow_at(at_s, from, "203.0.113.5", 2021, EPW_APP_FTP, NULL));
}

static void expect(size_t count, enum epw_finding_state state)
{
    cr_assert_eq(found_count, count);
    if (count != 0)
        cr_expect_str_eq(epw_finding_state_name(found[0].state), epw_finding_state_name(state));
}

Test(findings_live, told_once_while_nothing_changes)
{
    use_bolt(1, "10.0.0.7");
    find_new(ROGUE);
    expect(1, EPW_FINDING_OPEN);
    get_through(1000);
    find_new(ROGUE);
    expect(0, EPW_FINDING_OPEN);
}

Test(findings_live, told_again_when_it_has_grown_and_some_time_has_passed)
{
    use_bolt(1, "10.0.0.7");
    find_new(ROGUE);
    use_bolt(60, "10.0.0.8");
    find_new(ROGUE);
    expect(0, EPW_FINDING_OPEN);
    get_through(400);
    find_new(ROGUE);
    expect(1, EPW_FINDING_UPDATED);
    cr_expect_str_eq(found[0].hosts, "10.0.0.7 10.0.0.8");
    cr_expect_eq(found[0].count, 2);
}

Test(findings_live, closed_when_it_is_taken_back_and_open_when_it_comes_again)
{
    try_in_vain(1);
    get_through(0);
    find_new(BLOCKED);
    expect(1, EPW_FINDING_OPEN);
    get_through(60);
    find_new(BLOCKED);
    expect(1, EPW_FINDING_CLOSED);
    find_new(BLOCKED);
    expect(0, EPW_FINDING_OPEN);
    try_in_vain(120);
    find_new(BLOCKED);
    expect(1, EPW_FINDING_OPEN);
}

Test(findings_live, what_looks_back_counts_once_however_often_it_looks)
{
    try_in_vain(1);
    for (int i = 0; i < 5; i++)
        find_new(BLOCKED);
    find_all(BLOCKED);
    cr_assert_eq(found_count, 1);
    cr_expect_eq(found[0].count, 1);
    cr_expect_str_eq(found[0].hosts, "10.0.0.7");
}

Test(findings_live, closed_when_nothing_was_seen_for_a_day)
{
    use_bolt(1, "10.0.0.7");
    find_new(ROGUE);
    get_through(86402);
    find_new(ROGUE);
    expect(1, EPW_FINDING_CLOSED);
    use_bolt(86500, "10.0.0.7");
    find_new(ROGUE);
    expect(1, EPW_FINDING_OPEN);
}

Test(findings_live, what_was_closed_is_not_told_at_the_end)
{
    use_bolt(1, "10.0.0.7");
    find_new(ROGUE);
    get_through(86402);
    find_new(ROGUE);
    expect(1, EPW_FINDING_CLOSED);
    find_all(ROGUE);
    expect(0, EPW_FINDING_OPEN);
}

/* Names that are needed and do not resolve, none of them twice: a finding each. */
static void ask_in_vain(unsigned round, unsigned names)
{
    for (unsigned i = 0; i < names; i++) {
        char name[64];
        snprintf(name, sizeof(name), "n%u-%u.cloud.acme.example", round, i);
        dns(1, "10.0.0.7", name, NULL);
    }
}

/* More than are kept: attempts that are forgotten leave findings that are over. */
Test(findings_live, what_is_over_makes_room)
{
    get_through(0);
    for (unsigned round = 0; round < 4; round++) {
        ask_in_vain(round, 20000);
        find_new(ROGUE);
    }
    find_new(ROGUE);
    cr_expect_geq(epw_analyst_stats(analyst)->findings, 80000);
}

Test(findings_live, at_the_end_all_are_told)
{
    use_bolt(1, "10.0.0.7");
    find_new(ROGUE);
    cr_expect_not(found[0].repeated);
    find_all(ROGUE);
    expect(1, EPW_FINDING_UPDATED);
    cr_expect(found[0].repeated);
}

Test(findings_live, what_grew_since_it_was_told_is_news_at_the_end)
{
    use_bolt(1, "10.0.0.7");
    find_new(ROGUE);
    use_bolt(60, "10.0.0.8");
    find_all(ROGUE);
    expect(1, EPW_FINDING_UPDATED);
    cr_expect_not(found[0].repeated);
}

Test(findings_live, a_run_that_told_nothing_tells_all_as_open)
{
    use_bolt(1, "10.0.0.7");
    get_through(90000);
    find_all(ROGUE);
    expect(1, EPW_FINDING_OPEN);
}

Test(findings_live, what_holds_by_now_is_shown_and_not_told)
{
    try_in_vain(1);
    get_through(0);
    find_so_far(BLOCKED);
    expect(1, EPW_FINDING_OPEN);
    find_so_far(BLOCKED);
    expect(1, EPW_FINDING_OPEN);
    get_through(60);
    find_so_far(BLOCKED);
    expect(0, EPW_FINDING_OPEN);
}
