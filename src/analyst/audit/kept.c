/* SPDX-License-Identifier: Apache-2.0 */
/* What rules observed, folded into findings: one of each rule, product, function and subject. */
#include "analyst/audit/kept.h"

#include "base/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A seed of the id alone: ids must be the same in every run. */
#define ID_SEED 0x65707761746368ULL

static void free_kept(struct epw_kept *k)
{
    free((char *)(uintptr_t)k->finding.product);
    free((char *)(uintptr_t)k->finding.function);
    free((char *)(uintptr_t)k->finding.subject);
    free((char *)(uintptr_t)k->finding.summary);
    free((char *)(uintptr_t)k->finding.documented);
    free((char *)(uintptr_t)k->finding.advice);
    free(k);
}

void epw_audit_forget(struct epw_audit *audit, struct epw_kept *k)
{
    HASH_DEL(audit->kept, k);
    free_kept(k);
}

/* Replaces an owned text; keeps the old one when there is nothing new, or (false) no memory. */
static bool retell(const char **text, const char *with)
{
    if (with == NULL || with[0] == '\0')
        return true;
    char *copy = strdup(with);
    if (copy == NULL)
        return false;
    free((char *)(uintptr_t)*text);
    *text = copy;
    return true;
}

static uint64_t make_key(const struct epw_rule *rule, const char *product, const char *function,
                         const char *subject)
{
    uint64_t key = epw_hash(rule->name, strlen(rule->name), ID_SEED);
    key = epw_hash(product, strlen(product), key);
    key = epw_hash(function, strlen(function), key);
    return epw_hash(subject, strlen(subject), key);
}

/* What is withheld of a finding has its id, and a place of its own. */
static struct epw_kept *make_kept(struct epw_audit *audit, const struct epw_rule *rule,
                                  uint64_t key, bool withheld, const char *product,
                                  const char *function)
{
    if (HASH_COUNT(audit->kept) >= EPW_AUDIT_FINDINGS)
        return NULL;
    struct epw_kept *k = calloc(1, sizeof(*k));
    if (k == NULL) {
        audit->stats->limited[EPW_LIMIT_MEMORY]++;
        return NULL;
    }
    k->key = withheld ? ~key : key;
    k->rule = rule;
    k->withheld = withheld;
    k->finding = (struct epw_finding){
        .kind = rule->name,
        .severity = rule->severity,
        .product = strdup(product),
        .function = strdup(function),
        .host = k->host,
        .sample = k->sample,
    };
    snprintf(k->finding.id, sizeof(k->finding.id), "%016" PRIx64, key);
    if (k->finding.product != NULL && k->finding.function != NULL)
        HASH_ADD_BYHASHVALUE(hh, audit->kept, key, sizeof(k->key), (unsigned)k->key, k);
    if (!EPW_TABLE_ADDED(k)) {
        audit->stats->limited[EPW_LIMIT_MEMORY]++;
        free_kept(k);
        return NULL;
    }
    audit->stats->findings += !withheld;
    return k;
}

static void add_host(struct epw_kept *k, const struct epw_ip *ip)
{
    for (size_t i = 0; i < k->finding.host_count; i++)
        if (epw_ip_cmp(&k->host[i], ip) == 0)
            return;
    k->finding.host_total++;
    if (k->finding.host_count < EPW_FINDING_HOSTS)
        k->host[k->finding.host_count++] = *ip;
}

static void add_sample(struct epw_kept *k, const struct epw_flow_record *r)
{
    if (k->finding.sample_count == EPW_FINDING_SAMPLES)
        return;
    for (size_t i = 0; i < k->finding.sample_count; i++)
        if (k->sample[i].flow_id == r->flow_id)
            return;
    k->sample[k->finding.sample_count++] =
        (struct epw_finding_sample){ .flow_id = r->flow_id,
                                     .ip = { r->ip[0], r->ip[1] },
                                     .port = { r->port[0], r->port[1] },
                                     .proto = r->proto,
                                     .first_ns = r->first_ns };
}

/* False: memory ran out over its texts. */
static bool fold(struct epw_kept *k, const struct epw_observation *o)
{
    struct epw_finding *f = &k->finding;
    int64_t first = o->record != NULL ? o->record->first_ns : o->ts_ns;
    int64_t last = o->record != NULL ? o->record->last_ns : o->ts_ns;
    bool told = retell(&f->subject, f->subject == NULL ? o->subject : NULL);
    told &= retell(&f->summary, o->summary);
    told &= retell(&f->documented, o->documented);
    told &= retell(&f->advice, o->advice);
    if (f->count == 0 || first < f->first_ns)
        f->first_ns = first;
    if (f->count == 0 || last > f->last_ns)
        f->last_ns = last;
    f->count += o->count == 0 ? 1 : o->count;
    for (size_t i = 0; i < 2; i++)
        if (o->culprit[i] != NULL)
            add_host(k, o->culprit[i]);
    if (o->record != NULL)
        add_sample(k, o->record);
    return told && !o->lost;
}

static bool accepted(const struct epw_audit *audit, const struct epw_rule *rule,
                     const struct epw_observation *o, const char *product)
{
    const struct epw_ip *a = o->record != NULL ? &o->record->ip[0] : o->culprit[0];
    const struct epw_ip *b = o->record != NULL ? &o->record->ip[1] : o->culprit[1];
    if (a == NULL)
        a = b;
    if (b == NULL)
        b = a;
    return a != NULL && epw_site_ignores(audit->know->site, rule->name, product, a, b);
}

/* Of a pair of hosts; of a host besides where the finding is about what it says to anybody. */
static bool is_doubtful(const struct epw_audit *audit, const struct epw_observation *o)
{
    if (audit->lossy)
        return true;
    if (o->about_host && o->culprit[0] != NULL &&
        epw_pairs_doubtful_host(audit->pairs, o->culprit[0]))
        return true;
    return o->record != NULL &&
           epw_pairs_doubtful(audit->pairs, &o->record->ip[0], &o->record->ip[1]);
}

/* A look back finds all of it again: what the last one found is not added to. */
static void begin_anew(struct epw_kept *k, uint32_t pass)
{
    k->at_end = true;
    k->pass = pass;
    k->finding.count = k->finding.host_total = 0;
    k->finding.host_count = k->finding.sample_count = 0;
}

void epw_audit_report(struct epw_audit *audit, const struct epw_rule *rule,
                      const struct epw_observation *o)
{
    const char *product = o->sig != NULL ? o->sig->product : o->product != NULL ? o->product : "";
    const char *function = o->sig != NULL ? o->sig->function : "";
    if (accepted(audit, rule, o, product))
        return;
    bool withheld = rule->both_sides && is_doubtful(audit, o);
    audit->stats->findings_withheld += withheld;
    audit->withheld += withheld && audit->looks_back;
    uint64_t id = make_key(rule, product, function, o->subject), key = withheld ? ~id : id;
    struct epw_kept *k;
    HASH_FIND_BYHASHVALUE(hh, audit->kept, &key, sizeof(key), (unsigned)key, k);
    if (k == NULL)
        k = make_kept(audit, rule, id, withheld, product, function);
    if (k == NULL) {
        epw_audit_dropped(audit);
        return;
    }
    if (audit->looks_back && k->pass != audit->pass)
        begin_anew(k, audit->pass);
    audit->stats->limited[EPW_LIMIT_MEMORY] += !fold(k, o);
}
