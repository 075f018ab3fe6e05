/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LDAP (RFC 4511, 4.1.1) over TCP, and connectionless over UDP. Asked of the
 * bytes: the message's sequence, a message id and an operation whose own first
 * fields fit: bind, search, extended or an answer to one of them. The client
 * is followed up to its bind, to see whether a password goes over in clear.
 */
#include "meter/evidence/ber.h"
#include "meter/evidence/scan.h"

/* A bind with a Kerberos ticket of Windows' largest size is followed no further. */
#define LDAP_MAX_BYTES EPW_EV_MAX_BYTES
/* Messages of one look; further ones are seen in the next. */
#define LDAP_MAX_MESSAGES 16
#define BER_INTEGER       0x02
#define BER_OCTETS        0x04
#define BER_ENUMERATED    0x0a
#define BER_SEQUENCE      0x30
#define BIND_REQUEST      0x60
#define BIND_RESPONSE     0x61
#define SEARCH_REQUEST    0x63
#define SEARCH_ENTRY      0x64
#define SEARCH_DONE       0x65
#define EXTENDED_REQUEST  0x77
#define EXTENDED_RESPONSE 0x78
#define AUTH_SIMPLE       0x80
#define AUTH_SASL         0xa3
/* MS-ADTS 5.1.1.1.3: package discovery, NTLM negotiate and response. */
#define AUTH_SICILY_FIRST 0x89
#define AUTH_SICILY_LAST  0x8b
/* RFC 4511, A.1 and its registry: codes end at 123 (noOperation 16654 is not one byte). */
#define LDAP_MAX_RESULT 123

static const char starttls_oid[] = "1.3.6.1.4.1.1466.20037";

/* An element is known to begin but not to be whole: fits so far, or lies. */
static enum epw_fit lacking(enum epw_ber_got got, bool whole)
{
    if (got == EPW_BER_BAD)
        return EPW_FIT_NO;
    return whole ? EPW_FIT_NO : EPW_FIT_PART;
}

static enum epw_fit bind_fits(struct epw_finder *f, struct epw_cur c, bool whole)
{
    struct epw_ber version, name, auth;
    enum epw_ber_got got = epw_ber_next(&c, &version);
    if (got != EPW_BER_WHOLE)
        return lacking(got, whole);
    uint8_t number = epw_cur_u8(&version.body);
    if (version.tag != BER_INTEGER || version.len != 1 || number < 2 || number > 3)
        return EPW_FIT_NO;
    got = epw_ber_next(&c, &name);
    if (got != EPW_BER_WHOLE)
        return lacking(got, whole);
    if (name.tag != BER_OCTETS)
        return EPW_FIT_NO;
    got = epw_ber_next(&c, &auth);
    if (got == EPW_BER_SHORT || got == EPW_BER_BAD || (got == EPW_BER_CUT && whole))
        return lacking(got, whole);
    if (auth.tag == AUTH_SIMPLE) {
        if (name.len != 0 && auth.len != 0)
            epw_ev_fields(f)->simple_bind = true;
        return EPW_FIT_YES;
    }
    return auth.tag == AUTH_SASL || (auth.tag >= AUTH_SICILY_FIRST && auth.tag <= AUTH_SICILY_LAST)
               ? EPW_FIT_YES
               : EPW_FIT_NO;
}

static enum epw_fit search_fits(struct epw_cur c, bool whole)
{
    struct epw_ber base, part;
    static const uint8_t tags[] = { BER_ENUMERATED, BER_ENUMERATED, BER_INTEGER, BER_INTEGER };
    enum epw_ber_got got = epw_ber_next(&c, &base);
    if (got != EPW_BER_WHOLE)
        return lacking(got, whole);
    if (base.tag != BER_OCTETS)
        return EPW_FIT_NO;
    for (size_t i = 0; i < sizeof(tags); i++) {
        got = epw_ber_next(&c, &part);
        if (got != EPW_BER_WHOLE)
            return lacking(got, whole);
        uint8_t value = epw_cur_u8(&part.body);
        /* Scope (RFC 4511, 4.5.1.2) and alias handling are 0 to 3. */
        if (part.tag != tags[i] || part.len == 0 || part.len > 5 || (i < 2 && value > 3))
            return EPW_FIT_NO;
    }
    return EPW_FIT_YES;
}

static enum epw_fit extended_fits(struct epw_finder *f, struct epw_cur c, bool whole)
{
    struct epw_ber oid;
    enum epw_ber_got got = epw_ber_next(&c, &oid);
    if (got != EPW_BER_WHOLE)
        return lacking(got, whole);
    if (oid.tag != 0x80 || oid.len < 3)
        return EPW_FIT_NO;
    struct epw_cur text = oid.body;
    if (oid.len == sizeof(starttls_oid) - 1 &&
        epw_scan_literal(&text, starttls_oid, oid.len) == EPW_FIT_YES)
        epw_ev_fields(f)->starttls = true;
    while (epw_cur_left(&oid.body) != 0) {
        uint8_t byte = epw_cur_u8(&oid.body);
        if (byte != '.' && (byte < '0' || byte > '9'))
            return EPW_FIT_NO;
    }
    return EPW_FIT_YES;
}

/* LDAPResult (RFC 4511, 4.1.9): code, matched DN, diagnostic message. */
static enum epw_fit result_fits(struct epw_cur c, bool whole)
{
    static const uint8_t tags[] = { BER_ENUMERATED, BER_OCTETS, BER_OCTETS };
    struct epw_ber part;
    for (size_t i = 0; i < sizeof(tags); i++) {
        enum epw_ber_got got = epw_ber_next(&c, &part);
        if (got == EPW_BER_CUT && i == 2 && !whole && part.tag == tags[i])
            return EPW_FIT_YES;
        if (got != EPW_BER_WHOLE)
            return lacking(got, whole);
        if (part.tag != tags[i])
            return EPW_FIT_NO;
        if (i == 0 && (part.len != 1 || epw_cur_u8(&part.body) > LDAP_MAX_RESULT))
            return EPW_FIT_NO;
    }
    return EPW_FIT_YES;
}

/* SearchResultEntry: the name, then the attributes' sequence. */
static enum epw_fit entry_fits(struct epw_cur c, bool whole)
{
    struct epw_ber name, attributes;
    enum epw_ber_got got = epw_ber_next(&c, &name);
    if (got != EPW_BER_WHOLE)
        return lacking(got, whole);
    got = epw_ber_next(&c, &attributes);
    if (got == EPW_BER_SHORT || got == EPW_BER_BAD || (got == EPW_BER_CUT && whole))
        return lacking(got, whole);
    return name.tag == BER_OCTETS && attributes.tag == BER_SEQUENCE ? EPW_FIT_YES : EPW_FIT_NO;
}

static enum epw_fit operation_fits(struct epw_finder *f, struct epw_ber *op, bool whole)
{
    switch (op->tag) {
    case BIND_REQUEST:
        return bind_fits(f, op->body, whole);
    case SEARCH_REQUEST:
        return search_fits(op->body, whole);
    case EXTENDED_REQUEST:
        return extended_fits(f, op->body, whole);
    case SEARCH_ENTRY:
        return entry_fits(op->body, whole);
    case BIND_RESPONSE:
    case SEARCH_DONE:
    case EXTENDED_RESPONSE:
        return result_fits(op->body, whole);
    default:
        return EPW_FIT_NO;
    }
}

/* One message at c; *op is its operation's tag. YES moves behind it, as far as it is there. */
static enum epw_fit message_fits(struct epw_finder *f, struct epw_cur *c, uint8_t *op, bool *whole)
{
    struct epw_ber message, operation;
    uint32_t id;
    enum epw_ber_got got = epw_ber_next(c, &message);
    if (got == EPW_BER_SHORT)
        return epw_cur_left(c) == 0 || epw_scan_peek(c) == BER_SEQUENCE ? EPW_FIT_PART : EPW_FIT_NO;
    /* The smallest message: id (3), unbind (2). */
    if (got == EPW_BER_BAD || message.tag != BER_SEQUENCE || message.len < 5)
        return EPW_FIT_NO;
    *whole = got == EPW_BER_WHOLE;
    struct epw_cur body = message.body;
    if (!epw_ber_number(&body, BER_INTEGER, &id))
        return !*whole && epw_cur_left(&message.body) < 6 &&
                       (epw_cur_left(&message.body) == 0 ||
                        epw_scan_peek(&message.body) == BER_INTEGER)
                   ? EPW_FIT_PART
                   : EPW_FIT_NO;
    got = epw_ber_next(&body, &operation);
    if (got != EPW_BER_WHOLE && (*whole || got != EPW_BER_CUT))
        return lacking(got, *whole);
    *op = operation.tag;
    return operation_fits(f, &operation, got == EPW_BER_WHOLE);
}

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len);
    size_t used = 0;
    enum epw_look found = EPW_LOOK_NO;
    for (int i = 0; i < LDAP_MAX_MESSAGES; i++) {
        uint8_t op = 0;
        bool whole = false;
        enum epw_fit fit = message_fits(f, &c, &op, &whole);
        if (fit == EPW_FIT_PART && (used != 0 || !o->last))
            found = used != 0 ? EPW_LOOK_MINE : EPW_LOOK_MORE;
        else if (fit != EPW_FIT_YES)
            found = used != 0 ? EPW_LOOK_DONE : EPW_LOOK_NO;
        if (fit != EPW_FIT_YES)
            break;
        bool asks = op == BIND_REQUEST || op == SEARCH_REQUEST || op == EXTENDED_REQUEST;
        epw_ev_requester(f, asks ? o->dir : epw_scan_reverse(o->dir));
        /* Only a search before the bind leaves something to wait for, and TLS to look into. */
        found = op == SEARCH_REQUEST && !o->last ? EPW_LOOK_MINE : EPW_LOOK_DONE;
        bool turns = whole && (op == EXTENDED_REQUEST || op == EXTENDED_RESPONSE) &&
                     epw_ev_known(f)->starttls;
        if (turns)
            epw_ev_tunnel(f);
        if ((found == EPW_LOOK_DONE && !turns) || !whole)
            break;
        used = o->len - epw_cur_left(&c);
        if (turns)
            break;
    }
    if (used != 0)
        epw_ev_consumed(f, used);
    return found;
}

static enum epw_look look_checked(struct epw_finder *f, const struct epw_opening *o)
{
    /* A datagram is one message from end to end; only a cut one may end early. */
    struct epw_cur c = epw_cur(o->bytes, o->len);
    struct epw_ber message;
    if (o->proto != 6) {
        enum epw_ber_got got = epw_ber_next(&c, &message);
        if ((got != EPW_BER_WHOLE && !(got == EPW_BER_CUT && o->cut)) || epw_cur_left(&c) != 0)
            return EPW_LOOK_NO;
    }
    return look(f, o);
}

static bool may_begin(uint8_t first)
{
    return first == BER_SEQUENCE;
}

const struct epw_source epw_source_ldap = {
    .name = "ldap",
    .help = "LDAP on any port: a password in clear, StartTLS",
    .app = EPW_APP_LDAP,
    .over = EPW_OVER_TCP | EPW_OVER_UDP,
    .max_bytes = LDAP_MAX_BYTES,
    .may_begin = may_begin,
    .look = look_checked,
};
