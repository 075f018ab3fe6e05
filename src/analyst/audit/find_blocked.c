/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conversations that a product needs and that do not come about. What failed
 * is kept per client and target to the end of the run: one that worked later
 * takes it back, and one that works for others is told.
 */
#include "analyst/audit/aim.h"
#include "analyst/audit/attempt.h"
#include "analyst/audit/facts.h"
#include "analyst/audit/reach.h"
#include "analyst/audit/tries.h"
#include "base/hash.h"
#include "base/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct epw_rule epw_rule_blocked;

/* Resolvers ask for several record types at once; a refusal of one right after an answer is none.
 */
#define DNS_SETTLE_NS 2000000000LL

/* An answer that takes longer does not come: TCP itself tries again after 1 s (RFC 6298). */
#define PATIENCE_NS 3000000000LL

/* A group's hash is not a target's, of which each has a seed. */
#define GROUP_SEED 0x67726f7570ULL

/* What the clients of one target have in common. */
struct target {
    UT_hash_handle hh;
    uint64_t key;
    uint64_t clients, attempts, reached;
    int64_t first_ns;
};

/* Whether a signature's opener pushes: asked of it once, as it takes a look at all of its product.
 */
enum pushes { PUSHES_UNASKED, PUSHES_NOT, PUSHES };

struct blocked {
    struct epw_tries tries;
    struct epw_reach *reach; /* filled at the end */
    uint8_t *pushes;         /* enum pushes, by the signature's index */
};

static enum epw_err make(const struct epw_knowledge *know, void **state)
{
    struct blocked *b = calloc(1, sizeof(*b));
    *state = b;
    if (b == NULL)
        return EPW_ENOMEM;
    epw_tries_start(&b->tries, epw_hash_new_seed());
    b->pushes = calloc(epw_catalogue_count(know->catalogue) + 1, sizeof(b->pushes[0]));
    return b->pushes == NULL ? EPW_ENOMEM : epw_reach_new(&b->reach, b->tries.seed, know->stats);
}

static void discard(void *state)
{
    struct blocked *b = state;
    epw_tries_free(&b->tries);
    epw_reach_free(b->reach);
    free(b->pushes);
    free(b);
}

static void count_lost(const struct epw_audit *audit, bool kept)
{
    epw_audit_knowledge(audit)->stats->limited[EPW_LIMIT_MEMORY] += !kept;
}

static struct epw_tried *get(struct epw_audit *audit, const struct epw_ip *client, uint64_t target)
{
    struct blocked *b = epw_audit_state(audit, &epw_rule_blocked);
    bool forgotten = false, dropped = false;
    struct epw_tried *t = epw_tries_get(&b->tries, client, target, &forgotten, &dropped);
    struct epw_stats *stats = epw_audit_knowledge(audit)->stats;
    stats->limited[EPW_LIMIT_ATTEMPTS] += forgotten;
    stats->limited[EPW_LIMIT_MEMORY] += t == NULL;
    if (dropped)
        epw_audit_dropped(audit);
    return t;
}

/*
 * A server that opens its port on many clients: what is told is who cannot
 * push. The opener serves and the other side is the protected machine.
 */
static bool pushes(struct epw_audit *audit, const struct epw_signature *sig)
{
    struct blocked *b = epw_audit_state(audit, &epw_rule_blocked);
    const struct epw_catalogue *catalogue = epw_audit_knowledge(audit)->catalogue;
    uint8_t *its = &b->pushes[sig->index];
    if (*its == PUSHES_UNASKED)
        *its = sig->initiator[0] != '\0' &&
                       epw_role_is_agent(catalogue, sig->product, sig->responder) &&
                       !epw_role_is_agent(catalogue, sig->product, sig->initiator)
                   ? PUSHES
                   : PUSHES_NOT;
    return *its == PUSHES;
}

/* What the tries at a target are told with, if not by it. */
static void set_group(struct epw_audit *audit, struct epw_tried *t, const struct epw_signature *sig,
                      const struct epw_flow_record *r)
{
    char opened[EPW_OPENED_LEN];
    if (t == NULL || sig == NULL || t->by_name || !pushes(audit, sig))
        return;
    epw_told_opened(r, opened);
    t->group = epw_hash(opened, strlen(opened), GROUP_SEED);
    t->pushed = true;
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

/* Several machines had the address, and it was not this one that failed, or got through, before. */
static bool is_anothers(const struct epw_audit *audit, const struct epw_tried *t,
                        const struct epw_flow_record *r, bool failed)
{
    const uint8_t *mac = NULL;
    if (t != NULL && failed && t->met_has_mac)
        mac = t->met_mac;
    if (t != NULL && !failed && t->failed != NULL && t->failed->record.has_mac)
        mac = t->failed->record.mac[0];
    return mac != NULL && r->has_mac && memcmp(mac, r->mac[0], sizeof(r->mac[0])) != 0 &&
           epw_audit_passed_on(audit, &r->ip[0]);
}

static void look(struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_flow_record *r = result->record;
    const struct epw_signature *sig = sig_of(audit, result);
    char why[EPW_WHY_LEN], target[EPW_AIM_LEN];
    bool sure, failed = epw_attempt_failed(r, &sure, why);
    if (r->group ||
        (failed ? sig == NULL : result->verdict->candidate_count == 0 || !epw_attempt_worked(r)))
        return;
    if (failed && !is_ours(audit, r, sig))
        return;
    const struct epw_aim aim = epw_aim_of(result, sig);
    struct blocked *b = epw_audit_state(audit, &epw_rule_blocked);
    struct epw_tried *t = get(audit, &r->ip[0], epw_aim_hash(&aim, b->tries.seed));
    set_group(audit, t, sig, r);
    bool anothers = is_anothers(audit, t, r, failed);
    if (!failed) {
        if (!anothers)
            epw_tried_met(t, sig, r);
        return;
    }
    if (anothers)
        t->ok_ns = 0; /* flows are not decided in the order of their times */
    epw_aim_name(&aim, target);
    count_lost(audit, epw_tried_failed(t, sig, target, why, r, sure));
}

static void hear(struct epw_audit *audit, const struct epw_sighting *s)
{
    bool refused = s->kind == EPW_SIGHT_REFUSAL;
    if (!refused && s->kind != EPW_SIGHT_ADDRESS)
        return;
    const struct epw_signature *sig = epw_fact_sig_of_name(audit, s->name);
    struct blocked *b = epw_audit_state(audit, &epw_rule_blocked);
    struct epw_tried *t =
        sig == NULL ? NULL : get(audit, &s->client, epw_aim_hash_name(s->name, b->tries.seed));
    if (t == NULL)
        return;
    if (!refused) {
        epw_tried_ok(t, s->ts_ns);
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
    count_lost(audit, epw_tried_failed(t, sig, s->name, why, &r, true));
}

static bool is_met_otherwise(const struct epw_audit *audit, const struct epw_tried *t)
{
    const struct blocked *b = epw_audit_state(audit, &epw_rule_blocked);
    const struct epw_tried_failure *f = t->failed;
    return !t->by_name &&
           epw_reach_otherwise(b->reach,
                               &(struct epw_reach_try){ &t->client, &f->record.ip[1],
                                                        f->record.port[1], f->sig, f->first_ns });
}

static bool is_blocked(const struct epw_audit *audit, const struct epw_tried *t)
{
    const struct epw_tried_failure *f = t->failed;
    return f != NULL && (f->sure || epw_audit_now_ns(audit) - f->first_ns >= PATIENCE_NS) &&
           f->last_ns > t->ok_ns + (t->by_name ? DNS_SETTLE_NS : 0) && !is_met_otherwise(audit, t);
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

static void gather(const struct epw_audit *audit, struct target **targets,
                   const struct epw_tried *t)
{
    struct target *g = get_target(targets, t->group);
    count_lost(audit, g != NULL);
    if (g == NULL)
        return;
    if (!is_blocked(audit, t)) {
        g->reached += t->ok_ns != 0;
        return;
    }
    if (g->clients++ == 0 || t->failed->first_ns < g->first_ns)
        g->first_ns = t->failed->first_ns;
    g->attempts += t->failed->attempts;
}

static void advise(struct epw_str *advice, const struct epw_tried *t)
{
    const struct epw_tried_failure *f = t->failed;
    const struct epw_signature *sig = f->sig;
    uint16_t port = f->record.port[1];
    if (t->by_name) {
        epw_str_addf(advice, "Let DNS resolve %s and allow %s", f->target,
                     epw_told_proto(sig->proto));
        for (size_t i = 0; i < sig->port_count; i++)
            epw_str_addf(advice, "%c%u", i == 0 ? '/' : ',', sig->port[i].low);
    } else if (epw_signature_has_port(sig, port)) {
        epw_str_addf(advice, "Allow %s/%u", epw_told_proto(sig->proto), port);
    } else {
        epw_str_addf(advice, "Let the proxy pass %s", f->target);
    }
    size_t host_len =
        t->by_name ? strlen(f->target) : (size_t)(strrchr(f->target, ':') - f->target);
    epw_str_addf(advice, " from %s to %s %.*s of %s", epw_told_initiator(sig),
                 epw_told_responder(sig), (int)host_len, f->target, sig->product);
    epw_told_row(advice, sig);
}

static void summarise(struct epw_str *summary, const struct epw_tried *t, const struct target *g)
{
    const struct epw_tried_failure *f = t->failed;
    char since[EPW_TEXT_LEN], from[EPW_IP_STRLEN], hosts[EPW_TEXT_LEN];
    snprintf(hosts, sizeof(hosts), "%llu host%s", (unsigned long long)g->clients,
             g->clients == 1 ? "" : "s");
    if (!t->pushed)
        epw_str_addf(summary, "%s cannot reach %s (%s)", hosts, f->target,
                     epw_told_responder(f->sig));
    else
        epw_str_addf(summary, "%s (%s) cannot reach %s (%s) by %s/%u",
                     epw_ip_format(&t->client, from), f->sig->initiator, hosts, f->sig->responder,
                     epw_told_proto(f->sig->proto), f->record.port[1]);
    epw_str_addf(summary, " since %s: %s, %llu attempt%s%s", epw_text_moment(g->first_ns, since),
                 f->why, (unsigned long long)g->attempts, g->attempts == 1 ? "" : "s",
                 g->reached != 0 ? "; others reach it" : "");
}

static void report(struct epw_audit *audit, struct epw_tried *t, const struct target *g)
{
    struct epw_tried_failure *f = t->failed;
    struct epw_str summary = { 0 }, documented = { 0 }, advice = { 0 };
    char opened[EPW_OPENED_LEN];
    summarise(&summary, t, g);
    epw_str_addf(&documented, "%s needs it", f->sig->product);
    epw_told_row(&documented, f->sig);
    advise(&advice, t);
    f->record.first_ns = f->first_ns;
    f->record.last_ns = f->last_ns;
    const struct epw_observation o = {
        .sig = f->sig,
        .subject = t->pushed ? epw_told_opened(&f->record, opened) : f->target,
        .summary = epw_str_text(&summary),
        .lost = summary.failed || documented.failed || advice.failed,
        .documented = epw_str_text(&documented),
        .advice = epw_str_text(&advice),
        .record = &f->record,
        .count = f->count,
        .culprit = { &t->client, t->pushed ? &f->record.ip[1] : NULL }
    };
    epw_audit_report(audit, &epw_rule_blocked, &o);
    epw_str_free(&summary);
    epw_str_free(&documented);
    epw_str_free(&advice);
}

static void know(struct epw_audit *audit, const struct epw_inventory_host *host)
{
    struct blocked *b = epw_audit_state(audit, &epw_rule_blocked);
    epw_reach_host(b->reach, host);
}

static void gather_all(const struct epw_audit *audit, struct target **targets)
{
    const struct blocked *b = epw_audit_state(audit, &epw_rule_blocked);
    const struct epw_tried *t;
    for (uint32_t at = 0; (t = epw_tries_next(&b->tries, &at)) != NULL;)
        if (t->port != 0)
            epw_reach_add(b->reach, &(struct epw_reach_try){ &t->client, &t->server, t->port,
                                                             t->met, t->ok_ns });
    for (uint32_t at = 0; (t = epw_tries_next(&b->tries, &at)) != NULL;)
        gather(audit, targets, t);
}

static void finish(struct epw_audit *audit)
{
    struct blocked *b = epw_audit_state(audit, &epw_rule_blocked);
    struct target *targets = NULL, *g, *next_g;
    struct epw_tried *t;
    if (!epw_tries_any_failed(&b->tries)) {
        epw_reach_clear(b->reach);
        return;
    }
    gather_all(audit, &targets);
    for (uint32_t at = 0; (t = epw_tries_next(&b->tries, &at)) != NULL;) {
        HASH_FIND_BYHASHVALUE(hh, targets, &t->group, sizeof(t->group), (unsigned)t->group, g);
        if (g != NULL && is_blocked(audit, t))
            report(audit, t, g);
    }
    epw_reach_clear(b->reach); /* addresses come and go: the next look back makes it anew */
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
    .of_rows = true,
    .flow = look,
    .sighting = hear,
    .host = know,
    .finish = finish,
    .open = make,
    .close = discard,
};
