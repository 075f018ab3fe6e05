/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of hashes (open addressing, at most half full): that two addresses have one hash is no more
 * likely than a bad memory cell.
 */
#include "output/seen.h"

#include "base/hash.h"

#include <stdlib.h>

#define SLOTS_MIN 1024 /* a power of two, as ever */

/* No padding: the key is hashed as bytes. */
struct key {
    uint64_t of;
    struct epw_ip ip;
    uint64_t side;
};

/* The slot of a hash, or the free one that ends the search. */
static uint64_t *seek(const struct epw_seen *seen, uint64_t hash)
{
    size_t at = hash & seen->mask;
    while (seen->slot[at] != 0 && seen->slot[at] != hash)
        at = (at + 1) & seen->mask;
    return &seen->slot[at];
}

/* 0 is that of a free slot. */
static uint64_t hash_of(const struct epw_seen *seen, uint64_t of, unsigned side,
                        const struct epw_ip *ip)
{
    const struct key key = { .of = of, .ip = *ip, .side = side };
    uint64_t hash = epw_hash(&key, sizeof(key), seen->seed);
    return hash == 0 ? 1 : hash;
}

static bool grow(struct epw_seen *seen)
{
    size_t had = seen->slot == NULL ? 0 : seen->mask + 1, slots = had == 0 ? SLOTS_MIN : 2 * had;
    uint64_t *old = seen->slot, *slot = calloc(slots, sizeof(*slot));
    if (slot == NULL)
        return false;
    seen->slot = slot;
    seen->mask = slots - 1;
    for (size_t i = 0; i < had; i++)
        if (old[i] != 0)
            *seek(seen, old[i]) = old[i];
    free(old);
    return true;
}

enum epw_err epw_seen_add(struct epw_seen *seen, uint64_t of, unsigned side,
                          const struct epw_ip *ip, bool *fresh)
{
    uint64_t hash = hash_of(seen, of, side, ip);
    *fresh = false;
    if (seen->slot != NULL && *seek(seen, hash) == hash)
        return EPW_OK;
    if (seen->count == EPW_SEEN_MAX) {
        seen->missed++;
        return EPW_OK;
    }
    if ((seen->slot == NULL || 2 * seen->count >= seen->mask) && !grow(seen))
        return EPW_ENOMEM;
    *seek(seen, hash) = hash;
    seen->count++;
    *fresh = true;
    return EPW_OK;
}

bool epw_seen_has(const struct epw_seen *seen, uint64_t of, unsigned side, const struct epw_ip *ip)
{
    return seen->slot != NULL && *seek(seen, hash_of(seen, of, side, ip)) != 0;
}

void epw_seen_free(struct epw_seen *seen)
{
    free(seen->slot);
}
