/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of docs/verdicts.md, one test each, on a catalogue of two invented vendors. */
#include "verdict_fixture.h"

#include <criterion/criterion.h>
#include <string.h>

static void open_waiting(void)
{
    fixture_open(EPW_WAIT_TO_END);
}

TestSuite(verdict, .init = open_waiting, .fini = fixture_close);

#define EXPECT(at, conf, prod, func)                                                               \
    do {                                                                                           \
        cr_assert_gt(seen_count, (size_t)(at));                                                    \
        cr_expect_eq(seen[at].confidence, conf, "flow %d: %s\n%s", at,                             \
                     epw_confidence_name(seen[at].confidence), seen[at].words);                    \
        cr_expect_str_eq(seen[at].product, prod, "flow %d: %s", at, seen[at].words);               \
        cr_expect_str_eq(seen[at].function, func, "flow %d: %s", at, seen[at].words);              \
    } while (0)

static void show(const char *from, const char *to, uint16_t port, enum epw_app app)
{
    struct epw_flow_record r = flow(from, to, port, app);
    push(&r);
}

Test(verdict, own_port_alone_is_possible)
{
    show("10.0.0.7", "10.0.0.5", 2021, EPW_APP_UNKNOWN);
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_POSSIBLE, "bolt", "download");
}

Test(verdict, own_port_and_protocol_is_likely)
{
    show("10.0.0.7", "10.0.0.5", 2021, EPW_APP_FTP);
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_LIKELY, "bolt", "download");
}

Test(verdict, another_protocol_contradicts)
{
    show("10.0.0.7", "10.0.0.5", 2021, EPW_APP_SSH);
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_NONE, "", "");
    cr_assert_eq(seen[0].candidates, 1, "it stays listed");
}

Test(verdict, strange_first_bytes_contradict_but_unseen_ones_do_not)
{
    struct epw_flow_record r = flow("10.0.0.7", "10.0.0.5", 2021, EPW_APP_UNKNOWN);
    ((struct epw_evidence *)(uintptr_t)r.evidence)->payload_seen[0] = true;
    push(&r);
    ((struct epw_evidence *)(uintptr_t)r.evidence)->evicted = true; /* read, and told as such */
    push(&r);
    ((struct epw_evidence *)(uintptr_t)r.evidence)->cut = true;
    push(&r);
    epw_analyst_flush(analyst);
    cr_expect_str_eq(seen[0].product, "", "%s", seen[0].words);
    cr_expect_str_eq(seen[1].product, "", "%s", seen[1].words);
    cr_expect_not_null(strstr(seen[1].words, "its first bytes given up for newer flows"));
    cr_expect_str_eq(seen[2].product, "bolt", "%s", seen[2].words);
}

Test(verdict, a_shared_port_alone_names_nobody)
{
    show("10.0.0.7", "10.0.0.5", 2222, EPW_APP_UNKNOWN);
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_AMBIGUOUS, "", "");
    cr_assert_eq(seen[0].candidates, 2);
    cr_assert_not_null(strstr(seen[0].words, "fits equally: acme and bolt"));
}

Test(verdict, the_protocol_decides_a_shared_port)
{
    show("10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS);
    show("10.0.0.7", "10.0.0.6", 2222, EPW_APP_SSH);
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_LIKELY, "acme", "replication");
    EXPECT(1, EPW_CONF_NONE, "", "");
}

Test(verdict, many_initiators_at_one_listener_are_a_server)
{
    show("10.0.0.7", "10.0.0.5", 2222, EPW_APP_UNKNOWN);
    show("10.0.0.8", "10.0.0.5", 2222, EPW_APP_UNKNOWN);
    show("10.0.0.9", "10.0.0.5", 2222, EPW_APP_UNKNOWN);
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_POSSIBLE, "acme", "replication");
    cr_assert_not_null(strstr(seen[0].words, "many initiators meet at 10.0.0.5:2222"));
}

Test(verdict, one_initiator_on_many_listeners_is_a_manager)
{
    show("10.0.0.5", "10.0.0.7", 2222, EPW_APP_UNKNOWN);
    show("10.0.0.5", "10.0.0.8", 2222, EPW_APP_UNKNOWN);
    show("10.0.0.5", "10.0.0.9", 2222, EPW_APP_UNKNOWN);
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_POSSIBLE, "bolt", "task");
}

Test(verdict, a_role_learned_later_decides_a_flow_that_waits)
{
    show("10.0.0.5", "10.0.0.7", 2222, EPW_APP_UNKNOWN);
    show("10.0.0.7", "10.0.0.5", 2021, EPW_APP_FTP);
    show("10.0.0.7", "10.0.0.5", 2225, EPW_APP_UNKNOWN);
    cr_assert_eq(seen_count, 0, "all wait");
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_LIKELY, "bolt", "task");
    cr_assert_not_null(strstr(seen[0].words, "10.0.0.5 is bolt server"), "%s", seen[0].words);
}

Test(verdict, roles_make_everybodys_services_the_products)
{
    show("10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS);
    show("10.0.0.7", "10.0.0.5", 2223, EPW_APP_UNKNOWN);
    show("10.0.0.5", "10.0.0.8", 445, EPW_APP_SMB);
    show("10.0.0.6", "10.0.0.8", 445, EPW_APP_SMB);
    show("10.0.0.7", "10.0.0.5", 8443, EPW_APP_TLS);
    show("10.0.0.7", "10.0.0.6", 8443, EPW_APP_TLS);
    epw_analyst_flush(analyst);
    EXPECT(2, EPW_CONF_LIKELY, "acme", "deployment");
    EXPECT(3, EPW_CONF_NONE, "", "");
    EXPECT(4, EPW_CONF_LIKELY, "acme", "web");
    EXPECT(5, EPW_CONF_NONE, "", "");
}

Test(verdict, a_name_of_its_own_confirms_at_once)
{
    struct epw_flow_record r = flow("10.0.0.7", "198.51.100.1", 443, EPW_APP_TLS);
    say(&r, EPW_NAME_SNI, "update.acme.example");
    push(&r);
    EXPECT(0, EPW_CONF_CONFIRMED, "acme", "cloud");
}

Test(verdict, a_confirmed_name_teaches_the_clients_role)
{
    struct epw_flow_record r = flow("10.0.0.7", "198.51.100.1", 443, EPW_APP_TLS);
    say(&r, EPW_NAME_SNI, "x.cloud.acme.example");
    push(&r);
    struct epw_flow_record wake = flow("10.0.0.9", "10.0.0.7", 4118, EPW_APP_TLS);
    push(&wake);
    epw_analyst_flush(analyst);
    EXPECT(1, EPW_CONF_NONE, "", "");
}

Test(verdict, brand_names_only_raise_a_doubt)
{
    struct epw_flow_record r = flow("10.0.0.7", "198.51.100.1", 443, EPW_APP_TLS);
    say(&r, EPW_NAME_SNI, "shop.acme.example");
    push(&r);
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_NONE, "", "");
    cr_assert_eq(seen[0].candidates, 1);
}

Test(verdict, a_name_on_an_undocumented_port_is_listed_not_believed)
{
    struct epw_flow_record r = flow("10.0.0.7", "198.51.100.1", 8888, EPW_APP_TLS);
    say(&r, EPW_NAME_SNI, "update.acme.example");
    push(&r);
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_NONE, "", "");
    cr_assert_geq(seen[0].candidates, 1);
}

Test(verdict, dns_alone_is_likely_unless_the_address_is_shared)
{
    dns("10.0.0.7", "update.acme.example", "198.51.100.1");
    dns("10.0.0.7", "update.acme.example", "198.51.100.2");
    dns("10.0.0.7", "shop.example", "198.51.100.2");
    show("10.0.0.7", "198.51.100.1", 443, EPW_APP_TLS);
    show("10.0.0.7", "198.51.100.2", 443, EPW_APP_TLS);
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_LIKELY, "acme", "cloud");
    EXPECT(1, EPW_CONF_NONE, "", "");
    cr_assert_eq(seen[1].names, 2);
}

Test(verdict, the_flows_own_name_overrides_dns)
{
    dns("10.0.0.7", "update.acme.example", "198.51.100.1");
    struct epw_flow_record r = flow("10.0.0.7", "198.51.100.1", 443, EPW_APP_TLS);
    say(&r, EPW_NAME_SNI, "www.other.example");
    push(&r);
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_NONE, "", "");
    cr_assert_str_eq(seen[0].first_name, "www.other.example");
    cr_assert_eq(seen[0].names, 2, "what DNS said is still shown");
}

Test(verdict, with_ech_the_sni_is_shown_not_believed)
{
    struct epw_flow_record r = flow("10.0.0.7", "198.51.100.1", 443, EPW_APP_TLS);
    say(&r, EPW_NAME_SNI, "update.acme.example");
    ((struct epw_evidence *)(uintptr_t)r.evidence)->ech = true;
    push(&r);
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_NONE, "", "");
    cr_assert_str_eq(seen[0].first_name, "update.acme.example");
}

Test(verdict, a_claimed_name_without_an_answer_is_a_doubt_where_dns_is_visible)
{
    dns("10.0.0.7", "other.example", "198.51.100.9");
    struct epw_flow_record r = flow("10.0.0.7", "198.51.100.1", 443, EPW_APP_TLS);
    say(&r, EPW_NAME_SNI, "update.acme.example");
    push(&r);
    cr_assert_not_null(strstr(seen[0].words, "doubt: no DNS answer"));
    struct epw_flow_record blind = flow("10.0.0.8", "198.51.100.1", 443, EPW_APP_TLS);
    say(&blind, EPW_NAME_SNI, "update.acme.example");
    push(&blind);
    cr_assert_null(strstr(seen[1].words, "doubt"), "that client's DNS was not seen");
}

Test(verdict, through_a_proxy_the_targets_port_counts)
{
    struct epw_flow_record r = flow("10.0.0.7", "10.0.0.80", 3128, EPW_APP_HTTP);
    struct epw_evidence *ev = (struct epw_evidence *)(uintptr_t)r.evidence;
    ev->connect_port = 443;
    ev->inner_app = EPW_APP_TLS;
    say(&r, EPW_NAME_CONNECT, "update.acme.example");
    push(&r);
    EXPECT(0, EPW_CONF_CONFIRMED, "acme", "cloud");
    struct epw_flow_record s = flow("10.0.0.7", "10.0.0.80", 443, EPW_APP_HTTP);
    ((struct epw_evidence *)(uintptr_t)s.evidence)->connect_port = 8888;
    say(&s, EPW_NAME_CONNECT, "update.acme.example");
    push(&s);
    epw_analyst_flush(analyst);
    EXPECT(1, EPW_CONF_NONE, "", "");
}

static void show_share(const char *from, const char *path)
{
    struct epw_flow_record r = flow(from, "10.0.0.8", 445, EPW_APP_SMB);
    ((struct epw_evidence *)(uintptr_t)r.evidence)->hint = path;
    push(&r);
}

/* 10.0.0.5 is a server that may deploy; what it opens says whether it does. */
Test(verdict, a_file_share_is_no_deployment)
{
    char cut[EPW_HINT_LEN];
    memset(cut, 'x', sizeof(cut) - 1);
    memcpy(cut, "//", 2);
    cut[sizeof(cut) - 1] = '\0';
    show("10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS);
    show("10.0.0.7", "10.0.0.5", 2223, EPW_APP_UNKNOWN);
    show_share("10.0.0.5", "//10.0.0.8/ADMIN$");
    show_share("10.0.0.5", "//10.0.0.8/docs");
    show_share("10.0.0.5", ""); /* encrypted, or no tree connect seen */
    show_share("10.0.0.5", cut);
    epw_analyst_flush(analyst);
    EXPECT(3, EPW_CONF_NONE, "", "");
    EXPECT(2, EPW_CONF_LIKELY, "acme", "deployment");
    EXPECT(4, EPW_CONF_LIKELY, "acme", "deployment");
    EXPECT(5, EPW_CONF_LIKELY, "acme", "deployment");
}

/* 443 is documented, for other names: the reason must not deny it. */
Test(verdict, a_port_refuted_by_its_name_is_told_from_an_unknown_one)
{
    struct epw_flow_record r = flow("10.0.0.7", "192.0.2.1", 443, EPW_APP_TLS);
    say(&r, EPW_NAME_SNI, "www.example.org");
    push(&r);
    struct epw_flow_record s = flow("10.0.0.7", "192.0.2.1", 9999, EPW_APP_TLS);
    say(&s, EPW_NAME_SNI, "www.example.org");
    push(&s);
    epw_analyst_flush(analyst);
    cr_expect_not_null(strstr(seen[0].words, "none of those documented"), "%s", seen[0].words);
    cr_expect_not_null(strstr(seen[1].words, "no signature documents"), "%s", seen[1].words);
}

/* On the control channel 10.0.0.7:40000-10.0.0.5:2021 one side announces that it listens. */
static void announce(const char *listener, uint16_t port)
{
    struct epw_sighting s = { .kind = EPW_SIGHT_ENDPOINT,
                              .ts_ns = 1000000000LL * 100,
                              .port = port,
                              .proto = 6,
                              .client_port = 40000,
                              .server_port = 2021 };
    epw_ip_parse("10.0.0.7", &s.client);
    epw_ip_parse("10.0.0.5", &s.server);
    epw_ip_parse(listener, &s.address);
    s.endpoint_listener = strcmp(listener, "10.0.0.5") == 0;
    epw_analyst_sighting(analyst, &s);
}

Test(verdict, announced_data_is_the_control_channels)
{
    announce("10.0.0.5", 50050);
    show("10.0.0.7", "10.0.0.5", 50050, EPW_APP_UNKNOWN);
    show("10.0.0.7", "10.0.0.5", 3050, EPW_APP_UNKNOWN);
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_LIKELY, "bolt", "download-data");
    EXPECT(1, EPW_CONF_NONE, "", "");
}

/* Active mode: the client listens, even on a port of the documented passive range. */
Test(verdict, announced_data_is_of_the_row_whose_server_opens_it)
{
    announce("10.0.0.7", 50051);
    announce("10.0.0.7", 3051);
    show("10.0.0.5", "10.0.0.7", 50051, EPW_APP_UNKNOWN);
    show("10.0.0.5", "10.0.0.7", 3051, EPW_APP_UNKNOWN);
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_LIKELY, "bolt", "upload-data");
    EXPECT(1, EPW_CONF_LIKELY, "bolt", "upload-data");
}

Test(verdict, scope_tells_broadcast_from_unicast)
{
    struct epw_flow_record cast = flow("10.0.0.7", "10.0.0.255", 15000, EPW_APP_UNKNOWN);
    cast.proto = 17;
    cast.group = true;
    push(&cast);
    struct epw_flow_record one = flow("10.0.0.5", "10.0.0.7", 15000, EPW_APP_UNKNOWN);
    one.proto = 17;
    push(&one);
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_POSSIBLE, "acme", "announce");
    EXPECT(1, EPW_CONF_POSSIBLE, "acme", "wake");
}

Test(verdict, documented_networks_give_a_role)
{
    show("203.0.113.9", "10.0.0.7", 4118, EPW_APP_TLS);
    show("192.0.2.9", "10.0.0.7", 4118, EPW_APP_TLS);
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_LIKELY, "acme", "push");
    EXPECT(1, EPW_CONF_NONE, "", "");
}

Test(verdict, attempts_name_nothing_until_several_try)
{
    static const char *const client[] = { "10.0.0.7", "10.0.0.8", "10.0.0.9" };
    for (int i = 0; i < 3; i++) {
        struct epw_flow_record r = flow(client[i], "10.0.0.5", 2021, EPW_APP_UNKNOWN);
        unanswered(&r);
        push(&r);
    }
    struct epw_flow_record alone = flow("10.0.0.7", "10.0.0.6", 2021, EPW_APP_UNKNOWN);
    unanswered(&alone);
    push(&alone);
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_POSSIBLE, "bolt", "download");
    EXPECT(3, EPW_CONF_NONE, "", "");
}

Test(verdict, a_scanners_probes_name_nothing)
{
    for (uint16_t port = 1; port <= 16; port++) {
        struct epw_flow_record r = flow("10.0.0.66", "10.0.0.5", port, EPW_APP_UNKNOWN);
        unanswered(&r);
        push(&r);
    }
    for (int i = 0; i < 3; i++) {
        static const char *const client[] = { "10.0.0.66", "10.0.0.8", "10.0.0.9" };
        struct epw_flow_record r = flow(client[i], "10.0.0.5", 2021, EPW_APP_UNKNOWN);
        unanswered(&r);
        push(&r);
    }
    epw_analyst_flush(analyst);
    cr_expect_str_eq(seen[seen_count - 3].product, "");
    cr_expect_str_eq(seen[seen_count - 1].product, "bolt");
}

Test(verdict, documented_ports_right_a_midstream_flow)
{
    struct epw_flow_record r = flow("10.0.0.5", "10.0.0.7", 1500, EPW_APP_UNKNOWN);
    r.port[0] = 2021;
    r.how = EPW_INIT_INFERRED;
    r.midstream = true;
    push(&r);
    epw_analyst_flush(analyst);
    EXPECT(0, EPW_CONF_POSSIBLE, "bolt", "download");
    cr_assert_not_null(strstr(seen[0].words, "initiator 10.0.0.7 is inferred"));
}

Test(verdict_wait, flows_without_candidates_do_not_wait, .init = NULL, .fini = fixture_close)
{
    fixture_open(60);
    show("10.0.0.7", "10.0.0.5", 12345, EPW_APP_UNKNOWN);
    cr_assert_eq(seen_count, 1);
    cr_assert_eq(seen[0].confidence, EPW_CONF_NONE);
}

Test(verdict_wait, a_flow_is_decided_when_its_time_is_over, .init = NULL, .fini = fixture_close)
{
    fixture_open(60);
    show("10.0.0.7", "10.0.0.5", 2021, EPW_APP_FTP);
    cr_assert_eq(seen_count, 0);
    struct epw_flow_record later = flow("10.0.0.7", "10.0.0.5", 12345, EPW_APP_UNKNOWN);
    later.last_ns += 59 * 1000000000LL;
    push(&later);
    cr_assert_eq(seen_count, 1, "only the one without candidates");
    later.last_ns += 1000000000LL;
    push(&later);
    cr_assert_eq(seen_count, 3);
    cr_assert_str_eq(seen[1].product, "bolt");
}

Test(verdict_wait, labelled_flows_are_counted_once, .init = NULL, .fini = fixture_close)
{
    fixture_open(0);
    struct epw_flow_record r = flow("10.0.0.7", "10.0.0.5", 2021, EPW_APP_FTP);
    push(&r);
    r.first_record = false;
    push(&r);
    cr_assert_eq(seen_count, 2);
    cr_assert_eq(epw_analyst_stats(analyst)->labelled, 1);
}
