/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DTLS on any UDP port: the ClientHello's names, also when it is fragmented.
 * A datagram of records is known by its heads, which chain to its last byte.
 */
#include "meter/evidence/scan.h"
#include "meter/evidence/source.h"
#include "meter/evidence/tls_hello.h"

/* RFC 6347, 4.1; RFC 9147, 4: type, version, epoch, sequence number, length. */
#define RECORD_FIRST     20
#define RECORD_HANDSHAKE 22
#define RECORD_LAST      26
#define RECORD_MAX       (16384u + 2048u)
/* Records of one datagram that are walked; every one has at least its head. */
#define MAX_RECORDS 128

/* RFC 6347, 4.3.2. */
#define HELLO_VERIFY_REQUEST 3
/* A ClientHello that is no larger than its TLS kin. */
#define HELLO_MAX 16384u

struct record {
    uint8_t type;
    uint16_t epoch;
    struct epw_cur body; /* what has arrived of it */
};

/* DTLS 1.0, 1.2 (1.3 says 1.2), and what OpenSSL spoke before the RFC. */
static bool version_known(uint16_t version)
{
    return version == 0xfeff || version == 0xfefd || version == 0x0100;
}

/* cut: the datagram may end within the record. */
static bool next_record(struct epw_cur *c, bool cut, struct record *r)
{
    r->type = epw_cur_u8(c);
    uint16_t version = epw_cur_be16(c);
    r->epoch = epw_cur_be16(c);
    epw_cur_skip(c, 6);
    uint16_t len = epw_cur_be16(c);
    size_t left = epw_cur_left(c);
    if (!epw_cur_ok(c) || r->type < RECORD_FIRST || r->type > RECORD_LAST ||
        !version_known(version) || len == 0 || len > RECORD_MAX || (len > left && !cut))
        return false;
    r->body = epw_cur_sub(c, len > left ? left : len);
    return true;
}

/* Whether the datagram is records to its end. */
static bool is_records(struct epw_cur c, bool cut)
{
    struct record r;
    for (int i = 0; i < MAX_RECORDS && epw_cur_left(&c) != 0; i++)
        if (!next_record(&c, cut, &r))
            return cut && i != 0 && !epw_cur_ok(&c);
    return epw_cur_left(&c) == 0;
}

/* A handshake message or a fragment of one, in clear: RFC 6347, 4.2.2. */
static enum epw_look handshake(struct epw_finder *f, const struct epw_opening *o, struct epw_cur c)
{
    struct epw_tls_hello hello;
    uint8_t type = epw_cur_u8(&c);
    uint32_t len = epw_cur_be24(&c);
    epw_cur_skip(&c, 2); /* message number */
    uint32_t at = epw_cur_be24(&c);
    uint32_t here = epw_cur_be24(&c);
    if (!epw_cur_ok(&c) || at > len || here > len - at)
        return o->cut ? EPW_LOOK_DONE : EPW_LOOK_NO;
    if (type == EPW_TLS_SERVER_HELLO || type == HELLO_VERIFY_REQUEST)
        epw_ev_requester(f, epw_scan_reverse(o->dir));
    if (type != EPW_TLS_CLIENT_HELLO || len > HELLO_MAX)
        return EPW_LOOK_DONE;
    size_t have = epw_cur_left(&c) < here ? epw_cur_left(&c) : here;
    struct epw_cur body = epw_cur_sub(&c, have);
    if (at != 0 || here != len)
        body = epw_ev_stream(f, at, body.at, have);
    enum epw_err err = epw_tls_hello_parse_dtls(body, len, &hello);
    if (err == EPW_EFORMAT)
        return EPW_LOOK_BAD;
    if (err == EPW_ETRUNC && !o->cut)
        return EPW_LOOK_MINE; /* a further fragment brings the rest */
    epw_tls_hello_tell(f, o, &hello, EPW_NAME_SNI);
    return EPW_LOOK_DONE;
}

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len);
    struct record r;
    enum epw_look said = EPW_LOOK_DONE;
    if (o->len == 0 || !is_records(c, o->cut))
        return EPW_LOOK_NO;
    /* A small datagram limit puts several fragments into one datagram. */
    for (int i = 0; i < MAX_RECORDS && epw_cur_left(&c) != 0 && next_record(&c, o->cut, &r); i++) {
        if (r.type != RECORD_HANDSHAKE || r.epoch != 0)
            continue;
        said = handshake(f, o, r.body);
        if (said != EPW_LOOK_MINE)
            return said;
    }
    return said;
}

static bool may_begin(uint8_t first)
{
    return first >= RECORD_FIRST && first <= RECORD_LAST;
}

const struct epw_source epw_source_dtls = {
    .name = "dtls",
    .help = "DTLS handshakes: server name, ALPN",
    .app = EPW_APP_TLS,
    .over = EPW_OVER_UDP,
    .max_bytes = 2 * HELLO_MAX, /* a ClientHello and a retransmission of it */
    .may_begin = may_begin,
    .look = look,
};
