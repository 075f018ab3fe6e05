/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/pairs.h"

#include "analyst/audit/recent.h"
#include "base/hash.h"

#include <stdlib.h>

#define PROTO_TCP 6
#define TCP_SYN   0x02
#define TCP_ACK   0x10

_Static_assert(EPW_PAIRS_MAX <= EPW_RECENT_MAX, "more than can be told apart by when they came");

/*
 * Conversations noted of hosts and of all, and not yet of their pair: nearly each is of another
 * pair, anywhere in much memory, and the waits for so many pass at once.
 */
#define NOTED_MAX 64

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

struct pair {
    struct epw_recent_item item;
    struct seen seen;
};

struct noted {
    uint64_t pair; /* hash */
    uint32_t ways;
    bool bad;
};

struct epw_pairs {
    uint64_t seed;
    struct epw_stats *stats;
    struct epw_addresses *addresses;
    size_t place;             /* of a host's struct seen */
    struct epw_recent recent; /* of struct pair */
    struct seen all;
    uint32_t noted_count;
    struct noted noted[NOTED_MAX];
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
    (*pairs)->recent = (struct epw_recent){ .size = sizeof(struct pair), .max = EPW_PAIRS_MAX };
    return EPW_OK;
}

void epw_pairs_free(struct epw_pairs *pairs)
{
    if (pairs == NULL)
        return;
    epw_recent_free(&pairs->recent);
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
    const struct epw_recent mine = pairs->recent;
    epw_pairs_settle(old);
    adopt_hosts(pairs, old);
    pairs->seed = old->seed;
    pairs->recent = old->recent;
    pairs->all = old->all;
    pairs->noted_count = 0;
    old->recent = mine;
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

static void note_pair(struct epw_pairs *pairs, const struct noted *n)
{
    struct pair *p = epw_recent_find(&pairs->recent, n->pair);
    if (p == NULL) {
        pairs->stats->limited[EPW_LIMIT_PAIRS] += pairs->recent.count == EPW_PAIRS_MAX;
        p = epw_recent_add(&pairs->recent, n->pair);
        if (p == NULL) {
            pairs->stats->limited[EPW_LIMIT_MEMORY]++;
            return;
        }
        p->seen = (struct seen){ 0 };
    }
    uint32_t before = p->seen.flows & (ONE_WAY | BOTH_WAYS);
    if (n->ways == ONE_WAY && before == 0)
        pairs->stats->pairs_one_way++;
    if (n->ways == BOTH_WAYS && before == ONE_WAY)
        pairs->stats->pairs_one_way--;
    note(&p->seen, n->ways, n->bad);
}

void epw_pairs_settle(struct epw_pairs *pairs)
{
    for (uint32_t i = 0; i < pairs->noted_count; i++)
        epw_recent_soon(&pairs->recent, pairs->noted[i].pair);
    for (uint32_t i = 0; i < pairs->noted_count; i++)
        epw_recent_next(&pairs->recent, pairs->noted[i].pair);
    for (uint32_t i = 0; i < pairs->noted_count; i++)
        note_pair(pairs, &pairs->noted[i]);
    pairs->noted_count = 0;
}

void epw_pairs_note(struct epw_pairs *pairs, const struct epw_flow_record *r)
{
    if (r->proto != PROTO_TCP || r->group)
        return;
    bool both_ways = r->packets[0] != 0 && r->packets[1] != 0;
    bool one_way = !both_ways && (implies_peer(r, EPW_TO_SERVER) || implies_peer(r, EPW_TO_CLIENT));
    bool bad = r->doubled || r->cut || r->lost || (one_way && is_half(r));
    if (!both_ways && !one_way && !bad)
        return;
    uint32_t ways = both_ways ? BOTH_WAYS : one_way ? ONE_WAY : 0;
    for (size_t i = 0; i < 2; i++) {
        struct seen *host = epw_addresses_get(pairs->addresses, pairs->place, &r->ip[i]);
        if (host != NULL)
            note(host, ways, bad);
    }
    note(&pairs->all, ways, bad);
    if (pairs->noted_count == NOTED_MAX)
        epw_pairs_settle(pairs);
    pairs->noted[pairs->noted_count++] =
        (struct noted){ hash_pair(pairs, &r->ip[0], &r->ip[1]), ways, bad };
}

static bool is_bad(const struct seen *seen)
{
    return seen->bad != 0 && (uint64_t)seen->bad * EPW_PAIRS_DOUBT >= (seen->flows & FLOWS_MAX);
}

static bool is_one_way(const struct seen *seen)
{
    return (seen->flows & (ONE_WAY | BOTH_WAYS)) == ONE_WAY;
}

bool epw_pairs_doubtful(struct epw_pairs *pairs, const struct epw_ip *a, const struct epw_ip *b)
{
    epw_pairs_settle(pairs);
    const struct pair *p = epw_recent_find(&pairs->recent, hash_pair(pairs, a, b));
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
