/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS on any TCP port: the ClientHello's names, and of TLS 1.2 and older the
 * server's certificate, whatever segments and records they are split over.
 */
#include "meter/evidence/source.h"
#include "meter/evidence/tls_cert.h"
#include "meter/evidence/tls_hello.h"

/* RFC 8446, 5.1 and B.1. */
#define RECORD_HEAD      5
#define RECORD_CCS       20
#define RECORD_ALERT     21
#define RECORD_HANDSHAKE 22
#define RECORD_DATA      23
/* TLS 1.2 allows 2^14 + 2048 for an encrypted record (RFC 5246, 6.2.3). */
#define RECORD_MAX (16384u + 2048u)

/* Records walked in one look; every one has at least its head, so this is a formality. */
#define MAX_RECORDS 1024

/* RFC 8446, 4.2.1. */
#define EXT_SUPPORTED_VERSIONS 43
#define VERSION_TLS13          0x0304

struct record {
    uint8_t type;
    uint16_t len;
    struct epw_cur body; /* what has arrived of it */
    bool whole;
};

/* The next record's head; false when it is none, or not all there (then the cursor failed). */
static bool next_record(struct epw_cur *c, struct record *r)
{
    *r = (struct record){ .type = epw_cur_u8(c), .body = epw_cur(NULL, 0) };
    uint8_t major = epw_cur_u8(c), minor = epw_cur_u8(c);
    r->len = epw_cur_be16(c);
    if (!epw_cur_ok(c) || r->type < RECORD_CCS || r->type > RECORD_DATA || major != 3 ||
        minor > 4 || r->len > RECORD_MAX || r->len == 0)
        return false;
    r->whole = epw_cur_left(c) >= r->len;
    r->body = epw_cur_sub(c, r->whole ? r->len : epw_cur_left(c));
    return true;
}

/* Could these first bytes become a record head? */
static bool maybe_record(const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len);
    uint8_t type = epw_cur_u8(&c), major = epw_cur_u8(&c), minor = epw_cur_u8(&c);
    return type >= RECORD_CCS && type <= RECORD_DATA && (o->len < 2 || major == 3) &&
           (o->len < 3 || minor <= 4);
}

/*
 * The handshake bytes at the start of the opening: in place while they are in
 * one record, put together when they are in several. *then is the type of the
 * record behind them, 0 when none has arrived.
 */
static struct epw_cur handshake(struct epw_finder *f, const struct epw_opening *o, uint8_t *then)
{
    struct epw_cur c = epw_cur(o->bytes, o->len), bytes = epw_cur(NULL, 0);
    struct record r;
    size_t len = 0;
    *then = 0;
    for (int i = 0; i < MAX_RECORDS && next_record(&c, &r); i++) {
        if (r.type != RECORD_HANDSHAKE) {
            *then = r.type;
            break;
        }
        if (i == 0) {
            bytes = r.body;
        } else {
            if (i == 1)
                epw_ev_stream(f, 0, bytes.at, epw_cur_left(&bytes));
            bytes = epw_ev_stream(f, len, r.body.at, epw_cur_left(&r.body));
        }
        len += epw_cur_left(&r.body);
        if (!r.whole)
            break;
    }
    return bytes;
}

static enum epw_look client_side(struct epw_finder *f, const struct epw_opening *o)
{
    uint8_t then;
    struct epw_tls_hello hello;
    enum epw_err err = epw_tls_hello_parse(handshake(f, o, &then), &hello);
    if (err == EPW_EFORMAT)
        return EPW_LOOK_BAD;
    if (err == EPW_ETRUNC && !o->last && then == 0)
        return EPW_LOOK_MINE;
    epw_tls_hello_tell(f, o, &hello, EPW_NAME_SNI);
    return EPW_LOOK_DONE;
}

/* TLS 1.3 is told by an extension; its certificate is encrypted. */
static bool is_tls13(struct epw_cur c)
{
    epw_cur_skip(&c, 2 + 32);         /* version, random */
    epw_cur_skip(&c, epw_cur_u8(&c)); /* session id */
    epw_cur_skip(&c, 2 + 1);          /* cipher suite, compression */
    epw_cur_skip(&c, 2);              /* length of the extensions */
    while (epw_cur_left(&c) != 0) {
        uint16_t type = epw_cur_be16(&c);
        struct epw_cur ext = epw_cur_sub(&c, epw_cur_be16(&c));
        if (type == EXT_SUPPORTED_VERSIONS && epw_cur_be16(&ext) == VERSION_TLS13)
            return true;
    }
    return false;
}

/* The leaf is the first of the list (RFC 5246, 7.4.2). */
static enum epw_look certificate(struct epw_finder *f, struct epw_cur body)
{
    epw_cur_be24(&body);
    uint32_t len = epw_cur_be24(&body);
    if (epw_cur_ok(&body) && (len == 0 || len > EPW_TLS_LEAF_BYTES))
        return EPW_LOOK_DONE;
    const uint8_t *der = epw_cur_bytes(&body, len);
    if (der == NULL)
        return EPW_LOOK_MINE;
    /* What libcrypto cannot read may be a raw public key (RFC 7250): TLS all the same. */
    epw_tls_cert_tell(f, der, len);
    return EPW_LOOK_DONE;
}

/* ServerHello, then the certificate or something that says none will come. */
static enum epw_look server_side(struct epw_finder *f, const struct epw_opening *o)
{
    uint8_t then;
    struct epw_cur c = handshake(f, o, &then);
    enum epw_look said = EPW_LOOK_MINE;
    for (int i = 0; i < 2 && said == EPW_LOOK_MINE && epw_cur_left(&c) > EPW_TLS_MESSAGE_HEAD;
         i++) {
        uint8_t type = epw_cur_u8(&c);
        uint32_t len = epw_cur_be24(&c);
        bool whole = epw_cur_left(&c) >= len;
        struct epw_cur body = epw_cur_sub(&c, whole ? len : epw_cur_left(&c));
        if (i == 0 && whole)
            said = is_tls13(body) ? EPW_LOOK_DONE : EPW_LOOK_MINE;
        else if (i == 1)
            said = type == EPW_TLS_CERTIFICATE ? certificate(f, body) : EPW_LOOK_DONE;
    }
    if (then == RECORD_ALERT)
        epw_ev_fields(f)->tls_alert = true;
    return said == EPW_LOOK_MINE && (then != 0 || o->last) ? EPW_LOOK_DONE : said;
}

/* Somewhere in a connection: a record whose end, where it is in sight, begins another. */
static enum epw_look midstream(const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len);
    struct record r;
    if (!next_record(&c, &r))
        return o->len < RECORD_HEAD && !o->last ? EPW_LOOK_MORE : EPW_LOOK_NO;
    if (!r.whole || epw_cur_left(&c) < RECORD_HEAD)
        return EPW_LOOK_DONE;
    return next_record(&c, &r) ? EPW_LOOK_DONE : EPW_LOOK_NO;
}

/*
 * An SSL 2.0 hello (RFC 5246, E.2), which old clients send to offer newer
 * versions: a length with the top bit set, type 1, version, three lengths.
 */
static bool is_sslv2_hello(const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len);
    uint32_t len = epw_cur_be16(&c);
    uint8_t type = epw_cur_u8(&c), major = epw_cur_u8(&c), minor = epw_cur_u8(&c);
    uint32_t ciphers = epw_cur_be16(&c), session = epw_cur_be16(&c), challenge = epw_cur_be16(&c);
    bool version = (major == 0 && minor == 2) || (major == 3 && minor <= 3);
    return epw_cur_ok(&c) && (len & 0x8000) != 0 && type == 1 && version && ciphers % 3 == 0 &&
           ciphers != 0 && (session == 0 || session == 16) && challenge >= 16 && challenge <= 32 &&
           (len & 0x7fff) == 9 + ciphers + session + challenge;
}

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    if (is_sslv2_hello(o)) {
        epw_ev_requester(f, o->dir);
        return EPW_LOOK_DONE;
    }
    if (!maybe_record(o))
        return EPW_LOOK_NO;
    struct epw_cur c = epw_cur(o->bytes, o->len);
    struct record r;
    /* Type, length and version of the message make sure that it is one. */
    bool head = next_record(&c, &r);
    uint8_t type = epw_cur_u8(&r.body);
    uint32_t len = epw_cur_be24(&r.body);
    uint8_t major = epw_cur_u8(&r.body);
    if (head && r.type == RECORD_HANDSHAKE && (r.len < 5 || epw_cur_ok(&r.body))) {
        bool sane = r.len < 5 || (major == 3 && len != 0);
        if (type == EPW_TLS_CLIENT_HELLO && sane)
            return client_side(f, o);
        if (type == EPW_TLS_SERVER_HELLO && sane)
            return server_side(f, o);
    }
    if (head && r.type == RECORD_ALERT && r.len == 2 && (type == 1 || type == 2)) {
        epw_ev_fields(f)->tls_alert = true;
        return EPW_LOOK_DONE;
    }
    if (!o->from_start)
        return midstream(o);
    return o->len < RECORD_HEAD + 5 && !o->last ? EPW_LOOK_MORE : EPW_LOOK_NO;
}

static bool may_begin(uint8_t first)
{
    return (first >= RECORD_CCS && first <= RECORD_DATA) || (first & 0x80) != 0; /* or SSLv2 */
}

/* The minor version, or the type of the older hello. */
static bool may_have(unsigned place, uint8_t byte, bool stream)
{
    (void)stream;
    return place != 2 || byte <= 4;
}

const struct epw_source epw_source_tls = {
    .name = "tls",
    .help = "TLS handshakes: server name, ALPN, the server certificate's names",
    .app = EPW_APP_TLS,
    .over = EPW_OVER_TCP,
    /* Two of the largest records: a ClientHello is not half of that, and the leaf certificate
     * comes first in its list. */
    .max_bytes = 2 * (RECORD_HEAD + RECORD_MAX),
    .may_begin = may_begin,
    .may_have = may_have,
    .look = look,
};
