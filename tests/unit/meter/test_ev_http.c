/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "ev_feed.h"
#include "tls_build.h"

static struct feed *feed;

static void setup(void)
{
    feed = feed_new();
}

static void teardown(void)
{
    feed_free(feed);
}

TestSuite(ev_http, .init = setup, .fini = teardown);

#define ASK(text)    feed_text(feed, EPW_TO_SERVER, text)
#define ANSWER(text) feed_text(feed, EPW_TO_CLIENT, text)

static void expect_host(const char *host, uint16_t port)
{
    const struct epw_evidence *ev = feed_result(feed);
    cr_assert_eq(ev->app, EPW_APP_HTTP);
    cr_assert_eq(ev->name_count, 1, "%u names", ev->name_count);
    cr_assert_str_eq(ev->name[0].text, host);
    cr_assert_eq(ev->name[0].source, EPW_NAME_HOST);
    cr_assert_eq(ev->name[0].port, port);
}

Test(ev_http, request)
{
    ASK("POST /secars/secars.dll?h=1 HTTP/1.1\r\nUser-Agent: Agent/1.0\r\n"
        "Host: manager.example:8014\r\n\r\nbody");
    expect_host("manager.example", 8014);
    cr_assert_str_eq(feed_result(feed)->request, "POST /secars/secars.dll?h=1");
    cr_assert_str_eq(feed_result(feed)->user_agent, "Agent/1.0");
    cr_assert_eq(feed_result(feed)->requester, EPW_TO_SERVER);
}

/* Hosts of later requests are names of the flow too; its request line stays the first. */
Test(ev_http, requests_that_follow)
{
    ASK("GET /1 HTTP/1.1\r\nHost: one.example\r\n\r\nGET /2 HTTP/1.1\r\nHost: two.example\r\n\r\n");
    ANSWER("HTTP/1.1 200 OK\r\n\r\n");
    ASK("POST /3 HTTP/1.1\r\nHost: three.example\r\nContent-Length: 29\r\n\r\nGET /");
    ASK(" HTTP/1.1\r\nHost: bo");
    ASK("dy\r\nGET /4 HTTP/1.1\r\nHost: fo");
    ASK("ur.example\r\n\r\n");
    const struct epw_evidence *ev = feed_result(feed);
    cr_assert_eq(ev->name_count, 4, "%u names", ev->name_count);
    cr_assert_str_eq(ev->name[1].text, "two.example");
    cr_assert_str_eq(ev->name[2].text, "three.example");
    cr_assert_str_eq(ev->name[3].text, "four.example");
    cr_assert_str_eq(ev->request, "GET /1");
    cr_assert_not(ev->cut);
    cr_assert(feed->more);
}

/* Many bytes of a body are passed over, whatever came of them and in whatever order. */
Test(ev_http, a_body_is_passed_over_unseen)
{
    static const char head[] =
        "PUT / HTTP/1.1\r\nHost: one.example\r\nContent-Length: 5000\r\n\r\n";
    static const char next[] = "GET /2 HTTP/1.1\r\nHost: two.example\r\n\r\n";
    ASK(head);
    uint32_t behind = sizeof(head) - 1 + 5000;
    feed_at(feed, EPW_TO_SERVER, behind + 10, next + 10, sizeof(next) - 1 - 10);
    feed_at(feed, EPW_TO_SERVER, behind - 300, "lost: what came before", 22);
    cr_assert_eq(feed_result(feed)->name_count, 1);
    feed_at(feed, EPW_TO_SERVER, behind, next, 10);
    cr_assert_eq(feed_result(feed)->name_count, 2);
    cr_assert_str_eq(feed_result(feed)->name[1].text, "two.example");
    cr_assert_not(feed_result(feed)->cut);
}

Test(ev_http, what_follows_is_not_awaited_for_ever)
{
    static const char *const last[] = {
        "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 99999999999\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.example\r\nUpgrade: x\r\n\r\n\x81\x05 no request",
    };
    for (size_t i = 0; i < sizeof(last) / sizeof(last[0]); i++) {
        teardown();
        setup();
        feed_text(feed, EPW_TO_CLIENT, "HTTP/1.1 200 OK\r\n\r\n");
        feed_text(feed, EPW_TO_SERVER, last[i]);
        cr_assert_not(feed->more, "%s", last[i]);
        expect_host("a.example", 0);
        cr_assert_eq(feed->stats.evidence_bad, 0);
    }
    teardown();
    setup();
    ANSWER("HTTP/1.1 200 OK\r\n\r\n");
    for (int i = 0; i < 31; i++) {
        ASK("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
        cr_assert(feed->more, "%d", i);
    }
    ASK("GET / HTTP/1.1\r\nHost: b.example\r\n\r\n");
    cr_assert_not(feed->more);
}

Test(ev_http, lax_forms)
{
    ASK("\r\nget  /x  HTTP/1.0\nHOST :  Lax.Example  \n\n");
    expect_host("lax.example", 0);
    cr_assert_str_eq(feed_result(feed)->request, "get  /x");
}

Test(ev_http, folded_host)
{
    ASK("GET / HTTP/1.1\r\nHost:\r\n  folded.example\r\nX: y\r\n z\r\n\r\n");
    expect_host("folded.example", 0);
}

Test(ev_http, addresses_as_host)
{
    ASK("GET / HTTP/1.1\r\nHost: [FD00::1]:8080\r\n\r\n");
    expect_host("fd00::1", 8080);
}

Test(ev_http, ipv4_as_host)
{
    ASK("GET / HTTP/1.1\r\nHost: 192.0.2.5\r\n\r\n");
    expect_host("192.0.2.5", 0);
}

Test(ev_http, hostile_hosts_are_dropped)
{
    static const char *const hosts[] = { "a..b", "-", "<script>", "a b", "", ".", "[::1", "x:y:z" };
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        struct feed *one = feed_new();
        feed_text(one, EPW_TO_SERVER, "GET / HTTP/1.1\r\nHost: ");
        feed_text(one, EPW_TO_SERVER, hosts[i]);
        feed_text(one, EPW_TO_SERVER, "\r\n\r\n");
        cr_assert_eq(feed_result(one)->app, EPW_APP_HTTP);
        cr_assert(feed_result(one)->name_count == 0 || strcmp(hosts[i], "-") == 0, "host '%s'",
                  hosts[i]);
        feed_free(one);
    }
}

Test(ev_http, name_of_64_kib)
{
    static char big[65536];
    memset(big, 'a', sizeof(big));
    ASK("GET / HTTP/1.1\r\nHost: ");
    for (int i = 0; i < 45; i++)
        feed_tcp(feed, EPW_TO_SERVER, big, 1400);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_HTTP);
    cr_assert_eq(feed_result(feed)->name_count, 0);
    cr_assert_eq(feed->stats.evidence_limited, 1);
}

Test(ev_http, texts_are_cleaned)
{
    ASK("GET /\x1b[2J HTTP/1.1\r\nUser-Agent: a\x01\xff\r\n\r\n");
    cr_assert_eq(feed_result(feed)->app, EPW_APP_UNKNOWN, "control bytes stand in no request line");
    struct feed *one = feed_new();
    feed_text(one, EPW_TO_SERVER, "GET /\xff HTTP/1.1\r\nUser-Agent: a\x01\r\n\r\n");
    cr_assert_str_eq(feed_result(one)->request, "GET /\\xff");
    cr_assert_str_eq(feed_result(one)->user_agent, "a\\x01");
    feed_free(one);
}

Test(ev_http, absolute_form_names_the_destination)
{
    ASK("GET http://user@Update.Example:8080/x HTTP/1.1\r\nHost: update.example:8080\r\n\r\n");
    expect_host("update.example", 8080);
    cr_assert(feed_result(feed)->absolute_form);
    cr_assert_eq(feed_result(feed)->connect_port, 8080);
}

Test(ev_http, absolute_form_has_a_default_port)
{
    ASK("GET http://update.example/x HTTP/1.1\r\n\r\n");
    cr_assert_eq(feed_result(feed)->connect_port, 80);
}

static void expect_tunnel(void)
{
    const struct epw_evidence *ev = feed_result(feed);
    cr_assert_eq(ev->app, EPW_APP_HTTP);
    cr_assert_eq(ev->inner_app, EPW_APP_TLS);
    cr_assert_str_eq(feed_name(feed, EPW_NAME_CONNECT), "cloud.example");
    cr_assert_str_eq(feed_name(feed, EPW_NAME_SNI), "inner.example");
    cr_assert_eq(ev->connect_port, 443);
    cr_assert_eq(ev->http_status, 200);
}

static void send_inner_hello(void)
{
    struct bytes message = client_hello((struct hello){ .sni = "inner.example", .alpn = "h2" });
    struct bytes b = records(&message, 16384);
    feed_tcp(feed, EPW_TO_SERVER, b.at, b.len);
    message = server_hello(0x0304);
    b = records(&message, 16384);
    feed_tcp(feed, EPW_TO_CLIENT, b.at, b.len);
}

#define CONNECT "CONNECT cloud.example:443 HTTP/1.1\r\nHost: cloud.example:443\r\n\r\n"

Test(ev_http, connect_and_what_is_inside)
{
    ASK(CONNECT);
    ANSWER("HTTP/1.1 200 Connection established\r\n\r\n");
    send_inner_hello();
    expect_tunnel();
    cr_assert_eq(feed_result(feed)->app_side[EPW_TO_CLIENT], EPW_APP_HTTP);
    cr_assert_not(feed->more);
}

Test(ev_http, connect_after_the_proxy_wants_a_password)
{
    ASK(CONNECT);
    ANSWER("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 4\r\n\r\nno");
    ANSWER("pe");
    ASK(CONNECT);
    ANSWER("HTTP/1.1 200 OK\r\n\r\n");
    send_inner_hello();
    expect_tunnel();
}

Test(ev_http, refused_connect)
{
    ASK(CONNECT);
    ANSWER("HTTP/1.1 403 Forbidden\r\n\r\n");
    cr_assert_eq(feed_result(feed)->http_status, 403);
    cr_assert_eq(feed_result(feed)->inner_app, EPW_APP_UNKNOWN);
}

Test(ev_http, connect_header_over_segments)
{
    ASK("CONNECT cloud.example:443 HTTP/1.1\r\n");
    ASK("\r\n");
    ANSWER("HTTP/1.1 200 OK\r\n");
    ANSWER("\r\n");
    send_inner_hello();
    expect_tunnel();
}

Test(ev_http, answer_without_its_request)
{
    ANSWER("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nServer: x\r\n");
    cr_assert_eq(feed_result(feed)->app, EPW_APP_HTTP);
    cr_assert_eq(feed_result(feed)->http_status, 404);
    cr_assert_eq(feed_result(feed)->requester, EPW_REQUESTER_UNKNOWN);
}

Test(ev_http, http2_with_prior_knowledge)
{
    ASK("PRI * HTTP/2.0\r\n\r\nSM");
    ASK("\r\n\r\n");
    cr_assert_eq(feed_result(feed)->app, EPW_APP_HTTP);
}

Test(ev_http, a_cut_host_is_no_name)
{
    const char *text = "GET / HTTP/1.1\r\nHost: upda";
    feed_packet(feed, EPW_TO_SERVER, 6, 0, 0, text, strlen(text), 500);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_HTTP);
    cr_assert_eq(feed_result(feed)->name_count, 0);
}

Test(ev_http, a_cut_target_is_no_name)
{
    const char *text = "GET http://upda";
    feed_packet(feed, EPW_TO_SERVER, 6, 0, 0, text, strlen(text), 500);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_HTTP);
    cr_assert_eq(feed_result(feed)->name_count, 0);
}

Test(ev_http, other_protocols_with_lines_are_not_http)
{
    static const char *const lines[] = {
        "EHLO mail.example\r\n",   "REGISTER sip:a SIP/2.0\r\n",     "SSH-2.0-OpenSSH_9.2\r\n",
        "USER anonymous\r\n",      "OPTIONS rtsp://a/ RTSP/1.0\r\n", "HTTP/1.1 abc\r\n",
        "\r\n\r\n\r\n\r\n\r\n\r\n"
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct feed *one = feed_new();
        feed_text(one, EPW_TO_SERVER, lines[i]);
        cr_assert_neq(feed_result(one)->app, EPW_APP_HTTP, "%s", lines[i]);
        feed_free(one);
    }
}
