/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "ev_feed.h"
#include "quic_build.h"

#define CID "\x83\x94\xc8\xf0\x3e\x51\x57\x08"

static struct feed *feed;

static void setup(void)
{
    feed = feed_new();
}

static void teardown(void)
{
    feed_free(feed);
}

TestSuite(ev_quic, .init = setup, .fini = teardown);

static void send_frames(uint32_t version, const char *keys, const char *dcid, uint32_t pn,
                        const struct bytes *frames)
{
    struct bytes datagram = { .len = 0 };
    quic_initial(&datagram, version, keys, dcid, pn, frames, 1162);
    feed_udp(feed, EPW_TO_SERVER, datagram.at, datagram.len);
}

static void send_part(const struct bytes *message, uint32_t pn, size_t from, size_t to)
{
    struct bytes frames = { .len = 0 };
    quic_crypto(&frames, message, from, to);
    send_frames(QUIC_V1, CID, CID, pn, &frames);
}

static void expect_name(const char *name)
{
    cr_assert_eq(feed_result(feed)->app, EPW_APP_QUIC);
    cr_assert_str_eq(feed_name(feed, EPW_NAME_QUIC), name);
    cr_assert_eq(feed_result(feed)->requester,
                 name[0] == '\0' ? EPW_REQUESTER_UNKNOWN : EPW_TO_SERVER);
}

/* The packet of RFC 9001, A.2, made here, begins as the RFC prints it. */
Test(ev_quic, the_sealing_of_these_tests_is_that_of_the_rfc)
{
    static const uint8_t head[] = { 0xc0, 0x00, 0x00, 0x00, 0x01, 0x08, 0x83, 0x94,
                                    0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08, 0x00, 0x00,
                                    0x44, 0x9e, 0x7b, 0x9a, 0xec, 0x34, 0xd1, 0xb1,
                                    0xc9, 0x8d, 0xd7, 0x68, 0x9f, 0xb8, 0xec, 0x11 };
    /* The CRYPTO frame of the RFC's ClientHello, as far as those bytes need it. */
    static const uint8_t crypto[] = { 0x06, 0x00, 0x40, 0xf1, 0x01, 0x00, 0x00, 0xed, 0x03, 0x03,
                                      0xeb, 0xf8, 0xfa, 0x56, 0xf1, 0x29, 0x39, 0xb9, 0x58, 0x4a };
    struct bytes frames = { .len = 0 }, datagram = { .len = 0 };
    put_raw(&frames, crypto, sizeof(crypto));
    quic_initial(&datagram, QUIC_V1, CID, CID, 2, &frames, 1162);
    cr_assert_eq(datagram.len, 1200);
    cr_assert_eq(memcmp(datagram.at, head, sizeof(head)), 0);
}

Test(ev_quic, version_1)
{
    struct bytes message = client_hello((struct hello){ .sni = "Quic.Example", .alpn = "h3" });
    send_part(&message, 0, 0, message.len);
    expect_name("quic.example");
    cr_assert_str_eq(feed_result(feed)->alpn, "h3");
    cr_assert_eq(feed_result(feed)->inner_app, EPW_APP_HTTP);
}

Test(ev_quic, version_2)
{
    struct bytes message = client_hello((struct hello){ .sni = "two.example" });
    struct bytes frames = { .len = 0 };
    quic_crypto(&frames, &message, 0, message.len);
    send_frames(QUIC_V2, CID, CID, 0, &frames);
    expect_name("two.example");
}

Test(ev_quic, pieces_shuffled_in_one_packet)
{
    struct bytes message = client_hello((struct hello){ .sni = "shuffled.example" });
    struct bytes frames = { .len = 0 };
    for (size_t at = message.len / 8 * 8 + 8; at >= 8; at -= 8) {
        if (at - 8 < message.len)
            quic_crypto(&frames, &message, at - 8, at < message.len ? at : message.len);
        put_num(&frames, 3, 0x010000); /* PING and two of PADDING */
    }
    put_num(&frames, 5, 0x0200000000); /* ACK of packet 0 */
    send_frames(QUIC_V1, CID, CID, 0, &frames);
    expect_name("shuffled.example");
}

Test(ev_quic, hello_over_datagrams_in_any_order)
{
    struct bytes message = client_hello((struct hello){ .sni = "large.example", .pad = 1800 });
    send_part(&message, 1, 1000, message.len);
    expect_name("");
    send_part(&message, 0, 0, 1000);
    expect_name("large.example");
}

Test(ev_quic, later_initials_keep_the_keys_of_the_first)
{
    struct bytes message = client_hello((struct hello){ .sni = "later.example", .pad = 1800 });
    struct bytes frames = { .len = 0 };
    send_part(&message, 0, 0, 1000);
    quic_crypto(&frames, &message, 1000, message.len);
    send_frames(QUIC_V1, CID, "servers-id", 1, &frames);
    expect_name("later.example");
}

Test(ev_quic, after_retry_the_keys_are_new)
{
    struct bytes message = client_hello((struct hello){ .sni = "retry.example", .pad = 1800 });
    struct bytes frames = { .len = 0 };
    send_part(&message, 0, 0, 1000);
    quic_crypto(&frames, &message, 1000, message.len);
    send_frames(QUIC_V1, "retried", "retried", 1, &frames);
    expect_name("retry.example");
}

Test(ev_quic, coalesced_packets)
{
    struct bytes message = client_hello((struct hello){ .sni = "both.example" });
    struct bytes first = { .len = 0 }, second = { .len = 0 }, datagram = { .len = 0 };
    quic_crypto(&first, &message, 0, 30);
    quic_crypto(&second, &message, 30, message.len);
    quic_initial(&datagram, QUIC_V1, CID, CID, 0, &first, 100);
    /* 0-RTT: type 1, the same ids, 3 bytes. */
    put_num(&datagram, 1, 0xd0);
    put_num(&datagram, 4, QUIC_V1);
    put_num(&datagram, 1, 8);
    put_raw(&datagram, CID, 8);
    put_num(&datagram, 5, 0x0003aabbcc);
    quic_initial(&datagram, QUIC_V1, CID, CID, 1, &second, 100);
    feed_udp(feed, EPW_TO_SERVER, datagram.at, datagram.len);
    expect_name("both.example");
}

Test(ev_quic, the_answer_needs_no_look)
{
    struct bytes message = client_hello((struct hello){ .sni = "answer.example" });
    struct bytes frames = { .len = 0 }, datagram = { .len = 0 };
    send_part(&message, 0, 0, message.len);
    quic_crypto(&frames, &message, 0, message.len);
    quic_initial(&datagram, QUIC_V1, "other keys", "client", 0, &frames, 100);
    feed_udp(feed, EPW_TO_CLIENT, datagram.at, datagram.len);
    cr_assert_not(feed->more);
    cr_assert_eq(feed_result(feed)->app_side[EPW_TO_CLIENT], EPW_APP_QUIC);
}

Test(ev_quic, a_damaged_packet_is_still_quic)
{
    struct bytes message = client_hello((struct hello){ .sni = "damaged.example" });
    struct bytes frames = { .len = 0 }, datagram = { .len = 0 };
    quic_crypto(&frames, &message, 0, message.len);
    quic_initial(&datagram, QUIC_V1, CID, CID, 0, &frames, 1162);
    datagram.at[100] ^= 1;
    feed_udp(feed, EPW_TO_SERVER, datagram.at, datagram.len);
    expect_name("");
}

Test(ev_quic, a_cut_datagram_is_still_quic)
{
    struct bytes message = client_hello((struct hello){ .sni = "cut.example" });
    struct bytes frames = { .len = 0 }, datagram = { .len = 0 };
    quic_crypto(&frames, &message, 0, message.len);
    quic_initial(&datagram, QUIC_V1, CID, CID, 0, &frames, 1162);
    feed_packet(feed, EPW_TO_SERVER, 17, 0, 0, datagram.at, 54, datagram.len);
    expect_name("");
    cr_assert(feed_result(feed)->cut);
}

Test(ev_quic, frames_that_lie_are_bad)
{
    struct bytes frames = { .len = 0 };
    put_num(&frames, 5, 0x0600407f00); /* CRYPTO of 127 bytes ... */
    struct bytes datagram = { .len = 0 };
    quic_initial(&datagram, QUIC_V1, CID, CID, 0, &frames, 60);
    feed_udp(feed, EPW_TO_SERVER, datagram.at, datagram.len);
    cr_assert_eq(feed->stats.evidence_bad, 1);
}

Test(ev_quic, offsets_beyond_all_limits_are_dropped)
{
    struct bytes frames = { .len = 0 };
    put_num(&frames, 1, 6);
    put_num(&frames, 8, 0xffffffffffffffff); /* offset 2^62 - 1 */
    put_num(&frames, 2, 0x0141);
    struct bytes datagram = { .len = 0 };
    quic_initial(&datagram, QUIC_V1, CID, CID, 0, &frames, 60);
    feed_udp(feed, EPW_TO_SERVER, datagram.at, datagram.len);
    expect_name("");
    cr_assert_eq(feed->stats.evidence_limited, 1);
}

Test(ev_quic, what_never_tells_is_given_up)
{
    struct bytes message = client_hello((struct hello){ .sni = "never.example", .pad = 1800 });
    for (uint32_t i = 0; i < 40; i++)
        send_part(&message, i, 1000, 1010);
    expect_name("");
    cr_assert_eq(feed->stats.evidence_limited, 1);
}

Test(ev_quic, version_negotiation)
{
    /* Version 0, ids of 1 and 2 bytes, offers a greased version and version 1. */
    feed_udp(feed, EPW_TO_CLIENT,
             "\xc0\x00\x00\x00\x00\x01\xaa\x02\xbb\xcc\x1a\x2a\x3a\x4a\x00\x00\x00\x01", 18);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_QUIC);
}

Test(ev_quic, older_google_quic)
{
    /* Flags: version and 8-byte id; Q043. */
    feed_udp(feed, EPW_TO_SERVER,
             "\x0d"
             "12345678"
             "Q043"
             "\x01 CHLO",
             19);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_QUIC);
}

Test(ev_quic, other_datagrams_are_not_quic)
{
    feed_udp(feed, EPW_TO_SERVER, "\xc0\x12\x34\x56\x78\x08rest", 10);
    feed_udp(feed, EPW_TO_SERVER,
             "\x40"
             "1234567890",
             11);
    feed_udp(feed, EPW_TO_SERVER, "\xc0\x00\x00\x00\x01\xff", 6);
    cr_assert_neq(feed_result(feed)->app, EPW_APP_QUIC);
}
