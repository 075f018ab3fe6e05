/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that arrive in pieces, in any order, some of them twice: a window from
 * offset 0 whose contiguous beginning can be read. The first copy of a byte
 * wins, so a later overlap cannot rewrite what was already looked at.
 */
#ifndef EPW_METER_ASSEMBLY_H
#define EPW_METER_ASSEMBLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pieces beyond the first hole. A sender has a handful of holes open at once; a side with more
 * is damaged or hostile. */
#define EPW_ASM_PIECES 8

/* What all assemblies of an engine may hold together. */
struct epw_asm_pool {
    size_t held; /* bytes allocated */
    size_t cap;
    uint64_t *lost; /* counts the times that memory ran out; NULL: nothing does */
};

struct epw_asm {
    uint8_t *bytes; /* NULL until the first byte is kept */
    uint32_t room;  /* bytes allocated */
    uint32_t len;   /* contiguous from offset 0 */
    uint8_t pieces;
    struct {
        uint32_t from, to; /* [from, to), sorted, apart, all above len */
    } piece[EPW_ASM_PIECES];
};

/*
 * Keeps len bytes at offset. False, and nothing is kept, when they end above
 * limit, there would be too many pieces, the pool is full or memory ran out.
 */
bool epw_asm_put(struct epw_asm *a, struct epw_asm_pool *pool, uint64_t offset, const void *bytes,
                 size_t len, size_t limit);

/*
 * Whether the bytes already kept are the same as these wherever there are both. In IP fragments
 * other bytes for the same place are an attack, not a retransmission.
 */
bool epw_asm_agrees(const struct epw_asm *a, uint64_t offset, const void *bytes, size_t len);

/* Drops the first n bytes, whether they are there or not: what stood at offset n stands at 0. */
void epw_asm_drop(struct epw_asm *a, size_t n);

/* Drops all up to the first piece behind the hole; false when there is none. */
bool epw_asm_skip_hole(struct epw_asm *a, size_t *skipped);

/* Gives the memory back; the assembly is empty and usable again. */
void epw_asm_free(struct epw_asm *a, struct epw_asm_pool *pool);

#endif
