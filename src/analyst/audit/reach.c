/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/reach.h"

#include "base/hash.h"
#include "base/table.h"

#include <stdlib.h>
#include <string.h>

/* An address of a machine that has several, and the one that stands for them. */
struct alias {
    UT_hash_handle hh;
    struct epw_ip ip, first;
};

struct key {
    struct epw_ip client;
    uint64_t what; /* a function, or a port of a machine */
    uint64_t family;
};

struct met {
    UT_hash_handle hh;
    struct key key;
    int64_t ts_ns;
};

struct epw_reach {
    uint64_t seed;
    struct epw_stats *stats;
    struct alias *aliases;
    struct met *met;
};

enum epw_err epw_reach_new(struct epw_reach **reach, uint64_t seed, struct epw_stats *stats)
{
    *reach = calloc(1, sizeof(**reach));
    if (*reach == NULL)
        return EPW_ENOMEM;
    (*reach)->seed = seed;
    (*reach)->stats = stats;
    return EPW_OK;
}

void epw_reach_clear(struct epw_reach *reach)
{
    struct alias *alias, *next_alias;
    HASH_ITER (hh, reach->aliases, alias, next_alias) {
        HASH_DEL(reach->aliases, alias);
        free(alias);
    }
    struct met *met, *next_met;
    HASH_ITER (hh, reach->met, met, next_met) {
        HASH_DEL(reach->met, met);
        free(met);
    }
}

void epw_reach_free(struct epw_reach *reach)
{
    if (reach == NULL)
        return;
    epw_reach_clear(reach);
    free(reach);
}

static struct alias *find_alias(const struct epw_reach *reach, const struct epw_ip *ip)
{
    struct alias *alias;
    HASH_FIND_BYHASHVALUE(hh, reach->aliases, ip, sizeof(*ip),
                          (unsigned)epw_hash(ip, sizeof(*ip), reach->seed), alias);
    return alias;
}

static void lost(struct epw_reach *reach)
{
    reach->stats->limited[EPW_LIMIT_MEMORY]++;
}

void epw_reach_host(struct epw_reach *reach, const struct epw_inventory_host *host)
{
    for (size_t i = 0; host->ip_count > 1 && i < host->ip_count; i++) {
        struct alias *alias = find_alias(reach, &host->ip[i]);
        if (alias != NULL)
            continue;
        alias = calloc(1, sizeof(*alias));
        if (alias == NULL) {
            lost(reach);
            return;
        }
        alias->ip = host->ip[i];
        alias->first = host->ip[0];
        HASH_ADD_BYHASHVALUE(hh, reach->aliases, ip, sizeof(alias->ip),
                             (unsigned)epw_hash(&alias->ip, sizeof(alias->ip), reach->seed), alias);
        if (!EPW_TABLE_ADDED(alias)) {
            lost(reach);
            free(alias);
        }
    }
}

static const struct epw_ip *machine(const struct epw_reach *reach, const struct epw_ip *ip)
{
    const struct alias *alias = find_alias(reach, ip);
    return alias != NULL ? &alias->first : ip;
}

static uint64_t hash_function(const struct epw_reach *reach, const struct epw_signature *sig)
{
    uint64_t h = epw_hash(sig->product, strlen(sig->product), reach->seed);
    return epw_hash(sig->function, strlen(sig->function), h);
}

static uint64_t hash_port(const struct epw_reach *reach, const struct epw_reach_try *try)
{
    const struct epw_ip *server = machine(reach, try->server);
    return epw_hash(server, sizeof(*server), reach->seed ^ try->port);
}

static struct key make_key(const struct epw_reach *reach, const struct epw_reach_try *try,
                           uint64_t what, bool other_family)
{
    bool v4 = epw_ip_is4(try->server) != other_family;
    return (struct key){ *machine(reach, try->client), what, v4 ? 4 : 6 };
}

static struct met *find(const struct epw_reach *reach, const struct key *key)
{
    struct met *met;
    HASH_FIND_BYHASHVALUE(hh, reach->met, key, sizeof(*key),
                          (unsigned)epw_hash(key, sizeof(*key), reach->seed), met);
    return met;
}

static void remember(struct epw_reach *reach, struct key key, int64_t ts_ns)
{
    struct met *met = find(reach, &key);
    if (met == NULL) {
        met = calloc(1, sizeof(*met));
        if (met == NULL) {
            lost(reach);
            return;
        }
        met->key = key;
        met->ts_ns = ts_ns;
        HASH_ADD_BYHASHVALUE(hh, reach->met, key, sizeof(met->key),
                             (unsigned)epw_hash(&key, sizeof(key), reach->seed), met);
        if (!EPW_TABLE_ADDED(met)) {
            lost(reach);
            free(met);
        }
        return;
    }
    met->ts_ns = ts_ns > met->ts_ns ? ts_ns : met->ts_ns;
}

void epw_reach_add(struct epw_reach *reach, const struct epw_reach_try *try)
{
    remember(reach, make_key(reach, try, hash_port(reach, try), false), try->ts_ns);
    if (try->sig != NULL)
        remember(reach, make_key(reach, try, hash_function(reach, try->sig), false), try->ts_ns);
}

static bool met_since(const struct epw_reach *reach, struct key key, int64_t since_ns)
{
    const struct met *met = find(reach, &key);
    return met != NULL && met->ts_ns >= since_ns;
}

bool epw_reach_otherwise(const struct epw_reach *reach, const struct epw_reach_try *try)
{
    return met_since(reach, make_key(reach, try, hash_port(reach, try), true), try->ts_ns) ||
           (try->sig != NULL &&
            met_since(reach, make_key(reach, try, hash_function(reach, try->sig), true),
                      try->ts_ns));
}
