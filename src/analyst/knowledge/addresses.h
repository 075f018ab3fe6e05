/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The addresses that anything is kept of, in one table. Many rooms keep
 * something of an address, and all of them ask about both sides of every flow:
 * here they find it side by side, by one look-up, under one cap.
 */
#ifndef EPW_ANALYST_KNOWLEDGE_ADDRESSES_H
#define EPW_ANALYST_KNOWLEDGE_ADDRESSES_H

#include "base/err.h"
#include "base/hash.h"
#include "base/ip.h"
#include "base/stats.h"
#include "base/touch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Addresses kept in all, some 250 bytes each and what their parts own. Those
 * of least worth go first, of these the first seen (hosts_evicted).
 */
#define EPW_ADDRESSES_MAX 131072

/* Parts in all: twice as many as there are files that keep something of addresses. */
#define EPW_ADDRESS_PARTS 16

struct epw_addresses;

enum epw_worth {
    EPW_WORTH_STRANGER,
    EPW_WORTH_OURS, /* internal */
    EPW_WORTH_ROLE, /* speaks for a product */
    EPW_WORTHS
};

/* What one room keeps of each address: zeros until it writes there. Aligned as numbers are. */
struct epw_address_part {
    size_t size;
    /* How much an address is worth by what this part says; never less than before. Or NULL. */
    enum epw_worth (*worth)(const void *part);
    void (*drop)(void *ctx, void *part); /* or NULL: it owns nothing */
    void *ctx;
};

/* stats is borrowed for life (hosts_evicted). EPW_ENOMEM. */
enum epw_err epw_addresses_new(struct epw_addresses **addresses, uint64_t seed,
                               struct epw_stats *stats);
/* Drops every part of every address: to be called before what drop() may need is gone. */
void epw_addresses_free(struct epw_addresses *addresses);

/* Adds a part, before the first address is kept. Its place is what the calls below ask for. */
size_t epw_addresses_add(struct epw_addresses *addresses, const struct epw_address_part *part);

/*
 * Every flow's addresses are asked for a dozen times, so those found last are at hand here. The
 * rest of this is not for others.
 */
struct epw_address {
    _Alignas(uint64_t) struct epw_ip ip; /* and so all of it: the parts stand behind */
    uint32_t hash;
    uint32_t next; /* in its list, by number */
    uint8_t whose; /* enum epw_whose: what epw_know_internal() was told */
};

enum epw_whose { EPW_WHOSE_UNASKED, EPW_WHOSE_OURS, EPW_WHOSE_OTHERS };

/* Room for the sides of a flow in hand, and of those that come soon. */
#define EPW_ADDRESSES_MEMO_BITS 10

/* What a struct epw_addresses begins with. */
struct epw_addresses_memo {
    struct epw_address *last[1 << EPW_ADDRESSES_MEMO_BITS];
    size_t size; /* of an entry with its parts: cache lines */
};

/* Not keyed: who shares a place is only searched for. */
static inline size_t epw_addresses_memo_place(const struct epw_ip *ip)
{
    uint64_t low = epw_hash_word(ip->b + 8) ^ epw_hash_word(ip->b);
    return low * EPW_HASH_K0 >> (64 - EPW_ADDRESSES_MEMO_BITS);
}

static inline struct epw_address *epw_addresses_recall(struct epw_addresses *addresses,
                                                       const struct epw_ip *ip)
{
    const struct epw_addresses_memo *memo = (const void *)addresses;
    struct epw_address *e = memo->last[epw_addresses_memo_place(ip)];
    return e != NULL && epw_ip_equal(&e->ip, ip) ? e : NULL;
}

void *epw_addresses_search(struct epw_addresses *addresses, size_t place, const struct epw_ip *ip);
void *epw_addresses_keep(struct epw_addresses *addresses, size_t place, const struct epw_ip *ip);

/*
 * The part of an address; NULL when it is not kept. get() keeps it from now
 * on, NULL without memory. Valid until another address is kept.
 */
static inline void *epw_addresses_find(struct epw_addresses *addresses, size_t place,
                                       const struct epw_ip *ip)
{
    struct epw_address *e = epw_addresses_recall(addresses, ip);
    return e != NULL ? (unsigned char *)e + place : epw_addresses_search(addresses, place, ip);
}

static inline void *epw_addresses_get(struct epw_addresses *addresses, size_t place,
                                      const struct epw_ip *ip)
{
    struct epw_address *e = epw_addresses_recall(addresses, ip);
    return e != NULL ? (unsigned char *)e + place : epw_addresses_keep(addresses, place, ip);
}

/* All that is kept of an address, for who asks for several parts; NULL when it is not kept. */
static inline struct epw_address *epw_addresses_entry(struct epw_addresses *addresses,
                                                      const struct epw_ip *ip)
{
    return epw_addresses_find(addresses, 0, ip);
}

static inline void *epw_address_part(struct epw_address *entry, size_t place)
{
    return (unsigned char *)entry + place;
}

/*
 * An entry stays where it is for as long as there is the table, but it becomes another address's
 * when its own is given up. So who keeps it asks again: hint() makes it the next to be found if it
 * is this address's still, warm() fetches it ahead, whose ever it is. NULL: nothing happens.
 */
static inline void epw_addresses_hint(struct epw_addresses *addresses, struct epw_address *entry,
                                      const struct epw_ip *ip)
{
    struct epw_addresses_memo *memo = (void *)addresses;
    if (entry != NULL && epw_ip_equal(&entry->ip, ip))
        memo->last[epw_addresses_memo_place(ip)] = entry;
}

/* All of it: its parts are asked for in turn. */
static inline void epw_addresses_warm(const struct epw_addresses *addresses,
                                      const struct epw_address *entry)
{
    const struct epw_addresses_memo *memo = (const void *)addresses;
    const volatile unsigned char *line = (const void *)entry;
    if (entry == NULL)
        return;
    for (const volatile unsigned char *end = line + memo->size; line < end; line += EPW_CACHE_LINE)
        (void)*line;
}

/*
 * These will be asked for soon, at most EPW_ADDRESSES_SOON: fetches what finds them, and at the
 * next call themselves.
 */
#define EPW_ADDRESSES_SOON 16
void epw_addresses_soon(struct epw_addresses *addresses, const struct epw_ip *ip, size_t count);

/* Memory ran out over something of a part, which was not kept: counts it. */
void epw_addresses_lost(struct epw_addresses *addresses);
/* The same for what a part had no room for. */
void epw_addresses_full(struct epw_addresses *addresses, enum epw_limit limit);

/* The address that a part is of; lives as long as the part. */
const struct epw_ip *epw_addresses_ip(const void *part, size_t place);

size_t epw_addresses_count(const struct epw_addresses *addresses);
/* The part of each in turn, at below the count: in the order first seen while none was evicted. */
void *epw_addresses_at(const struct epw_addresses *addresses, size_t place, size_t at);

#endif
