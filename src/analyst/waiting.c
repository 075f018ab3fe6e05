/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/waiting.h"

#include "analyst/record_copy.h"
#include "base/touch.h"

#include <stdlib.h>

/*
 * Some thousand flows; a flow is far smaller, whatever its texts are. Large enough that malloc()
 * maps it: for a smaller one it would first tidy up all that flows have freed.
 */
#define CHUNK_LEN (1u << 20)

/* Bytes of most flows: what waits and a record without evidence of its own, in whole lines. */
#define USUAL (sizeof(struct epw_waiting) + sizeof(struct epw_flow_record))

/* Bytes between the one in hand and what is fetched. */
#define AHEAD (EPW_WAITING_SOON * USUAL)

_Static_assert(sizeof(struct epw_waiting) == EPW_CACHE_LINE && USUAL == 4 * EPW_CACHE_LINE,
               "nothing of the next one is read with one");

struct epw_waiting_chunk {
    size_t used, flows;
    _Alignas(EPW_CACHE_LINE) unsigned char bytes[];
};

static size_t align(size_t len)
{
    return (len + EPW_CACHE_LINE - 1) / EPW_CACHE_LINE * EPW_CACHE_LINE;
}

/* The last one that was left is begun anew: a full line leaves one for each that it fills. */
static void leave(struct epw_waiting_line *line, struct epw_waiting_chunk *chunk)
{
    free(line->spare);
    line->spare = chunk;
}

static bool begin_chunk(struct epw_waiting_line *line)
{
    if (line->chunk != NULL && line->chunk->flows == 0)
        leave(line, line->chunk);
    struct epw_waiting_chunk *fresh = line->spare;
    if (fresh == NULL)
        fresh = aligned_alloc(EPW_CACHE_LINE, sizeof(*fresh) + CHUNK_LEN);
    if (fresh == NULL)
        return false;
    fresh->used = fresh->flows = 0;
    line->spare = NULL;
    line->chunk = fresh;
    return true;
}

struct epw_waiting *epw_waiting_add(struct epw_waiting_line *line,
                                    const struct epw_flow_record *record)
{
    size_t head = sizeof(struct epw_waiting);
    size_t len = align(head + epw_record_copy_len(record));
    if (len > CHUNK_LEN)
        return NULL;
    if ((line->chunk == NULL || CHUNK_LEN - line->chunk->used < len) && !begin_chunk(line))
        return NULL;
    unsigned char *room = line->chunk->bytes + line->chunk->used;
    struct epw_waiting *w = (void *)room;
    *w = (struct epw_waiting){ .chunk = line->chunk,
                               .record = epw_record_copy_to(record, room + head) };
    line->chunk->used += len;
    line->chunk->flows++;
    if (line->newest == NULL)
        line->oldest = w;
    else
        line->newest->next = w;
    line->newest = w;
    line->count++;
    return w;
}

/* They stand one behind the other, so there is no need to ask each for its next. */
void epw_waiting_soon(const struct epw_waiting *w)
{
    const struct epw_waiting_chunk *chunk = w->chunk;
    size_t at = (size_t)((const unsigned char *)w - chunk->bytes) + AHEAD;
    size_t end = at + AHEAD < chunk->used ? at + AHEAD : chunk->used;
    for (; at < end; at += EPW_CACHE_LINE)
        __builtin_prefetch(chunk->bytes + at);
}

void epw_waiting_drop(struct epw_waiting_line *line)
{
    struct epw_waiting *w = line->oldest;
    struct epw_waiting_chunk *chunk = w->chunk;
    free(w->verdict);
    line->oldest = w->next;
    if (line->oldest == NULL)
        line->newest = NULL;
    line->count--;
    if (--chunk->flows == 0 && chunk != line->chunk)
        leave(line, chunk);
}

void epw_waiting_free(struct epw_waiting_line *line)
{
    while (line->oldest != NULL)
        epw_waiting_drop(line);
    free(line->chunk);
    free(line->spare);
}
