/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/pairs.h"

#include "base/hash.h"
#include "base/touch.h"

#include <stdlib.h>

#define PROTO_TCP 6
#define TCP_SYN   0x02
#define TCP_ACK   0x10

#define ROOM_MIN  512 /* a power of two, as ever */
_Static_assert((EPW_PAIRS_MAX & (EPW_PAIRS_MAX - 1)) == 0, "places in the ring are told by bits");

/* Of a bucket's 32 bits: so many tell for long enough that what it is about is kept no more. */
#define NUMBER_BITS 24
#define NUMBER      ((1u << NUMBER_BITS) - 1)

/* From here on one side alone, in the middle of a conversation, is a loss. */
#define HALF_PACKETS 3

/* What the conversations of a pair, of a host or of all have shown. */
struct seen {
    uint32_t flows; /* records, FLOWS_MAX at most; and the bits below */
    uint32_t bad;   /* of those with packets or a direction missing, cut or doubled */
};

#define FLOWS_MAX ((1u << 30) - 1)
#define ONE_WAY   (FLOWS_MAX + 1)
#define BOTH_WAYS (2 * ONE_WAY)

/*
 * A pair is its hash: that two have one is no more likely than a bad memory cell. Most flows make
 * a new pair, so these stand as they came, the oldest making room, and nothing is done where one
 * goes: those of a bucket are tied from new to old, and who finds one that is too old is done.
 */
struct pair {
    uint64_t hash;
    struct seen seen;
    uint32_t before; /* of its bucket: which one that came */
};

struct epw_pairs {
    uint64_t seed;
    struct epw_stats *stats;
    struct epw_addresses *addresses;
    size_t place;      /* of a host's struct seen */
    struct pair *ring; /* the n-th that came stands at n % room; the first is 1 */
    uint32_t *newest;  /* by bucket, two for each place of the ring: see bucket_of() */
    uint32_t room;     /* a power of two; 0: none */
    uint32_t came;     /* so far; begins anew at 2^32 */
    uint32_t count;    /* of the last that came: they are kept */
    struct seen all;
};

enum epw_err epw_pairs_new(struct epw_pairs **pairs, struct epw_addresses *addresses, uint64_t seed,
                           struct epw_stats *stats)
{
    static const struct epw_address_part part = { .size = sizeof(struct seen) };
    *pairs = calloc(1, sizeof(**pairs));
    if (*pairs == NULL)
        return EPW_ENOMEM;
    (*pairs)->seed = seed;
    (*pairs)->stats = stats;
    (*pairs)->addresses = addresses;
    (*pairs)->place = epw_addresses_add(addresses, &part);
    return EPW_OK;
}

void epw_pairs_free(struct epw_pairs *pairs)
{
    if (pairs == NULL)
        return;
    free(pairs->ring);
    free(pairs->newest);
    free(pairs);
}

static void adopt_hosts(struct epw_pairs *pairs, const struct epw_pairs *old)
{
    for (size_t at = 0; at < epw_addresses_count(old->addresses); at++) {
        const struct seen *seen = epw_addresses_at(old->addresses, old->place, at);
        struct seen *mine = seen->flows == 0
                                ? NULL
                                : epw_addresses_get(pairs->addresses, pairs->place,
                                                    epw_addresses_ip(seen, old->place));
        if (mine != NULL)
            *mine = *seen;
    }
}

void epw_pairs_adopt(struct epw_pairs *pairs, struct epw_pairs *old)
{
    const struct epw_pairs mine = *pairs;
    adopt_hosts(pairs, old);
    *pairs = *old;
    pairs->stats = mine.stats;
    pairs->addresses = mine.addresses;
    pairs->place = mine.place;
    old->ring = mine.ring;
    old->newest = mine.newest;
}

/* The same for both directions. */
static uint64_t hash_pair(const struct epw_pairs *pairs, const struct epw_ip *a,
                          const struct epw_ip *b)
{
    uint64_t a0 = epw_hash_word(a->b), a1 = epw_hash_word(a->b + 8);
    uint64_t b0 = epw_hash_word(b->b), b1 = epw_hash_word(b->b + 8);
    bool swap = a1 == b1 ? a0 > b0 : a1 > b1;
    uint64_t h = pairs->seed ^ EPW_HASH_K0;
    h = epw_hash_mix((swap ? b0 : a0) ^ EPW_HASH_K1, (swap ? b1 : a1) ^ h);
    h = epw_hash_mix((swap ? a0 : b0) ^ EPW_HASH_K1, (swap ? a1 : b1) ^ h);
    return epw_hash_mix(h, EPW_HASH_K1);
}

/*
 * Which was the last to come, in the lower bits, enough to tell how long ago; and in the others a
 * mark of each that may be kept, so that one that is new is mostly told without looking at the
 * others.
 */
static uint32_t *bucket_of(const struct epw_pairs *pairs, uint64_t hash)
{
    return &pairs->newest[hash & (2 * pairs->room - 1)];
}

static struct pair *pair_at(const struct epw_pairs *pairs, uint32_t n)
{
    return &pairs->ring[n & (pairs->room - 1)];
}

static uint32_t mark_of(uint64_t hash)
{
    return 1u << (NUMBER_BITS + (hash >> 61));
}

/* From the last of a bucket to the n-th, which comes later. */
static uint32_t age_of(uint32_t bucket, uint32_t n)
{
    return (n - bucket) & NUMBER;
}

/* Ahead of the searches: buckets are anywhere in a megabyte. */
void epw_pairs_soon(const struct epw_pairs *pairs, const struct epw_ip *ip, size_t count)
{
    for (size_t i = 0; i < count && pairs->room != 0; i++)
        epw_touch(bucket_of(pairs, hash_pair(pairs, &ip[2 * i], &ip[2 * i + 1])), 1);
}

/* NULL: it is not kept. */
static struct pair *find(const struct epw_pairs *pairs, uint64_t hash)
{
    uint32_t bucket = pairs->room == 0 ? 0 : *bucket_of(pairs, hash);
    if ((bucket & mark_of(hash)) == 0)
        return NULL;
    uint32_t age = age_of(bucket, pairs->came), least = 0;
    /* One that seems newer than the one before it is long gone, and its number came again. */
    while (age >= least && age < pairs->count) {
        struct pair *p = pair_at(pairs, pairs->came - age);
        if (p->hash == hash)
            return p;
        least = age + 1;
        age = pairs->came - p->before;
    }
    return NULL;
}

static struct pair *put(struct epw_pairs *pairs, uint32_t n, uint64_t hash, struct seen seen)
{
    uint32_t *bucket = bucket_of(pairs, hash), age = age_of(*bucket, n);
    uint32_t marks = age < EPW_PAIRS_MAX ? *bucket & ~NUMBER : 0;
    struct pair *p = pair_at(pairs, n);
    p->hash = hash;
    p->seen = seen;
    p->before = n - age;
    *bucket = (n & NUMBER) | marks | mark_of(hash);
    return p;
}

static bool grow(struct epw_pairs *pairs)
{
    struct epw_pairs old = *pairs;
    pairs->room = old.room == 0 ? ROOM_MIN : 2 * old.room;
    pairs->ring = malloc(pairs->room * sizeof(pairs->ring[0]));
    pairs->newest = calloc(2 * (size_t)pairs->room, sizeof(pairs->newest[0]));
    if (pairs->ring == NULL || pairs->newest == NULL) {
        free(pairs->ring);
        free(pairs->newest);
        *pairs = old;
        return false;
    }
    for (uint32_t i = 0, n = old.came - old.count + 1; i < old.count; i++, n++) {
        const struct pair *p = pair_at(&old, n);
        put(pairs, n, p->hash, p->seen);
    }
    free(old.ring);
    free(old.newest);
    return true;
}

static struct pair *add(struct epw_pairs *pairs, uint64_t hash)
{
    if (pairs->count == EPW_PAIRS_MAX)
        pairs->stats->limited[EPW_LIMIT_PAIRS]++;
    else if (pairs->count == pairs->room && !grow(pairs))
        return NULL;
    else
        pairs->count++;
    return put(pairs, ++pairs->came, hash, (struct seen){ 0 });
}

static struct seen *find_host(const struct epw_pairs *pairs, const struct epw_ip *ip)
{
    struct seen *seen = epw_addresses_find(pairs->addresses, pairs->place, ip);
    return seen == NULL || seen->flows == 0 ? NULL : seen;
}

/* Data or a bare ACK from this side: its peer must have spoken, seen or not. */
static bool implies_peer(const struct epw_flow_record *r, enum epw_dir dir)
{
    return r->packets[dir] != 0 &&
           (r->payload_bytes[dir] != 0 ||
            ((r->tcp_flags[dir] & TCP_ACK) != 0 && (r->tcp_flags[dir] & TCP_SYN) == 0));
}

static void note(struct seen *seen, uint32_t ways, bool bad)
{
    seen->flows |= ways;
    if ((seen->flows & FLOWS_MAX) == FLOWS_MAX)
        return;
    seen->flows++;
    seen->bad += bad;
}

/*
 * The other side must have spoken, and nothing of it was captured. Of a conversation that began
 * before the capture a last packet or two may be all there was to see.
 */
static bool is_half(const struct epw_flow_record *r)
{
    for (enum epw_dir dir = EPW_TO_SERVER; dir <= EPW_TO_CLIENT; dir++)
        if (r->packets[1 - dir] == 0 && implies_peer(r, dir))
            return !r->midstream || r->packets[dir] >= HALF_PACKETS;
    return false;
}

void epw_pairs_note(struct epw_pairs *pairs, const struct epw_flow_record *r)
{
    if (r->proto != PROTO_TCP || r->group)
        return;
    bool both_ways = r->packets[0] != 0 && r->packets[1] != 0;
    bool one_way = !both_ways && (implies_peer(r, EPW_TO_SERVER) || implies_peer(r, EPW_TO_CLIENT));
    bool bad = r->doubled || r->cut || r->lost || is_half(r);
    if (!both_ways && !one_way && !bad)
        return;
    uint32_t ways = both_ways ? BOTH_WAYS : one_way ? ONE_WAY : 0;
    uint64_t hash = hash_pair(pairs, &r->ip[0], &r->ip[1]);
    for (size_t i = 0; i < 2; i++) {
        struct seen *host = epw_addresses_get(pairs->addresses, pairs->place, &r->ip[i]);
        if (host != NULL)
            note(host, ways, bad);
    }
    note(&pairs->all, ways, bad);
    struct pair *p = find(pairs, hash);
    if (p == NULL)
        p = add(pairs, hash);
    if (p == NULL) {
        pairs->stats->limited[EPW_LIMIT_MEMORY]++;
        return;
    }
    uint32_t before = p->seen.flows & (ONE_WAY | BOTH_WAYS);
    if (one_way && before == 0)
        pairs->stats->pairs_one_way++;
    if (both_ways && before == ONE_WAY)
        pairs->stats->pairs_one_way--;
    note(&p->seen, ways, bad);
}

static bool is_bad(const struct seen *seen)
{
    return seen->bad != 0 && (uint64_t)seen->bad * EPW_PAIRS_DOUBT >= (seen->flows & FLOWS_MAX);
}

static bool is_one_way(const struct seen *seen)
{
    return (seen->flows & (ONE_WAY | BOTH_WAYS)) == ONE_WAY;
}

bool epw_pairs_doubtful(const struct epw_pairs *pairs, const struct epw_ip *a,
                        const struct epw_ip *b)
{
    const struct pair *p = find(pairs, hash_pair(pairs, a, b));
    if (p != NULL && (is_bad(&p->seen) || is_one_way(&p->seen)))
        return true;
    if (p != NULL && (p->seen.flows & BOTH_WAYS) != 0)
        return false;
    const struct seen *host[2] = { find_host(pairs, a), find_host(pairs, b) };
    bool both_ways = false;
    for (size_t i = 0; i < 2; i++) {
        if (host[i] != NULL && is_one_way(host[i]))
            return true;
        both_ways |= host[i] != NULL && (host[i]->flows & BOTH_WAYS) != 0;
    }
    return !both_ways && is_one_way(&pairs->all);
}

bool epw_pairs_doubtful_host(const struct epw_pairs *pairs, const struct epw_ip *ip)
{
    const struct seen *host = find_host(pairs, ip);
    return is_one_way(host != NULL ? host : &pairs->all) || (host != NULL && is_bad(host));
}
