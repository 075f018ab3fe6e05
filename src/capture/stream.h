/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream of bytes: a file, what is unpacked from it, what is levelled of that.
 * Streams stand in a chain, each reading from the one below, and end as the
 * FILE that libpcap reads from. So plain, packed and piped captures take one
 * path, and none of them needs seeking.
 */
#ifndef EPW_CAPTURE_STREAM_H
#define EPW_CAPTURE_STREAM_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* Longest peek: the 24 bytes of a pcap file header. */
#define EPW_STREAM_PEEK 24

/* Every kind of stream embeds this as its first member. */
struct epw_stream {
    /* Up to len bytes (len > 0), 0 at the end, -1 after epw_stream_fail(). */
    ssize_t (*pull)(struct epw_stream *s, uint8_t *out, size_t len);
    void (*close)(struct epw_stream *s); /* frees itself and closes the stream below */
    uint64_t count;                      /* bytes handed out by epw_stream_read() */
    uint8_t head[EPW_STREAM_PEEK];       /* peeked at, not handed out yet */
    size_t head_at, head_len;
    struct epw_diag fault; /* why pull gave -1; the text does not name the file */
};

/* As pull, after what was peeked at. */
ssize_t epw_stream_read(struct epw_stream *s, uint8_t *out, size_t len);

/*
 * The first bytes without taking them; once, before the first read. *bytes is
 * valid until the first read. Returns how many there are (fewer than
 * EPW_STREAM_PEEK: the stream ends there), -1 on an error.
 */
ssize_t epw_stream_peek(struct epw_stream *s, const uint8_t **bytes);

/* Records why and returns -1, for pull functions. */
ssize_t epw_stream_fail(struct epw_stream *s, enum epw_err code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with the reason of the stream below. */
ssize_t epw_stream_fail_as(struct epw_stream *s, const struct epw_stream *below);

/* NULL is fine. */
void epw_stream_close(struct epw_stream *s);

/*
 * The file of that path, "-" for standard input (which is not closed in the
 * end). *size is its length in bytes, 0 when that is not known (a pipe).
 * On failure diag holds the reason without the path.
 */
enum epw_err epw_stream_open(struct epw_stream **s, const char *path, uint64_t *size,
                             struct epw_diag *diag);

/*
 * Streams that unpack; they own below from then on, also when they fail (NULL:
 * out of memory). Members or frames that follow each other are one stream.
 */
struct epw_stream *epw_stream_gzip(struct epw_stream *below);
struct epw_stream *epw_stream_zstd(struct epw_stream *below);

/*
 * A FILE over the stream, which is borrowed; buf of len bytes is its buffer and
 * must outlive it. It does no locking (one thread reads a capture: a third of
 * libpcap's time is stdio's locks otherwise) and knows its place: ftello() works.
 * NULL: out of memory.
 */
FILE *epw_stream_file(struct epw_stream *s, char *buf, size_t len);

#endif
