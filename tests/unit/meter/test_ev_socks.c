/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "ev_feed.h"

static struct feed *feed;

static void setup(void)
{
    feed = feed_new();
}

static void teardown(void)
{
    feed_free(feed);
}

TestSuite(ev_socks, .init = setup, .fini = teardown);

#define ASK(text)    feed_tcp(feed, EPW_TO_SERVER, text, sizeof(text) - 1)
#define ANSWER(text) feed_tcp(feed, EPW_TO_CLIENT, text, sizeof(text) - 1)

static void expect_inside(const char *target, uint16_t port)
{
    const struct epw_evidence *ev = feed_result(feed);
    cr_assert_str_eq(feed_name(feed, EPW_NAME_CONNECT), target);
    cr_assert_eq(ev->connect_port, port);
    cr_assert_eq(ev->requester, EPW_TO_SERVER);
    ASK("GET / HTTP/1.1\r\nHost: inner.example\r\nConnection: close\r\n\r\n");
    ANSWER("HTTP/1.1 204 No Content\r\n\r\n");
    cr_assert_eq(ev->inner_app, EPW_APP_HTTP);
    cr_assert_eq(ev->http_status, 204);
    cr_assert_str_eq(feed_name(feed, EPW_NAME_HOST), "inner.example");
    cr_assert_not(feed->more);
}

Test(ev_socks, version_5_and_what_is_inside)
{
    ASK("\x05\x01\x00");
    ANSWER("\x05\x00");
    ASK("\x05\x01\x00\x03\x0d"
        "cloud.example\x01\xbb");
    ANSWER("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00");
    expect_inside("cloud.example", 443);
}

Test(ev_socks, version_5_with_a_password)
{
    ASK("\x05\x02\x00\x02");
    ANSWER("\x05\x02");
    ASK("\x01\x03"
        "joe\x02"
        "pw");
    ANSWER("\x01\x00");
    ASK("\x05\x01\x00\x01\xc0\x00\x02\x05\x1f\x4e"); /* 192.0.2.5:8014 */
    ANSWER("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00");
    expect_inside("192.0.2.5", 8014);
}

Test(ev_socks, version_4)
{
    ASK("\x04\x01\x00\x50\xc0\x00\x02\x05joe\x00");
    ANSWER("\x00\x5a\x00\x00\x00\x00\x00\x00");
    expect_inside("192.0.2.5", 80);
}

Test(ev_socks, version_4a)
{
    ASK("\x04\x01\x00\x50\x00\x00\x00\x01\x00"
        "cloud.example\x00");
    ANSWER("\x00\x5a\x00\x00\x00\x00\x00\x00");
    expect_inside("cloud.example", 80);
}

Test(ev_socks, not_socks)
{
    static const char *const bytes[] = { "\x05",
                                         "\x05\x30"
                                         "12345",
                                         "\x04\x09"
                                         "1234567",
                                         "\x05\x01"
                                         "abcdefgh",
                                         "\x06\x01\x01\x05\x01\x01" };
    for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
        struct feed *one = feed_new();
        feed_text(one, EPW_TO_SERVER, bytes[i]);
        epw_ev_finish(one->engine, &one->kept);
        cr_assert_eq(feed_result(one)->name_count, 0);
        cr_assert_eq(feed_result(one)->connect_port, 0);
        feed_free(one);
    }
}

Test(ev_socks, a_refusal_opens_nothing)
{
    ASK("\x04\x01\x00\x50\xc0\x00\x02\x05\x00");
    ANSWER("\x00\x5b\x00\x00\x00\x00\x00\x00");
    ANSWER("HTTP/1.1 200 OK\r\n\r\n");
    cr_assert_eq(feed_result(feed)->http_status, 0);
}
