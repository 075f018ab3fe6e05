/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/knowledge/endpoints.h"

#include "base/hash.h"
#include "base/table.h"

#include <stdlib.h>
#include <string.h>

struct key {
    struct epw_ip listener;
    struct epw_ip peer; /* who will connect: the control channel's other side */
    uint16_t port;
    uint16_t proto;
};

struct entry {
    UT_hash_handle hh; /* insertion order is the order of eviction */
    struct key key;
    int64_t ts_ns;
    struct epw_endpoint endpoint;
};

struct epw_endpoints {
    uint64_t seed;
    struct epw_stats *stats;
    struct entry *entries;
};

enum epw_err epw_endpoints_new(struct epw_endpoints **endpoints, uint64_t seed,
                               struct epw_stats *stats)
{
    *endpoints = calloc(1, sizeof(**endpoints));
    if (*endpoints == NULL)
        return EPW_ENOMEM;
    (*endpoints)->seed = seed;
    (*endpoints)->stats = stats;
    return EPW_OK;
}

void epw_endpoints_free(struct epw_endpoints *endpoints)
{
    if (endpoints == NULL)
        return;
    struct entry *e, *next;
    HASH_ITER (hh, endpoints->entries, e, next) {
        HASH_DEL(endpoints->entries, e);
        free(e);
    }
    free(endpoints);
}

static struct key make_key(const struct epw_ip *listener, const struct epw_ip *peer, uint16_t port,
                           uint8_t proto)
{
    return (struct key){ .listener = *listener, .peer = *peer, .port = port, .proto = proto };
}

static unsigned hash_key(const struct epw_endpoints *endpoints, const struct key *key)
{
    return (unsigned)epw_hash(key, sizeof(*key), endpoints->seed);
}

static struct entry *find(const struct epw_endpoints *endpoints, const struct key *key)
{
    struct entry *e;
    HASH_FIND_BYHASHVALUE(hh, endpoints->entries, key, sizeof(*key), hash_key(endpoints, key), e);
    return e;
}

static void put(struct epw_endpoints *endpoints, const struct key *key,
                const struct epw_sighting *s)
{
    struct entry *e = find(endpoints, key);
    if (e == NULL && HASH_COUNT(endpoints->entries) >= EPW_ENDPOINTS_MAX) {
        e = endpoints->entries;
        /* One whose time is over is no loss. */
        endpoints->stats->limited[EPW_LIMIT_ENDPOINTS] +=
            s->ts_ns - e->ts_ns < EPW_ENDPOINTS_KEEP_S * 1000000000LL;
    }
    if (e != NULL)
        HASH_DEL(endpoints->entries, e);
    else
        e = calloc(1, sizeof(*e));
    if (e == NULL) {
        endpoints->stats->limited[EPW_LIMIT_MEMORY]++;
        return;
    }
    e->key = *key;
    e->ts_ns = s->ts_ns;
    e->endpoint = (struct epw_endpoint){ .client = s->client,
                                         .server = s->server,
                                         .client_port = s->client_port,
                                         .server_port = s->server_port,
                                         .server_listens = s->endpoint_listener != 0 };
    HASH_ADD_BYHASHVALUE(hh, endpoints->entries, key, sizeof(e->key), hash_key(endpoints, key), e);
    if (!EPW_TABLE_ADDED(e)) {
        endpoints->stats->limited[EPW_LIMIT_MEMORY]++;
        free(e);
    }
}

void epw_endpoints_learn(struct epw_endpoints *endpoints, const struct epw_sighting *s)
{
    const struct epw_ip *listener = s->endpoint_listener ? &s->server : &s->client;
    const struct epw_ip *peer = s->endpoint_listener ? &s->client : &s->server;
    struct key seen = make_key(listener, peer, s->port, s->proto);
    put(endpoints, &seen, s);
    if (epw_ip_cmp(listener, &s->address) != 0) {
        struct key announced = make_key(&s->address, peer, s->port, s->proto);
        put(endpoints, &announced, s);
    }
}

bool epw_endpoints_find(const struct epw_endpoints *endpoints, const struct epw_flow_record *record,
                        struct epw_endpoint *endpoint)
{
    if (endpoints->entries == NULL)
        return false;
    struct key key = make_key(&record->ip[1], &record->ip[0], record->port[1], record->proto);
    const struct entry *e = find(endpoints, &key);
    /* A second of grace before it: taps of two directions are not in perfect order. */
    if (e == NULL || record->first_ns < e->ts_ns - 1000000000 ||
        record->first_ns > e->ts_ns + EPW_ENDPOINTS_KEEP_S * 1000000000LL)
        return false;
    *endpoint = e->endpoint;
    return true;
}
