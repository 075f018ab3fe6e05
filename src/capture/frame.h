/* SPDX-License-Identifier: Apache-2.0 */
/* Data header: a captured frame and a batch of them, what capture hands to a meter. */
#ifndef EPW_CAPTURE_FRAME_H
#define EPW_CAPTURE_FRAME_H

#include <stdbool.h>
#include <stdint.h>

struct epw_frame {
    const uint8_t *bytes; /* caplen bytes, valid until the batch is refilled, whose memory
                             they lie in or, after epw_capture_lend(), the capture's */
    int64_t ts_ns;        /* since 1970-01-01 UTC */
    uint32_t caplen;      /* bytes captured */
    uint32_t wire_len;    /* bytes on the wire (the original length); may be less than caplen
                             in broken files: then caplen is what counts */
    uint16_t linktype;    /* LINKTYPE_ value of the file or interface */
    uint16_t source;      /* index of the file or interface it came from */
};

/*
 * Frames of one batch. 256 amortises a call and a prefetch round and still
 * keeps a batch of small packets inside a 32 KiB first-level cache.
 */
#define EPW_BATCH_FRAMES 256

/* Largest frame believed: libpcap's own MAXIMUM_SNAPLEN. */
#define EPW_MAX_SNAPLEN 262144

/* What a frame of a file takes of a batch beside its bytes: where records are read into the batch
 * as they stand, their headers; elsewhere the same, so that batches end alike however a file is
 * read. */
#define EPW_FRAME_HEADER 16u

/* Bytes of a batch: nearly four of the largest frames, so that a batch is never a single frame
 * long. */
#define EPW_BATCH_BYTES (4u * EPW_MAX_SNAPLEN)

struct epw_batch {
    uint32_t count;
    uint32_t used;  /* bytes of room taken */
    bool end;       /* no batch comes after this one, which may have frames or none */
    int64_t now_ns; /* live: up to here (since 1970-01-01 UTC) every packet has been handed out,
                       also when there was none; 0: only the stamps tell. A live batch without
                       frames is no end */
    struct epw_frame frame[EPW_BATCH_FRAMES];
    uint8_t room[EPW_BATCH_BYTES]; /* the frames' bytes, in their order */
};

#endif
