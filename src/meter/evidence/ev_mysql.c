/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MySQL and MariaDB (client/server protocol, connection phase). Asked of the
 * bytes: from the server packet 0 with protocol 10, a version text and the
 * zero after the first part of the scramble, or an error packet with text;
 * from the client packet 1 with 4.1 capabilities and its run of zeros.
 */
#include "meter/evidence/scan.h"

#define MYSQL_PROTOCOL   10
#define MYSQL_ERROR      0xff
#define MYSQL_PACKET_MAX 4096 /* greetings and handshake answers have a few hundred bytes */
#define VERSION_MAX      64   /* "5.5.5-10.11.6-MariaDB-0+deb12u1-log" has 35 */
#define CLIENT_SSL       0x0800
#define CLIENT_41        0x0200
/* The client's packet up to the zeros' end: capabilities, size, character set, 23 reserved. */
#define CLIENT_FIXED 32
/* MariaDB puts more capabilities into the last 4 of the 23. */
#define CLIENT_ZEROS 19

static enum epw_look greeting(struct epw_finder *f, const struct epw_opening *o, struct epw_cur c)
{
    const uint8_t *version = c.at;
    size_t len = 0;
    for (uint8_t byte = epw_cur_u8(&c); byte != 0; byte = epw_cur_u8(&c), len++)
        if (byte < 0x20 || byte > 0x7e || len == VERSION_MAX ||
            (len == 0 && (byte < '0' || byte > '9')))
            return EPW_LOOK_NO;
    epw_cur_skip(&c, 4 + 8); /* connection id, first part of the scramble */
    uint8_t filler = epw_cur_u8(&c);
    if (!epw_cur_ok(&c))
        return epw_scan_short(o);
    if (len < 3 || filler != 0)
        return EPW_LOOK_NO;
    epw_ev_requester(f, epw_scan_reverse(o->dir));
    epw_ev_text(f, EPW_EV_HINT, version, len);
    return EPW_LOOK_DONE;
}

/* "Host ... is not allowed to connect", "Too many connections": server errors 1000 to 1999. */
static enum epw_look refusal(const struct epw_opening *o, struct epw_cur c, size_t len)
{
    uint16_t number = epw_cur_le16(&c);
    if (epw_cur_ok(&c) && (number < 1000 || number > 1999 || len < 16))
        return EPW_LOOK_NO;
    size_t text = len - 3;
    if (!epw_cur_ok(&c) || epw_cur_left(&c) < text)
        return epw_scan_is_text(c) ? epw_scan_short(o) : EPW_LOOK_NO;
    return epw_cur_left(&c) == text && epw_scan_is_text(c) ? EPW_LOOK_DONE : EPW_LOOK_NO;
}

static enum epw_look answer(struct epw_finder *f, const struct epw_opening *o, struct epw_cur c,
                            size_t len)
{
    uint32_t capabilities = epw_cur_le32(&c);
    epw_cur_skip(&c, 5); /* largest packet, character set */
    if (len < CLIENT_FIXED || (epw_cur_ok(&c) && (capabilities & CLIENT_41) == 0))
        return EPW_LOOK_NO;
    for (int i = 0; i < CLIENT_ZEROS; i++)
        if (epw_cur_u8(&c) != 0)
            return EPW_LOOK_NO;
    epw_cur_skip(&c, 4);
    if (!epw_cur_ok(&c))
        return epw_scan_short(o);
    epw_ev_requester(f, o->dir);
    if (len == CLIENT_FIXED && (capabilities & CLIENT_SSL) != 0)
        epw_ev_fields(f)->starttls = true;
    return EPW_LOOK_DONE;
}

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len);
    size_t len = epw_cur_u8(&c);
    len |= (size_t)epw_cur_le16(&c) << 8;
    uint8_t sequence = epw_cur_u8(&c);
    if (!epw_cur_ok(&c))
        return epw_scan_short(o);
    if (len < 16 || len > MYSQL_PACKET_MAX || sequence > 1)
        return EPW_LOOK_NO;
    if (sequence == 1)
        return answer(f, o, c, len);
    uint8_t first = epw_cur_u8(&c);
    if (!epw_cur_ok(&c))
        return epw_scan_short(o);
    if (first == MYSQL_ERROR)
        return refusal(o, c, len);
    if (first != MYSQL_PROTOCOL)
        return EPW_LOOK_NO;
    return greeting(f, o, c);
}

/* Three bytes of length, from the lowest on, and the number of the packet. */
static bool may_have(unsigned place, uint8_t byte, bool stream)
{
    static const uint8_t most[EPW_EV_PLACES] = { 0xff, MYSQL_PACKET_MAX >> 8, 0, 1, 0xff, 0xff };
    (void)stream;
    return byte <= most[place];
}

const struct epw_source epw_source_mysql = {
    .name = "mysql",
    .help = "MySQL or MariaDB greeting and handshake answer; the version becomes the hint",
    .app = EPW_APP_MYSQL,
    .over = EPW_OVER_TCP,
    .max_bytes = 512, /* the longest error text */
    .may_have = may_have,
    .look = look,
};
