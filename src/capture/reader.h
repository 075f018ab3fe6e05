/* SPDX-License-Identifier: Apache-2.0 */
/* One capture file as frames: unpacks, levels, and puts libpcap's complaints into words. */
#ifndef EPW_CAPTURE_READER_H
#define EPW_CAPTURE_READER_H

#include "base/err.h"
#include "capture/frame.h"
#include "capture/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct epw_reader;

/*
 * Reads from raw, which it owns from then on, also when it fails. name is what
 * errors call the file (borrowed for the reader's life, "-" reads "standard
 * input"), buffer_len what stdio reads ahead.
 */
enum epw_err epw_reader_open(struct epw_reader **reader, const char *name, struct epw_stream *raw,
                             size_t buffer_len, struct epw_diag *diag);

/* Fills diag with "FILE: text" for errors from before there is a reader. */
enum epw_err epw_reader_diag(struct epw_diag *diag, const char *name, enum epw_err code,
                             const char *text);

/*
 * The next frame: 1, 0 at the end, -1 when something is wrong at that place
 * (diag says what; nothing follows then). frame->bytes belong to the reader
 * and are valid until its next call; frame->source is 0.
 */
int epw_reader_next(struct epw_reader *reader, struct epw_frame *frame, struct epw_diag *diag);

/*
 * Adds frames that are at hand to a batch, at most count, as of source 0; returns how many.
 * None says nothing: epw_reader_next() goes on. *lend: whether their bytes may be valid until then
 * only, and whether they are, which is when all count frames came.
 */
uint32_t epw_reader_fill(struct epw_reader *reader, struct epw_batch *batch, uint32_t count,
                         bool *lend);

/* LINKTYPE_ of the file or of its first interface. */
uint16_t epw_reader_linktype(const struct epw_reader *reader);

/* The file's byte order is not this machine's. */
bool epw_reader_swapped(const struct epw_reader *reader);

/* Bytes read of the file as it is on disk. */
uint64_t epw_reader_bytes(const struct epw_reader *reader);

/* NULL is fine. */
void epw_reader_close(struct epw_reader *reader);

#endif
