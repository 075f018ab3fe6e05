/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/pairs.h"

#include "base/hash.h"
#include "base/touch.h"

#include <stdlib.h>

#define PROTO_TCP 6
#define TCP_SYN   0x02
#define TCP_ACK   0x10

#define SLOTS_MIN 1024 /* a power of two, as ever */

/* From here on one side alone, in the middle of a conversation, is a loss. */
#define HALF_PACKETS 3

/* What the conversations of a pair, of a host or of all have shown. */
struct seen {
    uint32_t flows : 30; /* records, FLOWS_MAX at most */
    uint32_t one_way : 1;
    uint32_t both_ways : 1;
    uint32_t bad; /* of those with packets or a direction missing, cut or doubled */
};

#define FLOWS_MAX ((1u << 30) - 1)

/*
 * A pair is its hash: that two have one is no more likely than a bad memory cell. Most flows make
 * a new pair, so all of one is in one cache line, and nothing else is touched: 16 bytes.
 */
struct pair {
    uint64_t hash; /* 0: a free slot */
    struct seen seen;
};

struct epw_pairs {
    uint64_t seed;
    struct epw_stats *stats;
    struct epw_addresses *addresses;
    size_t place;      /* of a host's struct seen */
    struct pair *slot; /* open addressing, at most half full */
    uint64_t mask;     /* slots less one; 0: there are none */
    uint64_t *order;   /* hashes as they came, slots / 2: a ring once there are EPW_PAIRS_MAX */
    size_t count, next;
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
    free(pairs->slot);
    free(pairs->order);
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
    old->slot = mine.slot;
    old->order = mine.order;
}

/* The same for both directions; never 0. */
static uint64_t hash_pair(const struct epw_pairs *pairs, const struct epw_ip *a,
                          const struct epw_ip *b)
{
    bool sorted = epw_ip_cmp(a, b) < 0;
    const struct epw_ip key[2] = { sorted ? *a : *b, sorted ? *b : *a };
    uint64_t hash = epw_hash(key, sizeof(key), pairs->seed);
    return hash == 0 ? 1 : hash;
}

/* The slot of a pair, or the free one that ends the search. */
static struct pair *seek(const struct epw_pairs *pairs, uint64_t hash)
{
    uint64_t at = hash & pairs->mask;
    while (pairs->slot[at].hash != 0 && pairs->slot[at].hash != hash)
        at = (at + 1) & pairs->mask;
    return &pairs->slot[at];
}

/* Ahead of the searches: slots are anywhere in some megabytes. */
void epw_pairs_soon(const struct epw_pairs *pairs, const struct epw_ip *ip, size_t count)
{
    for (size_t i = 0; i < count && pairs->mask != 0; i++) {
        uint64_t hash = hash_pair(pairs, &ip[2 * i], &ip[2 * i + 1]);
        epw_touch(&pairs->slot[hash & pairs->mask], sizeof(struct pair));
        if (pairs->count < EPW_PAIRS_MAX)
            continue;
        /* Each that is new takes the place of one that is forgotten. */
        hash = pairs->order[(pairs->next + i) % EPW_PAIRS_MAX];
        epw_touch(&pairs->slot[hash & pairs->mask], sizeof(struct pair));
    }
}

static struct pair *find(const struct epw_pairs *pairs, uint64_t hash)
{
    struct pair *p = pairs->mask == 0 ? NULL : seek(pairs, hash);
    return p == NULL || p->hash == 0 ? NULL : p;
}

/* What stands behind the freed slot moves up as far as it may, so that no search ends too early. */
static void forget(struct epw_pairs *pairs, uint64_t hash)
{
    uint64_t hole = (uint64_t)(seek(pairs, hash) - pairs->slot);
    for (uint64_t at = (hole + 1) & pairs->mask; pairs->slot[at].hash != 0;
         at = (at + 1) & pairs->mask) {
        uint64_t home = pairs->slot[at].hash & pairs->mask;
        if (((at - home) & pairs->mask) < ((at - hole) & pairs->mask))
            continue;
        pairs->slot[hole] = pairs->slot[at];
        hole = at;
    }
    pairs->slot[hole].hash = 0;
}

static bool grow(struct epw_pairs *pairs)
{
    uint64_t slots = pairs->mask == 0 ? SLOTS_MIN : 2 * (pairs->mask + 1);
    struct pair *old = pairs->slot, *slot = calloc(slots, sizeof(*slot));
    uint64_t *order = realloc(pairs->order, slots / 2 * sizeof(*order));
    if (order != NULL)
        pairs->order = order;
    if (slot == NULL || order == NULL) {
        free(slot);
        return false;
    }
    pairs->slot = slot;
    uint64_t had = pairs->mask == 0 ? 0 : pairs->mask + 1;
    pairs->mask = slots - 1;
    for (uint64_t i = 0; i < had; i++)
        if (old[i].hash != 0)
            *seek(pairs, old[i].hash) = old[i];
    free(old);
    return true;
}

static struct pair *add(struct epw_pairs *pairs, uint64_t hash)
{
    if (pairs->count == EPW_PAIRS_MAX) {
        forget(pairs, pairs->order[pairs->next]);
        pairs->stats->limited[EPW_LIMIT_PAIRS]++;
    } else if (2 * pairs->count >= pairs->mask && !grow(pairs))
        return NULL;
    else
        pairs->count++;
    pairs->order[pairs->next] = hash;
    pairs->next = (pairs->next + 1) % EPW_PAIRS_MAX;
    struct pair *p = seek(pairs, hash);
    *p = (struct pair){ .hash = hash };
    return p;
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

static void note(struct seen *seen, const struct seen *what)
{
    seen->one_way |= what->one_way;
    seen->both_ways |= what->both_ways;
    if (seen->flows == FLOWS_MAX)
        return;
    seen->flows++;
    seen->bad += what->bad;
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
    struct seen what = { .one_way = one_way,
                         .both_ways = both_ways,
                         .bad = r->doubled || r->cut || r->lost || is_half(r) };
    if (!both_ways && !one_way && what.bad == 0)
        return;
    uint64_t hash = hash_pair(pairs, &r->ip[0], &r->ip[1]);
    for (size_t i = 0; i < 2; i++) {
        struct seen *host = epw_addresses_get(pairs->addresses, pairs->place, &r->ip[i]);
        if (host != NULL)
            note(host, &what);
    }
    note(&pairs->all, &what);
    struct pair *p = find(pairs, hash);
    if (p == NULL)
        p = add(pairs, hash);
    if (p == NULL) {
        pairs->stats->limited[EPW_LIMIT_MEMORY]++;
        return;
    }
    if (one_way && !p->seen.one_way && !p->seen.both_ways)
        pairs->stats->pairs_one_way++;
    if (both_ways && !p->seen.both_ways && p->seen.one_way)
        pairs->stats->pairs_one_way--;
    note(&p->seen, &what);
}

static bool is_bad(const struct seen *seen)
{
    return seen->bad != 0 && (uint64_t)seen->bad * EPW_PAIRS_DOUBT >= seen->flows;
}

static bool is_one_way(const struct seen *seen)
{
    return seen->one_way && !seen->both_ways;
}

bool epw_pairs_doubtful(const struct epw_pairs *pairs, const struct epw_ip *a,
                        const struct epw_ip *b)
{
    const struct pair *p = find(pairs, hash_pair(pairs, a, b));
    if (p != NULL && (is_bad(&p->seen) || is_one_way(&p->seen)))
        return true;
    if (p != NULL && p->seen.both_ways)
        return false;
    const struct seen *host[2] = { find_host(pairs, a), find_host(pairs, b) };
    bool both_ways = false;
    for (size_t i = 0; i < 2; i++) {
        if (host[i] != NULL && is_one_way(host[i]))
            return true;
        both_ways |= host[i] != NULL && host[i]->both_ways;
    }
    return !both_ways && is_one_way(&pairs->all);
}

bool epw_pairs_doubtful_host(const struct epw_pairs *pairs, const struct epw_ip *ip)
{
    const struct seen *host = find_host(pairs, ip);
    return is_one_way(host != NULL ? host : &pairs->all) || (host != NULL && is_bad(host));
}
