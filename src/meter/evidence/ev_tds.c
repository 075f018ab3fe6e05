/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TDS (MS-TDS 2.2.3.1): the pre-login of either side with its option table
 * checked entry by entry, a login packet whose inner length and version fit,
 * or midstream a request that begins with the transaction's header.
 */
#include "meter/evidence/scan.h"

#define TDS_BATCH    0x01
#define TDS_RPC      0x03
#define TDS_RESPONSE 0x04
#define TDS_LOGIN7   0x10
#define TDS_PRELOGIN 0x12
#define TDS_HEADER   8
/* MS-TDS 2.2.6.4: packet sizes are negotiated between 512 and 32767. */
#define TDS_MAX_PACKET 32767
/* MS-TDS 2.2.6.5 knows eight options. */
#define TDS_MAX_OPTIONS 16
#define TDS_END         0xff
/* Version option: 4 bytes of version, 2 of sub-build. */
#define TDS_VERSION_LEN 6

/* c: the payload at hand of len bytes. */
static enum epw_fit options_fit(struct epw_cur c, size_t len)
{
    for (unsigned i = 0; i < TDS_MAX_OPTIONS; i++) {
        uint8_t token = epw_cur_u8(&c);
        if (!epw_cur_ok(&c))
            return EPW_FIT_PART;
        if (token == TDS_END)
            return i > 0 ? EPW_FIT_YES : EPW_FIT_NO;
        size_t offset = epw_cur_be16(&c);
        size_t size = epw_cur_be16(&c);
        if (!epw_cur_ok(&c))
            return EPW_FIT_PART;
        /* The version comes first; others follow in any order but inside the packet. */
        if (offset + size > len || offset < 6 || (i == 0) != (token == 0) ||
            (i == 0 && size != TDS_VERSION_LEN))
            return EPW_FIT_NO;
    }
    return EPW_FIT_NO;
}

/* MS-TDS 2.2.6.4: length of the whole login, little-endian, then TDS 7.0 to 7.4. */
static enum epw_fit login_fits(struct epw_cur c, size_t len, bool whole)
{
    size_t claimed = epw_cur_le32(&c);
    uint32_t version = epw_cur_le32(&c);
    uint32_t packet = epw_cur_le32(&c);
    if (!epw_cur_ok(&c))
        return EPW_FIT_PART;
    return (whole ? claimed == len : claimed > len) && version >> 24 >= 0x70 &&
                   version >> 24 <= 0x74 && packet <= TDS_MAX_PACKET
               ? EPW_FIT_YES
               : EPW_FIT_NO;
}

/* MS-TDS 2.2.5.3: all headers of 22 bytes; one of 18, type 2; since TDS 7.2 in every request. */
static enum epw_fit request_fits(struct epw_cur c)
{
    static const uint8_t headers[] = { 22, 0, 0, 0, 18, 0, 0, 0, 2, 0 };
    return epw_scan_literal(&c, headers, sizeof(headers));
}

static enum epw_fit payload_fits(uint8_t type, struct epw_cur body, size_t len, bool whole)
{
    switch (type) {
    case TDS_BATCH:
    case TDS_RPC:
        return request_fits(body);
    case TDS_LOGIN7:
        return login_fits(body, len, whole);
    default:
        return whole ? options_fit(body, len) : EPW_FIT_NO;
    }
}

static bool is_type(uint8_t type)
{
    return type == TDS_BATCH || type == TDS_RPC || type == TDS_RESPONSE || type == TDS_LOGIN7 ||
           type == TDS_PRELOGIN;
}

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len);
    uint8_t type = epw_cur_u8(&c);
    uint8_t status = epw_cur_u8(&c);
    size_t len = epw_cur_be16(&c);
    epw_cur_skip(&c, 3); /* SPID, packet number */
    uint8_t window = epw_cur_u8(&c);
    if (!is_type(type))
        return EPW_LOOK_NO;
    if (!epw_cur_ok(&c))
        return epw_scan_short(o);
    bool whole = (status & 1) != 0;
    /* Status: end of message, and in a request's first packet the connection's reset. */
    if ((status & ~0x19) != 0 || window != 0 || len <= TDS_HEADER || len > TDS_MAX_PACKET)
        return EPW_LOOK_NO;
    len -= TDS_HEADER;
    size_t left = epw_cur_left(&c);
    struct epw_cur body = epw_cur_sub(&c, left < len ? left : len);
    enum epw_fit fit = payload_fits(type, body, len, whole);
    if (fit == EPW_FIT_PART && left < len)
        return epw_scan_short(o);
    if (fit != EPW_FIT_YES)
        return EPW_LOOK_NO;
    epw_ev_requester(f, type == TDS_RESPONSE ? epw_scan_reverse(o->dir) : o->dir);
    return EPW_LOOK_DONE;
}

const struct epw_source epw_source_tds = {
    .name = "tds",
    .help = "TDS pre-login, login and requests on any port",
    .app = EPW_APP_TDS,
    .over = EPW_OVER_TCP,
    .max_bytes = TDS_HEADER + 5 * TDS_MAX_OPTIONS + 1, /* header and the longest option table */
    .may_begin = is_type,
    .look = look,
};
