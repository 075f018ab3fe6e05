/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations that begin in clear and turn to TLS, seen through the whole engine. */
#include <criterion/criterion.h>

#include "ev_feed.h"
#include "tls_build.h"
#include "tls_certs.h"

#define ONE_RECORD 16384

static struct feed *feed;

static void setup(void)
{
    feed = feed_new();
}

static void teardown(void)
{
    feed_free(feed);
}

TestSuite(ev_upgrade, .init = setup, .fini = teardown);

static void ask(const char *text)
{
    feed_text(feed, EPW_TO_SERVER, text);
}

static void answer(const char *text)
{
    feed_text(feed, EPW_TO_CLIENT, text);
}

/* The handshake, in segments of at most so many bytes. */
static void turn_to_tls(size_t segment)
{
    struct bytes message = client_hello((struct hello){ .sni = "inner.example" });
    struct bytes b = records(&message, ONE_RECORD);
    for (size_t at = 0; at < b.len; at += segment)
        feed_tcp(feed, EPW_TO_SERVER, b.at + at, b.len - at < segment ? b.len - at : segment);
    message = server_hello(0x0303);
    b = records(&message, ONE_RECORD);
    message = certificate_message(cert_san, sizeof(cert_san));
    put_records(&b, &message, ONE_RECORD);
    feed_tcp(feed, EPW_TO_CLIENT, b.at, b.len);
}

static void expect_tls_inside(void)
{
    const struct epw_evidence *ev = feed_result(feed);
    cr_assert_str_eq(feed_name(feed, EPW_NAME_SNI), "inner.example");
    cr_assert_str_neq(feed_name(feed, EPW_NAME_CERT), "");
    cr_assert_eq(ev->app, EPW_APP_UNKNOWN);
    cr_assert_eq(ev->inner_app, EPW_APP_TLS);
    cr_assert_eq(ev->requester, EPW_TO_SERVER);
    cr_assert(ev->starttls);
}

static void expect_nothing(void)
{
    cr_assert_str_eq(feed_name(feed, EPW_NAME_SNI), "");
    cr_assert_not(feed_result(feed)->starttls);
    cr_assert_eq(feed_result(feed)->inner_app, EPW_APP_UNKNOWN);
}

Test(ev_upgrade, smtp)
{
    answer("220 mx.example ESMTP\r\n");
    ask("EHLO client.example\r\n");
    answer("250-mx.example\r\n250-SIZE 35882577\r\n250 STARTTLS\r\n");
    ask("STARTTLS\r\n");
    answer("220 2.0.0 Ready to start TLS\r\n");
    turn_to_tls(65536);
    expect_tls_inside();
}

Test(ev_upgrade, smtp_in_pieces)
{
    answer("220 mx.example ESMTP\r\n");
    for (const char *at = "EHLO c\r\nSTARTTLS\r\n"; *at != '\0'; at++)
        feed_tcp(feed, EPW_TO_SERVER, at, 1);
    answer("250 STARTTLS\r\n220 go\r\n");
    turn_to_tls(1);
    expect_tls_inside();
}

Test(ev_upgrade, imap)
{
    answer("* OK IMAP4rev1 ready\r\n");
    ask("a1 CAPABILITY\r\n");
    answer("* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK done\r\n");
    ask("a2 STARTTLS\r\n");
    answer("a2 OK Begin TLS negotiation now\r\n");
    turn_to_tls(65536);
    expect_tls_inside();
}

Test(ev_upgrade, pop3)
{
    answer("+OK ready\r\n");
    ask("CAPA\r\n");
    answer("+OK\r\nSTLS\r\nUIDL\r\n.\r\n");
    ask("STLS\r\n");
    answer("+OK Begin TLS\r\n");
    turn_to_tls(65536);
    expect_tls_inside();
}

Test(ev_upgrade, lines_that_never_turn)
{
    answer("220 mx.example ESMTP\r\n");
    ask("EHLO client.example\r\nSTARTTLS\r\n");
    answer("250 mx.example\r\n454 TLS not available\r\n");
    ask("MAIL FROM:<a@example>\r\n");
    turn_to_tls(65536);
    expect_nothing();
}

Test(ev_upgrade, tls_where_nobody_asked_for_it)
{
    ask("EHLO client.example\r\n");
    turn_to_tls(65536);
    expect_nothing();
}

Test(ev_upgrade, other_text_does_not_turn)
{
    ask("HELLO WORLD\r\nSTARTTLS\r\n");
    answer("221 closing\r\n220 go\r\n");
    turn_to_tls(65536);
    expect_nothing();
}

Test(ev_upgrade, clear_text_beyond_the_limit_is_given_up)
{
    ask("EHLO client.example\r\n");
    for (int i = 0; i < 70; i++)
        ask("NOOP\r\n");
    ask("STARTTLS\r\n");
    turn_to_tls(65536);
    expect_nothing();
}

/* SSLRequest: length 8, code 80877103 (0x04d2162f). */
static const uint8_t ssl_request[] = { 0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f };

Test(ev_upgrade, postgres)
{
    feed_tcp(feed, EPW_TO_SERVER, ssl_request, sizeof(ssl_request));
    answer("S");
    turn_to_tls(65536);
    expect_tls_inside();
}

Test(ev_upgrade, postgres_refuses)
{
    feed_tcp(feed, EPW_TO_SERVER, ssl_request, sizeof(ssl_request));
    answer("N");
    turn_to_tls(65536);
    cr_assert_str_eq(feed_name(feed, EPW_NAME_CERT), "", "the server is not looked into");
}

Test(ev_upgrade, another_code_is_not_postgres)
{
    for (size_t i = 0; i < sizeof(ssl_request); i++) {
        uint8_t copy[sizeof(ssl_request)];
        memcpy(copy, ssl_request, sizeof(copy));
        copy[i] ^= 1;
        feed_free(feed);
        feed = feed_new();
        feed_tcp(feed, EPW_TO_SERVER, copy, sizeof(copy));
        answer("S");
        turn_to_tls(65536);
        expect_nothing();
    }
}

/* TPKT (3, 0, length), X.224 request or confirm (length, code, references, class), then the
 * negotiation (type, flags, length 8 LE, protocols LE): TLS and CredSSP; CredSSP chosen. */
static const uint8_t rdp_request[] = { 3,   0,   0,   32,  27,  0xe0, 0,   0,   0,   0,   0,
                                       'C', 'o', 'o', 'k', 'i', 'e',  ':', ' ', 'm', '=', 'a',
                                       13,  10,  1,   0,   8,   0,    3,   0,   0,   0 };
static const uint8_t rdp_confirm[] = { 3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34,
                                       0, 2, 0, 8,  0,  2,    0, 0, 0 };

Test(ev_upgrade, rdp)
{
    feed_tcp(feed, EPW_TO_SERVER, rdp_request, 3);
    feed_tcp(feed, EPW_TO_SERVER, rdp_request + 3, sizeof(rdp_request) - 3);
    feed_tcp(feed, EPW_TO_CLIENT, rdp_confirm, sizeof(rdp_confirm));
    turn_to_tls(65536);
    expect_tls_inside();
}

Test(ev_upgrade, rdp_that_lies_or_wants_no_tls)
{
    /* Reserved byte, both lengths, code, type of the negotiation, its length, protocols. */
    static const size_t at[] = { 1, 3, 4, 5, 24, 26, 29 };
    for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
        uint8_t copy[sizeof(rdp_request)];
        memcpy(copy, rdp_request, sizeof(copy));
        copy[at[i]] ^= 0x10;
        feed_free(feed);
        feed = feed_new();
        feed_tcp(feed, EPW_TO_SERVER, copy, sizeof(copy));
        expect_nothing();
    }
    uint8_t none[sizeof(rdp_request)];
    memcpy(none, rdp_request, sizeof(none));
    none[28] = 0; /* RDP's own security */
    feed_free(feed);
    feed = feed_new();
    feed_tcp(feed, EPW_TO_SERVER, none, sizeof(none));
    turn_to_tls(65536);
    expect_nothing();
}
