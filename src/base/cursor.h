/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bounded cursor: the only way foreign bytes are read.
 *
 * The error is sticky: after the first read beyond the end every further read
 * gives zero (or NULL) and moves nothing, so a parser may read a whole header
 * and look at epw_cur_ok() once. Nothing is copied; what epw_cur_bytes() hands
 * out lives as long as the bytes the cursor was made over.
 */
#ifndef EPW_BASE_CURSOR_H
#define EPW_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct epw_cur {
    const uint8_t *at;  /* next byte; never beyond end */
    const uint8_t *end; /* one past the last byte */
    bool failed;        /* a read went beyond end */
};

static inline struct epw_cur epw_cur(const void *bytes, size_t len)
{
    const uint8_t *at = (const uint8_t *)bytes;
    return (struct epw_cur){ .at = at, .end = len == 0 ? at : at + len, .failed = false };
}

static inline bool epw_cur_ok(const struct epw_cur *c)
{
    return !c->failed;
}

static inline size_t epw_cur_left(const struct epw_cur *c)
{
    return c->failed ? 0 : (size_t)(c->end - c->at);
}

/* The next len bytes, or NULL when fewer are left (len 0 gives a valid pointer). */
static inline const uint8_t *epw_cur_bytes(struct epw_cur *c, size_t len)
{
    if (c->failed || (size_t)(c->end - c->at) < len) {
        c->failed = true;
        return NULL;
    }
    const uint8_t *here = c->at;
    if (len != 0)
        c->at += len;
    return here;
}

/* The first of len bytes where they are need at least, a whole header's, else NULL: one check, as
 * for the numbers below. */
static inline const uint8_t *epw_run(const uint8_t *bytes, size_t len, size_t need)
{
    return len < need ? NULL : bytes;
}

/* For what is called from many places and must be part of each, however often that is. */
#define EPW_ALWAYS static inline __attribute__((always_inline))

/* Numbers in a run of bytes that epw_cur_bytes() gave: one check for a whole header. */
EPW_ALWAYS uint16_t epw_run_be16(const uint8_t *run, size_t at)
{
    return (uint16_t)((unsigned)run[at] << 8 | run[at + 1]);
}

EPW_ALWAYS uint32_t epw_run_be32(const uint8_t *run, size_t at)
{
    return (uint32_t)run[at] << 24 | (uint32_t)run[at + 1] << 16 | (uint32_t)run[at + 2] << 8 |
           run[at + 3];
}

EPW_ALWAYS uint32_t epw_run_le32(const uint8_t *run, size_t at)
{
    return (uint32_t)run[at + 3] << 24 | (uint32_t)run[at + 2] << 16 | (uint32_t)run[at + 1] << 8 |
           run[at];
}

EPW_ALWAYS uint64_t epw_run_be64(const uint8_t *run, size_t at)
{
    return (uint64_t)epw_run_be32(run, at) << 32 | epw_run_be32(run, at + 4);
}

EPW_ALWAYS uint64_t epw_run_le64(const uint8_t *run, size_t at)
{
    return (uint64_t)epw_run_le32(run, at + 4) << 32 | epw_run_le32(run, at);
}

static inline bool epw_cur_skip(struct epw_cur *c, size_t len)
{
    return epw_cur_bytes(c, len) != NULL || (len == 0 && !c->failed);
}

static inline uint8_t epw_cur_u8(struct epw_cur *c)
{
    const uint8_t *b = epw_cur_bytes(c, 1);
    return b == NULL ? 0 : b[0];
}

static inline uint16_t epw_cur_be16(struct epw_cur *c)
{
    const uint8_t *b = epw_cur_bytes(c, 2);
    return b == NULL ? 0 : (uint16_t)((unsigned)b[0] << 8 | b[1]);
}

static inline uint32_t epw_cur_be24(struct epw_cur *c)
{
    const uint8_t *b = epw_cur_bytes(c, 3);
    return b == NULL ? 0 : (uint32_t)b[0] << 16 | (uint32_t)b[1] << 8 | b[2];
}

static inline uint32_t epw_cur_be32(struct epw_cur *c)
{
    const uint8_t *b = epw_cur_bytes(c, 4);
    return b == NULL ? 0 : (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static inline uint64_t epw_cur_be64(struct epw_cur *c)
{
    uint64_t high = epw_cur_be32(c);
    return high << 32 | epw_cur_be32(c);
}

static inline uint16_t epw_cur_le16(struct epw_cur *c)
{
    const uint8_t *b = epw_cur_bytes(c, 2);
    return b == NULL ? 0 : (uint16_t)((unsigned)b[1] << 8 | b[0]);
}

static inline uint32_t epw_cur_le32(struct epw_cur *c)
{
    const uint8_t *b = epw_cur_bytes(c, 4);
    return b == NULL ? 0 : (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}

/*
 * A cursor over the next len bytes, which the parent then has behind it. When
 * fewer are left both cursors are failed: a length that lies is never believed.
 */
static inline struct epw_cur epw_cur_sub(struct epw_cur *c, size_t len)
{
    const uint8_t *b = epw_cur_bytes(c, len);
    if (b == NULL)
        return (struct epw_cur){ .at = c->at, .end = c->at, .failed = true };
    return epw_cur(b, len);
}

#endif
