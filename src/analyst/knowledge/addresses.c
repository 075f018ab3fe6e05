/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries of one size stand in chunks and never move; an index of their hashes
 * (open addressing, at most half full) finds them. A list for each worth, in the
 * order first seen, tells who goes next.
 */
#include "analyst/knowledge/addresses.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK     256 /* entries: about 64 KiB */
#define CHUNKS    (EPW_ADDRESSES_MAX / CHUNK)
#define INDEX_MIN 1024 /* slots; a power of two, as ever */
#define NONE      UINT32_MAX

struct slot {
    uint32_t hash;
    uint32_t number; /* of the entry, plus one; 0: free */
};

struct list {
    uint32_t first, last;
};

struct epw_addresses {
    struct epw_addresses_memo memo;
    uint64_t seed;
    struct epw_stats *stats;
    size_t used; /* of an entry with its parts; in whole lines: memo.size */
    size_t part_count;
    struct epw_address_part part[EPW_ADDRESS_PARTS];
    size_t place[EPW_ADDRESS_PARTS];
    uint32_t count;
    unsigned char *chunk[CHUNKS];
    struct slot *slot;
    uint32_t mask;                     /* slots less one; 0: there are none */
    struct list list[EPW_WORTHS];      /* by worth, as far as it was looked at */
    uint32_t soon[EPW_ADDRESSES_SOON]; /* hashes of those that are to come */
    size_t soon_count;
};

/* All of an entry is touched for each of its flows, so it begins with a cache line. */
static size_t whole_lines(size_t size)
{
    return (size + EPW_CACHE_LINE - 1) / EPW_CACHE_LINE * EPW_CACHE_LINE;
}

enum epw_err epw_addresses_new(struct epw_addresses **addresses, uint64_t seed,
                               struct epw_stats *stats)
{
    struct epw_addresses *a = calloc(1, sizeof(*a));
    *addresses = a;
    if (a == NULL)
        return EPW_ENOMEM;
    a->seed = seed;
    a->stats = stats;
    a->used = sizeof(struct epw_address);
    a->memo.size = whole_lines(a->used);
    for (size_t i = 0; i < EPW_WORTHS; i++)
        a->list[i] = (struct list){ NONE, NONE };
    return EPW_OK;
}

static struct epw_address *entry_at(const struct epw_addresses *a, uint32_t number)
{
    return (void *)(a->chunk[number / CHUNK] + number % CHUNK * a->memo.size);
}

static void drop_parts(const struct epw_addresses *a, struct epw_address *e)
{
    for (size_t i = 0; i < a->part_count; i++)
        if (a->part[i].drop != NULL)
            a->part[i].drop(a->part[i].ctx, epw_address_part(e, a->place[i]));
}

void epw_addresses_free(struct epw_addresses *a)
{
    if (a == NULL)
        return;
    for (uint32_t i = 0; i < a->count; i++)
        drop_parts(a, entry_at(a, i));
    for (size_t i = 0; i < CHUNKS; i++)
        free(a->chunk[i]);
    free(a->slot);
    free(a);
}

size_t epw_addresses_add(struct epw_addresses *a, const struct epw_address_part *part)
{
    const size_t to = _Alignof(uint64_t);
    size_t place = a->used;
    a->place[a->part_count] = place;
    a->part[a->part_count++] = *part;
    a->used += (part->size + to - 1) / to * to;
    a->memo.size = whole_lines(a->used);
    return place;
}

/* As epw_hash() does it, of a length that is known. */
static uint32_t hash_of(const struct epw_addresses *a, const struct epw_ip *ip)
{
    uint64_t low = epw_hash_word(ip->b + 8) ^ a->seed, high = epw_hash_word(ip->b);
    return (uint32_t)epw_hash_mix(epw_hash_mix(high ^ EPW_HASH_K1, low ^ EPW_HASH_K0), EPW_HASH_K1);
}

/* The slot of an entry of this hash and address, or the free one that ends the search. */
static struct slot *seek(const struct epw_addresses *a, uint32_t hash, const struct epw_ip *ip)
{
    for (uint32_t at = hash & a->mask;; at = (at + 1) & a->mask) {
        struct slot *slot = &a->slot[at];
        if (slot->number == 0 ||
            (slot->hash == hash && epw_ip_equal(&entry_at(a, slot->number - 1)->ip, ip)))
            return slot;
    }
}

static void remember(struct epw_addresses *a, struct epw_address *e)
{
    a->memo.last[epw_addresses_memo_place(&e->ip)] = e;
}

/* One that is not among those found last. */
static struct epw_address *search(struct epw_addresses *a, const struct epw_ip *ip)
{
    const struct slot *slot = a->mask == 0 ? NULL : seek(a, hash_of(a, ip), ip);
    if (slot == NULL || slot->number == 0)
        return NULL;
    struct epw_address *e = entry_at(a, slot->number - 1);
    remember(a, e);
    return e;
}

void *epw_addresses_search(struct epw_addresses *a, size_t place, const struct epw_ip *ip)
{
    struct epw_address *e = search(a, ip);
    return e == NULL ? NULL : epw_address_part(e, place);
}

static bool grow_index(struct epw_addresses *a)
{
    uint32_t slots = a->mask == 0 ? INDEX_MIN : 2 * (a->mask + 1);
    struct slot *old = a->slot, *grown = calloc(slots, sizeof(*grown));
    if (grown == NULL)
        return false;
    a->slot = grown;
    a->mask = slots - 1;
    for (uint32_t i = 0; i < a->count; i++) {
        const struct epw_address *e = entry_at(a, i);
        *seek(a, e->hash, &e->ip) = (struct slot){ e->hash, i + 1 };
    }
    free(old);
    return true;
}

/* What stands behind the freed slot moves up as far as it may, so that no search ends too early. */
static void free_slot(struct epw_addresses *a, struct slot *slot)
{
    uint32_t hole = (uint32_t)(slot - a->slot);
    for (uint32_t at = (hole + 1) & a->mask; a->slot[at].number != 0; at = (at + 1) & a->mask) {
        uint32_t home = a->slot[at].hash & a->mask;
        if (((at - home) & a->mask) < ((at - hole) & a->mask))
            continue;
        a->slot[hole] = a->slot[at];
        hole = at;
    }
    a->slot[hole].number = 0;
}

static void append(struct epw_addresses *a, struct list *list, uint32_t number)
{
    entry_at(a, number)->next = NONE;
    if (list->first == NONE)
        list->first = number;
    else
        entry_at(a, list->last)->next = number;
    list->last = number;
}

static uint32_t take_first(struct epw_addresses *a, struct list *list)
{
    uint32_t number = list->first;
    list->first = entry_at(a, number)->next;
    return number;
}

static enum epw_worth worth_of(const struct epw_addresses *a, struct epw_address *e)
{
    enum epw_worth most = EPW_WORTH_STRANGER;
    for (size_t i = 0; i < a->part_count; i++) {
        enum epw_worth worth = a->part[i].worth == NULL
                                   ? EPW_WORTH_STRANGER
                                   : a->part[i].worth(epw_address_part(e, a->place[i]));
        most = worth > most ? worth : most;
    }
    return most;
}

/* Each moves up a list twice in its life at most, so a full table costs little. */
static uint32_t choose_victim(struct epw_addresses *a)
{
    for (size_t i = 0;; i++)
        while (a->list[i].first != NONE) {
            uint32_t number = take_first(a, &a->list[i]);
            enum epw_worth worth = worth_of(a, entry_at(a, number));
            if (worth <= i)
                return number;
            append(a, &a->list[worth], number);
        }
}

static uint32_t evict(struct epw_addresses *a)
{
    uint32_t number = choose_victim(a);
    struct epw_address *e = entry_at(a, number);
    drop_parts(a, e);
    free_slot(a, seek(a, e->hash, &e->ip));
    a->memo.last[epw_addresses_memo_place(&e->ip)] = NULL;
    a->stats->hosts_evicted++;
    return number;
}

/* The number of an entry that is free now; NONE without memory. */
static uint32_t make_room(struct epw_addresses *a)
{
    if (a->count == EPW_ADDRESSES_MAX)
        return evict(a);
    if (2 * (a->count + 1) > a->mask && !grow_index(a))
        return NONE;
    unsigned char **chunk = &a->chunk[a->count / CHUNK];
    if (*chunk == NULL)
        *chunk = aligned_alloc(EPW_CACHE_LINE, CHUNK * a->memo.size);
    return *chunk == NULL ? NONE : a->count++;
}

void *epw_addresses_keep(struct epw_addresses *a, size_t place, const struct epw_ip *ip)
{
    struct epw_address *e = search(a, ip);
    uint32_t number = e == NULL ? make_room(a) : NONE;
    if (number != NONE) {
        e = entry_at(a, number);
        memset(e, 0, a->memo.size);
        e->ip = *ip;
        e->hash = hash_of(a, ip);
        *seek(a, e->hash, ip) = (struct slot){ e->hash, number + 1 };
        append(a, &a->list[EPW_WORTH_STRANGER], number);
        remember(a, e);
    }
    if (e == NULL)
        epw_addresses_lost(a);
    return e == NULL ? NULL : epw_address_part(e, place);
}

static void fetch_entries(struct epw_addresses *a)
{
    struct epw_address *found[EPW_ADDRESSES_SOON];
    size_t count = 0;
    for (size_t i = 0; i < a->soon_count; i++) {
        uint32_t hash = a->soon[i], at = hash & a->mask;
        while (a->slot[at].number != 0 && a->slot[at].hash != hash)
            at = (at + 1) & a->mask;
        if (a->slot[at].number != 0)
            remember(a, found[count++] = entry_at(a, a->slot[at].number - 1));
    }
    for (size_t i = 0; i < count; i++)
        epw_addresses_warm(a, found[i]);
}

void epw_addresses_soon(struct epw_addresses *a, const struct epw_ip *ip, size_t count)
{
    if (a->mask == 0)
        return;
    fetch_entries(a);
    a->soon_count = count;
    for (size_t i = 0; i < count; i++) {
        a->soon[i] = hash_of(a, &ip[i]);
        __builtin_prefetch(&a->slot[a->soon[i] & a->mask]);
    }
}

void epw_addresses_lost(struct epw_addresses *a)
{
    a->stats->limited[EPW_LIMIT_MEMORY]++;
}

void epw_addresses_full(struct epw_addresses *a, enum epw_limit limit)
{
    a->stats->limited[limit]++;
}

const struct epw_ip *epw_addresses_ip(const void *part, size_t place)
{
    return &((const struct epw_address *)(const void *)((const unsigned char *)part - place))->ip;
}

size_t epw_addresses_count(const struct epw_addresses *a)
{
    return a->count;
}

void *epw_addresses_at(const struct epw_addresses *a, size_t place, size_t at)
{
    return epw_address_part(entry_at(a, (uint32_t)at), place);
}
