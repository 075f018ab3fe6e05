/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's ordering of bytes, shown with HTTP, which needs a whole header. */
#include "meter/evidence/engine.h"

#include <criterion/criterion.h>

#include "ev_feed.h"

static const char request[] = "GET /update HTTP/1.1\r\nHost: Agents.Example.COM.\r\n\r\n";
#define REQUEST_LEN (sizeof(request) - 1)

static struct feed *feed;

static void setup(void)
{
    feed = feed_new();
}

static void teardown(void)
{
    feed_free(feed);
}

TestSuite(engine, .init = setup, .fini = teardown);

Test(engine, nothing_is_known_of_a_flow_without_payload)
{
    epw_ev_finish(feed->engine, &feed->kept);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_UNKNOWN);
    cr_assert_eq(feed_result(feed)->requester, EPW_REQUESTER_UNKNOWN);
}

Test(engine, one_segment_suffices)
{
    feed_text(feed, EPW_TO_SERVER, request);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_HTTP);
    cr_assert_eq(feed_result(feed)->app_side[EPW_TO_SERVER], EPW_APP_HTTP);
    cr_assert_eq(feed_result(feed)->requester, EPW_TO_SERVER);
    cr_assert_str_eq(feed_name(feed, EPW_NAME_HOST), "agents.example.com");
    cr_assert(feed_result(feed)->payload_seen[EPW_TO_SERVER]);
    cr_assert_not(feed_result(feed)->payload_seen[EPW_TO_CLIENT]);
}

Test(engine, needs_no_packet_once_both_sides_are_known)
{
    static const char last[] = "GET / HTTP/1.1\r\nConnection: close\r\n\r\n";
    feed_text(feed, EPW_TO_SERVER, last);
    cr_assert(feed->more);
    feed_text(feed, EPW_TO_CLIENT, "HTTP/1.1 200 OK\r\n\r\n");
    cr_assert_not(feed->more);
    feed_text(feed, EPW_TO_SERVER, last);
    cr_assert_not(feed->more);
    cr_assert_eq(feed_result(feed)->http_status, 200);
}

Test(engine, byte_by_byte)
{
    for (size_t i = 0; i < REQUEST_LEN; i++)
        feed_tcp(feed, EPW_TO_SERVER, request + i, 1);
    cr_assert_str_eq(feed_name(feed, EPW_NAME_HOST), "agents.example.com");
    cr_assert_not(feed_result(feed)->cut);
}

Test(engine, backwards)
{
    for (size_t i = REQUEST_LEN; i > 0; i -= 5 < i ? 5 : i)
        feed_at(feed, EPW_TO_SERVER, (uint32_t)(i < 5 ? 0 : i - 5), request + (i < 5 ? 0 : i - 5),
                i < 5 ? i : 5);
    cr_assert_str_eq(feed_name(feed, EPW_NAME_HOST), "agents.example.com");
    cr_assert_not(feed_result(feed)->cut);
}

Test(engine, the_first_copy_of_a_byte_wins)
{
    char forged[REQUEST_LEN];
    memcpy(forged, request, REQUEST_LEN);
    memcpy(strstr(forged, "Agents"), "Forged", 6);
    feed_at(feed, EPW_TO_SERVER, 20, request + 20, 20);
    feed_at(feed, EPW_TO_SERVER, 0, forged, REQUEST_LEN);
    cr_assert_str_eq(feed_name(feed, EPW_NAME_HOST), "agents.example.com");
}

Test(engine, a_retransmission_is_not_seen_twice)
{
    feed_at(feed, EPW_TO_SERVER, 0, request, 10);
    feed_at(feed, EPW_TO_SERVER, 0, request, 10);
    feed_at(feed, EPW_TO_SERVER, 5, request + 5, REQUEST_LEN - 5);
    cr_assert_str_eq(feed_name(feed, EPW_NAME_HOST), "agents.example.com");
}

Test(engine, a_hole_is_a_cut_only_as_long_as_it_is_open)
{
    feed_at(feed, EPW_TO_SERVER, 10, request + 10, REQUEST_LEN - 10);
    cr_assert(feed_result(feed)->cut);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_UNKNOWN);
    feed_at(feed, EPW_TO_SERVER, 0, request, 10);
    cr_assert_not(feed_result(feed)->cut);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_HTTP);
    cr_assert_eq(feed->stats.evidence_gaps, 0);
}

Test(engine, a_hole_that_the_peer_acknowledges_stays)
{
    feed_at(feed, EPW_TO_SERVER, 10, request + 10, REQUEST_LEN - 10);
    for (uint32_t i = 0; i < 3; i++)
        feed_packet(feed, EPW_TO_CLIENT, 6, i, REQUEST_LEN, "?", 1, 1);
    cr_assert_eq(feed->stats.evidence_gaps, 1);
    cr_assert(feed_result(feed)->cut);
    feed_at(feed, EPW_TO_SERVER, 0, request, 10);
    cr_assert_eq(feed_result(feed)->app_side[EPW_TO_SERVER], EPW_APP_UNKNOWN);
}

Test(engine, segments_far_beyond_the_window_end_the_wait)
{
    feed_at(feed, EPW_TO_SERVER, 0, request, 30);
    for (uint32_t i = 0; i < 8; i++)
        feed_at(feed, EPW_TO_SERVER, 500000 + i * 1000, request, 10);
    cr_assert_eq(feed->stats.evidence_gaps, 1);
    cr_assert(feed_result(feed)->cut);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_HTTP, "the last look takes what there is");
}

Test(engine, a_hole_open_at_the_end_counts)
{
    feed_at(feed, EPW_TO_SERVER, 10, request + 10, 10);
    epw_ev_finish(feed->engine, &feed->kept);
    cr_assert_eq(feed->stats.evidence_gaps, 1);
    cr_assert(feed_result(feed)->cut);
}

Test(engine, the_end_of_a_flow_is_a_last_look)
{
    feed_text(feed, EPW_TO_SERVER, "GET / HTTP/1.1\r\nHost: half.example\r\nUser-");
    cr_assert_str_eq(feed_name(feed, EPW_NAME_HOST), "");
    epw_ev_finish(feed->engine, &feed->kept);
    cr_assert_str_eq(feed_name(feed, EPW_NAME_HOST), "half.example");
    cr_assert_not(feed_result(feed)->cut);
    epw_ev_finish(feed->engine, &feed->kept);
}

Test(engine, a_packet_cut_by_the_snaplen_ends_the_opening)
{
    feed_packet(feed, EPW_TO_SERVER, 6, 0, 0, request, 30, REQUEST_LEN);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_HTTP);
    cr_assert(feed_result(feed)->cut);
    feed_at(feed, EPW_TO_SERVER, 30, request + 30, REQUEST_LEN - 30);
    cr_assert_str_eq(feed_name(feed, EPW_NAME_HOST), "");
}

Test(engine, no_captured_payload_is_not_seen)
{
    feed_packet(feed, EPW_TO_SERVER, 6, 0, 0, request, 0, REQUEST_LEN);
    cr_assert(feed_result(feed)->cut);
    cr_assert_not(feed_result(feed)->payload_seen[EPW_TO_SERVER]);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_UNKNOWN);
}

Test(engine, an_endless_header_is_given_up)
{
    char line[1024];
    memset(line, 'x', sizeof(line));
    memcpy(line, "X-Pad: ", 7);
    memcpy(line + sizeof(line) - 2, "\r\n", 2);
    feed_text(feed, EPW_TO_SERVER, "GET / HTTP/1.1\r\nHost: long.example\r\n");
    for (int i = 0; i < 40; i++)
        feed_tcp(feed, EPW_TO_SERVER, line, sizeof(line));
    cr_assert_eq(feed->stats.evidence_limited, 1);
    cr_assert(feed_result(feed)->cut);
    cr_assert_str_eq(feed_name(feed, EPW_NAME_HOST), "long.example");
}

Test(engine, unknown_bytes_end_a_side)
{
    feed_tcp(feed, EPW_TO_SERVER, "\x00\x01\x02\x03\xff\xfe\xfd\xfc", 8);
    feed_tcp(feed, EPW_TO_CLIENT, "\x00\x01\x02\x03\xff\xfe\xfd\xfc", 8);
    cr_assert_not(feed->more);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_UNKNOWN);
    cr_assert(feed_result(feed)->payload_seen[EPW_TO_SERVER]);
    cr_assert_not(feed_result(feed)->cut);
}

Test(engine, midstream_a_later_segment_may_begin_a_request)
{
    feed->who.midstream = true;
    feed->who.isn_known[0] = feed->who.isn_known[1] = false;
    feed_tcp(feed, EPW_TO_SERVER, "\x80", 1);
    feed_tcp(feed, EPW_TO_SERVER, "\x80\x81\x82 rest of a body", 18);
    feed_text(feed, EPW_TO_SERVER, request);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_HTTP);
}

Test(engine, from_the_start_only_the_start_counts)
{
    feed_tcp(feed, EPW_TO_SERVER, "\x80\x81\x82 rest of a body", 18);
    feed_text(feed, EPW_TO_SERVER, request);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_UNKNOWN);
}

Test(engine, data_with_the_syn)
{
    struct epw_packet packet = { .key.proto = 6,
                                 .tcp_flags = EPW_TCP_SYN,
                                 .seq = FEED_ISN,
                                 .payload = (const uint8_t *)request,
                                 .payload_len = REQUEST_LEN,
                                 .payload_wire = REQUEST_LEN };
    feed_show(feed, &feed->kept, &packet, EPW_TO_SERVER);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_HTTP);
}

Test(engine, both_sides_keep_what_they_are)
{
    feed_text(feed, EPW_TO_CLIENT, "HTTP/1.0 400 Bad Request\r\n\r\n");
    cr_assert_eq(feed_result(feed)->app, EPW_APP_HTTP, "the server alone tells");
    /* Alert, TLS 1.2, 2 bytes: fatal, handshake_failure. */
    feed_tcp(feed, EPW_TO_SERVER, "\x15\x03\x03\x00\x02\x02\x28", 7);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_TLS, "the initiator counts more");
    cr_assert_eq(feed_result(feed)->app_side[EPW_TO_CLIENT], EPW_APP_HTTP);
}

Test(engine, udp_asks_nobody_for_ever)
{
    for (int i = 0; i < 8; i++)
        feed_udp(feed, EPW_TO_SERVER, "\xff\xff\xff\xff", 4);
    for (int i = 0; i < 7; i++)
        feed_udp(feed, EPW_TO_CLIENT, "\xff\xff\xff\xff", 4);
    cr_assert(feed->more);
    feed_udp(feed, EPW_TO_CLIENT, "\xff\xff\xff\xff", 4);
    cr_assert_not(feed->more);
}

Test(engine, what_is_followed_has_no_end)
{
    /* DNS over TCP: length, id, one question for a 60-byte name. */
    uint8_t query[2 + 12 + 62 + 4] = { 0, 78, 0x12, 0x34, 1, 0, 0, 1 };
    query[14] = 60;
    memset(query + 15, 'a', 60);
    query[77] = query[79] = 1;
    uint8_t many[100 * sizeof(query)];
    for (size_t i = 0; i < 100; i++)
        memcpy(many + i * sizeof(query), query, sizeof(query));
    for (int i = 0; i < 5000; i++) /* 40 MB */
        feed_tcp(feed, EPW_TO_SERVER, many, sizeof(many));
    cr_assert_eq(feed_result(feed)->app, EPW_APP_DNS);
    cr_assert_eq(feed->stats.evidence_limited, 0);
    cr_assert_not(feed_result(feed)->cut);
}

/* Nothing is allocated for what nobody knows: many flows are like that. */
Test(engine, a_flow_of_nothing_known_keeps_nothing)
{
    feed_text(feed, EPW_TO_SERVER, "\x41\x5d\x02\x89\xec\x2d\n");
    cr_assert_null(epw_ev_flow(&feed->kept));
    cr_assert(feed_result(feed)->payload_seen[EPW_TO_SERVER]);
    cr_assert_not(feed_result(feed)->payload_seen[EPW_TO_CLIENT]);
    cr_assert(feed->more);
    feed_text(feed, EPW_TO_CLIENT, "HTTP/1.0 400 Bad Request\r\n\r\n");
    cr_assert_not_null(epw_ev_flow(&feed->kept));
    cr_assert_eq(feed_result(feed)->app, EPW_APP_HTTP);
    cr_assert(feed_result(feed)->payload_seen[EPW_TO_SERVER]);
}

Test(engine, a_side_is_quiet_while_the_other_holds_nothing)
{
    feed_text(feed, EPW_TO_SERVER, "GET / HT");
    cr_assert_not(epw_ev_quiet(&feed->kept, EPW_TO_SERVER));
    feed_text(feed, EPW_TO_CLIENT, "\x41\x5d\x02\x89\xec\x2d\n");
    cr_assert_not(epw_ev_quiet(&feed->kept, EPW_TO_CLIENT), "it may acknowledge a hole");
    feed_text(feed, EPW_TO_SERVER, "TP/1.1\r\nHost: a.example\r\nUpgrade: websocket\r\n\r\n");
    cr_assert(epw_ev_quiet(&feed->kept, EPW_TO_CLIENT));
}

/* What a midstream side was tried with is counted over packets that left nothing else. */
Test(engine, fresh_starts_of_a_midstream_side_are_bounded)
{
    feed->who.midstream = true;
    feed->who.isn_known[0] = feed->who.isn_known[1] = false;
    for (unsigned i = 0; i < 8; i++) {
        cr_assert_not(epw_ev_quiet(&feed->kept, EPW_TO_SERVER), "%u", i);
        feed_text(feed, EPW_TO_SERVER, "\x41\x5d\x02\x89\xec\x2d\n");
        cr_assert_null(epw_ev_flow(&feed->kept));
    }
    cr_assert(epw_ev_quiet(&feed->kept, EPW_TO_SERVER));
    feed_text(feed, EPW_TO_SERVER, request);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_UNKNOWN);
}

/* What a flow that showed nothing keeps of itself has its bounds; beyond them it keeps all. */
Test(engine, large_counters_of_nothing_known_are_kept_too)
{
    static uint8_t noise[60000] = "\x41\x5d\x02\x89\xec\x2d\n";
    feed->who.midstream = true;
    feed->who.isn_known[0] = feed->who.isn_known[1] = false;
    for (unsigned i = 0; i < 7; i++)
        feed_tcp(feed, EPW_TO_SERVER, noise, sizeof(noise));
    cr_assert_not_null(epw_ev_flow(&feed->kept), "millions of bytes were shown");
    cr_assert_not(epw_ev_quiet(&feed->kept, EPW_TO_SERVER));
    feed_tcp(feed, EPW_TO_SERVER, noise, sizeof(noise));
    cr_assert(epw_ev_quiet(&feed->kept, EPW_TO_SERVER));
    cr_assert_null(epw_ev_flow(&feed->kept), "nothing is counted of a side that is over");
    feed_text(feed, EPW_TO_CLIENT, "HTTP/1.0 400 Bad Request\r\n\r\n");
    cr_assert_eq(feed_result(feed)->app, EPW_APP_HTTP);
    cr_assert(feed_result(feed)->payload_seen[EPW_TO_SERVER]);
}
