/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/ng_level.h"

#include "base/cursor.h"
#include "capture/frame.h"

#include <stdlib.h>
#include <string.h>

enum block_type {
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 2, /* obsolete */
    BLOCK_SIMPLE = 3,
    BLOCK_ENHANCED = 6,
    BLOCK_SECTION = 0x0a0d0d0a, /* the same in either byte order */
};

#define BYTE_ORDER_MAGIC 0x1a2b3c4du

/* Type, length and the length again: the smallest block. Enough to tell a section's byte order. */
#define BLOCK_MIN 12
/* Smallest well-formed blocks of a kind: fixed part and the length again. */
#define INTERFACE_FIXED 16
#define INTERFACE_MIN   20
#define SIMPLE_FIXED    12
#define SIMPLE_MIN      16
#define PACKET_MIN      32
/* What an Enhanced Packet's fixed part has over a Simple one's: interface, stamp, captured length
 */
#define ENHANCED_MORE 16

/* Bytes read at once. */
#define IN_LEN 65536

/*
 * Packets that have passed but were not asked for yet. stdio reads on only when
 * its buffer is used up, so all but the packet in progress were asked for by
 * then, and one read passes at most IN_LEN bytes: IN_LEN / SIMPLE_MIN packets.
 * Twice that (a power of two) can not fill up.
 */
#define QUEUE_LEN (2 * IN_LEN / SIMPLE_MIN)

struct epw_ng_level {
    struct epw_stream base;
    struct epw_stream *below;

    bool big_endian;
    bool in_section;    /* a section header has passed */
    bool as_it_is;      /* something malformed: no more blocks are looked for */
    bool failed;        /* fault says why; the bytes before it were given out */
    bool paused;        /* before a section of the other byte order */
    bool raise_trailer; /* the block's last length must grow by ENHANCED_MORE */
    bool moved;
    uint32_t body_left; /* bytes of the block still to pass */

    uint8_t head[EPW_STREAM_PEEK + ENHANCED_MORE]; /* rewritten bytes to give out first */
    size_t head_at, head_len;

    int32_t first_linktype;
    uint32_t interface_count, first_snaplen; /* of this section */
    uint16_t linktype[EPW_NG_MAX_INTERFACES];

    uint32_t queue_out, queue_in; /* running numbers */
    struct epw_ng_packet queue[QUEUE_LEN];

    size_t in_at, in_len;
    uint8_t in[IN_LEN];
};

static uint32_t get32(const struct epw_ng_level *l, struct epw_cur *c)
{
    return l->big_endian ? epw_cur_be32(c) : epw_cur_le32(c);
}

static uint16_t get16(const struct epw_ng_level *l, struct epw_cur *c)
{
    return l->big_endian ? epw_cur_be16(c) : epw_cur_le16(c);
}

static void put(struct epw_ng_level *l, uint32_t value, unsigned len)
{
    for (unsigned i = 0; i < len; i++) {
        unsigned shift = 8 * (l->big_endian ? len - 1 - i : i);
        l->head[l->head_len++] = (uint8_t)(value >> shift);
    }
}

/* Starts rewritten bytes in place of the next len ones. */
static void replace(struct epw_ng_level *l, size_t len)
{
    l->head_at = l->head_len = 0;
    l->in_at += len;
}

static void enqueue(struct epw_ng_level *l, uint32_t interface_id, bool no_stamp)
{
    uint16_t linktype = interface_id < l->interface_count ? l->linktype[interface_id] : 0;
    l->queue[l->queue_in++ % QUEUE_LEN] =
        (struct epw_ng_packet){ .linktype = linktype, .no_stamp = no_stamp };
}

bool epw_ng_level_next(struct epw_ng_level *l, struct epw_ng_packet *packet)
{
    if (l->queue_out == l->queue_in)
        return false;
    *packet = l->queue[l->queue_out++ % QUEUE_LEN];
    return true;
}

/* Looks at a section header's byte order and begins the section, if it is one to go on with. */
static void begin_section(struct epw_ng_level *l)
{
    struct epw_cur c = epw_cur(l->in + l->in_at, BLOCK_MIN);
    epw_cur_skip(&c, 8);
    uint32_t magic = epw_cur_be32(&c);
    bool big_endian = magic == BYTE_ORDER_MAGIC;
    l->as_it_is = !big_endian && magic != __builtin_bswap32(BYTE_ORDER_MAGIC);
    l->paused = !l->as_it_is && l->in_section && big_endian != l->big_endian;
    if (l->as_it_is || l->paused)
        return;
    l->big_endian = big_endian;
    l->in_section = true;
    l->interface_count = 0;
    l->first_snaplen = 0;
}

bool epw_ng_level_resume(struct epw_ng_level *l)
{
    if (!l->paused)
        return false;
    l->paused = false;
    l->in_section = false;
    return true;
}

static void begin_interface(struct epw_ng_level *l, uint32_t total_len)
{
    struct epw_cur c = epw_cur(l->in + l->in_at, INTERFACE_FIXED);
    epw_cur_skip(&c, 8);
    uint16_t linktype = get16(l, &c);
    uint16_t reserved = get16(l, &c);
    uint32_t snaplen = get32(l, &c);
    if (l->first_linktype < 0)
        l->first_linktype = linktype;
    if (l->interface_count == 0)
        l->first_snaplen = snaplen;
    l->linktype[l->interface_count++] = linktype;

    replace(l, INTERFACE_FIXED);
    put(l, BLOCK_INTERFACE, 4);
    put(l, total_len, 4);
    put(l, EPW_NG_LINKTYPE, 2);
    put(l, reserved, 2);
    put(l, EPW_MAX_SNAPLEN, 4);
    l->body_left = total_len - INTERFACE_FIXED;
}

static void begin_simple(struct epw_ng_level *l, uint32_t total_len)
{
    struct epw_cur c = epw_cur(l->in + l->in_at, SIMPLE_FIXED);
    epw_cur_skip(&c, 8);
    uint32_t wire_len = get32(l, &c);
    uint32_t caplen = wire_len;
    if (l->first_snaplen != 0 && caplen > l->first_snaplen)
        caplen = l->first_snaplen;
    enqueue(l, 0, true);

    replace(l, SIMPLE_FIXED);
    put(l, BLOCK_ENHANCED, 4);
    put(l, total_len + ENHANCED_MORE, 4);
    put(l, 0, 4);
    put(l, 0, 4);
    put(l, 0, 4);
    put(l, caplen, 4);
    put(l, wire_len, 4);
    l->body_left = total_len - SIMPLE_MIN;
    l->raise_trailer = true;
    l->moved = true;
}

/*
 * At a block's first byte, with at least BLOCK_MIN bytes at hand: what to do with
 * it. 1: go on, 0: paused, -1
 */
static ssize_t begin_block(struct epw_ng_level *l)
{
    struct epw_cur c = epw_cur(l->in + l->in_at, l->in_len - l->in_at);
    uint32_t type = get32(l, &c);
    if (type == BLOCK_SECTION) {
        begin_section(l);
        if (l->paused)
            return 0;
    }
    uint32_t total_len = get32(l, &c);
    if (!l->in_section || l->as_it_is || total_len < BLOCK_MIN || total_len % 4 != 0) {
        l->as_it_is = true;
        return 1;
    }
    l->body_left = total_len;
    if (type == BLOCK_INTERFACE && total_len >= INTERFACE_MIN &&
        l->in_len - l->in_at >= INTERFACE_FIXED) {
        if (l->interface_count == EPW_NG_MAX_INTERFACES)
            return epw_stream_fail(&l->base, EPW_ELIMIT, "more than %d interfaces in one section",
                                   EPW_NG_MAX_INTERFACES);
        begin_interface(l, total_len);
    } else if (type == BLOCK_SIMPLE && total_len >= SIMPLE_MIN &&
               total_len <= UINT32_MAX - ENHANCED_MORE) {
        begin_simple(l, total_len);
    } else if (type == BLOCK_ENHANCED && total_len >= PACKET_MIN) {
        enqueue(l, get32(l, &c), false);
    } else if (type == BLOCK_PACKET && total_len >= PACKET_MIN) {
        enqueue(l, get16(l, &c), false);
    }
    return 1;
}

/* A Simple Packet's last length grows with the first; if they differed they still do. */
static void end_simple(struct epw_ng_level *l)
{
    struct epw_cur c = epw_cur(l->in + l->in_at, 4);
    uint32_t total_len = get32(l, &c);
    replace(l, 4);
    put(l, total_len + ENHANCED_MORE, 4);
    l->raise_trailer = false;
}

/* Makes len bytes (few) available at in_at. 1: they are, 0: the stream ends before, -1 */
static ssize_t want(struct epw_ng_level *l, size_t len)
{
    if (l->in_len - l->in_at >= len)
        return 1;
    memmove(l->in, l->in + l->in_at, l->in_len - l->in_at);
    l->in_len -= l->in_at;
    l->in_at = 0;
    while (l->in_len < len) {
        ssize_t got = epw_stream_read(l->below, l->in + l->in_len, sizeof(l->in) - l->in_len);
        if (got < 0)
            return epw_stream_fail_as(&l->base, l->below);
        if (got == 0)
            return 0;
        l->in_len += (size_t)got;
    }
    return 1;
}

/*
 * Makes the next bytes to give out known: those of head, or how many of in.
 * 1: there are some, 0: the stream ends, or has to be read on and gave already.
 */
static ssize_t prepare(struct epw_ng_level *l, bool gave)
{
    size_t need = 1;
    if (l->body_left == 0 && !l->as_it_is)
        need = l->raise_trailer ? 4 : INTERFACE_FIXED;
    if (l->in_len - l->in_at < need && gave)
        return 0;
    if (want(l, need) < 0)
        return -1;
    size_t have = l->in_len - l->in_at;
    if (have == 0)
        return 0;
    if (need == 1)
        return 1;
    if (l->raise_trailer && have >= 4) {
        end_simple(l);
        return 1;
    }
    if (l->raise_trailer || have < BLOCK_MIN) {
        l->as_it_is = true;
        return 1;
    }
    if (l->queue_in - l->queue_out == QUEUE_LEN)
        return gave ? 0 : epw_stream_fail(&l->base, EPW_ELIMIT, "packets were not asked for");
    return begin_block(l);
}

static ssize_t level_pull(struct epw_stream *s, uint8_t *out, size_t len)
{
    struct epw_ng_level *l = (struct epw_ng_level *)s;
    size_t given = 0;
    /* Ends: every round gives out bytes, begins a block (then its bytes follow), or stops. */
    while (given < len && !l->failed) {
        size_t room = len - given;
        if (l->head_at < l->head_len) {
            size_t take = l->head_len - l->head_at < room ? l->head_len - l->head_at : room;
            memcpy(out + given, l->head + l->head_at, take);
            l->head_at += take;
            given += take;
            continue;
        }
        size_t take = l->in_len - l->in_at;
        if (!l->as_it_is && take > l->body_left)
            take = l->body_left;
        if (take > room)
            take = room;
        if (take == 0) {
            ssize_t more = prepare(l, given > 0);
            l->failed = more < 0;
            if (more <= 0)
                break;
            continue;
        }
        memcpy(out + given, l->in + l->in_at, take);
        l->in_at += take;
        given += take;
        l->body_left -= l->as_it_is ? 0 : (uint32_t)take;
    }
    return given > 0 || !l->failed ? (ssize_t)given : -1;
}

static void level_close(struct epw_stream *s)
{
    struct epw_ng_level *l = (struct epw_ng_level *)s;
    epw_stream_close(l->below);
    free(l);
}

struct epw_ng_level *epw_ng_level_new(struct epw_stream *below)
{
    struct epw_ng_level *l = calloc(1, sizeof(*l));
    if (l == NULL) {
        epw_stream_close(below);
        return NULL;
    }
    l->base.pull = level_pull;
    l->base.close = level_close;
    l->below = below;
    l->first_linktype = -1;
    return l;
}

struct epw_stream *epw_ng_level_stream(struct epw_ng_level *l)
{
    return &l->base;
}

int32_t epw_ng_level_first_linktype(const struct epw_ng_level *l)
{
    return l->first_linktype;
}

bool epw_ng_level_moved(const struct epw_ng_level *l)
{
    return l->moved;
}
