/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protocols that begin in clear and then turn to TLS, known here only so that
 * what the ClientHello says is found: SMTP (RFC 3207), IMAP and POP3 (RFC
 * 2595) with STARTTLS, PostgreSQL's SSLRequest, RDP's negotiation (MS-RDPBCGR
 * 2.2.1.1). A wrapper only: none of them gets a name, and a conversation that
 * never turns to TLS stays unknown.
 */
#include "meter/evidence/scan.h"

/* What is said in clear before the turn: a greeting, capabilities, a command or two. */
#define UPGRADE_MAX_BYTES 4096
#define UPGRADE_MAX_LINES 64
/* Bytes of the first line that mostly tell whether the rest is text too. */
#define FIRST_TEXT 16u
/* A TLS record of a handshake (RFC 8446, 5.1), at the place of a line. */
#define TLS_HANDSHAKE 0x16
#define TLS_MAJOR     3

/* RFC 2224 of ISO transport: version, reserved, length; X.224 length and code. */
#define TPKT_VERSION  3
#define TPKT_HEAD     4
#define X224_HEAD     7
#define X224_REQUEST  0xe0
#define X224_CONFIRM  0xd0
#define RDP_REQUEST   1
#define RDP_RESPONSE  2
#define RDP_NEGOTIATE 8
/* The routing token or cookie before the negotiation: one line of some dozen bytes. */
#define RDP_MAX 512
/* TLS, CredSSP, RDSTLS, CredSSP with early authorization: all but RDP's own, all over TLS. */
#define RDP_OVER_TLS 0x0000000fu

static enum epw_look turn(struct epw_finder *f, const struct epw_opening *o,
                          const struct epw_cur *behind, enum epw_dir client)
{
    epw_ev_fields(f)->starttls = true;
    epw_ev_requester(f, client);
    epw_ev_consumed(f, o->len - epw_cur_left(behind));
    epw_ev_tunnel(f);
    return EPW_LOOK_DONE;
}

/* The second word of an IMAP line is word; the first is its tag. */
static bool tagged(struct epw_cur line, const char *word)
{
    size_t tag = 0;
    while (epw_cur_left(&line) != 0 && epw_cur_u8(&line) != ' ')
        tag++;
    return tag != 0 && epw_scan_word(line, word);
}

static bool opens(struct epw_cur line, bool client)
{
    if (client)
        return epw_scan_word(line, "EHLO") || epw_scan_word(line, "CAPA") ||
               epw_scan_word(line, "STLS") || tagged(line, "CAPABILITY") ||
               tagged(line, "STARTTLS") || tagged(line, "ID");
    return epw_scan_word(line, "220") || epw_scan_word(line, "+OK") || epw_scan_word(line, "* OK");
}

/* TLS may follow this line. */
static bool turns(struct epw_cur line, bool client)
{
    if (client)
        return epw_scan_word(line, "STARTTLS") || epw_scan_word(line, "STLS") ||
               tagged(line, "STARTTLS");
    return epw_scan_word(line, "220") || epw_scan_word(line, "+OK") || tagged(line, "OK");
}

/* Lines of either side up to where a TLS record stands in the place of one. */
static enum epw_look lines(struct epw_finder *f, const struct epw_opening *o, bool client)
{
    struct epw_cur c = epw_cur(o->bytes, o->len), line;
    bool may_turn = false;
    for (int i = 0; i < UPGRADE_MAX_LINES; i++) {
        struct epw_cur record = c;
        uint8_t type = epw_cur_u8(&record), major = epw_cur_u8(&record);
        if (may_turn && type == TLS_HANDSHAKE && epw_cur_ok(&record))
            return major == TLS_MAJOR ? turn(f, o, &c, client ? o->dir : epw_scan_reverse(o->dir))
                                      : EPW_LOOK_NO;
        if (!epw_scan_line(&c, &line))
            return (may_turn && type == TLS_HANDSHAKE) || epw_scan_is_text(c) ? epw_scan_short(o)
                                                                              : EPW_LOOK_NO;
        if (!epw_scan_is_text(line) || (i == 0 && !opens(line, client)))
            return EPW_LOOK_NO;
        may_turn = turns(line, client);
    }
    return EPW_LOOK_NO;
}

/* Length 8, code 80877103; the server's answer is one letter, which counts after that only. */
static enum epw_look postgres(struct epw_finder *f, const struct epw_opening *o)
{
    static const uint8_t request[] = { 0, 0, 0, 8, 4, 210, 22, 47 };
    struct epw_cur c = epw_cur(o->bytes, o->len);
    const struct epw_evidence *ev = epw_ev_known(f);
    if (ev->starttls && ev->app == EPW_APP_UNKNOWN && ev->requester != o->dir) {
        bool granted = epw_cur_u8(&c) == 'S';
        bool alone = epw_cur_left(&c) == 0 || epw_scan_peek(&c) == TLS_HANDSHAKE;
        return granted && alone ? turn(f, o, &c, epw_scan_reverse(o->dir)) : EPW_LOOK_NO;
    }
    switch (epw_scan_literal(&c, request, sizeof(request))) {
    case EPW_FIT_YES:
        return turn(f, o, &c, o->dir);
    case EPW_FIT_PART:
        return epw_scan_short(o);
    case EPW_FIT_NO:
        break;
    }
    return EPW_LOOK_NO;
}

static enum epw_look rdp(struct epw_finder *f, const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len);
    uint8_t version = epw_cur_u8(&c), reserved = epw_cur_u8(&c);
    size_t len = epw_cur_be16(&c);
    uint8_t rest = epw_cur_u8(&c), code = epw_cur_u8(&c);
    if (version != TPKT_VERSION || reserved != 0)
        return EPW_LOOK_NO;
    if (!epw_cur_ok(&c))
        return epw_scan_short(o);
    if (len < TPKT_HEAD + X224_HEAD + RDP_NEGOTIATE || len > RDP_MAX ||
        rest != len - TPKT_HEAD - 1 || (code != X224_REQUEST && code != X224_CONFIRM))
        return EPW_LOOK_NO;
    if (o->len < len)
        return epw_scan_short(o);
    /* References and class, cookie; then type, flags, length, protocols. */
    epw_cur_skip(&c, len - RDP_NEGOTIATE - TPKT_HEAD - 2);
    uint8_t type = epw_cur_u8(&c);
    epw_cur_skip(&c, 1);
    uint16_t negotiate = epw_cur_le16(&c);
    uint32_t protocols = epw_cur_le32(&c);
    bool asks = code == X224_REQUEST;
    if (type != (asks ? RDP_REQUEST : RDP_RESPONSE) || negotiate != RDP_NEGOTIATE ||
        (protocols & RDP_OVER_TLS) == 0 || (protocols & ~RDP_OVER_TLS) != 0)
        return EPW_LOOK_NO;
    return turn(f, o, &c, asks ? o->dir : epw_scan_reverse(o->dir));
}

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    if (!o->from_start || o->len == 0 || (o->inner && epw_ev_known(f)->starttls))
        return EPW_LOOK_NO;
    if (o->bytes[0] == TPKT_VERSION)
        return rdp(f, o);
    if (o->bytes[0] == 0 || (o->bytes[0] == 'S' && o->dir == EPW_TO_CLIENT))
        return postgres(f, o);
    bool replies = o->bytes[0] == '2' || o->bytes[0] == '+' || o->bytes[0] == '*';
    return lines(f, o, !replies);
}

/* Of an opening that is neither RDP's nor PostgreSQL's the first line is text. */
static bool may_open(const struct epw_opening *o)
{
    if (o->bytes[0] == TPKT_VERSION || o->bytes[0] == 0 || o->bytes[0] == 'S')
        return true;
    for (size_t i = 0; i < o->len && i < FIRST_TEXT && o->bytes[i] != '\n'; i++)
        if (!epw_scan_is_text_byte(o->bytes[i]))
            return false;
    return true;
}

/* Of RDP's and PostgreSQL's the zeros and the length in front; no line ends before the third. */
static bool may_have(unsigned place, uint8_t byte, bool stream)
{
    (void)stream;
    if (place > 2 || epw_scan_is_text_byte(byte) || byte == 0)
        return true;
    return place == 0 ? byte == TPKT_VERSION : place == 2 && byte <= RDP_MAX >> 8;
}

const struct epw_source epw_source_upgrade = {
    .name = "upgrade",
    .help = "mail, PostgreSQL and RDP that turn to TLS: the way to what is inside",
    .app = EPW_APP_UNKNOWN,
    .over = EPW_OVER_TCP,
    .beginnings = true,
    .max_bytes = UPGRADE_MAX_BYTES,
    .may_have = may_have,
    .may_open = may_open,
    .look = look,
};
