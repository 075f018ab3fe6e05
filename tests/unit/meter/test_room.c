/* SPDX-License-Identifier: Apache-2.0 */
/* More flows hold bytes than there is room for: those that have held for longest go. */
#include "meter/evidence/engine.h"

#include <criterion/criterion.h>

#include <string.h>

#include "ev_feed.h"

/* 64 KiB for all: the share of one meter of so many. */
#define METERS 1024
#define FLOWS  1000

static struct feed *feed;
static struct epw_ev_kept flow[FLOWS];

static void setup(void)
{
    feed = feed_new();
    memset(flow, 0, sizeof(flow));
    epw_ev_engine_share(feed->engine, METERS);
}

static void teardown(void)
{
    for (size_t i = 0; i < FLOWS; i++)
        epw_ev_flow_free(feed->engine, &flow[i]);
    feed_free(feed);
}

TestSuite(room, .init = setup, .fini = teardown);

static bool say(size_t i, enum epw_dir dir, uint32_t offset, const char *text)
{
    struct epw_packet packet = {
        .ts_ns = 1000,
        .key.proto = 6,
        .tcp_flags = EPW_TCP_ACK,
        .seq = FEED_ISN + 1 + offset,
        .payload = (const uint8_t *)text,
        .payload_len = (uint32_t)strlen(text),
        .payload_wire = (uint32_t)strlen(text),
    };
    return feed_show(feed, &flow[i], &packet, dir);
}

static size_t evicted(size_t from, size_t to)
{
    size_t count = 0;
    for (size_t i = from; i < to; i++)
        count += epw_ev_result(&flow[i])->evicted;
    return count;
}

Test(room, the_newest_flows_hold_always)
{
    for (size_t i = 0; i < FLOWS; i++)
        say(i, EPW_TO_SERVER, 0, "GET /");
    size_t gone = evicted(0, FLOWS);
    cr_assert_gt(gone, 0, "1,000 flows have no room");
    cr_assert_lt(gone, FLOWS - 64, "a few bytes do not take a segment's room");
    cr_assert_eq(evicted(0, gone), gone, "the first went first");
    cr_assert_eq(feed->stats.evidence_limited, gone);
    for (size_t i = gone; i < FLOWS; i++) {
        say(i, EPW_TO_SERVER, 5, "a HTTP/1.1\r\nHost: a.example\r\n\r\n");
        cr_assert_eq(epw_ev_result(&flow[i])->app, EPW_APP_HTTP, "%zu", i);
        cr_assert_not(epw_ev_result(&flow[i])->evicted);
    }
    cr_assert_eq(feed->stats.evidence_limited, gone, "what told gave its room back");
}

Test(room, what_goes_is_judged_from_what_was_read)
{
    say(0, EPW_TO_SERVER, 0, "hello");
    say(1, EPW_TO_SERVER, 0, "GET / HTTP/1.1\r\nHost: a.example\r\nAccept: ");
    say(2, EPW_TO_SERVER, 3, "its beginning did not come");
    for (size_t i = 3; i < FLOWS; i++)
        say(i, EPW_TO_SERVER, 0, "hello");
    const struct epw_evidence *nothing = epw_ev_result(&flow[0]), *http = epw_ev_result(&flow[1]);
    cr_assert(nothing->evicted && http->evicted);
    cr_assert(nothing->payload_seen[EPW_TO_SERVER]);
    cr_assert_not(nothing->cut, "its beginning was seen");
    cr_assert_eq(nothing->app, EPW_APP_UNKNOWN);
    cr_assert_null(epw_ev_flow(&flow[0]), "and nothing more is kept of it");
    cr_assert_eq(http->app, EPW_APP_HTTP);
    cr_assert_eq(http->name_count, 1);
    cr_assert_str_eq(http->name[0].text, "a.example");
    cr_assert(epw_ev_result(&flow[2])->evicted && epw_ev_result(&flow[2])->cut);
}

Test(room, the_other_side_may_still_tell)
{
    for (size_t i = 0; i < FLOWS; i++)
        say(i, EPW_TO_SERVER, 0, "hello");
    cr_assert(say(0, EPW_TO_SERVER, 5, " again"), "nothing more is wanted of this side");
    cr_assert_null(epw_ev_flow(&flow[0]));
    say(0, EPW_TO_CLIENT, 0, "SSH-2.0-x\r\n");
    cr_assert_eq(epw_ev_result(&flow[0])->app, EPW_APP_SSH);
    cr_assert(epw_ev_result(&flow[0])->evicted);
}

Test(room, flows_that_end_make_room)
{
    for (unsigned round = 0; round < 20; round++)
        for (size_t i = 0; i < 64; i++) {
            say(i, EPW_TO_SERVER, 0, "hello");
            if (i % 2 == 0)
                epw_ev_finish(feed->engine, &flow[i]);
            cr_assert_not(epw_ev_result(&flow[i])->evicted);
            epw_ev_flow_free(feed->engine, &flow[i]);
        }
    cr_assert_eq(feed->stats.evidence_limited, 0);
}
