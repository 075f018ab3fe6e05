/* SPDX-License-Identifier: Apache-2.0 */
/* What teaches a role, what ties, and whose names count: docs/verdicts.md on invented vendors. */
#include "verdict_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define EXPECT(at, conf, prod, func)                                                               \
    do {                                                                                           \
        cr_assert_gt(seen_count, (size_t)(at));                                                    \
        cr_expect_eq(seen[at].confidence, conf, "flow %d: %s\n%s", at,                             \
                     epw_confidence_name(seen[at].confidence), seen[at].words);                    \
        cr_expect_str_eq(seen[at].product, prod, "flow %d: %s", at, seen[at].words);               \
        cr_expect_str_eq(seen[at].function, func, "flow %d: %s", at, seen[at].words);              \
    } while (0)

static void open_waiting(void)
{
    fixture_open(EPW_WAIT_TO_END);
}

TestSuite(verdict_learning, .init = open_waiting, .fini = fixture_close);

static void show(const char *from, const char *to, uint16_t port, enum epw_app app)
{
    struct epw_flow_record r = flow(from, to, port, app);
    push(&r);
}

Test(verdict_learning, guessed_directions_teach_nothing)
{
    static const uint16_t port[] = { 2021, 2225 };
    for (int i = 0; i < 2; i++) {
        struct epw_flow_record r =
            flow("10.0.0.7", "10.0.0.5", port[i], i == 0 ? EPW_APP_FTP : EPW_APP_UNKNOWN);
        r.how = EPW_INIT_INFERRED;
        push(&r);
    }
    show("10.0.0.5", "10.0.0.8", 2222, EPW_APP_UNKNOWN);
    epw_analyst_flush(analyst);
    EXPECT(2, EPW_CONF_AMBIGUOUS, "", "");
}

Test(verdict_learning, one_host_may_serve_two_products_in_any_order)
{
    show("10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS);
    show("10.0.0.7", "10.0.0.5", 2223, EPW_APP_UNKNOWN);
    show("10.0.0.7", "10.0.0.5", 2021, EPW_APP_FTP);
    show("10.0.0.7", "10.0.0.5", 2225, EPW_APP_UNKNOWN);
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_LIKELY, "acme", "replication");
    EXPECT(2, EPW_CONF_LIKELY, "bolt", "download");
    EXPECT(3, EPW_CONF_LIKELY, "bolt", "events");
}

Test(verdict_learning, a_host_known_by_one_port_is_anybody_on_others)
{
    show("10.0.0.7", "10.0.0.5", 2021, EPW_APP_FTP);
    show("10.0.0.7", "10.0.0.5", 8443, EPW_APP_TLS);
    show("10.0.0.7", "10.0.0.6", 8443, EPW_APP_TLS);
    epw_analyst_flush(analyst);
    for (int at = 1; at <= 2; at++) {
        EXPECT(at, EPW_CONF_NONE, "", "");
        cr_expect_eq(seen[at].candidates, 1);
        cr_expect_not_null(strstr(seen[at].words, "best candidate acme web: would need"), "%s",
                           seen[at].words);
    }
}

Test(verdict_learning, what_it_answers_beside_still_teaches)
{
    show("10.0.0.7", "10.0.0.5", 2021, EPW_APP_FTP);
    show("10.0.0.7", "10.0.0.5", 8443, EPW_APP_TLS);
    show("10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS);
    show("10.0.0.5", "10.0.0.8", 445, EPW_APP_SMB);
    epw_analyst_flush(analyst);
    EXPECT(1, EPW_CONF_LIKELY, "acme", "web");
    EXPECT(3, EPW_CONF_LIKELY, "acme", "deployment");
}

Test(verdict_learning, answered_probes_name_nothing_either)
{
    char to[32];
    for (int i = 0; i < 20; i++) {
        snprintf(to, sizeof(to), "10.0.1.%d", i);
        struct epw_flow_record r = flow("10.0.0.66", to, 2021, EPW_APP_UNKNOWN);
        r.payload_bytes[0] = r.payload_bytes[1] = 0;
        push(&r);
    }
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_NONE, "", "");
    EXPECT(19, EPW_CONF_NONE, "", "");
}

Test(verdict_learning, against_the_protocol_it_takes_many_hosts_to_be_a_manager)
{
    char to[32];
    for (int i = 0; i < 8; i++) {
        snprintf(to, sizeof(to), "10.0.1.%d", i);
        show("10.0.0.5", to, 2222, EPW_APP_TLS);
        if (i < 4)
            show("10.0.0.6", to, 2222, EPW_APP_TLS);
    }
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_AMBIGUOUS, "", "");
    EXPECT(1, EPW_CONF_LIKELY, "acme", "replication");
}

static void show_strange(const char *from, const char *to)
{
    struct epw_flow_record r = flow(from, to, 2222, EPW_APP_UNKNOWN);
    ((struct epw_evidence *)(uintptr_t)r.evidence)->payload_seen[0] = true;
    push(&r);
}

/* The first bytes are no known protocol, so nothing but the number of peers speaks for a row. */
Test(verdict_learning, what_the_number_of_peers_decides_is_not_said_of_others)
{
    show_strange("10.0.1.1", "10.0.2.1");
    show_strange("10.0.0.5", "10.0.0.7");
    show_strange("10.0.0.5", "10.0.0.8");
    show_strange("10.0.0.5", "10.0.0.9");
    show_strange("10.0.1.2", "10.0.2.2");
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_NONE, "", "");
    EXPECT(1, EPW_CONF_POSSIBLE, "bolt", "task");
    EXPECT(4, EPW_CONF_NONE, "", "");
}

Test(verdict_learning, another_products_name_contradicts_an_own_port)
{
    struct epw_flow_record r = flow("10.0.0.7", "198.51.100.1", 2225, EPW_APP_TLS);
    say(&r, EPW_NAME_SNI, "update.acme.example");
    push(&r);
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_NONE, "", "");
}

Test(verdict_learning, a_strangers_name_out_in_the_world_is_possible_at_most)
{
    struct epw_flow_record r = flow("10.0.0.7", "198.51.100.1", 2222, EPW_APP_TLS);
    say(&r, EPW_NAME_SNI, "panel.hosting.example");
    push(&r);
    struct epw_flow_record inside = flow("10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS);
    say(&inside, EPW_NAME_SNI, "era.corp.example");
    push(&inside);
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_POSSIBLE, "acme", "replication");
    EXPECT(1, EPW_CONF_LIKELY, "acme", "replication");
}

Test(verdict_learning, through_a_proxy_an_own_port_needs_no_name)
{
    struct epw_flow_record r = flow("10.0.0.7", "10.0.0.80", 3128, EPW_APP_HTTP);
    struct epw_evidence *ev = (struct epw_evidence *)(uintptr_t)r.evidence;
    ev->connect_port = 2222;
    ev->inner_app = EPW_APP_TLS;
    say(&r, EPW_NAME_CONNECT, "10.0.0.5");
    push(&r);
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_LIKELY, "acme", "replication");
}
