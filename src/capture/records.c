/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/records.h"

#include "base/cursor.h"

#include <stdlib.h>
#include <string.h>

#define FILE_HEADER       EPW_STREAM_PEEK
#define RECORD_HEADER     EPW_FRAME_HEADER
#define LINKTYPE_ETHERNET 1
#define NS_PER_S          1000000000u
#define US_PER_S          1000000u

/* Held of the file at a time: what fits a second-level cache beside the rest. */
#define BUFFER_MAX (1u << 18)

/* Read at a time at least: for the last frames of a batch, of which one may be a large one. */
#define LEAST 2048u

/* How a file's numbers are written. */
struct style {
    bool big_endian, ns;
};

struct epw_records {
    struct epw_stream base;
    struct epw_stream *below;
    struct style style;
    bool done;      /* libpcap has taken over */
    size_t at, len; /* what is left of the buffer is [at, len) */
    size_t room;
    uint64_t frames; /* given out */
    uint8_t buffer[];
};

static inline uint32_t word(const uint8_t *run, size_t at, bool big_endian)
{
    uint32_t little = epw_run_le32(run, at);
    return big_endian ? __builtin_bswap32(little) : little;
}

bool epw_records_can(const uint8_t *header, size_t len)
{
    struct epw_cur c = epw_cur(header, len);
    const uint8_t *h = epw_cur_bytes(&c, FILE_HEADER);
    if (h == NULL)
        return false;
    uint32_t magic = epw_run_be32(h, 0);
    bool big_endian = magic == 0xa1b2c3d4 || magic == 0xa1b23c4d;
    if (!big_endian && magic != 0xd4c3b2a1 && magic != 0x4d3cb2a1)
        return false;
    /* Version 2.4: older ones have their lengths in another order. */
    uint32_t version = big_endian ? 0x00020004 : 0x00040002;
    return word(h, 4, big_endian) == version && word(h, 20, big_endian) == LINKTYPE_ETHERNET;
}

/* For libpcap: what was read ahead, then the rest. */
static ssize_t pull(struct epw_stream *s, uint8_t *out, size_t len)
{
    struct epw_records *r = (struct epw_records *)s;
    if (r->at < r->len) {
        size_t take = r->len - r->at < len ? r->len - r->at : len;
        memcpy(out, r->buffer + r->at, take);
        r->at += take;
        return (ssize_t)take;
    }
    if (s->fault.code != EPW_OK) /* it failed while reading ahead */
        return -1;
    ssize_t got = epw_stream_read(r->below, out, len);
    return got < 0 ? epw_stream_fail_as(s, r->below) : got;
}

static void close_records(struct epw_stream *s)
{
    struct epw_records *r = (struct epw_records *)s;
    epw_stream_close(r->below);
    free(r);
}

struct epw_records *epw_records_new(struct epw_stream *below, size_t buffer_len)
{
    size_t room = buffer_len < BUFFER_MAX ? buffer_len : BUFFER_MAX;
    struct epw_records *r = calloc(1, sizeof(*r) + room);
    const uint8_t *header;
    if (r == NULL || epw_stream_peek(below, &header) != FILE_HEADER) {
        epw_stream_close(below);
        free(r);
        return NULL;
    }
    uint32_t magic = epw_run_be32(header, 0);
    r->style.big_endian = magic == 0xa1b2c3d4 || magic == 0xa1b23c4d;
    r->style.ns = magic == 0xa1b23c4d || magic == 0x4d3cb2a1;
    r->base.pull = pull;
    r->base.close = close_records;
    r->below = below;
    r->room = room;
    return r;
}

struct epw_stream *epw_records_stream(struct epw_records *records)
{
    return &records->base;
}

/* Reads on behind what is left; false at the end, at an error, or when the buffer is full. */
static bool refill(struct epw_records *r)
{
    size_t left = r->len - r->at;
    if (r->at != 0 && left != 0)
        memmove(r->buffer, r->buffer + r->at, left);
    r->at = 0;
    r->len = left;
    if (left == r->room)
        return false;
    ssize_t got = epw_stream_read(r->below, r->buffer + left, r->room - left);
    if (got < 0)
        epw_stream_fail_as(&r->base, r->below);
    if (got <= 0)
        return false;
    r->len += (size_t)got;
    return true;
}

enum record { RECORD_TAKEN, RECORD_NOT_WHOLE, RECORD_ODD };

/* The record that begins left bytes before the end of what there is, its frame of most bytes at
 * most; to: where the record will be. */
static inline enum record take(struct style style, const uint8_t *record, size_t left,
                               uint32_t most, const uint8_t *to, struct epw_frame *frame)
{
    if (left < RECORD_HEADER)
        return RECORD_NOT_WHOLE;
    uint32_t s = word(record, 0, style.big_endian), part = word(record, 4, style.big_endian);
    uint32_t caplen = word(record, 8, style.big_endian);
    if (caplen > most || part >= (style.ns ? NS_PER_S : US_PER_S))
        return RECORD_ODD;
    if (caplen > left - RECORD_HEADER)
        return RECORD_NOT_WHOLE;
    frame->bytes = to + RECORD_HEADER;
    frame->ts_ns = (int64_t)s * NS_PER_S + (int64_t)part * (style.ns ? 1 : 1000);
    frame->caplen = caplen;
    frame->wire_len = word(record, 12, style.big_endian);
    frame->linktype = LINKTYPE_ETHERNET;
    frame->source = 0;
    return RECORD_TAKEN;
}

static inline uint32_t most_of(uint32_t snaplen)
{
    return snaplen < EPW_MAX_SNAPLEN ? snaplen : EPW_MAX_SNAPLEN;
}

bool epw_records_next(struct epw_records *r, uint32_t snaplen, struct epw_frame *frame)
{
    while (!r->done) {
        const uint8_t *record = r->buffer + r->at;
        enum record what = take(r->style, record, r->len - r->at, most_of(snaplen), record, frame);
        if (what == RECORD_TAKEN) {
            size_t used = RECORD_HEADER + frame->caplen;
            r->at += used;
            r->base.count += used;
            r->frames++;
            return true;
        }
        r->done = what == RECORD_ODD || !refill(r);
    }
    return false;
}

/* Once with the style known, so that little-endian microseconds, which most files have, cost no
 * more than they must. Returns the bytes taken; frames point into to, where these will be. */
static inline size_t take_run(struct style style, const uint8_t *from, size_t len, uint32_t most,
                              const uint8_t *to, struct epw_frame *frame, uint32_t *count)
{
    const struct epw_frame *begin = frame, *end = frame + *count;
    size_t used = 0;
    for (; frame < end &&
           take(style, from + used, len - used, most, to + used, frame) == RECORD_TAKEN;
         frame++)
        used += RECORD_HEADER + frame->caplen;
    *count = (uint32_t)(frame - begin);
    return used;
}

/* Frames that were lent from there, to where their bytes are copied. */
static void move_run(struct epw_frame *frame, uint32_t count, const uint8_t *from, uint8_t *to)
{
    for (uint32_t i = 0; i < count; i++)
        frame[i].bytes = to + (frame[i].bytes - from);
}

static size_t take_styled(const struct epw_records *r, const uint8_t *from, size_t len,
                          uint32_t snaplen, const uint8_t *to, struct epw_frame *frame,
                          uint32_t *count)
{
    const struct style usual = { .big_endian = false, .ns = false };
    const uint32_t most = most_of(snaplen);
    return r->style.big_endian || r->style.ns
               ? take_run(r->style, from, len, most, to, frame, count)
               : take_run(usual, from, len, most, to, frame, count);
}

/*
 * What a batch lacks is read straight into it, behind the part of a record that is left: so its
 * bytes are copied once less. About as much as count frames are, going by those so far; what is
 * too much goes back into the buffer.
 */
static uint32_t read_into(struct epw_records *r, uint32_t snaplen, struct epw_batch *batch,
                          uint32_t count)
{
    size_t left = r->len - r->at, room = EPW_BATCH_BYTES - batch->used;
    size_t want = r->frames == 0 ? 0 : r->base.count / r->frames * (count + count / 16 + 1);
    want = want != 0 && want < LEAST ? LEAST : want;
    room = room < r->room ? room : r->room;
    if (want == 0 || left + want > room)
        return 0;
    uint8_t *to = batch->room + batch->used;
    memcpy(to, r->buffer + r->at, left);
    ssize_t got = epw_stream_read(r->below, to + left, want);
    if (got < 0)
        epw_stream_fail_as(&r->base, r->below);
    r->done = got <= 0;
    if (r->done)
        return 0;
    left += (size_t)got;
    size_t used = take_styled(r, to, left, snaplen, to, &batch->frame[batch->count], &count);
    memcpy(r->buffer, to + used, left - used);
    r->at = 0;
    r->len = left - used;
    r->base.count += used;
    r->frames += count;
    batch->used += (uint32_t)used;
    batch->count += count;
    return count;
}

uint32_t epw_records_fill(struct epw_records *r, uint32_t snaplen, struct epw_batch *batch,
                          uint32_t count, bool *lend)
{
    const bool asked = *lend;
    bool lent = asked;
    *lend = false;
    if (r->done)
        return 0;
    size_t left = r->len - r->at, room = EPW_BATCH_BYTES - batch->used;
    uint8_t *from = r->buffer + r->at, *to = batch->room + batch->used;
    size_t len = left < room ? left : room;
    struct epw_frame *frame = &batch->frame[batch->count];
    uint32_t taken = count;
    size_t used = take_styled(r, from, len, snaplen, lent ? from : to, frame, &taken);
    if (lent && taken < count) { /* what the batch still lacks is read over them */
        move_run(frame, taken, from, to);
        lent = false;
    }
    if (!lent) {
        memcpy(to, from, used);
        batch->used += (uint32_t)used;
    }
    *lend = lent;
    r->at += used;
    r->base.count += used;
    batch->count += taken;
    r->frames += taken;
    for (uint32_t more = 1; !asked && taken < count && more != 0; taken += more)
        more = read_into(r, snaplen, batch, count - taken);
    return taken;
}
