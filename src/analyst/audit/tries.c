/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/tries.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

static void free_tried(struct epw_tried *t)
{
    free(t->target);
    free(t->why);
    free(t->record);
    free(t);
}

void epw_tries_free(struct epw_tries *tries)
{
    struct epw_tried *t, *next;
    HASH_ITER (hh, tries->first, t, next) {
        HASH_DEL(tries->first, t);
        free_tried(t);
    }
}

static bool drop_oldest(struct epw_tries *tries)
{
    struct epw_tried *oldest = tries->first;
    bool failed = oldest->sig != NULL;
    HASH_DEL(tries->first, oldest);
    free_tried(oldest);
    return failed;
}

struct epw_tried *epw_tries_get(struct epw_tries *tries, const struct epw_ip *client,
                                uint64_t target, bool *forgotten, bool *dropped)
{
    struct epw_tried_key key = { *client, target };
    unsigned hash = (unsigned)epw_hash(&key, sizeof(key), tries->seed);
    struct epw_tried *t;
    HASH_FIND_BYHASHVALUE(hh, tries->first, &key, sizeof(key), hash, t);
    if (t != NULL)
        return t;
    *forgotten = HASH_COUNT(tries->first) >= EPW_TRIES_MAX;
    if (*forgotten)
        *dropped = drop_oldest(tries);
    t = calloc(1, sizeof(*t));
    if (t == NULL)
        return NULL;
    t->key = key;
    t->group = key.target;
    HASH_ADD_BYHASHVALUE(hh, tries->first, key, sizeof(t->key), hash, t);
    if (!EPW_TABLE_ADDED(t)) {
        free_tried(t);
        return NULL;
    }
    return t;
}

bool epw_tries_any_failed(const struct epw_tries *tries)
{
    const struct epw_tried *t = tries->first;
    while (t != NULL && t->sig == NULL)
        t = t->hh.next;
    return t != NULL;
}

static void forget(struct epw_tried *t)
{
    free(t->target);
    free(t->why);
    free(t->record);
    t->target = t->why = NULL;
    t->record = NULL;
    t->sig = NULL;
    t->sure = false;
    t->count = t->attempts = 0;
}

void epw_tried_ok(struct epw_tried *t, int64_t ts_ns)
{
    if (t == NULL)
        return;
    if (ts_ns > t->ok_ns)
        t->ok_ns = ts_ns;
    if (ts_ns > t->last_ns)
        forget(t);
}

void epw_tried_met(struct epw_tried *t, const struct epw_signature *sig,
                   const struct epw_flow_record *r)
{
    if (t == NULL)
        return;
    epw_tried_ok(t, r->last_ns);
    t->met = sig;
    t->server = r->ip[1];
    t->port = r->port[1];
    t->met_has_mac = r->has_mac;
    memcpy(t->met_mac, r->mac[0], sizeof(t->met_mac));
}

bool epw_tried_failed(struct epw_tried *t, const struct epw_signature *sig, const char *target,
                      const char *why, const struct epw_flow_record *r, bool sure)
{
    if (t == NULL || r->last_ns <= t->ok_ns)
        return true;
    if (t->count == 0) {
        t->target = strdup(target);
        t->why = strdup(why);
        t->record = malloc(sizeof(*t->record));
        if (t->target == NULL || t->why == NULL || t->record == NULL) {
            forget(t);
            return false;
        }
        t->sig = sig;
        *t->record = *r;
        t->record->evidence = &epw_evidence_none;
    }
    t->first_ns = t->count == 0 || r->first_ns < t->first_ns ? r->first_ns : t->first_ns;
    t->last_ns = t->count == 0 || r->last_ns > t->last_ns ? r->last_ns : t->last_ns;
    t->sure |= sure;
    t->count++;
    t->attempts += r->syns > 1 ? r->syns : 1;
    return true;
}
