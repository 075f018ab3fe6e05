/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/verdict/decide.h"

#include "analyst/verdict/collect.h"
#include "analyst/verdict/words.h"

#include <string.h>

static bool same_product(const struct epw_judged *a, const struct epw_judged *b)
{
    return epw_same(a->sig->product, b->sig->product);
}

/* A port alone names nobody while another product's row on it could still be meant. */
static bool is_rival(const struct epw_judged *best, const struct epw_judged *j)
{
    if (j == best || same_product(best, j) || j->contradicted || !j->port_fits)
        return false;
    if (j->reached == best->reached)
        return epw_judged_equal(best, j);
    /* A neighbour's server would show itself by its other ports; who opens a port need not. */
    bool role_row = j->sig->needs == EPW_NEEDS_INITIATOR ||
                    (j->sig->needs == EPW_NEEDS_RESPONDER && !j->sig->neighbour);
    bool port_alone = best->reached == EPW_CONF_POSSIBLE && best->name_rank == 0 &&
                      best->role[0].how == EPW_ROLE_UNKNOWN &&
                      best->role[1].how == EPW_ROLE_UNKNOWN &&
                      (!best->app_agrees || best->elsewhere);
    return port_alone && j->open && role_row && j->sig->name_count == 0;
}

/* The documented shape of a row: a server with its clients, or a manager with its targets. */
static bool is_one_to_many(const struct epw_signature *sig)
{
    return sig->needs == EPW_NEEDS_INITIATOR;
}

/*
 * How many meet at the port tells a server from a manager. Returns 1 when the
 * many-to-one rows fit, 2 when the one-to-many rows do, 0 when it does not tell.
 */
static int fan_says(const struct epw_decision *d)
{
    const struct epw_flow_record *r = d->kase.record;
    const struct epw_fans *fans = d->kase.know->fans;
    /* Who meets at a proxy says nothing of what is behind it. */
    if (d->kase.proxied)
        return 0;
    unsigned in = epw_fans_count(fans, EPW_FAN_IN, &r->ip[1], r->proto, r->port[1]);
    unsigned out = epw_fans_count(fans, EPW_FAN_OUT, &r->ip[0], r->proto, r->port[1]);
    if (epw_host_is_scanner(d->kase.host[0]))
        out = 0;
    return in >= EPW_FAN_MANY && in > out ? 1 : out >= EPW_FAN_MANY && out > in ? 2 : 0;
}

/* Among best and its rivals, the only product whose shape the fan fits; NULL when several do. */
static struct epw_judged *chosen_by_fan(struct epw_decision *d, struct epw_judged *best)
{
    int fan = fan_says(d);
    struct epw_judged *only = NULL;
    for (size_t i = 0; fan != 0 && i < d->judged_count; i++) {
        struct epw_judged *j = d->judged[i];
        if ((j != best && !is_rival(best, j)) || is_one_to_many(j->sig) != (fan == 2))
            continue;
        if (only != NULL && !same_product(only, j))
            return NULL;
        if (only == NULL)
            only = j;
    }
    d->fan = only == NULL ? 0 : fan;
    return only;
}

/* What flows that look alike share stays as it is. */
static struct epw_judged *make_own(struct epw_decision *d, const struct epw_judged *j)
{
    size_t at = 0;
    while (d->judged[at] != j)
        at++;
    d->own = *j;
    d->judged[at] = &d->own;
    return &d->own;
}

static void settle(struct epw_decision *d, struct epw_judged *j)
{
    if (j->reached < EPW_CONF_POSSIBLE) {
        j = make_own(d, j);
        j->reached = EPW_CONF_POSSIBLE;
        j->why = "the port is documented, and the number of peers fits it";
        j->open = false;
    }
    d->verdict.confidence = j->reached;
    d->verdict.sig = j->sig;
    d->outcome = EPW_OUT_CHOSEN;
}

bool epw_decision_ties(const struct epw_decision *d, const struct epw_judged *j)
{
    return is_rival(d->judged[0], j);
}

/*
 * One initiator on many listeners is not what a server's row looks like: the
 * row of another product that does look so ties with it. NULL: there is none.
 */
static struct epw_judged *row_of_the_shape(const struct epw_decision *d,
                                           const struct epw_judged *best)
{
    bool server_row = best->sig->needs == EPW_NEEDS_PORT && best->name_rank == 0 &&
                      best->role[0].how == EPW_ROLE_UNKNOWN &&
                      best->role[1].how == EPW_ROLE_UNKNOWN;
    if (!server_row || fan_says(d) != 2)
        return NULL;
    /* Against the documented protocol it takes more than three hosts. */
    const struct epw_flow_record *r = d->kase.record;
    unsigned out = epw_fans_count(d->kase.know->fans, EPW_FAN_OUT, &r->ip[0], r->proto, r->port[1]);
    if (best->app_agrees && out < EPW_FAN_PEERS)
        return NULL;
    for (size_t i = 0; i < d->judged_count; i++) {
        struct epw_judged *j = d->judged[i];
        if (!same_product(best, j) && j->open && is_one_to_many(j->sig) && !j->sig->neighbour)
            return j;
    }
    return NULL;
}

/* Nothing fits but by its shape: only where bytes of no known protocol refuted a server's row. */
static struct epw_judged *by_shape_alone(struct epw_decision *d)
{
    for (size_t i = 0; !d->kase.seen && i < d->judged_count; i++) {
        struct epw_judged *row =
            d->judged[i]->contradicted ? row_of_the_shape(d, d->judged[i]) : NULL;
        if (row != NULL)
            return row;
    }
    return NULL;
}

static void choose(struct epw_decision *d)
{
    struct epw_judged *best = d->judged_count == 0 ? NULL : d->judged[0];
    if (best == NULL || best->reached == EPW_CONF_NONE) {
        best = by_shape_alone(d);
        if (best == NULL)
            return;
        d->fan = 2;
        settle(d, best);
        return;
    }
    bool rivals = false;
    for (size_t i = 0; i < d->judged_count && !rivals; i++)
        rivals = is_rival(best, d->judged[i]);
    d->shaped = rivals ? NULL : row_of_the_shape(d, best);
    if (rivals)
        best = chosen_by_fan(d, best);
    if (best != NULL && d->shaped == NULL) {
        settle(d, best);
        return;
    }
    d->verdict.confidence = EPW_CONF_AMBIGUOUS;
    d->outcome = d->shaped == NULL ? EPW_OUT_RIVALS : EPW_OUT_SHAPED;
    d->fan = d->shaped == NULL ? 0 : 2;
}

static void list_candidates(struct epw_decision *d)
{
    const struct epw_judged *first = NULL;
    size_t count = 0;
    /* The chosen one first, also when the fan chose it over others of its rank. */
    for (size_t i = 0; d->verdict.sig != NULL && i < d->judged_count; i++)
        if (d->judged[i]->sig == d->verdict.sig)
            first = d->judged[i];
    for (size_t i = 0; i <= d->judged_count; i++) {
        const struct epw_judged *j = i == 0 ? first : d->judged[i - 1];
        if (j == NULL || (i != 0 && j == first))
            continue;
        d->candidate[count++] = epw_candidate_of(j);
    }
    d->verdict.candidate = d->candidate;
    d->verdict.candidate_count = count;
}

static bool may_change(const struct epw_decision *d)
{
    if (d->idle != NULL)
        return d->idle->told.may_change;
    for (size_t i = 0; d->verdict.confidence != EPW_CONF_CONFIRMED && i < d->judged_count; i++)
        if (epw_judged_may_change(d->judged[i]))
            return true;
    /* Who opened it may yet turn out to be a scanner. */
    return d->verdict.sig != NULL && (d->kase.attempt || d->kase.empty);
}

/* Unless the row documents the proxy itself: its port is then the one that was spoken to. */
static bool is_behind_proxy(const struct epw_case *c, const struct epw_signature *sig)
{
    return c->proxied && (epw_signature_has_port(sig, c->target_port) ||
                          !epw_signature_has_port(sig, c->record->port[1]));
}

/* Judges all rows and chooses among them. */
static void weigh(struct epw_decision *d)
{
    epw_collect(d);
    if (d->idle != NULL) {
        d->verdict.candidate = d->idle->told.candidate;
        d->verdict.candidate_count = d->idle->told.count;
        return;
    }
    choose(d);
    list_candidates(d);
    d->verdict.proxied = d->verdict.sig != NULL && is_behind_proxy(&d->kase, d->verdict.sig);
}

/*
 * Rows that need a name or a role, and neither is known: whatever they are,
 * none is carried by the evidence. That is most of the world's traffic, so of
 * these rows only the few that no name could decide are looked at, for what
 * they may teach and wait for; all of them are judged when somebody asks.
 */
static bool is_out_of_reach(const struct epw_decision *d)
{
    const struct epw_case *c = &d->kase;
    _Static_assert(EPW_PORT_MANY == EPW_MAX_CANDIDATES, "a crowd is more than can be judged");
    if (c->hit_count != 0 || c->proxied || c->announced || c->known[0] || c->known[1] || !c->silent)
        return false;
    unsigned some = c->named ? EPW_PORT_UNNAMED : EPW_PORT_ROWS;
    return (c->port & (some | EPW_PORT_OWN | EPW_PORT_CROWD)) == some;
}

static void judge_unnamed_rows(struct epw_decision *d)
{
    const struct epw_case *c = &d->kase;
    const struct epw_signature *const *row;
    d->look = epw_looks_find(&d->looks, c);
    if (d->look != NULL)
        return;
    d->judged_count =
        epw_catalogue_unnamed(c->know->catalogue, c->record->proto, c->record->port[1], &row);
    for (size_t i = 0; i < d->judged_count; i++) {
        epw_judge_seen(c, row[i], &d->room[i]);
        d->judged[i] = &d->room[i];
    }
}

bool epw_decision_waits(struct epw_decision *d)
{
    const struct epw_look *look = d->look;
    if (look != NULL ? look->seen.may_change || look->awaits_name : may_change(d))
        return true;
    if (!d->verdict.untold)
        return false;
    if (look == NULL && epw_awaits_name(&d->kase))
        return true;
    if (look == NULL) {
        list_candidates(d);
    } else {
        d->verdict.candidate = look->seen.candidate;
        d->verdict.candidate_count = look->seen.count;
    }
    return false;
}

static void begin(struct epw_decision *d)
{
    d->verdict = (struct epw_verdict){ .confidence = EPW_CONF_NONE, .decision = d };
    d->refuted = d->worded = d->unopened = false;
    d->outcome = EPW_OUT_NONE;
    d->shaped = NULL;
    d->fan = 0;
    d->words_used = 0;
    d->judged_count = 0;
    d->look = d->idle = NULL;
}

static void open_case(struct epw_decision *d, const struct epw_flow_record *record,
                      const struct epw_knowledge *know, bool unmasked)
{
    epw_case_open(&d->kase, record, know, unmasked);
    d->verdict.masked = d->kase.hit_count != 0;
    d->verdict.name = d->kase.name;
    d->verdict.name_count = d->kase.name_count;
}

/* A flow that has names now, and had none then, stays out of reach where rows need none. */
static bool stays_untold(const struct epw_flow_record *r, const struct epw_knowledge *know)
{
    return !epw_host_is_known(epw_hosts_get(know->hosts, &r->ip[0])) &&
           !epw_host_is_known(epw_hosts_get(know->hosts, &r->ip[1])) &&
           (!epw_names_learned(know->names) ||
            (epw_catalogue_port(know->catalogue, r->proto, r->port[1]) & EPW_PORT_UNNAMED) != 0 ||
            !epw_names_has(know->names, &r->ip[1]));
}

bool epw_decide_unchanged(struct epw_decision *d, const struct epw_flow_record *record,
                          const struct epw_knowledge *know, bool untold)
{
    struct epw_endpoint endpoint;
    if ((epw_names_learned(know->names) && epw_names_marked(know->names, &record->ip[1])) ||
        epw_endpoints_find(know->endpoints, record, &endpoint) ||
        (untold && !stays_untold(record, know)))
        return false;
    begin(d);
    d->kase.record = record;
    d->kase.know = know;
    d->unopened = true;
    d->verdict.untold = untold;
    return true;
}

static inline void decide(struct epw_decision *d, const struct epw_flow_record *record,
                          const struct epw_knowledge *know, bool unmasked)
{
    begin(d);
    open_case(d, record, know, unmasked);
    if (epw_case_is_nobodys(&d->kase))
        return;
    d->verdict.untold = is_out_of_reach(d);
    if (!d->verdict.untold)
        weigh(d);
}

void epw_decide_again(struct epw_decision *d, const struct epw_flow_record *record,
                      const struct epw_knowledge *know, bool unmasked)
{
    decide(d, record, know, unmasked);
}

void epw_decide(struct epw_decision *d, const struct epw_flow_record *record,
                const struct epw_knowledge *know)
{
    decide(d, record, know, false);
    if (d->verdict.untold)
        judge_unnamed_rows(d);
}

void epw_decision_close(struct epw_decision *d)
{
    epw_looks_free(&d->looks);
}

/* Judges all rows of an untold verdict. Nothing was known of the hosts, and what was learned since
 * does not count. */
static void tell_rows(struct epw_decision *d)
{
    epw_collect_unknown(d);
    list_candidates(d);
    d->verdict.untold = false;
}

void epw_verdict_tell(const struct epw_verdict *verdict)
{
    struct epw_decision *d = verdict->decision;
    if (d == NULL || d->worded)
        return;
    if (d->unopened)
        open_case(d, d->kase.record, d->kase.know, true);
    if (verdict->untold)
        tell_rows(d);
    if (d->idle != NULL)
        epw_collect_idle(d);
    epw_words(d);
    d->worded = true;
}
