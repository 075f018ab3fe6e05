/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SMB 1, 2 and 3 (MS-CIFS 2.2.3.1, MS-SMB2 2.2.1) over direct TCP or after a
 * NetBIOS session's handshake. Asked of the bytes: a session message long
 * enough for its header, with one of the four magics. The client's messages
 * are followed until a tree connect in clear names a share: ADMIN$ tells a
 * deployment from a file share. IPC$ comes first in most sessions and tells
 * nothing, so it is passed over.
 */
#include "meter/evidence/nbname.h"

#include <string.h>

/*
 * Negotiate, session setup and tree connect: a Kerberos ticket with a large
 * authorisation field has up to 48 KiB (Windows MaxTokenSize).
 */
#define SMB_MAX_BYTES 65536
/* Messages of one look and compounds of one message; bounded above by SMB_MAX_BYTES. */
#define SMB_MAX_CHAIN        16
#define SMB1_HEADER          32
#define SMB2_HEADER          64
#define SMB1_TREE_CONNECT    0x75
#define SMB1_NO_MORE         0xff
#define SMB2_TREE_CONNECT    3
#define SMB1_REPLY           0x80
#define SMB1_UNICODE         0x8000
#define SMB2_REPLY           0x01
#define NBSS_MESSAGE         0x00
#define NBSS_REQUEST         0x81
#define NBSS_KEEP_ALIVE      0x85
#define NBSS_REQUEST_LEN_MIN (2 * EPW_NBNAME_WIRE)

/* The path goes to the hint unless it is the inter-process share. True when it went. */
static bool share(struct epw_finder *f, struct epw_cur path, bool utf16)
{
    /* Room for the hint: longer paths are cut there anyway. */
    char text[EPW_HINT_LEN];
    size_t len;
    if (utf16) {
        len = epw_scan_utf16le(path, text, sizeof(text));
    } else {
        size_t left = epw_cur_left(&path);
        const uint8_t *nul = left == 0 ? NULL : memchr(path.at, 0, left);
        len = nul == NULL ? left : (size_t)(nul - path.at);
        len = len < sizeof(text) ? len : sizeof(text) - 1;
        if (len != 0)
            memcpy(text, path.at, len);
        text[len] = '\0';
    }
    /* With slashes, as it is also written: cleaning would spell out every backslash. */
    for (size_t i = 0; i < len; i++)
        text[i] = text[i] == '\\' ? '/' : text[i];
    if (len == 0 || (len >= 4 && memcmp(text + len - 4, "IPC$", 4) == 0))
        return false;
    epw_ev_text(f, EPW_EV_HINT, text, len);
    return true;
}

/* MS-CIFS 2.2.4.55.1: parameters at the block's offset, password, path. */
static bool smb1_tree(struct epw_finder *f, struct epw_cur message, size_t offset, bool utf16)
{
    struct epw_cur c = message;
    epw_cur_skip(&c, offset);
    if (epw_cur_u8(&c) != 4) /* words: AndX (2), flags, password length */
        return false;
    epw_cur_skip(&c, 6);
    uint16_t password = epw_cur_le16(&c);
    epw_cur_skip(&c, 2); /* byte count */
    epw_cur_skip(&c, password);
    if (!epw_cur_ok(&c))
        return false;
    /* Unicode strings are aligned to the message's start. */
    size_t at = epw_cur_left(&message) - epw_cur_left(&c);
    if (utf16 && at % 2 != 0)
        epw_cur_skip(&c, 1);
    return share(f, c, utf16);
}

/* Walks the AndX chain to a tree connect. */
static bool smb1_message(struct epw_finder *f, struct epw_cur message)
{
    struct epw_cur c = message;
    epw_cur_skip(&c, 4);
    uint8_t command = epw_cur_u8(&c);
    epw_cur_skip(&c, 5);
    bool utf16 = (epw_cur_le16(&c) & SMB1_UNICODE) != 0;
    size_t offset = SMB1_HEADER;
    for (int i = 0; i < SMB_MAX_CHAIN; i++) {
        if (command == SMB1_TREE_CONNECT)
            return smb1_tree(f, message, offset, utf16);
        /* Only a session setup may carry a tree connect behind it (MS-CIFS 2.2.4.53). */
        if (command != 0x73)
            return false;
        c = message;
        epw_cur_skip(&c, offset + 1);
        command = epw_cur_u8(&c);
        epw_cur_skip(&c, 1);
        offset = epw_cur_le16(&c);
        if (!epw_cur_ok(&c) || command == SMB1_NO_MORE)
            return false;
    }
    return false;
}

/* MS-SMB2 2.2.9: one request of a compound; path offset counts from its header. */
static bool smb2_tree(struct epw_finder *f, struct epw_cur request)
{
    struct epw_cur c = request;
    epw_cur_skip(&c, SMB2_HEADER);
    uint16_t size = epw_cur_le16(&c);
    epw_cur_skip(&c, 2);
    uint16_t offset = epw_cur_le16(&c);
    uint16_t len = epw_cur_le16(&c);
    if (!epw_cur_ok(&c) || size != 9 || offset < SMB2_HEADER + 8)
        return false;
    epw_cur_skip(&request, offset);
    return share(f, epw_cur_sub(&request, len), true);
}

static bool smb2_message(struct epw_finder *f, struct epw_cur message)
{
    for (int i = 0; i < SMB_MAX_CHAIN; i++) {
        struct epw_cur c = message;
        epw_cur_skip(&c, 12);
        uint16_t command = epw_cur_le16(&c);
        epw_cur_skip(&c, 6);
        uint32_t next = epw_cur_le32(&c);
        if (!epw_cur_ok(&c))
            return false;
        if (command == SMB2_TREE_CONNECT && smb2_tree(f, message))
            return true;
        if (next < SMB2_HEADER || !epw_cur_skip(&message, next))
            return false;
    }
    return false;
}

/* What a session message holds. */
enum kind {
    KIND_NONE,
    KIND_SHORT,
    KIND_CLEAR1,
    KIND_CLEAR2,
    KIND_HIDDEN, /* encrypted or compressed: nothing more to be read */
};

/* c: at the magic, what is there of len bytes. */
static enum kind message_kind(struct epw_cur c, size_t len, bool *reply)
{
    struct epw_cur at = c;
    uint8_t magic = epw_cur_u8(&at);
    enum epw_fit fit = epw_scan_literal(&at, "SMB", 3);
    if (epw_cur_left(&c) == 0)
        return KIND_SHORT;
    if (magic < 0xfc || fit == EPW_FIT_NO)
        return KIND_NONE;
    if (fit == EPW_FIT_PART)
        return KIND_SHORT;
    at = c;
    switch (magic) {
    case 0xff:
        epw_cur_skip(&at, 9);
        *reply = (epw_cur_u8(&at) & SMB1_REPLY) != 0;
        return len < SMB1_HEADER ? KIND_NONE : epw_cur_ok(&at) ? KIND_CLEAR1 : KIND_SHORT;
    case 0xfe:
        epw_cur_skip(&at, 4);
        if (epw_cur_le16(&at) != SMB2_HEADER && epw_cur_ok(&at))
            return KIND_NONE;
        epw_cur_skip(&at, 10);
        *reply = (epw_cur_u8(&at) & SMB2_REPLY) != 0;
        return len < SMB2_HEADER ? KIND_NONE : epw_cur_ok(&at) ? KIND_CLEAR2 : KIND_SHORT;
    default: /* transform headers have 52 bytes, compression headers 16 */
        return len < 16 ? KIND_NONE : KIND_HIDDEN;
    }
}

/*
 * The NetBIOS handshake in front of the messages, if there is one. NO: neither
 * a handshake nor a message begins here.
 */
static enum epw_fit skip_handshake(struct epw_cur *c)
{
    struct epw_cur at = *c;
    char name[EPW_NBNAME_LEN];
    uint8_t type = epw_cur_u8(&at);
    uint32_t len = epw_cur_be24(&at);
    if (!epw_cur_ok(&at))
        return type == NBSS_MESSAGE || (type >= NBSS_REQUEST && type <= NBSS_KEEP_ALIVE)
                   ? EPW_FIT_PART
                   : EPW_FIT_NO;
    if (type == NBSS_MESSAGE)
        return EPW_FIT_YES;
    if (type == NBSS_REQUEST && len >= NBSS_REQUEST_LEN_MIN && len <= 510) {
        struct epw_cur names = at;
        enum epw_fit fit = epw_nbname_read(&names, name);
        if (fit != EPW_FIT_YES)
            return fit;
    } else if (type <= NBSS_REQUEST || type > NBSS_KEEP_ALIVE || len > 6) {
        return EPW_FIT_NO; /* answers and keep-alives have 0, 1 or 6 bytes */
    }
    if (!epw_cur_skip(&at, len))
        return EPW_FIT_PART;
    *c = at;
    return epw_cur_left(c) == 0               ? EPW_FIT_PART
           : epw_scan_peek(c) == NBSS_MESSAGE ? EPW_FIT_YES
                                              : EPW_FIT_NO;
}

/* One message. NO ends the side; *used grows by what was dealt with. */
static enum epw_look one_message(struct epw_finder *f, const struct epw_opening *o,
                                 struct epw_cur *c, size_t *used)
{
    size_t before = epw_cur_left(c);
    bool reply = false;
    enum epw_fit shake = skip_handshake(c);
    if (shake != EPW_FIT_YES)
        return shake == EPW_FIT_PART ? EPW_LOOK_MORE : EPW_LOOK_NO;
    epw_cur_skip(c, 1);
    size_t len = epw_cur_be24(c);
    enum kind kind = message_kind(*c, len, &reply);
    if (kind == KIND_NONE || !epw_cur_ok(c))
        return epw_cur_ok(c) ? EPW_LOOK_NO : EPW_LOOK_MORE;
    if (kind == KIND_SHORT)
        return EPW_LOOK_MORE;
    if (kind == KIND_HIDDEN)
        return EPW_LOOK_DONE;
    epw_ev_requester(f, reply ? epw_scan_reverse(o->dir) : o->dir);
    if (reply || len > SMB_MAX_BYTES)
        return EPW_LOOK_DONE;
    if (epw_cur_left(c) < len)
        return o->last ? EPW_LOOK_DONE : EPW_LOOK_MINE;
    struct epw_cur message = epw_cur_sub(c, len);
    if (kind == KIND_CLEAR1 ? smb1_message(f, message) : smb2_message(f, message))
        return EPW_LOOK_DONE;
    *used += before - epw_cur_left(c);
    return EPW_LOOK_MINE;
}

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len);
    size_t used = 0;
    enum epw_look found = EPW_LOOK_MORE;
    for (int i = 0; i < SMB_MAX_CHAIN && epw_cur_left(&c) != 0; i++) {
        size_t before = used;
        found = one_message(f, o, &c, &used);
        if (used == before)
            break;
    }
    if (used != 0)
        epw_ev_consumed(f, used);
    if (found == EPW_LOOK_NO)
        return used != 0 ? EPW_LOOK_DONE : EPW_LOOK_NO;
    if (found == EPW_LOOK_MORE)
        return used != 0 ? EPW_LOOK_MINE : epw_scan_short(o);
    return found;
}

static bool may_begin(uint8_t first)
{
    return first == NBSS_MESSAGE || (first >= NBSS_REQUEST && first <= NBSS_KEEP_ALIVE);
}

const struct epw_source epw_source_smb = {
    .name = "smb",
    .help = "SMB 1 to 3 on any port; the share of a tree connect in clear becomes the hint",
    .app = EPW_APP_SMB,
    .over = EPW_OVER_TCP,
    .max_bytes = SMB_MAX_BYTES,
    .may_begin = may_begin,
    .look = look,
};
