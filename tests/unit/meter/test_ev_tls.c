/* SPDX-License-Identifier: Apache-2.0 */
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

TestSuite(ev_tls, .init = setup, .fini = teardown);

static void feed_parts(enum epw_dir dir, const struct bytes *b, size_t part)
{
    for (size_t at = 0; at < b->len; at += part)
        feed_tcp(feed, dir, b->at + at, b->len - at < part ? b->len - at : part);
}

static void feed_hello(struct hello h, size_t record, size_t segment)
{
    struct bytes message = client_hello(h), b = records(&message, record);
    feed_parts(EPW_TO_SERVER, &b, segment);
}

static void expect_sni(const char *name)
{
    cr_assert_eq(feed_result(feed)->app, EPW_APP_TLS);
    cr_assert_eq(feed_result(feed)->requester, EPW_TO_SERVER);
    cr_assert_str_eq(feed_name(feed, EPW_NAME_SNI), name);
}

Test(ev_tls, server_name_and_alpn)
{
    feed_hello((struct hello){ .sni = "Agents.Example.", .alpn = "h2" }, ONE_RECORD, 65536);
    expect_sni("agents.example");
    cr_assert_str_eq(feed_result(feed)->alpn, "h2");
    cr_assert_eq(feed_result(feed)->inner_app, EPW_APP_HTTP);
}

Test(ev_tls, mqtt_inside)
{
    feed_hello((struct hello){ .sni = "mqtt.example", .alpn = "mqtt" }, ONE_RECORD, 65536);
    cr_assert_eq(feed_result(feed)->inner_app, EPW_APP_MQTT);
}

Test(ev_tls, without_a_name)
{
    feed_hello((struct hello){ 0 }, ONE_RECORD, 65536);
    expect_sni("");
    cr_assert_eq(feed_result(feed)->name_count, 0);
    cr_assert_eq(feed->stats.evidence_bad, 0);
}

Test(ev_tls, post_quantum_hello_over_segments)
{
    feed_hello((struct hello){ .sni = "pq.example", .pad = 1800 }, ONE_RECORD, 1400);
    expect_sni("pq.example");
    cr_assert_not(feed_result(feed)->cut);
}

Test(ev_tls, over_records)
{
    feed_hello((struct hello){ .sni = "records.example", .pad = 300 }, 64, 65536);
    expect_sni("records.example");
}

Test(ev_tls, one_byte_records_in_one_byte_segments)
{
    feed_hello((struct hello){ .sni = "tiny.example" }, 1, 1);
    expect_sni("tiny.example");
}

Test(ev_tls, large_hello_byte_by_byte)
{
    feed_hello((struct hello){ .sni = "slow.example", .pad = 1800 }, ONE_RECORD, 1);
    expect_sni("slow.example");
    cr_assert_eq(feed->stats.evidence_limited, 0);
}

Test(ev_tls, a_name_that_may_be_the_outer_one_is_marked)
{
    feed_hello((struct hello){ .sni = "outer.example", .ech = 1 }, ONE_RECORD, 65536);
    expect_sni("outer.example");
    cr_assert(feed_result(feed)->ech);
}

Test(ev_tls, what_is_no_host_name_is_dropped)
{
    feed_hello((struct hello){ .sni = "a b\x01.example" }, ONE_RECORD, 65536);
    expect_sni("");
    cr_assert_eq(feed->stats.evidence_bad, 1);
}

Test(ev_tls, a_name_before_the_cut_is_kept)
{
    struct bytes message = client_hello((struct hello){ .sni = "cut.example", .ech = 1 });
    struct bytes b = records(&message, ONE_RECORD);
    feed_packet(feed, EPW_TO_SERVER, 6, 0, 0, b.at, b.len - 24, b.len);
    expect_sni("cut.example");
    cr_assert(feed_result(feed)->cut);
    cr_assert_eq(feed->stats.evidence_bad, 0);
}

Test(ev_tls, lying_lengths_are_bad)
{
    struct bytes message = client_hello((struct hello){ .sni = "lie.example" });
    message.at[38] = 200; /* session id longer than the message */
    struct bytes b = records(&message, ONE_RECORD);
    feed_parts(EPW_TO_SERVER, &b, 65536);
    cr_assert_eq(feed->stats.evidence_bad, 1);
    cr_assert_eq(feed_result(feed)->name_count, 0);
}

Test(ev_tls, a_hello_that_never_ends_is_given_up)
{
    struct bytes message = client_hello((struct hello){ .sni = "endless.example" });
    message.at[1] = 0xff; /* 16 MB */
    struct bytes b = records(&message, ONE_RECORD);
    put_num(&b, 5, 0x1603014000);
    put_fill(&b, 0, 0x4000);
    put_num(&b, 5, 0x1603014000);
    put_fill(&b, 0, 0x4000);
    feed_parts(EPW_TO_SERVER, &b, 1400);
    feed_parts(EPW_TO_SERVER, &b, 1400);
    cr_assert_eq(feed->stats.evidence_limited, 1);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_TLS);
}

Test(ev_tls, sslv2_hello)
{
    /* Length 0x8000 | 28, client hello, SSL 3.0, ciphers 3, session 0, challenge 16. */
    feed_tcp(feed, EPW_TO_SERVER,
             "\x80\x1c\x01\x03\x00\x00\x03\x00\x00\x00\x10\x00\x00\x05"
             "0123456789abcdef",
             30);
    expect_sni("");
}

static void feed_server(const uint8_t *der, size_t len, uint16_t version, size_t record,
                        size_t segment)
{
    struct bytes hello = server_hello(version), cert = certificate_message(der, len);
    struct bytes flight = { .len = 0 }, out = { .len = 0 };
    put_raw(&flight, hello.at, hello.len);
    put_raw(&flight, cert.at, cert.len);
    put_records(&out, &flight, record);
    feed_parts(EPW_TO_CLIENT, &out, segment);
}

static void expect_san(void)
{
    const struct epw_evidence *ev = feed_result(feed);
    cr_assert_eq(ev->app_side[EPW_TO_CLIENT], EPW_APP_TLS);
    cr_assert_eq(ev->name_count, 2);
    cr_assert_str_eq(ev->name[0].text, "*.cloud.example");
    cr_assert_str_eq(ev->name[1].text, "agents.example");
    cr_assert_eq(ev->name[1].source, EPW_NAME_CERT);
    cr_assert_str_eq(ev->cert_org, "Example Org");
}

Test(ev_tls, certificate_names)
{
    feed_server(cert_san, sizeof(cert_san), 0x0303, ONE_RECORD, 65536);
    expect_san();
}

Test(ev_tls, certificate_over_records_and_segments)
{
    feed_server(cert_san, sizeof(cert_san), 0x0303, 50, 7);
    expect_san();
}

Test(ev_tls, certificate_in_a_record_of_its_own)
{
    struct bytes hello = server_hello(0x0303);
    struct bytes cert = certificate_message(cert_san, sizeof(cert_san)), out = { .len = 0 };
    put_records(&out, &hello, ONE_RECORD);
    put_records(&out, &cert, ONE_RECORD);
    feed_parts(EPW_TO_CLIENT, &out, 65536);
    expect_san();
}

Test(ev_tls, common_name_without_alternative_names)
{
    feed_server(cert_cn, sizeof(cert_cn), 0x0303, ONE_RECORD, 65536);
    cr_assert_str_eq(feed_name(feed, EPW_NAME_CERT), "manager.corp.example");
}

Test(ev_tls, a_common_name_of_words_is_no_host_and_not_bad)
{
    feed_server(cert_words, sizeof(cert_words), 0x0303, ONE_RECORD, 65536);
    cr_assert_eq(feed_result(feed)->name_count, 0);
    cr_assert_eq(feed->stats.evidence_bad, 0);
}

Test(ev_tls, damaged_certificate_is_tls_all_the_same)
{
    uint8_t der[sizeof(cert_san)];
    memcpy(der, cert_san, sizeof(der));
    memset(der + 4, 0xff, 40);
    feed_server(der, sizeof(der), 0x0303, ONE_RECORD, 65536);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_TLS);
    cr_assert_eq(feed_result(feed)->name_count, 0);
}

Test(ev_tls, tls13_shows_no_certificate)
{
    struct bytes hello = server_hello(0x0304), out = records(&hello, ONE_RECORD);
    feed_hello((struct hello){ .sni = "new.example" }, ONE_RECORD, 65536);
    feed_parts(EPW_TO_CLIENT, &out, 65536);
    cr_assert_not(feed->more, "nothing more is to be learned");
}

Test(ev_tls, resumption_shows_no_certificate)
{
    struct bytes hello = server_hello(0x0303), out = records(&hello, ONE_RECORD);
    put_num(&out, 6, 0x140303000101); /* ChangeCipherSpec */
    feed_hello((struct hello){ .sni = "again.example" }, ONE_RECORD, 65536);
    feed_parts(EPW_TO_CLIENT, &out, 65536);
    cr_assert_not(feed->more);
    cr_assert_not(feed_result(feed)->tls_alert);
}

Test(ev_tls, alert_in_place_of_the_answer)
{
    feed_tcp(feed, EPW_TO_CLIENT, "\x15\x03\x03\x00\x02\x02\x28", 7);
    cr_assert(feed_result(feed)->tls_alert);
    cr_assert_eq(feed_result(feed)->app, EPW_APP_TLS);
}

Test(ev_tls, alert_right_after_the_answer)
{
    struct bytes hello = server_hello(0x0303), out = records(&hello, ONE_RECORD);
    put_raw(&out, "\x15\x03\x03\x00\x02\x02\x28", 7);
    feed_parts(EPW_TO_CLIENT, &out, 65536);
    cr_assert(feed_result(feed)->tls_alert);
}

static const uint8_t data_record[] = { 0x17, 0x03, 0x03, 0x00, 0x05, 1, 2, 3, 4, 5 };

Test(ev_tls, records_tell_it_in_midstream)
{
    feed->who.midstream = true;
    feed->who.isn_known[0] = feed->who.isn_known[1] = false;
    feed_tcp(feed, EPW_TO_SERVER, data_record, sizeof(data_record));
    cr_assert_eq(feed_result(feed)->app, EPW_APP_TLS);
    cr_assert_eq(feed_result(feed)->requester, EPW_REQUESTER_UNKNOWN);
}

Test(ev_tls, a_record_of_data_begins_no_connection)
{
    feed_tcp(feed, EPW_TO_SERVER, data_record, sizeof(data_record));
    cr_assert_eq(feed_result(feed)->app, EPW_APP_UNKNOWN);
}
