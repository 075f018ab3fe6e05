/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/evidence/assembly.h"

#include <stdlib.h>
#include <string.h>

/* First room: a few bytes must not take a segment's room from those that have one. */
#define ASM_FIRST_ROOM 64u

static bool reserve(struct epw_asm *a, struct epw_asm_pool *pool, size_t need, size_t limit)
{
    if (need <= a->room)
        return true;
    size_t room = a->room == 0 ? ASM_FIRST_ROOM : a->room;
    while (room < need)
        room *= 2;
    if (room > limit)
        room = limit;
    if (room - a->room > pool->cap - pool->held)
        return false;
    uint8_t *bytes = realloc(a->bytes, room);
    if (bytes == NULL) {
        if (pool->lost != NULL)
            ++*pool->lost;
        return false;
    }
    pool->held += room - a->room;
    a->bytes = bytes;
    a->room = (uint32_t)room;
    return true;
}

/* Copies what of [from, to) lies neither in the contiguous beginning nor in a piece. */
static void copy_new(struct epw_asm *a, uint32_t from, uint32_t to, const uint8_t *bytes)
{
    uint32_t at = from < a->len ? a->len : from;
    for (uint8_t i = 0; i < a->pieces && at < to; i++) {
        uint32_t stop = a->piece[i].from < to ? a->piece[i].from : to;
        if (stop > at)
            memcpy(a->bytes + at, bytes + (at - from), stop - at);
        if (a->piece[i].to > at)
            at = a->piece[i].to;
    }
    if (at < to)
        memcpy(a->bytes + at, bytes + (at - from), to - at);
}

/* Adds [from, to) to the pieces, joined with those it touches. False when there is no place. */
static bool join(struct epw_asm *a, uint32_t from, uint32_t to)
{
    uint8_t first = 0;
    while (first < a->pieces && a->piece[first].to < from)
        first++;
    uint8_t after = first;
    while (after < a->pieces && a->piece[after].from <= to)
        after++;
    uint8_t joined = (uint8_t)(after - first);
    if (joined == 0 && a->pieces == EPW_ASM_PIECES)
        return false;
    if (joined != 0) {
        from = a->piece[first].from < from ? a->piece[first].from : from;
        to = a->piece[after - 1].to > to ? a->piece[after - 1].to : to;
    }
    memmove(&a->piece[first + 1], &a->piece[after],
            (size_t)(a->pieces - after) * sizeof(a->piece[0]));
    a->piece[first].from = from;
    a->piece[first].to = to;
    a->pieces = (uint8_t)(a->pieces - joined + 1);
    return true;
}

static void remove_first_piece(struct epw_asm *a)
{
    a->pieces--;
    memmove(&a->piece[0], &a->piece[1], a->pieces * sizeof(a->piece[0]));
}

bool epw_asm_put(struct epw_asm *a, struct epw_asm_pool *pool, uint64_t offset, const void *bytes,
                 size_t len, size_t limit)
{
    if (limit > UINT32_MAX)
        limit = UINT32_MAX;
    if (offset > limit || len > limit - offset)
        return false;
    uint32_t from = (uint32_t)offset, to = (uint32_t)(offset + len);
    if (len == 0 || to <= a->len)
        return true;
    if (!reserve(a, pool, to, limit))
        return false;
    bool hole = from > a->len;
    if (hole) {
        struct epw_asm before = *a;
        if (!join(a, from, to))
            return false;
        /* The bytes are copied against the pieces as they were: the first copy wins. */
        copy_new(&before, from, to, bytes);
        return true;
    }
    copy_new(a, from, to, bytes);
    a->len = to;
    while (a->pieces != 0 && a->piece[0].from <= a->len) {
        if (a->piece[0].to > a->len)
            a->len = a->piece[0].to;
        remove_first_piece(a);
    }
    return true;
}

/* Are the bytes of [from, to) that lie in [held_from, held_to) those that are held? */
static bool same_within(const struct epw_asm *a, uint32_t held_from, uint32_t held_to,
                        uint64_t from, uint64_t to, const uint8_t *bytes)
{
    uint64_t begin = from > held_from ? from : held_from, end = to < held_to ? to : held_to;
    return begin >= end ||
           memcmp(a->bytes + begin, bytes + (begin - from), (size_t)(end - begin)) == 0;
}

bool epw_asm_agrees(const struct epw_asm *a, uint64_t offset, const void *bytes, size_t len)
{
    if (len > UINT64_MAX - offset)
        return false;
    bool same = same_within(a, 0, a->len, offset, offset + len, bytes);
    for (uint8_t i = 0; same && i < a->pieces; i++)
        same = same_within(a, a->piece[i].from, a->piece[i].to, offset, offset + len, bytes);
    return same;
}

void epw_asm_drop(struct epw_asm *a, size_t n)
{
    uint32_t end = a->pieces == 0 ? a->len : a->piece[a->pieces - 1].to;
    uint32_t cut = n > end ? end : (uint32_t)n;
    if (cut == 0)
        return;
    memmove(a->bytes, a->bytes + cut, end - cut);
    a->len = cut < a->len ? a->len - cut : 0;
    while (a->pieces != 0 && a->piece[0].to <= cut)
        remove_first_piece(a);
    for (uint8_t i = 0; i < a->pieces; i++) {
        a->piece[i].from = a->piece[i].from > cut ? a->piece[i].from - cut : 0;
        a->piece[i].to -= cut;
    }
    if (a->pieces != 0 && a->piece[0].from == 0) {
        a->len = a->piece[0].to;
        remove_first_piece(a);
    }
}

bool epw_asm_skip_hole(struct epw_asm *a, size_t *skipped)
{
    if (a->pieces == 0)
        return false;
    uint32_t from = a->piece[0].from;
    a->len = a->piece[0].to;
    remove_first_piece(a);
    epw_asm_drop(a, from);
    *skipped = from;
    return true;
}

void epw_asm_free(struct epw_asm *a, struct epw_asm_pool *pool)
{
    pool->held -= a->room;
    free(a->bytes);
    *a = (struct epw_asm){ 0 };
}
