/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conversations that a product needs and that do not come about. What failed
 * is kept per client and target to the end of the run: one that worked later
 * takes it back, and one that works for others is told.
 */
#include "analyst/audit/attempt.h"
#include "analyst/audit/rule.h"
#include "analyst/audit/told.h"
#include "base/hash.h"
#include "base/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct epw_rule epw_rule_blocked;

#define PROTO_TCP 6
/* Clients times targets kept, some 500 bytes each; the oldest goes first. */
#define TRIED_MAX 65536

/* Signatures looked at of one name: more than the shipped set has of any. */
#define NAME_SIGS 16

/* Resolvers ask for several record types at once; a refusal of one right after an answer is none.
 */
#define DNS_SETTLE_NS 2000000000LL

/* An answer that takes longer does not come: TCP itself tries again after 1 s (RFC 6298). */
#define PATIENCE_NS 3000000000LL

#define TARGET_LEN  (EPW_ENDPOINT_LEN + 8)
#define EPW_WHY_LEN 160

struct key {
    struct epw_ip client;
    uint64_t target;
};

struct tried {
    UT_hash_handle hh; /* insertion order is the order of eviction */
    struct key key;
    uint64_t count;                  /* conversations and answers that failed */
    uint64_t attempts;               /* the same with the retries within them */
    int64_t first_ns, last_ns;       /* of those */
    int64_t ok_ns;                   /* the last that worked, 0: none */
    bool sure;                       /* at least one had no time left to be answered */
    bool by_name;                    /* DNS refused the name */
    const struct epw_signature *sig; /* NULL: nothing failed */
    char *target, *why;
    struct epw_flow_record record; /* the first that failed; without evidence */
};

/* What the clients of one target have in common. */
struct target {
    UT_hash_handle hh;
    uint64_t key;
    uint64_t clients, attempts, reached;
    int64_t first_ns;
};

struct blocked {
    uint64_t seed;
    struct tried *tried;
};

static enum epw_err make(void **state)
{
    struct blocked *b = calloc(1, sizeof(*b));
    *state = b;
    if (b == NULL)
        return EPW_ENOMEM;
    b->seed = epw_hash_new_seed();
    return EPW_OK;
}

static void free_tried(struct tried *t)
{
    free(t->target);
    free(t->why);
    free(t);
}

static void discard(void *state)
{
    struct blocked *b = state;
    struct tried *t, *next;
    HASH_ITER (hh, b->tried, t, next) {
        HASH_DEL(b->tried, t);
        free_tried(t);
    }
    free(b);
}

static struct tried *get(struct epw_audit *audit, const struct epw_ip *client, const char *target)
{
    struct blocked *b = epw_audit_state(audit, &epw_rule_blocked);
    struct key key = { .client = *client, .target = epw_hash(target, strlen(target), b->seed) };
    unsigned hash = (unsigned)epw_hash(&key, sizeof(key), b->seed);
    struct tried *t;
    HASH_FIND_BYHASHVALUE(hh, b->tried, &key, sizeof(key), hash, t);
    if (t != NULL)
        return t;
    if (HASH_COUNT(b->tried) >= TRIED_MAX) {
        t = b->tried;
        HASH_DEL(b->tried, t);
        if (t->sig != NULL)
            epw_audit_dropped(audit);
        free_tried(t);
    }
    t = calloc(1, sizeof(*t));
    if (t == NULL)
        return NULL;
    t->key = key;
    HASH_ADD_BYHASHVALUE(hh, b->tried, key, sizeof(t->key), hash, t);
    if (!EPW_TABLE_ADDED(t)) {
        free_tried(t);
        return NULL;
    }
    return t;
}

static void forget(struct tried *t)
{
    free(t->target);
    free(t->why);
    t->target = t->why = NULL;
    t->sig = NULL;
    t->sure = false;
    t->count = t->attempts = 0;
}

static void note_ok(struct tried *t, int64_t ts_ns)
{
    if (t == NULL)
        return;
    if (ts_ns > t->ok_ns)
        t->ok_ns = ts_ns;
    if (ts_ns > t->last_ns)
        forget(t);
}

static void note_failed(struct tried *t, const struct epw_signature *sig, const char *target,
                        const char *why, const struct epw_flow_record *r, bool sure)
{
    if (t == NULL || r->last_ns <= t->ok_ns)
        return;
    if (t->count == 0) {
        t->target = strdup(target);
        t->why = strdup(why);
        if (t->target == NULL || t->why == NULL) {
            forget(t);
            return;
        }
        t->sig = sig;
        t->record = *r;
        t->record.evidence = &epw_evidence_none;
    }
    t->first_ns = t->count == 0 || r->first_ns < t->first_ns ? r->first_ns : t->first_ns;
    t->last_ns = t->count == 0 || r->last_ns > t->last_ns ? r->last_ns : t->last_ns;
    t->sure |= sure;
    t->count++;
    t->attempts += r->syns > 1 ? r->syns : 1;
}

/* A name that the signature documents, else the endpoint: clouds change their addresses. */
static void target_of(const struct epw_result *result, const struct epw_signature *sig,
                      char target[TARGET_LEN])
{
    const struct epw_flow_record *r = result->record;
    const struct epw_verdict *v = result->verdict;
    char endpoint[EPW_ENDPOINT_LEN];
    for (size_t i = 0; sig != NULL && i < v->name_count; i++) {
        const struct epw_flow_name *name = &v->name[i];
        bool behind = epw_asks_proxy(r->evidence);
        if (name->source == EPW_NAME_DNS_QUERY || name->source == EPW_NAME_CERT ||
            (behind && name->source == EPW_NAME_DNS) || !epw_signature_names(sig, name->text, NULL))
            continue;
        snprintf(target, TARGET_LEN, "%s:%u", name->text,
                 behind ? r->evidence->connect_port : r->port[1]);
        return;
    }
    snprintf(target, TARGET_LEN, "%s", epw_told_endpoint(&r->ip[1], r->port[1], endpoint));
}

/* The label; without one, a candidate whose responder is known in the role. */
static const struct epw_signature *sig_of(const struct epw_audit *audit,
                                          const struct epw_result *result)
{
    const struct epw_verdict *v = result->verdict;
    for (size_t i = 0; v->sig == NULL && i < v->candidate_count; i++) {
        const struct epw_signature *sig = v->candidate[i].sig;
        if (!v->candidate[i].contradicted &&
            (sig->needs == EPW_NEEDS_PORT || sig->needs == EPW_NEEDS_RESPONDER) &&
            epw_audit_has_role(audit, &result->record->ip[1], sig->product, sig->responder))
            return sig;
    }
    return v->sig;
}

/*
 * Who probes others is not kept from anything, nor is a stranger from the
 * inside; and what no firewall need pass, or no server offers any more, should fail.
 */
static bool is_ours(const struct epw_audit *audit, const struct epw_flow_record *r,
                    const struct epw_signature *sig)
{
    const struct epw_site *site = epw_audit_site(audit);
    bool needed = sig->status == EPW_STATUS_CURRENT && sig->scope != EPW_SCOPE_LOCALHOST &&
                  sig->scope != EPW_SCOPE_NOT_IN_FIREWALL;
    bool stranger = !epw_site_internal(site, &r->ip[0]) && epw_site_internal(site, &r->ip[1]) &&
                    !epw_audit_has_role(audit, &r->ip[0], sig->product, sig->initiator);
    return needed && !stranger && strcmp(sig->category, "discovery") != 0 &&
           !epw_site_scanner(site, &r->ip[0]) &&
           !epw_hosts_is_scanner(epw_audit_knowledge(audit)->hosts, &r->ip[0]);
}

static void look(struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_flow_record *r = result->record;
    const struct epw_signature *sig = sig_of(audit, result);
    char why[EPW_WHY_LEN], target[TARGET_LEN];
    bool sure, failed = epw_attempt_failed(r, &sure, why);
    if (r->group ||
        (failed ? sig == NULL : result->verdict->candidate_count == 0 || !epw_attempt_worked(r)))
        return;
    target_of(result, sig, target);
    if (!failed)
        note_ok(get(audit, &r->ip[0], target), r->last_ns);
    else if (is_ours(audit, r, sig))
        note_failed(get(audit, &r->ip[0], target), sig, target, why, r, sure);
}

/* Of the products' own rows that document the name, the one with the longest mask. */
static const struct epw_signature *sig_of_name(const struct epw_audit *audit, const char *name)
{
    const struct epw_signature *sig[NAME_SIGS], *best = NULL;
    size_t best_len = 0;
    size_t count =
        epw_catalogue_by_name(epw_audit_knowledge(audit)->catalogue, name, sig, NAME_SIGS);
    for (size_t i = 0; i < count && i < NAME_SIGS; i++) {
        const char *mask;
        if (sig[i]->neighbour || sig[i]->needs == EPW_NEEDS_NEVER ||
            !epw_signature_names(sig[i], name, &mask) || strlen(mask) <= best_len)
            continue;
        best = sig[i];
        best_len = strlen(mask);
    }
    return best;
}

static void hear(struct epw_audit *audit, const struct epw_sighting *s)
{
    bool refused = s->kind == EPW_SIGHT_REFUSAL;
    if (!refused && s->kind != EPW_SIGHT_ADDRESS)
        return;
    const struct epw_signature *sig = sig_of_name(audit, s->name);
    struct tried *t = sig == NULL ? NULL : get(audit, &s->client, s->name);
    if (t == NULL)
        return;
    if (!refused) {
        note_ok(t, s->ts_ns);
        return;
    }
    static const char *const words[] = { [2] = "SERVFAIL", [3] = "NXDOMAIN", [5] = "REFUSED" };
    char why[EPW_WHY_LEN], ip[EPW_IP_STRLEN];
    const char *word = s->rcode < sizeof(words) / sizeof(words[0]) ? words[s->rcode] : NULL;
    snprintf(why, sizeof(why), "the DNS server %s answered %s", epw_ip_format(&s->server, ip),
             s->rcode == 0  ? "with a null address"
             : word != NULL ? word
                            : "with an error");
    const struct epw_flow_record r = { .flow_id = s->flow_id,
                                       .ip = { s->client, s->server },
                                       .port = { s->client_port, 53 },
                                       .proto = 17,
                                       .first_ns = s->ts_ns,
                                       .last_ns = s->ts_ns };
    t->by_name = true;
    note_failed(t, sig, s->name, why, &r, true);
}

static bool is_blocked(const struct epw_audit *audit, const struct tried *t)
{
    return t->sig != NULL && (t->sure || epw_audit_now_ns(audit) - t->first_ns >= PATIENCE_NS) &&
           t->last_ns > t->ok_ns + (t->by_name ? DNS_SETTLE_NS : 0);
}

static struct target *get_target(struct target **targets, uint64_t key)
{
    struct target *g;
    HASH_FIND_BYHASHVALUE(hh, *targets, &key, sizeof(key), (unsigned)key, g);
    if (g != NULL)
        return g;
    g = calloc(1, sizeof(*g));
    if (g == NULL)
        return NULL;
    g->key = key;
    HASH_ADD_BYHASHVALUE(hh, *targets, key, sizeof(g->key), (unsigned)key, g);
    if (!EPW_TABLE_ADDED(g)) {
        free(g);
        return NULL;
    }
    return g;
}

static void gather(const struct epw_audit *audit, struct target **targets, const struct tried *t)
{
    struct target *g = get_target(targets, t->key.target);
    if (g == NULL)
        return;
    if (!is_blocked(audit, t)) {
        g->reached += t->ok_ns != 0;
        return;
    }
    if (g->clients++ == 0 || t->first_ns < g->first_ns)
        g->first_ns = t->first_ns;
    g->attempts += t->attempts;
}

static void advise(struct epw_str *advice, const struct tried *t)
{
    const struct epw_signature *sig = t->sig;
    uint16_t port = t->record.port[1];
    if (t->by_name) {
        epw_str_addf(advice, "Let DNS resolve %s and allow %s", t->target,
                     epw_told_proto(sig->proto));
        for (size_t i = 0; i < sig->port_count; i++)
            epw_str_addf(advice, "%c%u", i == 0 ? '/' : ',', sig->port[i].low);
    } else if (epw_signature_has_port(sig, port)) {
        epw_str_addf(advice, "Allow %s/%u", epw_told_proto(sig->proto), port);
    } else {
        epw_str_addf(advice, "Let the proxy pass %s", t->target);
    }
    size_t host_len =
        t->by_name ? strlen(t->target) : (size_t)(strrchr(t->target, ':') - t->target);
    epw_str_addf(advice, " from %s to %s %.*s of %s", epw_told_initiator(sig),
                 epw_told_responder(sig), (int)host_len, t->target, sig->product);
    epw_told_row(advice, sig);
}

static void report(struct epw_audit *audit, struct tried *t, const struct target *g)
{
    char since[EPW_TEXT_LEN];
    struct epw_str summary = { 0 }, documented = { 0 }, advice = { 0 };
    epw_str_addf(&summary, "%llu host%s cannot reach %s (%s) since %s: %s, %llu attempt%s%s",
                 (unsigned long long)g->clients, g->clients == 1 ? "" : "s", t->target,
                 epw_told_responder(t->sig), epw_text_time(g->first_ns, since), t->why,
                 (unsigned long long)g->attempts, g->attempts == 1 ? "" : "s",
                 g->reached != 0 ? "; others reach it" : "");
    epw_str_addf(&documented, "%s needs it", t->sig->product);
    epw_told_row(&documented, t->sig);
    advise(&advice, t);
    t->record.first_ns = t->first_ns;
    t->record.last_ns = t->last_ns;
    const struct epw_observation o = { .sig = t->sig,
                                       .subject = t->target,
                                       .summary = epw_str_text(&summary),
                                       .documented = epw_str_text(&documented),
                                       .advice = epw_str_text(&advice),
                                       .record = &t->record,
                                       .count = t->count,
                                       .culprit = { &t->key.client } };
    epw_audit_report(audit, &epw_rule_blocked, &o);
    epw_str_free(&summary);
    epw_str_free(&documented);
    epw_str_free(&advice);
}

static void finish(struct epw_audit *audit)
{
    struct blocked *b = epw_audit_state(audit, &epw_rule_blocked);
    struct target *targets = NULL, *g, *next_g;
    struct tried *t, *next;
    HASH_ITER (hh, b->tried, t, next) {
        gather(audit, &targets, t);
    }
    HASH_ITER (hh, b->tried, t, next) {
        HASH_FIND_BYHASHVALUE(hh, targets, &t->key.target, sizeof(t->key.target),
                              (unsigned)t->key.target, g);
        if (g != NULL && is_blocked(audit, t))
            report(audit, t, g);
    }
    HASH_ITER (hh, targets, g, next_g) {
        HASH_DEL(targets, g);
        free(g);
    }
}

const struct epw_rule epw_rule_blocked = {
    .name = "blocked",
    .severity = EPW_SEVERITY_MEDIUM,
    .help = "conversations that a product needs and that do not come about",
    .both_sides = true,
    .flow = look,
    .sighting = hear,
    .finish = finish,
    .open = make,
    .close = discard,
};
