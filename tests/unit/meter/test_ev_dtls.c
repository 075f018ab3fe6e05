/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "dtls_build.h"
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

TestSuite(ev_dtls, .init = setup, .fini = teardown);

static void send_all(enum epw_dir dir, const struct bytes *datagram)
{
    feed_udp(feed, dir, datagram->at, datagram->len);
}

static void send_fragment(const struct bytes *hello, size_t from, size_t to)
{
    struct bytes datagram = { .len = 0 };
    dtls_fragment(&datagram, hello, 0, from, to);
    send_all(EPW_TO_SERVER, &datagram);
}

static void expect_name(const char *name)
{
    cr_assert_eq(feed_result(feed)->app, EPW_APP_TLS);
    cr_assert_str_eq(feed_name(feed, EPW_NAME_SNI), name);
}

Test(ev_dtls, server_name_and_alpn)
{
    struct bytes hello = dtls_hello((struct hello){ .sni = "Voip.Example", .alpn = "webrtc" }, 0);
    send_fragment(&hello, 0, hello.len);
    expect_name("voip.example");
    cr_assert_str_eq(feed_result(feed)->alpn, "webrtc");
    cr_assert_eq(feed_result(feed)->requester, EPW_TO_SERVER);
    cr_assert_eq(feed->stats.evidence_bad, 0);
}

Test(ev_dtls, a_cookie_stands_before_the_cipher_suites)
{
    struct bytes hello = dtls_hello((struct hello){ .sni = "cookie.example" }, 20);
    send_fragment(&hello, 0, hello.len);
    expect_name("cookie.example");
}

Test(ev_dtls, fragments_in_any_order)
{
    struct bytes hello = dtls_hello((struct hello){ .sni = "big.example", .pad = 1200 }, 0);
    send_fragment(&hello, 1100, hello.len);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_TLS);
    cr_assert_str_eq(feed_name(feed, EPW_NAME_SNI), "");
    send_fragment(&hello, 0, 600);
    cr_assert_str_eq(feed_name(feed, EPW_NAME_SNI), "");
    send_fragment(&hello, 500, 1100);
    expect_name("big.example");
}

Test(ev_dtls, fragments_of_one_datagram)
{
    struct bytes hello = dtls_hello((struct hello){ .sni = "one.example" }, 0), datagram;
    datagram.len = 0;
    dtls_fragment(&datagram, &hello, 0, 0, 30);
    dtls_fragment(&datagram, &hello, 0, 30, hello.len);
    send_all(EPW_TO_SERVER, &datagram);
    expect_name("one.example");
}

/* HelloVerifyRequest: version, a cookie of two bytes. */
Test(ev_dtls, a_server_that_speaks_first_in_the_capture)
{
    struct bytes verify = { .len = 0 }, datagram = { .len = 0 };
    put_num(&verify, 5, 0xfeff020102);
    dtls_fragment_of(&datagram, 3, &verify, 0, 0, verify.len);
    send_all(EPW_TO_CLIENT, &datagram);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_TLS);
    cr_assert_eq(feed_result(feed)->requester, EPW_TO_SERVER);
}

Test(ev_dtls, records_in_the_middle_of_a_conversation)
{
    struct bytes datagram = { .len = 0 };
    dtls_record(&datagram, 23, 1, 7);
    put_fill(&datagram, 0x5a, 7);
    dtls_record(&datagram, 23, 1, 3);
    put_fill(&datagram, 0x5a, 3);
    send_all(EPW_TO_CLIENT, &datagram);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_TLS);
}

Test(ev_dtls, what_does_not_chain_to_its_end_is_none)
{
    struct bytes hello = dtls_hello((struct hello){ .sni = "no.example" }, 0), datagram, cut;
    datagram.len = 0;
    dtls_fragment(&datagram, &hello, 0, 0, hello.len);
    for (size_t len = 1; len < datagram.len; len++) {
        feed_udp(feed, EPW_TO_SERVER, datagram.at, len);
        cr_assert_eq(feed_result(feed)->app, EPW_APP_UNKNOWN, "%zu bytes", len);
        teardown();
        setup();
    }
    cut = datagram;
    put_num(&cut, 1, 0); /* a byte behind the last record */
    send_all(EPW_TO_SERVER, &cut);
    cut = datagram;
    cut.at[1] = 3; /* TLS's version */
    send_all(EPW_TO_SERVER, &cut);
    cut = datagram;
    cut.at[0] = 19; /* no type of a record */
    send_all(EPW_TO_SERVER, &cut);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_UNKNOWN);
}

Test(ev_dtls, fragments_that_lie)
{
    struct bytes hello = dtls_hello((struct hello){ .sni = "lie.example" }, 0), datagram;
    datagram.len = 0;
    dtls_fragment(&datagram, &hello, 0, 0, hello.len);
    datagram.at[13 + 6] = 0xff; /* begins beyond the message */
    send_all(EPW_TO_SERVER, &datagram);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_UNKNOWN);
    datagram.len = 0;
    dtls_fragment(&datagram, &hello, 0, 0, hello.len);
    datagram.at[13 + 12] = 3; /* a message of TLS */
    send_all(EPW_TO_SERVER, &datagram);
    cr_assert_str_eq(feed_name(feed, EPW_NAME_SNI), "");
    cr_assert_eq(feed->stats.evidence_bad, 1);
}

Test(ev_dtls, a_hello_cut_by_the_snaplen_tells_what_is_there)
{
    struct bytes hello = dtls_hello((struct hello){ .sni = "cut.example", .alpn = "h3" }, 0);
    struct bytes datagram = { .len = 0 };
    put_fill(&hello, 0, 1);
    dtls_fragment(&datagram, &hello, 0, 0, hello.len);
    feed_packet(feed, EPW_TO_SERVER, 17, 0, 0, datagram.at, datagram.len - 1, datagram.len);
    expect_name("cut.example");
    cr_assert(feed_result(feed)->cut);
}
