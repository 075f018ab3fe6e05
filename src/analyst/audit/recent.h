/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Items that are found by their hash, of which so many are kept that came last. An item is its
 * hash: that two have one is no more likely than a bad memory cell. Most are looked for once and
 * are new, so they stand as they came, the oldest making room, and nothing is done where one goes:
 * those of a bucket are tied from new to old, and who finds one that is too old is done.
 */
#ifndef EPW_ANALYST_AUDIT_RECENT_H
#define EPW_ANALYST_AUDIT_RECENT_H

#include "base/touch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each item begins with it. */
struct epw_recent_item {
    uint64_t hash;
    uint32_t before; /* of its bucket: which one that came */
};

/* Zeros but for size and max; ends with epw_recent_free(). */
struct epw_recent {
    size_t size;   /* of an item */
    uint32_t max;  /* items kept: a power of two, EPW_RECENT_MAX at most */
    uint32_t room; /* a power of two; 0: none */
    unsigned char
        *item;        /* a ring: the n-th that came, n counted from 1, stands at (n - 1) % room */
    uint32_t *newest; /* by bucket, two for each place of the ring: see epw_recent_may_have() */
    uint32_t came;    /* so far; begins anew at 2^32 */
    uint32_t count;   /* of the last that came: they are kept */
};

/*
 * Of a bucket's 32 bits: so many tell which was the last to come, enough to tell how long ago; the
 * others are a mark of each that may be kept, so that one that is new is mostly told without
 * looking at the others.
 */
#define EPW_RECENT_NUMBER_BITS 24
#define EPW_RECENT_MAX         (1u << (EPW_RECENT_NUMBER_BITS - 1))

static inline uint32_t *epw_recent_bucket(const struct epw_recent *recent, uint64_t hash)
{
    return &recent->newest[hash & (2 * recent->room - 1)];
}

static inline uint32_t epw_recent_mark(uint64_t hash)
{
    return 1u << (EPW_RECENT_NUMBER_BITS + (hash >> 61));
}

/* False: no item has the hash. */
static inline bool epw_recent_may_have(const struct epw_recent *recent, uint64_t hash)
{
    return recent->room != 0 && (*epw_recent_bucket(recent, hash) & epw_recent_mark(hash)) != 0;
}

/*
 * Some will be looked for, anywhere in much memory: fetches the bucket of each first, and when all
 * these are on their way what each is compared with first, if anything.
 */
static inline void epw_recent_soon(const struct epw_recent *recent, uint64_t hash)
{
    if (recent->room != 0)
        epw_touch(epw_recent_bucket(recent, hash), 1);
}
void epw_recent_next(const struct epw_recent *recent, uint64_t hash);

/* NULL: it is not kept. Valid until another one comes. */
void *epw_recent_find(const struct epw_recent *recent, uint64_t hash);
/* One that was not found. Takes the place of the oldest where as many as are kept are there; all
 * but its head is what was there before. NULL: no memory. */
void *epw_recent_add(struct epw_recent *recent, uint64_t hash);
/* The i-th of those kept, the oldest first. */
void *epw_recent_at(const struct epw_recent *recent, uint32_t i);
void epw_recent_free(struct epw_recent *recent);

#endif
