/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NTP (RFC 5905, 7.3) on UDP 123: version 1 to 4 and, for the time modes, the
 * 48 bytes of header with fields in range, then whole words of extensions; for
 * control messages (mode 6, RFC 9327) and the private mode 7 their own header.
 */
#include "meter/evidence/scan.h"

#define NTP_PORT           123
#define NTP_HEADER         48
#define NTP_CONTROL_HEADER 12
#define NTP_PRIVATE_HEADER 8
/* RFC 5905, 7.3: 16 means unsynchronised, more is reserved. */
#define NTP_MAX_STRATUM 16
/* RFC 5905, 7.3: polls are 2^4 to 2^17 s; clients send 0 or even small negative numbers too. */
#define NTP_MAX_POLL 17

static bool time_mode(const struct epw_opening *o, struct epw_cur *c)
{
    uint8_t stratum = epw_cur_u8(c);
    int8_t poll = (int8_t)epw_cur_u8(c);
    return o->len >= NTP_HEADER && o->len % 4 == 0 && stratum <= NTP_MAX_STRATUM &&
           poll <= NTP_MAX_POLL && poll >= -NTP_MAX_POLL;
}

static bool control_mode(const struct epw_opening *o, struct epw_cur *c)
{
    uint8_t opcode = epw_cur_u8(c) & 0x1f;
    epw_cur_skip(c, 8); /* sequence, status, association, offset */
    uint16_t count = epw_cur_be16(c);
    return epw_cur_ok(c) && (opcode <= 12 || opcode == 31) &&
           NTP_CONTROL_HEADER + (size_t)count <= o->len;
}

static bool private_mode(const struct epw_opening *o, struct epw_cur *c)
{
    epw_cur_skip(c, 1); /* authentication bit, sequence */
    uint8_t implementation = epw_cur_u8(c);
    epw_cur_skip(c, 1); /* request code */
    uint16_t items = epw_cur_be16(c) & 0x0fff;
    uint16_t item_len = epw_cur_be16(c) & 0x0fff;
    /* Implementations: universal, xntpd old, xntpd. */
    return epw_cur_ok(c) && (implementation == 0 || implementation == 2 || implementation == 3) &&
           NTP_PRIVATE_HEADER + (size_t)items * item_len <= o->len;
}

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len);
    uint8_t first = epw_cur_u8(&c);
    unsigned version = first >> 3 & 7, mode = first & 7;
    if (!epw_scan_port(o, NTP_PORT) || version < 1 || version > 4)
        return EPW_LOOK_NO;
    bool fits = mode == 6   ? control_mode(o, &c)
                : mode == 7 ? private_mode(o, &c)
                            : mode != 0 && time_mode(o, &c);
    if (!fits)
        return EPW_LOOK_NO;
    if (mode == 3)
        epw_ev_requester(f, o->dir);
    else if (mode == 4)
        epw_ev_requester(f, epw_scan_reverse(o->dir));
    return EPW_LOOK_DONE;
}

static bool may_begin(uint8_t first)
{
    return (first >> 3 & 7) >= 1 && (first >> 3 & 7) <= 4;
}

const struct epw_source epw_source_ntp = {
    .name = "ntp",
    .help = "NTP time, control and private messages on UDP 123",
    .app = EPW_APP_NTP,
    .over = EPW_OVER_UDP,
    .max_bytes = NTP_HEADER, /* nothing beyond the header is read */
    .may_begin = may_begin,
    .ports = { NTP_PORT },
    .look = look,
};
