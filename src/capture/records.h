/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of an ordinary pcap file (version 2.4, Ethernet), read beside
 * libpcap: a stream that stands between the file and libpcap. libpcap reads the
 * file header, then records are taken here as long as they are whole and
 * nothing about them is odd; at the first that is not, and at the end, libpcap
 * goes on from that place and has the words for it. Reading through stdio a
 * record at a time costs four times as much.
 */
#ifndef EPW_CAPTURE_RECORDS_H
#define EPW_CAPTURE_RECORDS_H

#include "capture/frame.h"
#include "capture/stream.h"

#include <stdbool.h>

struct epw_records;

/* Whether the file header (EPW_STREAM_PEEK bytes) is of a kind whose records can be taken here. */
bool epw_records_can(const uint8_t *header, size_t len);

/* Owns below, of which the header was peeked at, also when it fails (NULL: out of memory). */
struct epw_records *epw_records_new(struct epw_stream *below, size_t buffer_len);

/* The stream to read from and to close; it is the reader of records itself. */
struct epw_stream *epw_records_stream(struct epw_records *records);

/*
 * The next frame, as of source 0. Its bytes are valid until the next call.
 * Only once libpcap has read the file header; snaplen is what it makes of it
 * (pcap_snapshot()). False: it is libpcap's turn, and from now on.
 */
bool epw_records_next(struct epw_records *records, uint32_t snaplen, struct epw_frame *frame);

/*
 * Adds up to count more frames to a batch, as of source 0, as long as what was read ahead
 * of the file and the batch's room go; returns how many. The bytes are copied as they stand,
 * headers between them: once a batch, not once a frame. *lend asks whether they may stay where
 * they are until the next call, and says whether they do, which is when all count frames are
 * there: so a batch ends where it would without. Frames given out before stay valid in the batch
 * only.
 */
uint32_t epw_records_fill(struct epw_records *records, uint32_t snaplen, struct epw_batch *batch,
                          uint32_t count, bool *lend);

#endif
