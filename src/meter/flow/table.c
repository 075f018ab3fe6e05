/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Buckets to begin with: 32 KiB, enough for a small office. */
#define START_BUCKETS 4096u
/*
 * Old buckets moved with each flow added, and then on to the end of a cluster.
 * The next growth comes after 3/4 of the old size in flows, so moving eight at
 * a time is over long before.
 */
#define MOVE_BUCKETS 8u
#define CHUNK_FLOWS  EPW_TABLE_CHUNK
/* Old buckets given back together, 64 KiB: all of a large table at once would be a pause. */
#define RELEASE_BUCKETS 8192u
#define CACHE_LINE      64u
/*
 * Pages of the next, larger buckets are made bit by bit while the current ones fill from a half to
 * the three quarters at which they take over: so many for each flow added are ready by then. A page
 * that is read before it is written, as most would be, is made twice, and all other threads are
 * interrupted for it.
 */
#define MAKE_BUCKETS 8u
#define MAKE_STEP    8192u

_Static_assert(sizeof(struct epw_flow) == CACHE_LINE, "one cache line a packet");
_Static_assert(sizeof(struct epw_flow_cold) == CACHE_LINE, "and one more where it is not enough");

/* From the system itself: fresh pages are zero, cost nothing before they are touched, and can be
 * given back bit by bit. NULL: there is none. */
static void *map(size_t len, int access)
{
    void *at = mmap(NULL, len, access, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at == MAP_FAILED ? NULL : at;
}

static size_t chunks_len(const struct epw_table *t)
{
    return ((t->max_flows - 1) / CHUNK_FLOWS + 1) * sizeof(*t->chunk);
}

/* Addresses for all chunks, from a multiple of EPW_TABLE_ALIGN on; what is around them goes back.
 */
static bool reserve_chunks(struct epw_table *t)
{
    size_t len = chunks_len(t);
    uint8_t *at = map(len + EPW_TABLE_ALIGN, PROT_NONE);
    if (at == NULL)
        return false;
    size_t before = (0 - (uintptr_t)at) & (EPW_TABLE_ALIGN - 1);
    if (before != 0)
        munmap(at, before);
    munmap(at + before + len, EPW_TABLE_ALIGN - before);
    t->chunk = (struct epw_table_chunk *)(void *)(at + before);
    return true;
}

static bool buckets_make(struct epw_table_buckets *b, uint32_t size)
{
    b->slot = map(size * sizeof(*b->slot), PROT_READ | PROT_WRITE);
    b->mask = size - 1;
    return b->slot != NULL;
}

/* Makes the pages of some buckets; where the system cannot, they come as they are touched. */
static void buckets_touch(const struct epw_table_buckets *b, uint32_t from, uint32_t count)
{
#ifdef MADV_POPULATE_WRITE
    madvise(&b->slot[from], count * sizeof(*b->slot), MADV_POPULATE_WRITE);
#else
    (void)b, (void)from, (void)count;
#endif
}

static void buckets_free(struct epw_table_buckets *b)
{
    if (b->slot != NULL)
        munmap(b->slot, ((size_t)b->mask + 1) * sizeof(*b->slot));
    b->slot = NULL;
}

static bool more_flows(struct epw_table *t)
{
    if (mprotect(&t->chunk[t->chunks], sizeof(*t->chunk), PROT_READ | PROT_WRITE) != 0)
        return false;
    t->chunks++;
    return true;
}

enum epw_err epw_table_new(struct epw_table **table, uint32_t max_flows)
{
    *table = NULL;
    if (max_flows == 0)
        return EPW_EUSAGE;
    struct epw_table *t = calloc(1, sizeof(*t));
    if (t == NULL)
        return EPW_ENOMEM;
    t->max_flows = max_flows;
    /* The first chunk is taken now: a table that exists can always hold a flow. */
    if (!reserve_chunks(t) || !buckets_make(&t->half[0], START_BUCKETS) || !more_flows(t)) {
        epw_table_free(t);
        return EPW_ENOMEM;
    }
    buckets_touch(&t->half[0], 0, START_BUCKETS);
    *table = t;
    return EPW_OK;
}

void epw_table_free(struct epw_table *table)
{
    if (table == NULL)
        return;
    if (table->chunk != NULL)
        munmap(table->chunk, chunks_len(table));
    buckets_free(&table->half[0]);
    buckets_free(&table->half[1]);
    buckets_free(&table->next);
    free(table);
}

uint32_t epw_table_count(const struct epw_table *table)
{
    return table->count;
}

static void put(struct epw_table_buckets *b, struct epw_table_bucket what)
{
    uint32_t at = what.tag & b->mask;
    while (b->slot[at].flow != 0)
        at = (at + 1) & b->mask;
    b->slot[at] = what;
}

/*
 * Moves whole clusters only: what is left behind is then an ordinary table, in
 * which an empty bucket ends every search. (Of a cluster around the end the part at the
 * beginning goes first; nothing that stays was reached through it.)
 */
static void move_some(struct epw_table *t)
{
    struct epw_table_buckets *old = &t->half[1];
    if (old->slot == NULL)
        return;
    for (uint32_t moved = 0; t->move_at <= old->mask; moved++) {
        struct epw_table_bucket *b = &old->slot[t->move_at];
        if (b->flow == 0 && moved >= MOVE_BUCKETS)
            return;
        if (b->flow != 0) {
            put(&t->half[0], *b);
            b->flow = 0;
        }
        t->move_at++;
        if (t->move_at % RELEASE_BUCKETS == 0) /* they read as empty, as before */
            madvise(b + 1 - RELEASE_BUCKETS, RELEASE_BUCKETS * sizeof(*b), MADV_DONTNEED);
    }
    buckets_free(old);
}

/* To be called while nothing is being moved. */
static void prepare(struct epw_table *t, uint64_t filled)
{
    const uint32_t half_full = t->half[0].mask / 2 + 1;
    if (filled <= half_full || (t->next.slot == NULL && !buckets_make(&t->next, 4 * half_full)))
        return;
    if (t->made <= t->next.mask && (filled - half_full) * MAKE_BUCKETS > t->made) {
        const uint32_t left = t->next.mask + 1 - t->made;
        const uint32_t count = left < MAKE_STEP ? left : MAKE_STEP;
        buckets_touch(&t->next, t->made, count);
        t->made += count;
    }
}

static void grow(struct epw_table *t)
{
    t->half[1] = t->half[0];
    t->half[0] = t->next;
    t->next.slot = NULL;
    t->made = t->move_at = 0;
}

/* Room for one more bucket; false when it must grow and cannot. */
static bool has_room(struct epw_table *t)
{
    uint64_t size = (uint64_t)t->half[0].mask + 1;
    uint64_t filled = (uint64_t)t->count + 1;
    const bool may_grow = (uint64_t)t->max_flows * 4 > size * 3 && size < UINT32_MAX / 2 + 1u;
    if (t->half[1].slot == NULL && may_grow) {
        prepare(t, filled);
        if (filled * 4 > size * 3 && t->next.slot != NULL)
            grow(t);
    }
    /* Without memory to grow it goes on, slower, until searches would have no end. */
    return filled * 16 <= ((uint64_t)t->half[0].mask + 1) * 15;
}

static uint32_t take_index(struct epw_table *t)
{
    if (t->free != 0) {
        uint32_t index = t->free;
        t->free = epw_table_link_at(t, index)->next;
        return index;
    }
    if (t->used == t->chunks * CHUNK_FLOWS && !more_flows(t))
        return 0;
    return ++t->used;
}

struct epw_flow *epw_table_add(struct epw_table *table, uint32_t tag)
{
    move_some(table);
    if (table->count == table->max_flows || !has_room(table))
        return NULL;
    uint32_t index = take_index(table);
    if (index == 0)
        return NULL;
    struct epw_flow *flow = epw_table_at(table, index);
    *flow = (struct epw_flow){ .flags = EPW_F_USED };
    *epw_flow_cold(flow) = (struct epw_flow_cold){ .id = 0 };
    put(&table->half[0], (struct epw_table_bucket){ .tag = tag, .flow = index });
    table->count++;
    return flow;
}

/* The bucket that holds this very flow, or one past the mask when it is not in this half. */
static uint32_t bucket_of(const struct epw_table_buckets *b, uint32_t tag, uint32_t index)
{
    for (uint32_t at = tag & b->mask; b->slot[at].flow != 0; at = (at + 1) & b->mask)
        if (b->slot[at].flow == index)
            return at;
    return b->mask + 1;
}

/* Empties a bucket and moves back what was pushed beyond it. */
static void clear_bucket(struct epw_table_buckets *b, uint32_t hole)
{
    for (uint32_t at = (hole + 1) & b->mask; b->slot[at].flow != 0; at = (at + 1) & b->mask) {
        uint32_t home = b->slot[at].tag & b->mask;
        /* Its home lies cyclically in (hole, at]: it must not go before it. */
        if (((at - home) & b->mask) < ((at - hole) & b->mask))
            continue;
        b->slot[hole] = b->slot[at];
        hole = at;
    }
    b->slot[hole].flow = 0;
}

void epw_table_remove(struct epw_table *table, struct epw_flow *flow, uint32_t tag)
{
    uint32_t index = epw_table_index(table, flow);
    for (unsigned h = 0; h < 2 && table->half[h].slot != NULL; h++) {
        uint32_t at = bucket_of(&table->half[h], tag, index);
        if (at <= table->half[h].mask) {
            clear_bucket(&table->half[h], at);
            break;
        }
    }
    flow->flags = 0;
    epw_flow_link(flow)->next = table->free;
    table->free = index;
    table->count--;
}

void epw_table_clear(struct epw_table *table)
{
    struct epw_table_buckets few;
    buckets_free(&table->half[1]);
    buckets_free(&table->next);
    table->made = 0;
    if (buckets_make(&few, START_BUCKETS)) {
        buckets_free(&table->half[0]);
        table->half[0] = few;
    } else {
        memset(table->half[0].slot, 0,
               ((size_t)table->half[0].mask + 1) * sizeof(struct epw_table_bucket));
    }
    table->count = table->used = table->free = 0;
}

/* Index of the first flow of a tag, 0: none. */
static inline uint32_t first_in(const struct epw_table_bucket *slot, uint32_t mask, uint32_t tag)
{
    /* One that is empty may still have a tag. */
    for (uint32_t at = tag;; at++) {
        const struct epw_table_bucket b = slot[at & mask];
        if (b.tag == tag || b.flow == 0)
            return b.flow;
    }
}

/* The same in both halves. */
static inline uint32_t first_of(const struct epw_table *t, uint32_t tag)
{
    uint32_t index = first_in(t->half[0].slot, t->half[0].mask, tag);
    if (index == 0 && t->half[1].slot != NULL)
        index = first_in(t->half[1].slot, t->half[1].mask, tag);
    return index;
}

bool epw_table_has(const struct epw_table *table, uint32_t tag)
{
    return first_of(table, tag) != 0;
}

static struct epw_flow *seek(const struct epw_table *t, uint32_t tag, struct epw_probe *probe)
{
    for (;; probe->half++) {
        const struct epw_table_buckets *b = &t->half[probe->half];
        if (b->slot == NULL)
            return NULL;
        if (probe->at == UINT32_MAX)
            probe->at = tag & b->mask;
        for (; b->slot[probe->at].flow != 0; probe->at = (probe->at + 1) & b->mask) {
            if (b->slot[probe->at].tag != tag)
                continue;
            uint32_t index = b->slot[probe->at].flow;
            probe->at = (probe->at + 1) & b->mask;
            return epw_table_at(t, index);
        }
        if (probe->half == 1)
            return NULL;
        probe->at = UINT32_MAX;
    }
}

struct epw_flow *epw_table_first(const struct epw_table *table, uint32_t tag,
                                 struct epw_probe *probe)
{
    *probe = (struct epw_probe){ .at = UINT32_MAX, .half = 0 };
    return seek(table, tag, probe);
}

struct epw_flow *epw_table_next(const struct epw_table *table, uint32_t tag,
                                struct epw_probe *probe)
{
    return seek(table, tag, probe);
}

struct epw_flow *epw_table_each(const struct epw_table *table, uint32_t *at)
{
    while (table->count != 0 && *at < table->used) {
        struct epw_flow *flow = epw_table_at(table, ++*at);
        if ((flow->flags & EPW_F_USED) != 0)
            return flow;
    }
    return NULL;
}

void epw_table_warm_buckets(const struct epw_table *table, const uint32_t *tags, size_t count)
{
    for (unsigned h = 0; h < 2 && table->half[h].slot != NULL; h++) {
        const struct epw_table_buckets *b = &table->half[h];
        for (size_t i = 0; i < count; i++)
            __builtin_prefetch(&b->slot[tags[i] & b->mask]);
    }
}

void epw_table_warm_flows(const struct epw_table *table, const uint32_t *tags, size_t count,
                          struct epw_flow **flows)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t index = first_of(table, tags[i]);
        flows[i] = index == 0 ? NULL : epw_table_at(table, index);
        if (index != 0)
            __builtin_prefetch(flows[i], 1);
    }
}
