/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/pairs.h"

#include "base/hash.h"
#include "base/table.h"

#include <stdlib.h>

#define PROTO_TCP 6
#define TCP_SYN   0x02
#define TCP_ACK   0x10

struct key {
    struct epw_ip low, high;
};

struct pair {
    UT_hash_handle hh; /* insertion order is the order of eviction */
    struct key key;
    bool one_way, both_ways;
};

struct epw_pairs {
    uint64_t seed;
    struct epw_stats *stats;
    struct pair *pairs;
};

enum epw_err epw_pairs_new(struct epw_pairs **pairs, uint64_t seed, struct epw_stats *stats)
{
    *pairs = calloc(1, sizeof(**pairs));
    if (*pairs == NULL)
        return EPW_ENOMEM;
    (*pairs)->seed = seed;
    (*pairs)->stats = stats;
    return EPW_OK;
}

void epw_pairs_free(struct epw_pairs *pairs)
{
    if (pairs == NULL)
        return;
    struct pair *p, *next;
    HASH_ITER (hh, pairs->pairs, p, next) {
        HASH_DEL(pairs->pairs, p);
        free(p);
    }
    free(pairs);
}

static struct key make_key(const struct epw_ip *a, const struct epw_ip *b)
{
    return epw_ip_cmp(a, b) < 0 ? (struct key){ *a, *b } : (struct key){ *b, *a };
}

static unsigned hash_key(const struct epw_pairs *pairs, const struct key *key)
{
    return (unsigned)epw_hash(key, sizeof(*key), pairs->seed);
}

static struct pair *find(const struct epw_pairs *pairs, const struct key *key)
{
    struct pair *p;
    HASH_FIND_BYHASHVALUE(hh, pairs->pairs, key, sizeof(*key), hash_key(pairs, key), p);
    return p;
}

static struct pair *add(struct epw_pairs *pairs, const struct key *key)
{
    if (HASH_COUNT(pairs->pairs) >= EPW_PAIRS_MAX) {
        struct pair *oldest = pairs->pairs;
        HASH_DEL(pairs->pairs, oldest);
        free(oldest);
    }
    struct pair *p = calloc(1, sizeof(*p));
    if (p == NULL)
        return NULL;
    p->key = *key;
    HASH_ADD_BYHASHVALUE(hh, pairs->pairs, key, sizeof(p->key), hash_key(pairs, key), p);
    if (!EPW_TABLE_ADDED(p)) {
        free(p);
        return NULL;
    }
    return p;
}

/* Data or a bare ACK from this side: its peer must have spoken, seen or not. */
static bool implies_peer(const struct epw_flow_record *r, enum epw_dir dir)
{
    return r->packets[dir] != 0 &&
           (r->payload_bytes[dir] != 0 ||
            ((r->tcp_flags[dir] & TCP_ACK) != 0 && (r->tcp_flags[dir] & TCP_SYN) == 0));
}

void epw_pairs_note(struct epw_pairs *pairs, const struct epw_flow_record *r)
{
    if (r->proto != PROTO_TCP || r->group)
        return;
    bool both = r->packets[0] != 0 && r->packets[1] != 0;
    bool one = !both && (implies_peer(r, EPW_TO_SERVER) || implies_peer(r, EPW_TO_CLIENT));
    if (!both && !one)
        return;
    struct key key = make_key(&r->ip[0], &r->ip[1]);
    struct pair *p = find(pairs, &key);
    if (p == NULL)
        p = add(pairs, &key);
    if (p == NULL)
        return;
    if (one && !p->one_way && !p->both_ways)
        pairs->stats->pairs_one_way++;
    if (both && !p->both_ways && p->one_way)
        pairs->stats->pairs_one_way--;
    p->one_way |= one;
    p->both_ways |= both;
}

bool epw_pairs_one_way(const struct epw_pairs *pairs, const struct epw_ip *a,
                       const struct epw_ip *b)
{
    struct key key = make_key(a, b);
    const struct pair *p = find(pairs, &key);
    return p != NULL && p->one_way && !p->both_ways;
}
