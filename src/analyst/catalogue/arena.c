/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/catalogue/internal.h"

#include <stdlib.h>

/* A few hundred rows' texts; larger requests get a chunk of their own. */
#define CHUNK_LEN 65536

struct epw_arena_chunk {
    struct epw_arena_chunk *next;
    size_t used, len;
    _Alignas(max_align_t) unsigned char bytes[];
};

void *epw_arena_alloc(struct epw_arena *arena, size_t len)
{
    const size_t align = _Alignof(max_align_t);
    if (len > SIZE_MAX / 2)
        return NULL;
    len = (len + align - 1) / align * align;
    struct epw_arena_chunk *chunk = arena->head;
    if (chunk == NULL || chunk->len - chunk->used < len) {
        size_t room = len > CHUNK_LEN ? len : CHUNK_LEN;
        chunk = calloc(1, sizeof(*chunk) + room);
        if (chunk == NULL)
            return NULL;
        chunk->len = room;
        chunk->next = arena->head;
        arena->head = chunk;
    }
    void *here = chunk->bytes + chunk->used;
    chunk->used += len;
    return here;
}

const char *epw_arena_text(struct epw_arena *arena, const char *text, size_t len)
{
    char *copy = epw_arena_alloc(arena, len + 1);
    if (copy != NULL && len != 0)
        memcpy(copy, text, len);
    return copy;
}

void epw_arena_free(struct epw_arena *arena)
{
    for (struct epw_arena_chunk *chunk = arena->head, *next; chunk != NULL; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    arena->head = NULL;
}
