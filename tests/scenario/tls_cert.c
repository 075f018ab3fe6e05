/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server's certificate for TLS 1.2, where it is readable: a well-formed X.509
 * v3 certificate (RFC 5280) with the names a scenario asks for. Nobody verifies
 * it, so the key is the P-256 base point and the signature is made up.
 */
#include "scenario.h"

#include <string.h>

#define SEQUENCE   0x30
#define SET        0x31
#define INTEGER    0x02
#define BIT_STRING 0x03
#define OCTETS     0x04
#define OID        0x06
#define UTF8       0x0c
#define UTC_TIME   0x17

/* One attribute of a name: SET { SEQUENCE { OID 2.5.4.x, UTF8String } }. */
static void put_attribute(struct buf *name, const char *oid_hex, const char *value)
{
    struct buf oid = { 0 }, pair = { 0 }, set = { 0 };
    if (value == NULL)
        return;
    buf_hex(&oid, oid_hex);
    der_wrap(&pair, OID, &oid);
    der_text(&pair, UTF8, value);
    der_wrap(&set, SEQUENCE, &pair);
    der_wrap(name, SET, &set);
}

static void put_algorithm(struct buf *out)
{
    struct buf b = { 0 };
    buf_hex(&b, "06 08 2a8648ce3d040302"); /* ecdsa-with-SHA256 */
    der_wrap(out, SEQUENCE, &b);
}

static void put_key(struct buf *out)
{
    struct buf b = { 0 }, key = { 0 };
    buf_hex(&b, "30 13 06 07 2a8648ce3d0201 06 08 2a8648ce3d030107");
    buf_hex(&key, "00 04"
                  "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                  "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
    der_wrap(&b, BIT_STRING, &key);
    der_wrap(out, SEQUENCE, &b);
}

/* extensions [3]: subjectAltName with dNSName entries. */
static void put_san(struct buf *out, const struct word *san, size_t count)
{
    struct buf names = { 0 }, list = { 0 }, ext = { 0 }, exts = { 0 }, all = { 0 };
    if (count == 0)
        return;
    for (size_t i = 0; i < count; i++)
        der_text(&names, 0x82, san[i].text);
    der_wrap(&list, SEQUENCE, &names);
    buf_hex(&ext, "06 03 551d11");
    der_wrap(&ext, OCTETS, &list);
    der_wrap(&exts, SEQUENCE, &ext);
    der_wrap(&all, SEQUENCE, &exts);
    der_wrap(out, 0xa3, &all);
}

static void put_tbs(const struct options *o, struct buf *out)
{
    struct buf tbs = { 0 }, name = { 0 }, validity = { 0 };
    size_t count;
    const struct word *san = options_words(o, "san", &count);
    buf_hex(&tbs, "a0 03 02 01 02"); /* version 3 */
    der_int(&tbs, INTEGER, 4711);
    put_algorithm(&tbs);
    put_attribute(&name, "55040a", "Test Authority");
    put_attribute(&name, "550403", "Test Issuing CA");
    der_wrap(&tbs, SEQUENCE, &name);
    der_text(&validity, UTC_TIME, "260101000000Z");
    der_text(&validity, UTC_TIME, "360101000000Z");
    der_wrap(&tbs, SEQUENCE, &validity);
    put_attribute(&name, "55040a", options_text(o, "org", NULL));
    put_attribute(&name, "550403", options_text(o, "cert", NULL));
    der_wrap(&tbs, SEQUENCE, &name);
    put_key(&tbs);
    put_san(&tbs, san, count);
    der_wrap(out, SEQUENCE, &tbs);
}

void tls_certificate(const struct options *o, struct buf *out)
{
    struct buf cert = { 0 }, signature = { 0 }, der = { 0 };
    put_tbs(o, &cert);
    put_algorithm(&cert);
    buf_hex(&signature, "00 30 44 02 20");
    buf_fill(&signature, 0x11, 32);
    buf_hex(&signature, "02 20");
    buf_fill(&signature, 0x22, 32);
    der_wrap(&cert, BIT_STRING, &signature);
    der_wrap(&der, SEQUENCE, &cert);

    buf_u8(out, 11); /* Certificate: one */
    buf_be24(out, (unsigned)der.len + 6);
    buf_be24(out, (unsigned)der.len + 3);
    buf_be24(out, (unsigned)der.len);
    buf_join(out, &der);
    buf_free(&der);
}
