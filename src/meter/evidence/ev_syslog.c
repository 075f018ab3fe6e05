/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Syslog over UDP (RFC 3164, 5426) and TCP (RFC 6587, both framings). Asked of
 * the bytes: "<PRI>" of 0 to 191 without leading zeros, then either the
 * version and timestamp of RFC 5424, a timestamp of RFC 3164, or "tag:"; on
 * the registered port any text. No control characters in what follows.
 */
#include "meter/evidence/scan.h"

#define SYSLOG_PORT 514
/* RFC 5424, 6.2.1: facility 23 and severity 7. */
#define SYSLOG_MAX_PRI 191
/* RFC 6587, 3.4.1 sets no limit; receivers take 8 KiB to 64 KiB. */
#define SYSLOG_MAX_FRAME 65535
/* RFC 3164, 4.1.3: a tag has at most 32 characters; programs with paths and ids use more. */
#define SYSLOG_MAX_TAG 48
/* What is looked at of a message: priority, timestamp and tag end within it. */
#define SYSLOG_LOOK 128

/* A form that may stand behind the priority. */
static enum epw_fit rfc5424(struct epw_cur c)
{
    enum epw_fit fit = epw_scan_literal(&c, "1 ", 2);
    if (fit != EPW_FIT_YES)
        return fit;
    uint8_t next = epw_cur_u8(&c);
    uint8_t behind = epw_cur_u8(&c);
    if (!epw_cur_ok(&c))
        return EPW_FIT_PART;
    /* Year 2xxx, or the nil value. */
    return (next == '2' && behind >= '0' && behind <= '9') || (next == '-' && behind == ' ')
               ? EPW_FIT_YES
               : EPW_FIT_NO;
}

static enum epw_fit rfc3164(struct epw_cur c)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (size_t i = 0; i < sizeof(months) - 1; i += 3) {
        struct epw_cur at = c;
        enum epw_fit fit = epw_scan_literal(&at, months + i, 3);
        if (fit == EPW_FIT_NO)
            continue;
        if (fit == EPW_FIT_PART)
            return fit;
        uint8_t blank = epw_cur_u8(&at), tens = epw_cur_u8(&at), ones = epw_cur_u8(&at);
        if (!epw_cur_ok(&at))
            return EPW_FIT_PART;
        return blank == ' ' && (tens == ' ' || (tens >= '0' && tens <= '3')) && ones >= '0' &&
                       ones <= '9'
                   ? EPW_FIT_YES
                   : EPW_FIT_NO;
    }
    return EPW_FIT_NO;
}

/* Letters, digits and what program names have, an optional [id], a colon. */
static enum epw_fit tag(struct epw_cur c)
{
    for (size_t len = 0; len <= SYSLOG_MAX_TAG; len++) {
        uint8_t b = epw_cur_u8(&c);
        if (!epw_cur_ok(&c))
            return EPW_FIT_PART;
        if (b == ':')
            return len > 0 ? EPW_FIT_YES : EPW_FIT_NO;
        bool word = (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z');
        bool other =
            b == '-' || b == '_' || b == '.' || b == '/' || b == '%' || b == '[' || b == ']';
        if (!word && !other)
            return EPW_FIT_NO;
    }
    return EPW_FIT_NO;
}

/* c: at the "<". */
static enum epw_fit message_fits(const struct epw_opening *o, struct epw_cur c)
{
    uint32_t priority;
    enum epw_fit fit = epw_scan_literal(&c, "<", 1);
    if (fit != EPW_FIT_YES)
        return fit;
    uint8_t first = epw_scan_peek(&c);
    struct epw_cur digits = c;
    if (epw_cur_left(&c) == 0)
        return EPW_FIT_PART;
    if (!epw_scan_number(&c, SYSLOG_MAX_PRI, &priority) ||
        (first == '0' && epw_cur_left(&digits) - epw_cur_left(&c) > 1))
        return EPW_FIT_NO;
    fit = epw_scan_literal(&c, ">", 1);
    if (fit != EPW_FIT_YES)
        return fit;
    size_t left = epw_cur_left(&c);
    struct epw_cur text = epw_cur_sub(&c, left < SYSLOG_LOOK ? left : SYSLOG_LOOK);
    struct epw_cur shown = text;
    /* Some senders end a datagram with a NUL. */
    if (left <= SYSLOG_LOOK && left > 1 && shown.end[-1] == 0)
        shown = epw_cur_sub(&shown, left - 1);
    if (!epw_scan_is_text(shown))
        return EPW_FIT_NO;
    enum epw_fit forms[] = { rfc5424(text), rfc3164(text), tag(text) };
    bool part = false;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (forms[i] == EPW_FIT_YES)
            return EPW_FIT_YES;
        part |= forms[i] == EPW_FIT_PART;
    }
    if (epw_scan_port(o, SYSLOG_PORT) && left >= 4)
        return EPW_FIT_YES;
    return part ? EPW_FIT_PART : EPW_FIT_NO;
}

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len);
    uint8_t first = epw_scan_peek(&c);
    if (o->proto == 6 && first >= '1' && first <= '9') {
        uint32_t frame;
        if (!epw_scan_number(&c, SYSLOG_MAX_FRAME, &frame))
            return EPW_LOOK_NO;
        enum epw_fit fit = epw_scan_literal(&c, " ", 1);
        if (fit != EPW_FIT_YES)
            return fit == EPW_FIT_PART ? epw_scan_short(o) : EPW_LOOK_NO;
    }
    enum epw_fit fit = message_fits(o, c);
    if (fit != EPW_FIT_YES)
        return fit == EPW_FIT_PART ? epw_scan_short(o) : EPW_LOOK_NO;
    epw_ev_requester(f, o->dir);
    return EPW_LOOK_DONE;
}

static bool may_begin(uint8_t first)
{
    return first == '<' || (first >= '1' && first <= '9');
}

const struct epw_source epw_source_syslog = {
    .name = "syslog",
    .help = "Syslog over UDP and TCP: priority, then a timestamp or a tag (on 514: any text)",
    .app = EPW_APP_SYSLOG,
    .over = EPW_OVER_TCP | EPW_OVER_UDP,
    .max_bytes = SYSLOG_LOOK + 16, /* frame length, priority and what is looked at */
    .may_begin = may_begin,
    .look = look,
};
