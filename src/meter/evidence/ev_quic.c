/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QUIC on any UDP port: opens the client's Initials and reads the ClientHello
 * in their CRYPTO frames, which may be split and shuffled over datagrams.
 */
#include "meter/evidence/quic_packet.h"
#include "meter/evidence/source.h"
#include "meter/evidence/tls_hello.h"

#include <string.h>

/* Packets coalesced in one datagram: Initial, 0-RTT, Handshake, and doubles of them. */
#define MAX_PACKETS 8
/* Frames read of one Initial, runs of padding counted as one: a shuffled ClientHello comes in a
 * dozen pieces with pings between them. */
#define MAX_FRAMES 256
/* Ranges of one ACK frame: of Initials there are no more. */
#define MAX_ACK_RANGES 64

/* Frames that Initials may carry (RFC 9000, 12.4). */
#define FRAME_PADDING 0x00
#define FRAME_PING    0x01
#define FRAME_ACK     0x02
#define FRAME_ACK_ECN 0x03
#define FRAME_CRYPTO  0x06

/* Version numbers of Google's QUIC are its name in ASCII: "Q046", "T051". */
#define GQUIC_Q 0x5130
#define GQUIC_T 0x5430

/* The note of a side: the connection id that its keys came from. */
struct noted {
    uint8_t *len, *cid; /* len is one more than the id's, 0: none yet */
};

static void skip_ack(struct epw_cur *c, bool ecn)
{
    epw_quic_varint(c); /* largest acknowledged */
    epw_quic_varint(c); /* delay */
    uint64_t ranges = epw_quic_varint(c);
    epw_quic_varint(c); /* first range */
    for (uint64_t i = 0; i < ranges && i < MAX_ACK_RANGES && epw_cur_ok(c); i++) {
        epw_quic_varint(c);
        epw_quic_varint(c);
    }
    for (int i = 0; ecn && i < 3; i++)
        epw_quic_varint(c);
}

/* Hands the CRYPTO frames to the side's stream; false when they cannot be frames. */
static bool read_frames(struct epw_finder *f, struct epw_cur c, uint8_t crypto,
                        struct epw_cur *stream)
{
    for (int i = 0; i < MAX_FRAMES && epw_cur_left(&c) != 0; i++) {
        uint64_t type = epw_quic_varint(&c);
        if (type == FRAME_ACK || type == FRAME_ACK_ECN) {
            skip_ack(&c, type == FRAME_ACK_ECN);
        } else if (type == crypto) {
            uint64_t offset = epw_quic_varint(&c), len = epw_quic_varint(&c);
            if (len > epw_cur_left(&c))
                return false;
            const uint8_t *bytes = epw_cur_bytes(&c, (size_t)len);
            *stream = epw_ev_stream(f, offset, bytes, (size_t)len);
        } else if (type == FRAME_PADDING) {
            while (epw_cur_left(&c) != 0 && *c.at == FRAME_PADDING)
                epw_cur_skip(&c, 1);
        } else if (type != FRAME_PING) {
            break; /* CONNECTION_CLOSE: nothing follows */
        }
    }
    return epw_cur_ok(&c);
}

/* Tries the packet's own connection id (first flight, after Retry), then the one that worked. */
static size_t open_initial(const struct epw_quic_packet *p, struct noted note, uint8_t *plain)
{
    size_t len = epw_quic_open(p, p->dcid, p->dcid_len, plain);
    if (len != 0) {
        *note.len = (uint8_t)(p->dcid_len + 1);
        memcpy(note.cid, p->dcid, p->dcid_len);
    } else if (*note.len != 0) {
        len = epw_quic_open(p, note.cid, *note.len - 1u, plain);
    }
    return len;
}

static enum epw_look initial(struct epw_finder *f, const struct epw_opening *o,
                             const struct epw_quic_packet *p)
{
    uint8_t plain[EPW_QUIC_INITIAL_BYTES], *bytes = epw_ev_note(f);
    _Static_assert(EPW_EV_NOTE_LEN > EPW_QUIC_CID_LEN, "a connection id fits the note");
    if (bytes == NULL)
        return EPW_LOOK_MINE;
    struct noted note = { bytes, bytes + 1 };
    size_t len = open_initial(p, note, plain);
    if (len == 0)
        return EPW_LOOK_MINE;
    struct epw_cur stream = epw_cur(NULL, 0);
    struct epw_tls_hello hello;
    if (!read_frames(f, epw_cur(plain, len), p->crypto_frame, &stream))
        return EPW_LOOK_BAD;
    if (epw_cur_left(&stream) == 0)
        return EPW_LOOK_MINE;
    enum epw_err err = epw_tls_hello_parse(stream, &hello);
    if (err == EPW_ETRUNC)
        return EPW_LOOK_MINE;
    if (err != EPW_OK)
        return EPW_LOOK_BAD;
    epw_tls_hello_tell(f, o, &hello, EPW_NAME_QUIC);
    return EPW_LOOK_DONE;
}

/* Version negotiation (RFC 9000, 17.2.1): version 0, two ids, a list with one we know. */
static bool is_negotiation(struct epw_cur c)
{
    uint8_t first = epw_cur_u8(&c);
    uint32_t version = epw_cur_be32(&c);
    epw_cur_skip(&c, epw_cur_u8(&c));
    epw_cur_skip(&c, epw_cur_u8(&c));
    if ((first & 0x80) == 0 || version != 0 || epw_cur_left(&c) % 4 != 0)
        return false;
    while (epw_cur_left(&c) != 0)
        if (epw_quic_version(epw_cur_be32(&c)) != NULL)
            return true;
    return false;
}

/* Google's QUIC: the long header of Q046 and later, or the public header before it. */
static bool is_gquic(struct epw_cur c)
{
    uint8_t first = epw_cur_u8(&c);
    if ((first & 0x80) == 0) {
        if ((first & 0x09) != 0x09) /* version flag, 8-byte connection id */
            return false;
        epw_cur_skip(&c, 8);
    }
    uint32_t version = epw_cur_be32(&c);
    uint8_t tens = (uint8_t)(version >> 8), ones = (uint8_t)version;
    return epw_cur_ok(&c) && (version >> 16 == GQUIC_Q || version >> 16 == GQUIC_T) &&
           tens >= '0' && tens <= '9' && ones >= '0' && ones <= '9';
}

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len), whole = c;
    const struct epw_evidence *ev = epw_ev_known(f);
    enum epw_look said = EPW_LOOK_NO;
    struct epw_quic_packet p;
    for (int i = 0; i < MAX_PACKETS && said != EPW_LOOK_DONE && epw_quic_next(&c, &p); i++) {
        /* The client's side tells it all; what answers it is sealed with other keys. */
        if (ev->requester != EPW_REQUESTER_UNKNOWN && ev->requester != o->dir)
            return EPW_LOOK_DONE;
        said = p.initial ? initial(f, o, &p) : EPW_LOOK_MINE;
        if (said == EPW_LOOK_BAD)
            return said;
    }
    if (said != EPW_LOOK_NO)
        return said;
    if (is_negotiation(whole) || is_gquic(whole))
        return EPW_LOOK_DONE;
    if (epw_quic_is_long(whole))
        return EPW_LOOK_MINE; /* Retry, or cut */
    /* A short header after Initials: the handshake is over. */
    uint8_t first = epw_cur_u8(&whole);
    bool owned = ev->app_side[o->dir] == EPW_APP_QUIC;
    return owned && epw_cur_ok(&whole) && (first & 0xc0) == 0x40 ? EPW_LOOK_DONE : EPW_LOOK_NO;
}

static bool may_begin(uint8_t first)
{
    return (first & 0x80) != 0 || (first & 0x09) == 0x09;
}

const struct epw_source epw_source_quic = {
    .name = "quic",
    .help = "QUIC Initials, versions 1, 2 and the last drafts: server name and ALPN",
    .app = EPW_APP_QUIC,
    .over = EPW_OVER_UDP,
    /* A ClientHello with post-quantum keys takes two Initials; this is more than a dozen of the
     * largest, retransmissions included. */
    .max_bytes = EPW_EV_MAX_BYTES,
    .may_begin = may_begin,
    .look = look,
};
