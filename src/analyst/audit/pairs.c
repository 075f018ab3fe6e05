/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/pairs.h"

#include "base/hash.h"
#include "base/table.h"

#include <stdlib.h>

#define PROTO_TCP 6
#define TCP_SYN   0x02
#define TCP_ACK   0x10

/* What the conversations of a pair, of a host or of all have shown. */
struct seen {
    bool one_way, both_ways;
    uint32_t flows, bad; /* records; of those with packets missing, cut or doubled */
};

struct host {
    UT_hash_handle hh;
    struct epw_ip ip;
    struct seen seen;
};

struct key {
    struct epw_ip low, high;
};

struct pair {
    UT_hash_handle hh; /* insertion order is the order of eviction */
    struct key key;
    struct seen seen;
    struct host *host[2]; /* NULL: there was no room */
};

struct epw_pairs {
    uint64_t seed;
    struct epw_stats *stats;
    struct pair *pairs;
    struct host *hosts;
    struct seen all;
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
    struct host *h, *next_host;
    HASH_ITER (hh, pairs->hosts, h, next_host) {
        HASH_DEL(pairs->hosts, h);
        free(h);
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

static struct host *find_host(const struct epw_pairs *pairs, const struct epw_ip *ip)
{
    struct host *h;
    HASH_FIND_BYHASHVALUE(hh, pairs->hosts, ip, sizeof(*ip),
                          (unsigned)epw_hash(ip, sizeof(*ip), pairs->seed), h);
    return h;
}

static struct host *get_host(struct epw_pairs *pairs, const struct epw_ip *ip)
{
    struct host *h = find_host(pairs, ip);
    if (h != NULL || HASH_COUNT(pairs->hosts) >= EPW_PAIRS_HOSTS)
        return h;
    h = calloc(1, sizeof(*h));
    if (h == NULL)
        return NULL;
    h->ip = *ip;
    HASH_ADD_BYHASHVALUE(hh, pairs->hosts, ip, sizeof(h->ip),
                         (unsigned)epw_hash(ip, sizeof(*ip), pairs->seed), h);
    if (!EPW_TABLE_ADDED(h)) {
        free(h);
        return NULL;
    }
    return h;
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
    p->host[0] = get_host(pairs, &key->low);
    p->host[1] = get_host(pairs, &key->high);
    return p;
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
    if (seen->flows == UINT32_MAX)
        return;
    seen->flows++;
    seen->bad += what->bad;
}

void epw_pairs_note(struct epw_pairs *pairs, const struct epw_flow_record *r)
{
    if (r->proto != PROTO_TCP || r->group)
        return;
    struct seen what = { .both_ways = r->packets[0] != 0 && r->packets[1] != 0,
                         .bad = r->doubled || r->cut || r->lost };
    what.one_way =
        !what.both_ways && (implies_peer(r, EPW_TO_SERVER) || implies_peer(r, EPW_TO_CLIENT));
    if (!what.both_ways && !what.one_way && what.bad == 0)
        return;
    struct key key = make_key(&r->ip[0], &r->ip[1]);
    struct pair *p = find(pairs, &key);
    if (p == NULL)
        p = add(pairs, &key);
    if (p == NULL)
        return;
    if (what.one_way && !p->seen.one_way && !p->seen.both_ways)
        pairs->stats->pairs_one_way++;
    if (what.both_ways && !p->seen.both_ways && p->seen.one_way)
        pairs->stats->pairs_one_way--;
    note(&p->seen, &what);
    note(&pairs->all, &what);
    for (size_t i = 0; i < 2; i++)
        if (p->host[i] != NULL)
            note(&p->host[i]->seen, &what);
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
    struct key key = make_key(a, b);
    const struct pair *p = find(pairs, &key);
    if (p != NULL && (is_bad(&p->seen) || is_one_way(&p->seen)))
        return true;
    if (p != NULL && p->seen.both_ways)
        return false;
    const struct host *host[2] = { find_host(pairs, a), find_host(pairs, b) };
    bool both_ways = false;
    for (size_t i = 0; i < 2; i++) {
        if (host[i] != NULL && is_one_way(&host[i]->seen))
            return true;
        both_ways |= host[i] != NULL && host[i]->seen.both_ways;
    }
    return !both_ways && is_one_way(&pairs->all);
}

bool epw_pairs_doubtful_host(const struct epw_pairs *pairs, const struct epw_ip *ip)
{
    const struct host *h = find_host(pairs, ip);
    const struct seen *seen = h != NULL ? &h->seen : &pairs->all;
    return is_one_way(seen) || (h != NULL && is_bad(seen));
}
