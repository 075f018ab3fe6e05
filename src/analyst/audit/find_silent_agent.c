/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Agents that stopped speaking, or were declared and never spoke, while their
 * host went on. How often an agent speaks is the row's documented period, or
 * its own where it takes more time; where none is documented, the agent's own
 * rhythm, if it kept one while it spoke.
 */
#include "analyst/audit/attempt.h"
#include "analyst/audit/rule.h"
#include "analyst/audit/spoken.h"
#include "analyst/audit/told.h"

#include <string.h>

extern const struct epw_rule epw_rule_silent_agent;

#define SECOND_NS 1000000000LL
#define PROTO_TCP 6

/* Addresses of one machine that are looked at together. */
#define ADDRESSES_MAX 16

/* Silence is believed after so many periods, in which the machine was awake. */
#define PERIODS 2

/*
 * How often a declared agent speaks at the least where no document says. Vendors'
 * defaults are 1 to 15 minutes; administrators who stretch them rarely go beyond.
 */
#define DECLARED_NS (30 * 60 * SECOND_NS)

/* A machine that is on speaks to somebody more often than this; a longer gap is sleep. */
#define AWAKE_NS (15 * 60 * SECOND_NS)

/* The addresses of one machine. */
struct group {
    size_t count;
    const struct epw_ip *ip; /* the one it is called by */
    const struct epw_ip *address[ADDRESSES_MAX];
    struct epw_speaker *host[ADDRESSES_MAX]; /* by address */
    int64_t awake_ns, active_ns;
};

static enum epw_err make(const struct epw_knowledge *know, void **state)
{
    struct epw_spoken *spoken;
    enum epw_err err = epw_spoken_new(&spoken, know->addresses, know->stats);
    *state = spoken;
    return err;
}

static void discard(void *state)
{
    epw_spoken_free(state);
}

static void save(const struct epw_audit *audit, void (*put)(void *ctx, json_t *fact), void *ctx)
{
    epw_spoken_save(epw_audit_state(audit, &epw_rule_silent_agent), put, ctx);
}

static enum epw_err load(struct epw_audit *audit, json_t *fact)
{
    return epw_spoken_load(epw_audit_state(audit, &epw_rule_silent_agent),
                           epw_audit_knowledge(audit)->catalogue, fact);
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

static void note_mac(struct epw_speaker *h, const struct epw_flow_record *r, size_t side)
{
    h->has_mac = r->has_mac && r->packets[side] != 0;
    memcpy(h->mac, r->mac[side], sizeof(h->mac));
}

static void speak(struct epw_spoken *s, struct epw_speaker *h, const struct epw_signature *sig,
                  bool aside, const struct epw_flow_record *r)
{
    if (!sig->neighbour)
        epw_spoken_add(s, h, sig, aside, r);
}

/* Several products explain it: whichever it was, it spoke. */
static void speak_of_all(struct epw_spoken *s, struct epw_speaker *h,
                         const struct epw_result *result)
{
    const struct epw_verdict *v = result->verdict;
    for (size_t i = 0; i < v->candidate_count; i++)
        if (v->candidate[i].reached != EPW_CONF_NONE && !v->candidate[i].contradicted)
            speak(s, h, v->candidate[i].sig, true, result->record);
}

/* What it said, if it was for a product: few flows are, so this is by itself. */
static __attribute__((noinline)) void note_words(struct epw_spoken *s, struct epw_speaker *h,
                                                 const struct epw_result *result, size_t side)
{
    const struct epw_verdict *v = result->verdict;
    if (v->sig != NULL)
        speak(s, h, v->sig, side == 1, result->record);
    else if (side == 0 && v->confidence == EPW_CONF_AMBIGUOUS)
        speak_of_all(s, h, result);
}

/* Of an internal host; NULL: it is another's, or cannot be kept. */
static struct epw_speaker *speaker_at(const struct epw_knowledge *know, struct epw_spoken *s,
                                      const struct epw_ip *ip)
{
    struct epw_address *entry = epw_addresses_entry(know->addresses, ip);
    if (!epw_know_internal(know, entry, ip))
        return NULL;
    return entry != NULL ? epw_spoken_of(s, entry) : epw_spoken_get(s, ip);
}

static void look(struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_flow_record *r = result->record;
    const struct epw_knowledge *know = epw_audit_knowledge(audit);
    struct epw_spoken *s = epw_audit_state(audit, &epw_rule_silent_agent);
    /* TCP carries data when it was answered, captured or not. */
    bool held = (r->packets[EPW_TO_CLIENT] != 0 || r->proto == PROTO_TCP) && !epw_attempt_unmet(r);
    bool tried = result->verdict->confidence != EPW_CONF_NONE;
    for (size_t side = 0; side < 2; side++) {
        if (!(held || (side == 0 && tried)))
            continue;
        struct epw_speaker *h = speaker_at(know, s, &r->ip[side]);
        if (h == NULL)
            continue;
        if (held) {
            be_active(&h->awake_ns, &h->active_ns, r->first_ns, r->last_ns);
            note_mac(h, r, side);
        }
        if (tried)
            note_words(s, h, result, side);
    }
}

/* How often it speaks; 0: without a rhythm, nobody knows. */
static int64_t period_of(const struct epw_audit *audit, struct epw_said *said)
{
    const struct epw_catalogue *catalogue = epw_audit_knowledge(audit)->catalogue;
    const struct epw_signature *sig = said->sig;
    bool steady;
    int64_t longest_ns = epw_rhythm_longest(&said->rhythm, &steady);
    int64_t documented_ns = (int64_t)sig->period_s * SECOND_NS;
    if (documented_ns != 0)
        return longest_ns > documented_ns ? longest_ns : documented_ns;
    if (!steady)
        return 0;
    /* A console is closed when its user is done: only machines keep a rhythm that counts. */
    bool agent = sig->initiator[0] == '\0'
                     ? strcmp(sig->category, "management") == 0
                     : epw_role_is_agent(catalogue, sig->product, sig->initiator);
    return agent ? longest_ns : 0;
}

/* The last words in any conversation of the product, at any address of the host. */
static const struct epw_said *last_words(const struct group *g, const char *product)
{
    const struct epw_said *last = NULL;
    for (size_t i = 0; i < g->count; i++)
        for (const struct epw_said *said = g->host[i]->said; said != NULL; said = said->after)
            if (epw_same(said->sig->product, product) &&
                (last == NULL || said->last.last_ns > last->last.last_ns))
                last = said;
    return last;
}

/* What a finding tells of a conversation. */
static void record_of(const struct epw_words *last, struct epw_flow_record *record)
{
    record->flow_id = last->flow_id;
    record->first_ns = last->first_ns;
    record->last_ns = last->last_ns;
    record->proto = last->proto;
    for (size_t side = 0; side < 2; side++) {
        record->ip[side] = last->ip[side];
        record->port[side] = last->port[side];
    }
}

static void report(struct epw_audit *audit, const struct group *g, const struct epw_signature *sig,
                   int64_t period_ns, const struct epw_words *last, int64_t last_ns)
{
    char ip[EPW_IP_STRLEN], when[EPW_TEXT_LEN], every[EPW_TEXT_LEN], silence[EPW_TEXT_LEN];
    struct epw_str summary = { 0 }, documented = { 0 };
    epw_str_addf(
        &summary, "The %s of %s on %s %s %s and was silent for %s, while the host was active",
        sig->initiator[0] == '\0' ? "agent" : sig->initiator, sig->product,
        epw_ip_format(g->ip, ip), last == NULL ? "did not speak since" : "spoke last at",
        epw_text_moment(last_ns, when), epw_text_span(epw_audit_now_ns(audit) - last_ns, silence));
    epw_str_addf(&documented, "%s every %s",
                 sig->period_s != 0 ? "documented"
                 : last == NULL     ? "the site file declares it; it should speak"
                                    : "it spoke",
                 epw_text_span(period_ns, every));
    epw_told_row(&documented, sig);
    struct epw_flow_record record = { .evidence = &epw_evidence_none };
    if (last != NULL)
        record_of(last, &record);
    const struct epw_observation o = {
        .sig = sig,
        .subject = sig->product,
        .summary = epw_str_text(&summary),
        .lost = summary.failed || documented.failed,
        .documented = epw_str_text(&documented),
        .advice = "Look whether the agent's service runs on these hosts, and what stopped it",
        .record = last == NULL ? NULL : &record,
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
static const struct epw_said *most_regular(const struct epw_audit *audit, const struct group *g,
                                           const char *product, int64_t *period_ns)
{
    const struct epw_said *best = NULL;
    *period_ns = 0;
    for (size_t i = 0; i < g->count; i++)
        for (struct epw_said *said = g->host[i]->said; said != NULL; said = said->after) {
            if (said->aside || !epw_same(said->sig->product, product))
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

/* Another machine has the address now: who spoke is gone. */
static bool is_gone(const struct epw_audit *audit, const struct group *g,
                    const struct epw_words *last)
{
    for (size_t i = 0; i < g->count; i++)
        for (size_t side = 0; side < 2 && last->has_mac; side++)
            if (epw_ip_cmp(g->address[i], &last->ip[side]) == 0 && g->host[i]->has_mac &&
                memcmp(g->host[i]->mac, last->mac[side], sizeof(g->host[i]->mac)) != 0 &&
                epw_audit_passed_on(audit, &last->ip[side]))
                return true;
    return false;
}

/* It may be a host with an address that speaks on, though the inventory does not say so. */
static bool kin_spoke(const struct epw_audit *audit, const struct group *g, const char *product,
                      int64_t last_ns)
{
    const struct epw_spoken *s = epw_audit_state(audit, &epw_rule_silent_agent);
    for (size_t i = 0; i < g->count; i++) {
        size_t at = 0;
        for (const struct epw_ip *ip; (ip = epw_audit_kin(audit, g->address[i], &at)) != NULL;) {
            struct group kin = { .count = 1, .host = { epw_spoken_find(s, ip) } };
            const struct epw_said *said = kin.host[0] == NULL ? NULL : last_words(&kin, product);
            if (said != NULL && said->last.last_ns > last_ns)
                return true;
        }
    }
    return false;
}

static void judge(struct epw_audit *audit, const struct group *g)
{
    for (size_t i = 0; i < g->count; i++)
        for (const struct epw_said *said = g->host[i]->said; said != NULL; said = said->after) {
            int64_t period_ns;
            const char *product = said->sig->product;
            const struct epw_said *last = last_words(g, product);
            if (most_regular(audit, g, product, &period_ns) == said &&
                is_silent(audit, g, last->last.last_ns, period_ns) &&
                !is_gone(audit, g, &last->last) &&
                !kin_spoke(audit, g, product, last->last.last_ns))
                report(audit, g, said->sig, period_ns, &last->last, last->last.last_ns);
        }
}

static bool is_declared(const struct epw_audit *audit, const struct group *g,
                        const struct epw_signature *sig)
{
    for (size_t i = 0; i < g->count; i++)
        if (epw_site_role(epw_audit_site(audit), g->address[i], sig->product, sig->initiator))
            return true;
    return false;
}

/* Which of an agent's rows is missed: a documented period before none, the first otherwise. */
static bool is_better(const struct epw_signature *sig, const struct epw_signature *best)
{
    return best == NULL || (sig->period_s != 0 && best->period_s == 0);
}

static void judge_product(struct epw_audit *audit, const struct group *g,
                          const struct epw_signature *sig)
{
    int64_t start_ns = epw_audit_now_ns(audit) - epw_audit_watched_ns(audit);
    int64_t period_ns = sig->period_s == 0 ? DECLARED_NS : (int64_t)sig->period_s * SECOND_NS;
    if (last_words(g, sig->product) == NULL && is_silent(audit, g, start_ns, period_ns) &&
        !kin_spoke(audit, g, sig->product, start_ns))
        report(audit, g, sig, period_ns, NULL, start_ns);
}

/* Declared as an agent, and not heard once. Signatures of a product stand together. */
static void judge_declared(struct epw_audit *audit, const struct group *g)
{
    const struct epw_catalogue *catalogue = epw_audit_knowledge(audit)->catalogue;
    const struct epw_signature *best = NULL;
    for (size_t i = 0; i < epw_catalogue_count(catalogue); i++) {
        const struct epw_signature *sig = epw_catalogue_at(catalogue, i);
        bool own = sig->needs == EPW_NEEDS_PORT || sig->needs == EPW_NEEDS_NAME;
        if (best != NULL && strcmp(best->product, sig->product) != 0) {
            judge_product(audit, g, best);
            best = NULL;
        }
        if (own && !sig->neighbour && sig->status == EPW_STATUS_CURRENT &&
            sig->initiator[0] != '\0' && is_better(sig, best) && is_declared(audit, g, sig) &&
            epw_role_is_agent(catalogue, sig->product, sig->initiator))
            best = sig;
    }
    if (best != NULL)
        judge_product(audit, g, best);
}

static void show(struct epw_audit *audit, const struct epw_inventory_host *host)
{
    const struct epw_spoken *s = epw_audit_state(audit, &epw_rule_silent_agent);
    struct group g = { .count = 0 };
    for (size_t i = 0; i < host->ip_count && g.count < ADDRESSES_MAX; i++) {
        struct epw_speaker *h = epw_spoken_find(s, &host->ip[i]);
        if (h == NULL)
            continue;
        if (g.count == 0)
            g.ip = &host->ip[i];
        if (h->active_ns != 0)
            be_active(&g.awake_ns, &g.active_ns, h->awake_ns, h->active_ns);
        g.address[g.count] = &host->ip[i];
        g.host[g.count++] = h;
    }
    if (g.count == 0)
        return;
    judge(audit, &g);
    if (epw_audit_site(audit) != NULL && !epw_site_proxy(epw_audit_site(audit), g.ip) &&
        !epw_site_scanner(epw_audit_site(audit), g.ip))
        judge_declared(audit, &g);
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
    .save = save,
    .load = load,
};
