/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/recent.h"

#include <stdlib.h>

#define ROOM_MIN 512 /* a power of two, as ever */
#define NUMBER   ((1u << EPW_RECENT_NUMBER_BITS) - 1)

static struct epw_recent_item *item_at(const struct epw_recent *recent, uint32_t n)
{
    return (void *)(recent->item + ((n - 1) & (recent->room - 1)) * recent->size);
}

/* From the last of a bucket to the n-th, which comes later. */
static uint32_t age_of(uint32_t bucket, uint32_t n)
{
    return (n - bucket) & NUMBER;
}

void epw_recent_next(const struct epw_recent *recent, uint64_t hash)
{
    if (!epw_recent_may_have(recent, hash))
        return;
    uint32_t age = age_of(*epw_recent_bucket(recent, hash), recent->came);
    epw_touch(item_at(recent, recent->came - age), 1);
}

void *epw_recent_find(const struct epw_recent *recent, uint64_t hash)
{
    if (!epw_recent_may_have(recent, hash))
        return NULL;
    uint32_t age = age_of(*epw_recent_bucket(recent, hash), recent->came), least = 0;
    /* One that seems newer than the one before it is long gone, and its number came again. */
    while (age >= least && age < recent->count) {
        struct epw_recent_item *item = item_at(recent, recent->came - age);
        if (item->hash == hash)
            return item;
        least = age + 1;
        age = recent->came - item->before;
    }
    return NULL;
}

/* The n-th becomes the newest of its bucket. */
static void tie(struct epw_recent *recent, uint32_t n, struct epw_recent_item *item)
{
    uint32_t *bucket = epw_recent_bucket(recent, item->hash), age = age_of(*bucket, n);
    uint32_t marks = age < recent->max ? *bucket & ~NUMBER : 0;
    item->before = n - age;
    *bucket = (n & NUMBER) | marks | epw_recent_mark(item->hash);
}

/* None has gone while there may be more, so the first stands at the first place, and all stay. */
static bool grow(struct epw_recent *recent)
{
    uint32_t room = recent->room == 0 ? ROOM_MIN : 2 * recent->room;
    uint32_t *newest = calloc(2 * (size_t)room, sizeof(*newest));
    unsigned char *item = newest == NULL ? NULL : realloc(recent->item, room * recent->size);
    if (item == NULL) {
        free(newest);
        return false;
    }
    free(recent->newest);
    recent->newest = newest;
    recent->item = item;
    recent->room = room;
    for (uint32_t n = 1; n <= recent->count; n++)
        tie(recent, n, item_at(recent, n));
    return true;
}

void *epw_recent_add(struct epw_recent *recent, uint64_t hash)
{
    if (recent->count != recent->max) {
        if (recent->count == recent->room && !grow(recent))
            return NULL;
        recent->count++;
    }
    struct epw_recent_item *item = item_at(recent, ++recent->came);
    item->hash = hash;
    tie(recent, recent->came, item);
    return item;
}

void *epw_recent_at(const struct epw_recent *recent, uint32_t i)
{
    return item_at(recent, recent->came - recent->count + 1 + i);
}

void epw_recent_free(struct epw_recent *recent)
{
    free(recent->item);
    free(recent->newest);
}
