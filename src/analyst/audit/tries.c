/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/tries.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(EPW_TRIES_MAX <= EPW_RECENT_MAX, "more than can be told apart by when they came");

static void forget(struct epw_tried *t)
{
    if (t->failed == NULL)
        return;
    free(t->failed->target);
    free(t->failed->why);
    free(t->failed);
    t->failed = NULL;
}

void epw_tries_start(struct epw_tries *tries, uint64_t seed)
{
    tries->seed = seed;
    tries->recent = (struct epw_recent){ .size = sizeof(struct epw_tried), .max = EPW_TRIES_MAX };
}

struct epw_tried *epw_tries_next(const struct epw_tries *tries, uint32_t *at)
{
    return *at == tries->recent.count ? NULL : epw_recent_at(&tries->recent, (*at)++);
}

void epw_tries_free(struct epw_tries *tries)
{
    struct epw_tried *t;
    for (uint32_t at = 0; (t = epw_tries_next(tries, &at)) != NULL;)
        forget(t);
    epw_recent_free(&tries->recent);
}

struct epw_tried *epw_tries_get(struct epw_tries *tries, const struct epw_ip *client,
                                uint64_t target, bool *forgotten, bool *dropped)
{
    struct {
        struct epw_ip client;
        uint64_t target;
    } key = { *client, target };
    uint64_t hash = epw_hash(&key, sizeof(key), tries->seed);
    struct epw_tried *t = epw_recent_find(&tries->recent, hash);
    if (t != NULL)
        return t;
    *forgotten = tries->recent.count == EPW_TRIES_MAX;
    if (*forgotten) {
        struct epw_tried *oldest = epw_recent_at(&tries->recent, 0);
        *dropped = oldest->failed != NULL;
        forget(oldest);
    }
    t = epw_recent_add(&tries->recent, hash);
    if (t != NULL)
        *t = (struct epw_tried){ .item = t->item, .client = *client, .group = target };
    return t;
}

bool epw_tries_any_failed(const struct epw_tries *tries)
{
    const struct epw_tried *t;
    for (uint32_t at = 0; (t = epw_tries_next(tries, &at)) != NULL;)
        if (t->failed != NULL)
            return true;
    return false;
}

void epw_tried_ok(struct epw_tried *t, int64_t ts_ns)
{
    if (t == NULL)
        return;
    if (ts_ns > t->ok_ns)
        t->ok_ns = ts_ns;
    if (t->failed != NULL && ts_ns > t->failed->last_ns)
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

/* NULL: no memory. */
static struct epw_tried_failure *begin(const struct epw_signature *sig, const char *target,
                                       const char *why, const struct epw_flow_record *r)
{
    struct epw_tried_failure *f = malloc(sizeof(*f));
    char *its_target = strdup(target), *its_why = strdup(why);
    if (f == NULL || its_target == NULL || its_why == NULL) {
        free(f);
        free(its_target);
        free(its_why);
        return NULL;
    }
    *f = (struct epw_tried_failure){ .first_ns = r->first_ns,
                                     .last_ns = r->last_ns,
                                     .sig = sig,
                                     .target = its_target,
                                     .why = its_why,
                                     .record = *r };
    f->record.evidence = &epw_evidence_none;
    return f;
}

bool epw_tried_failed(struct epw_tried *t, const struct epw_signature *sig, const char *target,
                      const char *why, const struct epw_flow_record *r, bool sure)
{
    if (t == NULL || r->last_ns <= t->ok_ns)
        return true;
    if (t->failed == NULL)
        t->failed = begin(sig, target, why, r);
    struct epw_tried_failure *f = t->failed;
    if (f == NULL)
        return false;
    f->first_ns = r->first_ns < f->first_ns ? r->first_ns : f->first_ns;
    f->last_ns = r->last_ns > f->last_ns ? r->last_ns : f->last_ns;
    f->sure |= sure;
    f->count++;
    f->attempts += r->syns > 1 ? r->syns : 1;
    return true;
}
