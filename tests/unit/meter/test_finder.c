/* SPDX-License-Identifier: Apache-2.0 */
/* What the finder keeps of what a source says; the source is the test. */
#include "meter/evidence/engine_state.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "ev_feed.h"

static struct feed *feed;
static struct epw_opening opening;
static struct epw_finder finder;

static void setup(void)
{
    feed = feed_new();
    feed_tcp(feed, EPW_TO_SERVER, "", 1);
    static const struct epw_source source = { .max_bytes = 100 };
    opening = (struct epw_opening){ .ts_ns = 7, .flow_id = 42, .len = 10 };
    finder = (struct epw_finder){ .engine = feed->engine,
                                  .flow = epw_ev_flow(&feed->kept),
                                  .side = &epw_ev_flow(&feed->kept)->work->side[0],
                                  .opening = &opening,
                                  .source = &source };
}

static void teardown(void)
{
    feed_free(feed);
}

TestSuite(finder, .init = setup, .fini = teardown);

static void name(enum epw_name_source source, const char *text)
{
    epw_ev_name(&finder, source, text, strlen(text), 0);
}

Test(finder, cleans_names)
{
    name(EPW_NAME_SNI, "WWW.Example.COM.");
    cr_assert_str_eq(feed_result(feed)->name[0].text, "www.example.com");
}

Test(finder, keeps_whatever_dns_is_asked_for_but_in_print)
{
    static const struct {
        const char *asked, *kept;
    } cases[] = { { "*.Example.com", "*.Example.com" },
                  { "Some Printer @ desk", "Some Printer @ desk" },
                  { "a\x01z.example", "a\\x01z.example" },
                  { "\xe5\xb0\x8f", "\xe5\xb0\x8f" },
                  { ".", "." } };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        name(EPW_NAME_DNS_QUERY, cases[i].asked);
        cr_assert_eq(feed_result(feed)->name_count, i + 1, "%s", cases[i].kept);
        cr_assert_str_eq(feed_result(feed)->name[i].text, cases[i].kept);
        name(EPW_NAME_SNI, cases[i].asked);
        cr_assert_eq(feed_result(feed)->name_count, i + 1, "%s is no host", cases[i].kept);
    }
}

Test(finder, drops_doubles_of_one_source)
{
    name(EPW_NAME_SNI, "a.example");
    name(EPW_NAME_SNI, "A.example.");
    name(EPW_NAME_HOST, "a.example");
    cr_assert_eq(feed_result(feed)->name_count, 2);
}

Test(finder, keeps_no_more_than_a_flow_has_room_for)
{
    char text[] = "a.example";
    for (char c = 'a'; c <= 'z'; c++) {
        text[0] = c;
        name(EPW_NAME_CERT, text);
    }
    cr_assert_eq(feed_result(feed)->name_count, EPW_FLOW_NAMES);
    cr_assert_eq(feed_result(feed)->names_dropped, 26 - EPW_FLOW_NAMES);
}

Test(finder, keeps_every_question_of_a_dns_flow_once_up_to_its_limit)
{
    char text[32];
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < EPW_FLOW_QUERIES; i++) {
            snprintf(text, sizeof(text), "%d.example", i);
            name(EPW_NAME_DNS_QUERY, text);
        }
    const struct epw_evidence *ev = feed_result(feed);
    cr_assert_eq(ev->name_count, EPW_FLOW_QUERIES);
    cr_assert_eq(ev->names_dropped, 0);
    cr_assert_str_eq(ev->name[0].text, "0.example");
    cr_assert_str_eq(ev->name[12].text, "12.example");
    cr_assert_str_eq(ev->name[EPW_FLOW_QUERIES - 1].text, "2047.example");
    name(EPW_NAME_DNS_QUERY, "one.more.example");
    name(EPW_NAME_SNI, "another.example");
    cr_assert_eq(feed_result(feed)->name_count, EPW_FLOW_QUERIES);
    cr_assert_eq(feed_result(feed)->names_dropped, 2);
}

Test(finder, drops_and_counts_what_is_no_name)
{
    static const char label64[] =
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example";
    static const char *const bad[] = { "",    ".",     "..",       "a..b",        ".a",
                                       "a b", "a/b",   "\xc3\xa4", "*.a.example", "a:b",
                                       "1:2", label64, "a\n" };
    uint64_t count = sizeof(bad) / sizeof(bad[0]);
    for (size_t i = 0; i < count; i++) {
        name(EPW_NAME_SNI, bad[i]);
        cr_assert_eq(feed_result(feed)->name_count, 0, "'%s'", bad[i]);
    }
    epw_ev_name(&finder, EPW_NAME_SNI, "a\0b", 3, 0);
    cr_assert_eq(feed->stats.evidence_bad, count + 1);
}

Test(finder, names_have_253_characters_at_most)
{
    char text[255];
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = i % 32 == 31 ? '.' : 'a';
    epw_ev_name(&finder, EPW_NAME_SNI, text, 254, 0);
    cr_assert_eq(feed_result(feed)->name_count, 0);
    epw_ev_name(&finder, EPW_NAME_SNI, text, 253, 0);
    cr_assert_eq(feed_result(feed)->name_count, 1);
}

Test(finder, a_star_is_of_certificates)
{
    name(EPW_NAME_CERT, "*.Example");
    cr_assert_str_eq(feed_name(feed, EPW_NAME_CERT), "*.example");
    name(EPW_NAME_CERT, "a.*.example");
    name(EPW_NAME_CERT, "*");
    cr_assert_eq(feed_result(feed)->name_count, 1);
}

Test(finder, splits_ports_off)
{
    static const struct {
        const char *text, *host;
        uint16_t port;
    } row[] = {
        { "a.example", "a.example", 0 },       { "a.example:443", "a.example", 443 },
        { "a.example:", "a.example", 0 },      { "a.example:70000", "a.example", 0 },
        { "a.example:4x", "a.example", 0 },    { "[2001:db8::1]:8443", "2001:db8::1", 8443 },
        { "[2001:db8::1]", "2001:db8::1", 0 }, { "2001:db8::1", "2001:db8::1", 0 },
        { "10.0.0.1:8014", "10.0.0.1", 8014 },
    };
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        struct feed *kept = feed;
        setup();
        cr_assert_eq(epw_ev_host(&finder, EPW_NAME_HOST, row[i].text, strlen(row[i].text)),
                     row[i].port, "%s", row[i].text);
        cr_assert_str_eq(feed_name(feed, EPW_NAME_HOST), row[i].host);
        cr_assert_eq(feed_result(feed)->name[0].port, row[i].port);
        feed_free(feed);
        feed = kept;
    }
}

Test(finder, the_first_text_stays)
{
    epw_ev_text(&finder, EPW_EV_HINT, "", 0);
    epw_ev_text(&finder, EPW_EV_HINT, "first\n", 6);
    epw_ev_text(&finder, EPW_EV_HINT, "second", 6);
    cr_assert_str_eq(feed_result(feed)->hint, "first\\x0a");
    cr_assert_str_eq(feed_result(feed)->request, "");
}

Test(finder, texts_are_cut)
{
    char text[1000];
    memset(text, 'x', sizeof(text));
    epw_ev_text(&finder, EPW_EV_USER_AGENT, text, sizeof(text));
    cr_assert_eq(strlen(feed_result(feed)->user_agent), EPW_HINT_LEN - 1);
}

Test(finder, tells_sightings_at_once)
{
    struct epw_sighting s = { .kind = EPW_SIGHT_REFUSAL, .rcode = 3, .name = "no.example" };
    epw_ev_sight(&finder, &s);
    cr_assert_eq(feed->sightings, 1);
    cr_assert_eq(feed->sighting.ts_ns, 7);
    cr_assert_eq(feed->sighting.flow_id, 42);
    cr_assert_eq(feed->sighting.rcode, 3);
}

Test(finder, streams_are_put_together_and_bounded)
{
    struct epw_cur c = epw_ev_stream(&finder, 3, "def", 3);
    cr_assert_eq(epw_cur_left(&c), 0);
    c = epw_ev_stream(&finder, 0, "abc", 3);
    cr_assert_eq(epw_cur_left(&c), 6);
    cr_assert_eq(memcmp(epw_cur_bytes(&c, 6), "abcdef", 6), 0);
    c = epw_ev_stream(&finder, 98, "xyz", 3);
    cr_assert_eq(epw_cur_left(&c), 6);
    cr_assert_eq(feed->stats.evidence_limited, 1);
}

Test(finder, notes_are_kept_between_looks)
{
    uint8_t *note = epw_ev_note(&finder);
    cr_assert_eq(note[EPW_EV_NOTE_LEN - 1], 0);
    note[0] = 9;
    cr_assert_eq(epw_ev_note(&finder)[0], 9);
}

Test(finder, no_more_is_consumed_than_there_is)
{
    epw_ev_consumed(&finder, 11);
    cr_assert_eq(finder.consumed, 10);
}
