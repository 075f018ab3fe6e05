/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batches of frames on their way from a thread that takes them to one that merges them: a ring
 * with one writer and one reader, which does not wait and allocates nothing once it is made.
 */
#ifndef EPW_CAPTURE_BATCHES_H
#define EPW_CAPTURE_BATCHES_H

#include "base/err.h"
#include "capture/frame.h"

#include <stdatomic.h>

/*
 * The buffer of packets is the kernel's ring (-B). These only let the writer go on while the
 * reader is at other interfaces: 2,048 packets, 8.1 MiB if they are the largest, of which ones of
 * 60 bytes touch 200 KiB.
 */
#define EPW_BATCHES 8u

struct epw_batches {
    struct epw_batch *slot[EPW_BATCHES];
    atomic_uint in, out; /* batches ever put and dropped; they wrap around */
};

/* EPW_ENOMEM; to be freed all the same. Begin with it zeroed. */
enum epw_err epw_batches_init(struct epw_batches *batches);
void epw_batches_free(struct epw_batches *batches);

/* Put and not dropped. */
unsigned epw_batches_count(const struct epw_batches *batches);

/* The writer: the next batch to fill, emptied, the same until it is put; NULL: all are in use. */
struct epw_batch *epw_batches_room(struct epw_batches *batches);
void epw_batches_put(struct epw_batches *batches);

/* The reader: the earliest that was put, to be read until it is dropped; NULL: there is none. */
const struct epw_batch *epw_batches_first(const struct epw_batches *batches);
void epw_batches_drop(struct epw_batches *batches);

#endif
