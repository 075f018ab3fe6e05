/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kerberos 5 (RFC 4120, 5.4 and 7.2): over TCP behind a 4-byte length. Asked
 * of the bytes: an application tag of a message that clients and KDCs send,
 * its sequence, protocol version 5 and a message type equal to the tag. The
 * realm becomes the hint.
 */
#include "meter/evidence/ber.h"
#include "meter/evidence/scan.h"

#define KRB_AS_REQ  10
#define KRB_AS_REP  11
#define KRB_TGS_REQ 12
#define KRB_TGS_REP 13
#define KRB_AP_REQ  14
#define KRB_AP_REP  15
#define KRB_ERROR   30
#define KRB_VERSION 5
/* A ticket of Windows' largest size has 48 KiB; with its wrapping it stays below. */
#define KRB_MAX_BYTES EPW_EV_MAX_BYTES
/* KDC-REQ-BODY has 12 fields, KRB-ERROR 13. */
#define KRB_MAX_FIELDS  16
#define BER_INTEGER     0x02
#define BER_SEQUENCE    0x30
#define BER_APPLICATION 0x60
#define BER_CONTEXT     0xa0
#define BER_GENERAL     0x1b

static bool is_message(unsigned type)
{
    return (type >= KRB_AS_REQ && type <= KRB_AP_REP) || type == KRB_ERROR;
}

/* The field [number] of a sequence's elements; false when it is not (yet) there as a whole. */
static bool field(struct epw_cur c, unsigned number, struct epw_cur *value)
{
    struct epw_ber element;
    for (int i = 0; i < KRB_MAX_FIELDS; i++) {
        if (epw_ber_next(&c, &element) != EPW_BER_WHOLE)
            return false;
        if (element.tag == (BER_CONTEXT | number)) {
            *value = element.body;
            return true;
        }
    }
    return false;
}

/* c: the message's fields, as far as they are there. */
static bool realm(struct epw_finder *f, struct epw_cur c, unsigned type)
{
    struct epw_cur inner;
    struct epw_ber element;
    unsigned number = type == KRB_ERROR ? 9 : type == KRB_AS_REP || type == KRB_TGS_REP ? 3 : 2;
    if (type == KRB_AS_REQ || type == KRB_TGS_REQ) {
        if (!field(c, 4, &inner) || !epw_ber_expect(&inner, BER_SEQUENCE, &element))
            return false;
        c = element.body;
    }
    if (type == KRB_AP_REQ || type == KRB_AP_REP || !field(c, number, &inner) ||
        !epw_ber_expect(&inner, BER_GENERAL, &element))
        return false;
    epw_ev_text(f, EPW_EV_HINT, element.body.at, element.len);
    return true;
}

/* [number] INTEGER value, in 5 bytes: DER knows no other form of it. */
static enum epw_fit small_field(struct epw_cur *c, unsigned number, unsigned value)
{
    const uint8_t expected[] = { (uint8_t)(BER_CONTEXT | number), 3, BER_INTEGER, 1,
                                 (uint8_t)value };
    return epw_scan_literal(c, expected, sizeof(expected));
}

static enum epw_look message(struct epw_finder *f, const struct epw_opening *o, struct epw_cur c,
                             uint32_t framed)
{
    struct epw_ber outer, sequence;
    size_t before = epw_cur_left(&c);
    enum epw_ber_got got = epw_ber_next(&c, &outer);
    if (got == EPW_BER_SHORT)
        return epw_scan_short(o);
    unsigned type = outer.tag & 0x1fu;
    if (got == EPW_BER_BAD || (outer.tag & 0xe0) != BER_APPLICATION || !is_message(type))
        return EPW_LOOK_NO;
    /* Tag and length have as many bytes as were read before the body. */
    size_t header = before - epw_cur_left(&c) - epw_cur_left(&outer.body);
    if (o->proto == 6 ? header + outer.len != framed
                      : epw_cur_left(&c) != 0 || (got == EPW_BER_CUT && !o->cut))
        return EPW_LOOK_NO;
    bool whole = got == EPW_BER_WHOLE;
    got = epw_ber_next(&outer.body, &sequence);
    if (got == EPW_BER_SHORT && !whole)
        return epw_scan_short(o);
    if (got == EPW_BER_SHORT || got == EPW_BER_BAD || sequence.tag != BER_SEQUENCE)
        return EPW_LOOK_NO;
    /* Requests count their fields from [1], all others from [0]. */
    unsigned first = type == KRB_AS_REQ || type == KRB_TGS_REQ ? 1 : 0;
    struct epw_cur fields = sequence.body;
    enum epw_fit fit = small_field(&fields, first, KRB_VERSION);
    if (fit == EPW_FIT_YES)
        fit = small_field(&fields, first + 1, type);
    if (fit != EPW_FIT_YES)
        return fit == EPW_FIT_PART && !whole ? epw_scan_short(o) : EPW_LOOK_NO;
    bool asks = type == KRB_AS_REQ || type == KRB_TGS_REQ || type == KRB_AP_REQ;
    epw_ev_requester(f, asks ? o->dir : epw_scan_reverse(o->dir));
    return realm(f, sequence.body, type) || whole || o->last ? EPW_LOOK_DONE : EPW_LOOK_MINE;
}

/* The length before a message over TCP, or its tag. */
static bool may_begin(uint8_t first)
{
    return first == 0 || (first & 0xe0) == BER_APPLICATION;
}

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len);
    uint32_t framed = 0;
    if (o->len != 0 && !may_begin(o->bytes[0]))
        return EPW_LOOK_NO;
    if (o->proto == 6) {
        framed = epw_cur_be32(&c);
        if (!epw_cur_ok(&c))
            return epw_scan_short(o);
        /* The top bit is reserved (RFC 4120, 7.2.2); the lower bound is an empty AP-REP's. */
        if (framed < 12 || framed > KRB_MAX_BYTES)
            return EPW_LOOK_NO;
    }
    return message(f, o, c, framed);
}

const struct epw_source epw_source_kerberos = {
    .name = "kerberos",
    .help = "Kerberos 5 over UDP and TCP on any port; the realm becomes the hint",
    .app = EPW_APP_KERBEROS,
    .over = EPW_OVER_TCP | EPW_OVER_UDP,
    .max_bytes = KRB_MAX_BYTES,
    .may_begin = may_begin,
    .look = look,
};
