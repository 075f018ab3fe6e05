/* SPDX-License-Identifier: Apache-2.0 */
/* A TLS handshake, 1.3 or 1.2, and some encrypted data after it. */
#include "say.h"

#include <string.h>

#define RECORD_MAX  16384
#define HANDSHAKE   22
#define ALERT       21
#define CIPHER_SPEC 20
#define DATA        23
#define REQUEST_LEN 180 /* bytes of an encrypted request; the answer's are the option "size" */

static void say_record(struct scene *s, struct convo *c, enum dir dir, unsigned type, size_t len)
{
    struct buf body = { 0 }, out = { 0 };
    scene_random_bytes(s, &body, len);
    tls_record(&out, type, &body, RECORD_MAX);
    buf_free(&body);
    convo_say_buf(s, c, dir, &out);
}

static void say_hello(struct scene *s, struct convo *c, const struct tls_hello *h, size_t records)
{
    struct buf hello = { 0 }, out = { 0 };
    tls_client_hello(s, h, &hello);
    tls_record(&out, HANDSHAKE, &hello, records);
    out.at[2] = 1; /* the first record says TLS 1.0, as clients do */
    buf_free(&hello);
    convo_say_buf(s, c, TO_SERVER, &out);
}

/* ServerHello in clear, everything after it encrypted. */
static void answer_13(struct scene *s, struct convo *c, const struct tls_hello *h)
{
    struct buf b = { 0 }, out = { 0 };
    tls_server_hello(s, h, &b);
    tls_record(&out, HANDSHAKE, &b, RECORD_MAX);
    buf_free(&b);
    buf_hex(&out, "14 0303 0001 01"); /* change cipher spec, for middle boxes */
    scene_random_bytes(s, &b, 900);
    tls_record(&out, DATA, &b, RECORD_MAX);
    buf_free(&b);
    convo_say_buf(s, c, TO_CLIENT, &out);
    buf_hex(&out, "14 0303 0001 01");
    scene_random_bytes(s, &b, 53);
    tls_record(&out, DATA, &b, RECORD_MAX);
    buf_free(&b);
    convo_say_buf(s, c, TO_SERVER, &out);
}

/* ServerHello, Certificate, ServerKeyExchange, ServerHelloDone; then both Finished. */
static void answer_12(struct scene *s, struct convo *c, const struct tls_hello *h,
                      const struct options *o)
{
    struct buf b = { 0 }, out = { 0 };
    tls_server_hello(s, h, &b);
    tls_certificate(o, &b);
    buf_hex(&b, "0c 000070 03 001d 20");
    scene_random_bytes(s, &b, 32);
    buf_hex(&b, "0403 0048 30460221 00");
    scene_random_bytes(s, &b, 32);
    buf_hex(&b, "0221 00");
    scene_random_bytes(s, &b, 32);
    buf_hex(&b, "0e 000000");
    tls_record(&out, HANDSHAKE, &b, RECORD_MAX);
    buf_free(&b);
    convo_say_buf(s, c, TO_CLIENT, &out);

    buf_hex(&b, "10 000021 20");
    scene_random_bytes(s, &b, 32);
    tls_record(&out, HANDSHAKE, &b, RECORD_MAX);
    buf_free(&b);
    for (int dir = TO_SERVER; dir <= TO_CLIENT; dir++) {
        buf_hex(&out, "14 0303 0001 01");
        scene_random_bytes(s, &b, 40);
        tls_record(&out, HANDSHAKE, &b, RECORD_MAX);
        buf_free(&b);
        convo_say_buf(s, c, (enum dir)dir, &out);
    }
}

static void say_alert(struct scene *s, struct convo *c)
{
    convo_say(s, c, TO_CLIENT, "\x15\x03\x03\x00\x02\x02\x28", 7); /* fatal: handshake_failure */
}

void say_tls(struct scene *s, struct convo *c, const struct options *o)
{
    const char *version = options_text(o, "version", options_has(o, "cert") ? "1.2" : "1.3");
    struct tls_hello h = { .sni = options_text(o, "sni", NULL),
                           .v13 = strcmp(version, "1.3") == 0,
                           .big_key_share = options_has(o, "big-key-share"),
                           .ech = options_has(o, "ech"),
                           .sni_last = options_has(o, "sni-last") };
    if (!h.v13 && strcmp(version, "1.2") != 0)
        die_at(s, "TLS version 1.2 or 1.3 expected, not '%s'", version);
    h.alpn = options_words(o, "alpn", &h.alpn_count);
    size_t records = options_number(o, "records", RECORD_MAX, RECORD_MAX);
    if (records == 0)
        die_at(s, "records of 0 bytes never end");
    say_hello(s, c, &h, records);
    if (options_has(o, "no-answer"))
        return;
    if (options_has(o, "alert")) {
        say_alert(s, c);
        return;
    }
    if (h.v13)
        answer_13(s, c, &h);
    else
        answer_12(s, c, &h, o);
    uint64_t rounds = options_number(o, "app", 1, 1000);
    size_t size = options_number(o, "size", 400, RECORD_MAX);
    for (uint64_t i = 0; i < rounds; i++) {
        say_record(s, c, TO_SERVER, DATA, REQUEST_LEN);
        say_record(s, c, TO_CLIENT, DATA, size == 0 ? 1 : size);
    }
}
