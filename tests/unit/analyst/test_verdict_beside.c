/* SPDX-License-Identifier: Apache-2.0 */
/* What is shown and convinces nobody: addresses beside an answer, TLS in the middle of a flow. */
#include "analyst/verdict/case.h"
#include "verdict_fixture.h"

#include <criterion/criterion.h>
#include <string.h>

static void open_waiting(void)
{
    fixture_open(EPW_WAIT_TO_END);
}

TestSuite(verdict_beside, .init = open_waiting, .fini = fixture_close);

static void show(const char *to)
{
    struct epw_flow_record r = flow("10.0.0.7", to, 443, EPW_APP_TLS);
    push(&r);
}

Test(verdict_beside, an_address_beside_an_answer_is_shown_not_believed)
{
    dns_beside("10.0.0.7", "update.acme.example", "198.51.100.1");
    dns("10.0.0.7", "update.acme.example", "198.51.100.3");
    dns_beside("10.0.0.7", "shop.example", "198.51.100.3");
    show("198.51.100.1");
    show("198.51.100.3");
    epw_analyst_flush(analyst);
    cr_assert_eq(seen[0].confidence, EPW_CONF_NONE);
    cr_assert_eq(seen[0].names, 1);
    cr_assert_not_null(strstr(seen[0].words, "(beside an answer; not believed)"));
    cr_assert_null(strstr(seen[0].words, "long ago"));
    cr_assert_eq(seen[1].confidence, EPW_CONF_LIKELY);
    cr_assert_str_eq(seen[1].product, "acme");
    cr_assert_eq(seen[1].names, 2);
}

Test(verdict_beside, a_flow_waits_for_the_first_answer_of_all)
{
    struct epw_flow_record r = flow("10.0.0.7", "198.51.100.1", 7, EPW_APP_UNKNOWN);
    push(&r);
    cr_assert_eq(seen_count, 0);
    dns("10.0.0.7", "late.example", "198.51.100.1");
    epw_analyst_flush(analyst);
    cr_assert_eq(seen_count, 1);
    cr_assert_str_eq(seen[0].first_name, "late.example");
}

Test(verdict_beside, without_dns_in_sight_few_flows_wait_for_a_name)
{
    struct epw_flow_record r = flow("10.0.0.7", "198.51.100.1", 7, EPW_APP_UNKNOWN);
    for (int i = 0; i <= 4096; i++)
        push(&r);
    cr_assert_eq(seen_count, 1);
}

Test(verdict_beside, an_address_beside_an_answer_takes_no_doubt_away)
{
    dns("10.0.0.7", "other.example", "198.51.100.9");
    dns_beside("10.0.0.7", "update.acme.example", "198.51.100.1");
    struct epw_flow_record r = flow("10.0.0.7", "198.51.100.1", 443, EPW_APP_TLS);
    say(&r, EPW_NAME_SNI, "update.acme.example");
    push(&r);
    cr_assert_not_null(strstr(seen[0].words, "doubt: no DNS answer"));
}

Test(verdict_beside, a_conversation_that_turns_to_tls_is_no_tls)
{
    struct epw_flow_record r = flow("10.0.0.7", "198.51.100.1", 25, EPW_APP_UNKNOWN);
    struct epw_evidence *ev = (struct epw_evidence *)(uintptr_t)r.evidence;
    struct epw_case c = { .record = &r };
    ev->inner_app = EPW_APP_TLS;
    cr_assert(epw_case_is_app(&c, EPW_APP_TLS));
    ev->starttls = true;
    cr_assert_not(epw_case_is_app(&c, EPW_APP_TLS));
}
