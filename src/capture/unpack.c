/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gzip (RFC 1952) and Zstandard (RFC 8878) as streams. Both give out what could
 * be unpacked before they complain, so that a damaged or cut file is read up to
 * that place.
 */
#include "capture/stream.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

/* Packed bytes read at once: enough to make the calls below cheap. */
#define PACKED_LEN 65536

struct gzip_stream {
    struct epw_stream base;
    struct epw_stream *below;
    z_stream z;
    bool in_member;  /* between its first and its last byte */
    bool any_member; /* one has ended: what follows may be padding */
    uint8_t packed[PACKED_LEN];
};

static ssize_t gzip_refill(struct gzip_stream *gz)
{
    ssize_t got = epw_stream_read(gz->below, gz->packed, sizeof(gz->packed));
    if (got < 0)
        return epw_stream_fail_as(&gz->base, gz->below);
    gz->z.next_in = gz->packed;
    gz->z.avail_in = (uInt)got;
    return got;
}

/* Zeros between and after members are padding (RFC 1952 has none, tapes and gzip(1) do). */
static void gzip_skip_padding(struct gzip_stream *gz)
{
    for (; gz->z.avail_in > 0 && *gz->z.next_in == 0; gz->z.avail_in--)
        gz->z.next_in++;
}

static ssize_t gzip_pull(struct epw_stream *s, uint8_t *out, size_t len)
{
    struct gzip_stream *gz = (struct gzip_stream *)s;
    uInt room = len > UINT_MAX ? UINT_MAX : (uInt)len;
    gz->z.next_out = out;
    gz->z.avail_out = room;
    /* Ends: every round takes packed bytes, gives out bytes, or returns. */
    while (gz->z.avail_out == room) {
        if (gz->z.avail_in == 0) {
            ssize_t got = gzip_refill(gz);
            if (got < 0)
                return -1;
            if (got == 0 && gz->in_member)
                return epw_stream_fail(s, EPW_ETRUNC,
                                       "gzip data ends at byte %llu, more was expected",
                                       (unsigned long long)gz->below->count);
            if (got == 0)
                return 0;
        }
        if (!gz->in_member && gz->any_member)
            gzip_skip_padding(gz);
        if (gz->z.avail_in == 0)
            continue;
        gz->in_member = true;
        int result = inflate(&gz->z, Z_NO_FLUSH);
        if (result == Z_STREAM_END) {
            gz->in_member = false;
            gz->any_member = true;
            inflateReset(&gz->z);
        } else if (result == Z_MEM_ERROR) {
            return epw_stream_fail(s, EPW_ENOMEM, "out of memory while unpacking");
        } else if (result != Z_OK && result != Z_BUF_ERROR && gz->z.avail_out == room) {
            return epw_stream_fail(s, EPW_EFORMAT, "damaged gzip data near byte %llu: %s",
                                   (unsigned long long)(gz->below->count - gz->z.avail_in),
                                   gz->z.msg == NULL ? "no reason given" : gz->z.msg);
        }
    }
    return (ssize_t)(room - gz->z.avail_out);
}

static void gzip_close(struct epw_stream *s)
{
    struct gzip_stream *gz = (struct gzip_stream *)s;
    inflateEnd(&gz->z);
    epw_stream_close(gz->below);
    free(gz);
}

struct epw_stream *epw_stream_gzip(struct epw_stream *below)
{
    struct gzip_stream *gz = calloc(1, sizeof(*gz));
    /* 16 + 15: a gzip header is expected, windows of up to 32 KiB. */
    if (gz == NULL || inflateInit2(&gz->z, 16 + 15) != Z_OK) {
        free(gz);
        epw_stream_close(below);
        return NULL;
    }
    gz->base.pull = gzip_pull;
    gz->base.close = gzip_close;
    gz->below = below;
    return &gz->base;
}

struct zstd_stream {
    struct epw_stream base;
    struct epw_stream *below;
    ZSTD_DStream *z;
    ZSTD_inBuffer in;
    bool in_frame; /* between its first and its last byte */
    uint8_t packed[PACKED_LEN];
};

static ssize_t zstd_pull(struct epw_stream *s, uint8_t *out, size_t len)
{
    struct zstd_stream *zst = (struct zstd_stream *)s;
    /* Ends: every round gives out bytes, takes packed bytes, or returns. */
    for (;;) {
        /* Before reading on: the last call may have left bytes that found no room. */
        ZSTD_outBuffer unpacked = { .dst = out, .size = len };
        size_t before = zst->in.pos;
        size_t result = ZSTD_decompressStream(zst->z, &unpacked, &zst->in);
        if (ZSTD_isError(result))
            return epw_stream_fail(
                s, EPW_EFORMAT, "damaged Zstandard data near byte %llu: %s",
                (unsigned long long)(zst->below->count - (zst->in.size - zst->in.pos)),
                ZSTD_getErrorName(result));
        if (unpacked.pos > 0 || zst->in.pos != before)
            zst->in_frame = result != 0;
        if (unpacked.pos > 0)
            return (ssize_t)unpacked.pos;
        if (zst->in.pos < zst->in.size)
            continue;
        ssize_t got = epw_stream_read(zst->below, zst->packed, sizeof(zst->packed));
        if (got < 0)
            return epw_stream_fail_as(s, zst->below);
        if (got == 0 && zst->in_frame)
            return epw_stream_fail(s, EPW_ETRUNC,
                                   "Zstandard data ends at byte %llu, more was expected",
                                   (unsigned long long)zst->below->count);
        if (got == 0)
            return 0;
        zst->in = (ZSTD_inBuffer){ .src = zst->packed, .size = (size_t)got };
    }
}

static void zstd_close(struct epw_stream *s)
{
    struct zstd_stream *zst = (struct zstd_stream *)s;
    ZSTD_freeDStream(zst->z);
    epw_stream_close(zst->below);
    free(zst);
}

struct epw_stream *epw_stream_zstd(struct epw_stream *below)
{
    struct zstd_stream *zst = calloc(1, sizeof(*zst));
    /* libzstd's own limit on windows (128 MiB) stands: a file may not ask for more. */
    if (zst == NULL || (zst->z = ZSTD_createDStream()) == NULL) {
        free(zst);
        epw_stream_close(below);
        return NULL;
    }
    zst->base.pull = zstd_pull;
    zst->base.close = zstd_close;
    zst->below = below;
    return &zst->base;
}
