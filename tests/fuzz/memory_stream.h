/* SPDX-License-Identifier: Apache-2.0 */
/* A stream over bytes in memory, given out in steps: what a slow pipe does to its readers. */
#ifndef TESTS_FUZZ_MEMORY_STREAM_H
#define TESTS_FUZZ_MEMORY_STREAM_H

#include "capture/stream.h"

#include <stdlib.h>
#include <string.h>

struct memory_stream {
    struct epw_stream base;
    const uint8_t *bytes;
    size_t len, step;
};

static inline ssize_t memory_pull(struct epw_stream *s, uint8_t *out, size_t len)
{
    struct memory_stream *memory = (struct memory_stream *)s;
    size_t take = memory->len < memory->step ? memory->len : memory->step;
    take = take < len ? take : len;
    if (take > 0)
        memcpy(out, memory->bytes, take);
    memory->bytes += take;
    memory->len -= take;
    return (ssize_t)take;
}

static inline void memory_close(struct epw_stream *s)
{
    free(s);
}

/* bytes are borrowed; aborts when there is no memory. */
static inline struct epw_stream *memory_stream(const uint8_t *bytes, size_t len, size_t step)
{
    struct memory_stream *memory = calloc(1, sizeof(*memory));
    if (memory == NULL)
        abort();
    memory->base.pull = memory_pull;
    memory->base.close = memory_close;
    memory->bytes = bytes;
    memory->len = len;
    memory->step = step;
    return &memory->base;
}

#endif
