/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Agents that stopped speaking while their host went on. How often an agent
 * speaks is the row's documented period; where none is documented, the agent's
 * own rhythm, if it kept one while it spoke.
 */
#include "analyst/audit/attempt.h"
#include "analyst/audit/rule.h"
#include "analyst/audit/told.h"
#include "base/hash.h"
#include "base/table.h"

#include <stdlib.h>
#include <string.h>

extern const struct epw_rule epw_rule_silent_agent;

#define SECOND_NS 1000000000LL

/* Internal hosts kept, some 80 bytes each; of those beyond, nothing is said. */
#define HOSTS_MAX 131072

/* Addresses of one machine that are looked at together. */
#define ADDRESSES_MAX 16

/* Starts kept of one agent's conversations: the newest tell its rhythm. */
#define STARTS_MAX 64

/* Conversations closer than this are one turn: agents open several at once. */
#define TURN_NS (10 * SECOND_NS)

/* Turns that make a rhythm, when none is longer apart than twice the closest. */
#define TURNS_MIN 5

/* Silence is believed after so many periods, in which the machine was awake. */
#define PERIODS 2

/* A machine that is on speaks to somebody more often than this; a longer gap is sleep. */
#define AWAKE_NS (15 * 60 * SECOND_NS)

/* What a host said in one documented conversation. */
struct said {
    struct said *next;
    const struct epw_signature *sig;
    size_t count;
    int64_t start[STARTS_MAX];
    struct epw_flow_record last; /* the last words; without evidence */
};

struct host {
    UT_hash_handle hh;
    struct epw_ip ip;
    int64_t awake_ns;  /* since then it held conversations without a gap of AWAKE_NS ... */
    int64_t active_ns; /* ... up to this one */
    struct said *said;
};

struct silent {
    uint64_t seed;
    struct host *hosts;
};

/* The addresses of one machine. */
struct group {
    size_t count;
    const struct epw_ip *ip; /* the one it is called by */
    struct host *host[ADDRESSES_MAX];
    int64_t awake_ns, active_ns;
};

static enum epw_err make(void **state)
{
    struct silent *s = calloc(1, sizeof(*s));
    *state = s;
    if (s == NULL)
        return EPW_ENOMEM;
    s->seed = epw_hash_new_seed();
    return EPW_OK;
}

static void discard(void *state)
{
    struct silent *s = state;
    struct host *h, *next;
    HASH_ITER (hh, s->hosts, h, next) {
        HASH_DEL(s->hosts, h);
        for (struct said *said = h->said, *after; said != NULL; said = after) {
            after = said->next;
            free(said);
        }
        free(h);
    }
    free(s);
}

static struct host *find(const struct silent *s, const struct epw_ip *ip)
{
    struct host *h;
    HASH_FIND_BYHASHVALUE(hh, s->hosts, ip, sizeof(*ip),
                          (unsigned)epw_hash(ip, sizeof(*ip), s->seed), h);
    return h;
}

static struct host *get(struct silent *s, const struct epw_ip *ip)
{
    struct host *h = find(s, ip);
    if (h != NULL || HASH_COUNT(s->hosts) >= HOSTS_MAX)
        return h;
    h = calloc(1, sizeof(*h));
    if (h == NULL)
        return NULL;
    h->ip = *ip;
    HASH_ADD_BYHASHVALUE(hh, s->hosts, ip, sizeof(h->ip),
                         (unsigned)epw_hash(ip, sizeof(*ip), s->seed), h);
    if (!EPW_TABLE_ADDED(h)) {
        free(h);
        return NULL;
    }
    return h;
}

static struct said *said_of(struct host *h, const struct epw_signature *sig)
{
    for (struct said *said = h->said; said != NULL; said = said->next)
        if (said->sig == sig)
            return said;
    struct said *said = calloc(1, sizeof(*said));
    if (said == NULL)
        return NULL;
    said->sig = sig;
    said->next = h->said;
    h->said = said;
    return said;
}

static void note(struct said *said, const struct epw_flow_record *r)
{
    if (r->first_record && said->count == STARTS_MAX) {
        memmove(said->start, said->start + STARTS_MAX / 2, sizeof(said->start) / 2);
        said->count /= 2;
    }
    if (r->first_record)
        said->start[said->count++] = r->first_ns;
    if (r->last_ns < said->last.last_ns)
        return;
    said->last = *r;
    said->last.evidence = &epw_evidence_none;
}

/* Joins a time of activity to the newest stretch, or begins one; older stretches are forgotten. */
static void be_active(int64_t *awake_ns, int64_t *active_ns, int64_t first_ns, int64_t last_ns)
{
    if (*active_ns == 0 || first_ns > *active_ns + AWAKE_NS) {
        *awake_ns = first_ns;
        *active_ns = last_ns;
    } else if (last_ns >= *awake_ns - AWAKE_NS) {
        *awake_ns = first_ns < *awake_ns ? first_ns : *awake_ns;
        *active_ns = last_ns > *active_ns ? last_ns : *active_ns;
    }
}

static void look(struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_flow_record *r = result->record;
    const struct epw_signature *sig = result->verdict->sig;
    struct silent *s = epw_audit_state(audit, &epw_rule_silent_agent);
    bool held = r->packets[EPW_TO_CLIENT] != 0 && !epw_attempt_unmet(r);
    for (size_t side = 0; side < 2; side++) {
        bool speaks = side == 0 && sig != NULL && !sig->neighbour;
        if ((!held && !speaks) || !epw_site_internal(epw_audit_site(audit), &r->ip[side]))
            continue;
        struct host *h = get(s, &r->ip[side]);
        if (h == NULL)
            continue;
        if (held)
            be_active(&h->awake_ns, &h->active_ns, r->first_ns, r->last_ns);
        struct said *said = speaks ? said_of(h, sig) : NULL;
        if (said != NULL)
            note(said, r);
    }
}

static int by_time(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* How often it speaks, by what was seen; 0: without a rhythm. */
static int64_t rhythm(struct said *said)
{
    int64_t shortest = INT64_MAX, longest = 0, turn = 0;
    size_t turns = 0;
    qsort(said->start, said->count, sizeof(said->start[0]), by_time);
    for (size_t i = 0; i < said->count; i++) {
        int64_t gap = said->start[i] - turn;
        if (i != 0 && gap < TURN_NS)
            continue;
        if (turns++ != 0) {
            shortest = gap < shortest ? gap : shortest;
            longest = gap > longest ? gap : longest;
        }
        turn = said->start[i];
    }
    return turns >= TURNS_MIN && longest <= 2 * shortest ? longest : 0;
}

static int64_t period_of(const struct epw_audit *audit, struct said *said)
{
    const struct epw_catalogue *catalogue = epw_audit_knowledge(audit)->catalogue;
    const struct epw_signature *sig = said->sig;
    if (sig->period_s != 0)
        return (int64_t)sig->period_s * SECOND_NS;
    /* A console is closed when its user is done: only machines keep a rhythm that counts. */
    bool agent = sig->initiator[0] == '\0'
                     ? strcmp(sig->category, "management") == 0
                     : epw_role_is_agent(catalogue, sig->product, sig->initiator);
    return agent ? rhythm(said) : 0;
}

/* The last words in any conversation of the product, at any address of the host. */
static const struct said *last_words(const struct group *g, const char *product)
{
    const struct said *last = NULL;
    for (size_t i = 0; i < g->count; i++)
        for (const struct said *said = g->host[i]->said; said != NULL; said = said->next)
            if (strcmp(said->sig->product, product) == 0 &&
                (last == NULL || said->last.last_ns > last->last.last_ns))
                last = said;
    return last;
}

static void report(struct epw_audit *audit, const struct group *g, const struct epw_signature *sig,
                   int64_t period_ns, const struct epw_flow_record *last, int64_t last_ns)
{
    char ip[EPW_IP_STRLEN], when[EPW_TEXT_LEN], every[EPW_TEXT_LEN], silence[EPW_TEXT_LEN];
    struct epw_str summary = { 0 }, documented = { 0 };
    epw_str_addf(
        &summary, "The %s of %s on %s %s %s and was silent for %s, while the host was active",
        sig->initiator[0] == '\0' ? "agent" : sig->initiator, sig->product,
        epw_ip_format(g->ip, ip), last == NULL ? "did not speak since" : "spoke last at",
        epw_text_time(last_ns, when), epw_text_span(epw_audit_now_ns(audit) - last_ns, silence));
    epw_str_addf(&documented, "%s every %s", sig->period_s != 0 ? "documented" : "it spoke",
                 epw_text_span(period_ns, every));
    epw_told_row(&documented, sig);
    const struct epw_observation o = {
        .sig = sig,
        .subject = sig->product,
        .summary = epw_str_text(&summary),
        .documented = epw_str_text(&documented),
        .advice = "Look whether the agent's service runs on these hosts, and what stopped it",
        .record = last,
        .ts_ns = last_ns,
        .culprit = { g->ip },
        .about_host = true,
    };
    epw_audit_report(audit, &epw_rule_silent_agent, &o);
    epw_str_free(&summary);
    epw_str_free(&documented);
}

static bool is_silent(const struct epw_audit *audit, const struct group *g, int64_t last_ns,
                      int64_t period_ns)
{
    return period_ns != 0 && epw_audit_now_ns(audit) - last_ns >= PERIODS * period_ns &&
           g->active_ns - (g->awake_ns > last_ns ? g->awake_ns : last_ns) >= PERIODS * period_ns;
}

/* Of the product's conversations on the host, the one with the shortest period. */
static const struct said *most_regular(const struct epw_audit *audit, const struct group *g,
                                       const char *product, int64_t *period_ns)
{
    const struct said *best = NULL;
    *period_ns = 0;
    for (size_t i = 0; i < g->count; i++)
        for (struct said *said = g->host[i]->said; said != NULL; said = said->next) {
            if (strcmp(said->sig->product, product) != 0)
                continue;
            int64_t its_ns = period_of(audit, said);
            if (its_ns == 0 ||
                (best != NULL && (its_ns > *period_ns ||
                                  (its_ns == *period_ns && said->sig->index >= best->sig->index))))
                continue;
            best = said;
            *period_ns = its_ns;
        }
    return best;
}

static void judge(struct epw_audit *audit, const struct group *g)
{
    for (size_t i = 0; i < g->count; i++)
        for (const struct said *said = g->host[i]->said; said != NULL; said = said->next) {
            int64_t period_ns;
            const char *product = said->sig->product;
            const struct said *last = last_words(g, product);
            if (most_regular(audit, g, product, &period_ns) == said &&
                is_silent(audit, g, last->last.last_ns, period_ns))
                report(audit, g, said->sig, period_ns, &last->last, last->last.last_ns);
        }
}

/* Declared, documented to speak, and not heard once. */
static void judge_declared(struct epw_audit *audit, const struct group *g)
{
    const struct epw_catalogue *catalogue = epw_audit_knowledge(audit)->catalogue;
    int64_t start_ns = epw_audit_now_ns(audit) - epw_audit_watched_ns(audit);
    for (size_t i = 0; i < epw_catalogue_count(catalogue); i++) {
        const struct epw_signature *sig = epw_catalogue_at(catalogue, i);
        if (sig->period_s != 0 && !sig->neighbour && sig->initiator[0] != '\0' &&
            epw_site_role(epw_audit_site(audit), g->ip, sig->product, sig->initiator) &&
            last_words(g, sig->product) == NULL &&
            is_silent(audit, g, start_ns, (int64_t)sig->period_s * SECOND_NS))
            report(audit, g, sig, (int64_t)sig->period_s * SECOND_NS, NULL, start_ns);
    }
}

static void show(struct epw_audit *audit, const struct epw_inventory_host *host)
{
    const struct silent *s = epw_audit_state(audit, &epw_rule_silent_agent);
    struct group g = { .count = 0 };
    for (size_t i = 0; i < host->ip_count && g.count < ADDRESSES_MAX; i++) {
        struct host *h = find(s, &host->ip[i]);
        if (h == NULL)
            continue;
        if (g.count == 0)
            g.ip = &h->ip;
        if (h->active_ns != 0)
            be_active(&g.awake_ns, &g.active_ns, h->awake_ns, h->active_ns);
        g.host[g.count++] = h;
    }
    if (g.count != 0) {
        judge(audit, &g);
        judge_declared(audit, &g);
    }
}

const struct epw_rule epw_rule_silent_agent = {
    .name = "silent-agent",
    .severity = EPW_SEVERITY_MEDIUM,
    .help = "agents that stopped speaking while their host went on",
    .both_sides = true,
    .flow = look,
    .host = show,
    .open = make,
    .close = discard,
};
