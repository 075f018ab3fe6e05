/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/verdict/decide.h"

#include "analyst/verdict/words.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static bool same_product(const struct epw_judged *a, const struct epw_judged *b)
{
    return strcmp(a->sig->product, b->sig->product) == 0;
}

static void consider(struct epw_decision *d, const struct epw_signature *sig)
{
    for (size_t i = 0; i < d->judged_count; i++)
        if (d->judged[i].sig == sig)
            return;
    if (d->judged_count == EPW_MAX_CANDIDATES)
        return;
    struct epw_judged *j = &d->judged[d->judged_count];
    epw_judge(&d->kase, sig, j);
    /* The flow has a name: a row that only another name could decide is refuted by it. */
    bool by_name_alone =
        sig->needs == EPW_NEEDS_NAME || (sig->needs == EPW_NEEDS_NEVER && sig->name_count != 0);
    if (by_name_alone && d->kase.named && j->name_rank == 0) {
        d->refuted = true;
        return;
    }
    d->judged_count++;
}

static void collect(struct epw_decision *d)
{
    const struct epw_case *c = &d->kase;
    const struct epw_catalogue *catalogue = c->know->catalogue;
    /* Names before ports, so that they are not the ones a full list leaves out. */
    for (size_t i = 0; i < c->name_count; i++) {
        const struct epw_signature *named[EPW_MAX_CANDIDATES];
        if (c->name[i].source == EPW_NAME_DNS_QUERY || !c->fresh[i] ||
            (c->name[i].source == EPW_NAME_DNS && (c->own_name || c->proxied)))
            continue;
        size_t count = epw_catalogue_by_name(catalogue, c->name[i].text, named, EPW_MAX_CANDIDATES);
        for (size_t k = 0; k < count && k < EPW_MAX_CANDIDATES; k++)
            if (named[k]->proto == c->record->proto)
                consider(d, named[k]);
    }
    const struct epw_signature *list[EPW_MAX_CANDIDATES];
    size_t count = epw_site_by_port(c->know->site, catalogue, c->record->proto, c->record->port[1],
                                    list, EPW_MAX_CANDIDATES);
    for (size_t i = 0; i < count; i++)
        consider(d, list[i]);
    /* Through a proxy the target's port counts too: an own port needs no name. */
    if (c->proxied && c->target_port != c->record->port[1]) {
        count = epw_site_by_port(c->know->site, catalogue, c->record->proto, c->target_port, list,
                                 EPW_MAX_CANDIDATES);
        for (size_t i = 0; i < count; i++)
            if (list[i]->needs == EPW_NEEDS_PORT && list[i]->name_count == 0)
                consider(d, list[i]);
    }
    for (size_t i = 0; c->announced && i < c->know->control_count; i++)
        if (c->know->control[i]->proto == c->record->proto)
            consider(d, c->know->control[i]);
}

static int by_rank(const void *a, const void *b)
{
    return epw_judged_cmp((const struct epw_judged *)a, (const struct epw_judged *)b);
}

/* The documented shape of a row: a server with its clients, or a manager with its targets. */
static bool is_one_to_many(const struct epw_signature *sig)
{
    return sig->needs == EPW_NEEDS_INITIATOR;
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

/*
 * How many meet at the port tells a server from a manager. Returns 1 when the
 * many-to-one rows fit, 2 when the one-to-many rows do, 0 when it does not tell.
 */
static int fan_says(struct epw_decision *d)
{
    const struct epw_flow_record *r = d->kase.record;
    const struct epw_hosts *hosts = d->kase.know->hosts;
    unsigned in = epw_hosts_fan(hosts, EPW_FAN_IN, &r->ip[1], r->proto, r->port[1]);
    unsigned out = epw_hosts_fan(hosts, EPW_FAN_OUT, &r->ip[0], r->proto, r->port[1]);
    if (epw_hosts_is_scanner(hosts, &r->ip[0]))
        out = 0;
    return in >= EPW_FAN_MANY && in > out ? 1 : out >= EPW_FAN_MANY && out > in ? 2 : 0;
}

static void name_fan(struct epw_decision *d, int fan)
{
    char ip[EPW_IP_STRLEN];
    const struct epw_flow_record *r = d->kase.record;
    if (fan == 1)
        epw_words_add(d, "many initiators meet at %s:%u: a server with its clients",
                      epw_ip_format(&r->ip[1], ip), r->port[1]);
    else
        epw_words_add(d, "%s opens port %u on many hosts: a manager with its clients",
                      epw_ip_format(&r->ip[0], ip), r->port[1]);
}

/* Among best and its rivals, the only product whose shape the fan fits; NULL when several do. */
static struct epw_judged *chosen_by_fan(struct epw_decision *d, struct epw_judged *best)
{
    int fan = fan_says(d);
    struct epw_judged *only = NULL;
    for (size_t i = 0; fan != 0 && i < d->judged_count; i++) {
        struct epw_judged *j = &d->judged[i];
        if ((j != best && !is_rival(best, j)) || is_one_to_many(j->sig) != (fan == 2))
            continue;
        if (only != NULL && !same_product(only, j))
            return NULL;
        if (only == NULL)
            only = j;
    }
    if (only != NULL)
        name_fan(d, fan);
    return only;
}

static void settle(struct epw_decision *d, struct epw_judged *j)
{
    if (j->reached < EPW_CONF_POSSIBLE) {
        j->reached = EPW_CONF_POSSIBLE;
        j->why = "the port is documented, and the number of peers fits it";
        j->open = false;
    }
    d->verdict.confidence = j->reached;
    d->verdict.sig = j->sig;
    epw_words_chosen(d, j);
}

static void call_ambiguous(struct epw_decision *d, const struct epw_judged *best)
{
    struct epw_str products = { 0 };
    d->verdict.confidence = EPW_CONF_AMBIGUOUS;
    epw_str_add(&products, best->sig->product);
    for (size_t i = 0; i < d->judged_count; i++) {
        const struct epw_judged *j = &d->judged[i];
        if (is_rival(best, j) && strstr(epw_str_text(&products), j->sig->product) == NULL)
            epw_str_addf(&products, " and %s", j->sig->product);
    }
    epw_words_add(d, "fits equally: %s", epw_str_text(&products));
    epw_str_free(&products);
}

static void call_none(struct epw_decision *d)
{
    if (d->judged_count == 0 && d->refuted)
        epw_words_add(d, "its name is none of those documented for this port");
    else if (d->judged_count == 0)
        epw_words_add(d, "no signature documents this port or name");
    else if (d->kase.own_name && d->judged[0].name_rank == 0)
        epw_words_add(d, "the name is none of a documented product, and no role is known");
    else
        epw_words_add(d, "best candidate %s %s: %s", d->judged[0].sig->product,
                      d->judged[0].sig->function, d->judged[0].why);
}

/*
 * One initiator on many listeners is not what a server's row looks like: the
 * row of another product that does look so ties with it. NULL: there is none.
 */
static struct epw_judged *row_of_the_shape(struct epw_decision *d, const struct epw_judged *best)
{
    bool server_row = best->sig->needs == EPW_NEEDS_PORT && best->name_rank == 0 &&
                      best->role[0].how == EPW_ROLE_UNKNOWN &&
                      best->role[1].how == EPW_ROLE_UNKNOWN;
    /* Against the documented protocol it takes more than three hosts. */
    const struct epw_flow_record *r = d->kase.record;
    unsigned out = epw_hosts_fan(d->kase.know->hosts, EPW_FAN_OUT, &r->ip[0], r->proto, r->port[1]);
    if (!server_row || fan_says(d) != 2 || (best->app_agrees && out < EPW_FAN_PEERS))
        return NULL;
    for (size_t i = 0; i < d->judged_count; i++) {
        struct epw_judged *j = &d->judged[i];
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
            d->judged[i].contradicted ? row_of_the_shape(d, &d->judged[i]) : NULL;
        if (row != NULL)
            return row;
    }
    return NULL;
}

static void choose(struct epw_decision *d)
{
    struct epw_judged *best = d->judged_count == 0 ? NULL : &d->judged[0];
    if (best == NULL || best->reached == EPW_CONF_NONE) {
        best = by_shape_alone(d);
        if (best == NULL) {
            call_none(d);
            return;
        }
        name_fan(d, 2);
        settle(d, best);
        return;
    }
    bool rivals = false;
    for (size_t i = 0; i < d->judged_count && !rivals; i++)
        rivals = is_rival(best, &d->judged[i]);
    const struct epw_judged *shaped = rivals ? NULL : row_of_the_shape(d, best);
    if (shaped != NULL) {
        name_fan(d, 2);
        d->verdict.confidence = EPW_CONF_AMBIGUOUS;
        epw_words_add(d, "fits equally: %s and %s", best->sig->product, shaped->sig->product);
        return;
    }
    if (rivals)
        best = chosen_by_fan(d, best);
    if (best == NULL)
        call_ambiguous(d, &d->judged[0]);
    else
        settle(d, best);
}

static void list_candidates(struct epw_decision *d)
{
    const struct epw_judged *first = NULL;
    size_t count = 0;
    /* The chosen one first, also when the fan chose it over others of its rank. */
    for (size_t i = 0; i < d->judged_count; i++)
        if (d->judged[i].sig == d->verdict.sig)
            first = &d->judged[i];
    for (size_t i = 0; i <= d->judged_count; i++) {
        const struct epw_judged *j = i == 0 ? first : &d->judged[i - 1];
        if (j == NULL || (i != 0 && j == first))
            continue;
        d->candidate[count++] = (struct epw_candidate){
            .sig = j->sig, .reached = j->reached, .contradicted = j->contradicted, .why = j->why
        };
        /* What only other flows' evidence contradicts, further ones may set right. */
        if ((!j->contradicted || j->plain) && j->sig->needs != EPW_NEEDS_NEVER &&
            d->verdict.confidence != EPW_CONF_CONFIRMED)
            d->waits = true;
    }
    d->verdict.candidate_count = count;
}

/* Unless the row documents the proxy itself: its port is then the one that was spoken to. */
static bool is_behind_proxy(const struct epw_case *c, const struct epw_signature *sig)
{
    return c->proxied && (epw_signature_has_port(sig, c->target_port) ||
                          !epw_signature_has_port(sig, c->record->port[1]));
}

void epw_decide(struct epw_decision *d, const struct epw_flow_record *record,
                const struct epw_knowledge *know)
{
    d->verdict = (struct epw_verdict){ .confidence = EPW_CONF_NONE };
    d->judged_count = 0;
    d->refuted = false;
    d->words_used = 0;
    d->waits = false;
    epw_case_open(&d->kase, record, know);
    collect(d);
    qsort(d->judged, d->judged_count, sizeof(d->judged[0]), by_rank);
    epw_words_flow(d);
    choose(d);
    list_candidates(d);
    /* Who opened it may yet turn out to be a scanner. */
    if (d->verdict.sig != NULL && (d->kase.attempt || d->kase.empty))
        d->waits = true;
    d->verdict.proxied = d->verdict.sig != NULL && is_behind_proxy(&d->kase, d->verdict.sig);
    d->verdict.candidate = d->candidate;
    d->verdict.reason = d->reason;
    d->verdict.name = d->kase.name;
    d->verdict.name_count = d->kase.name_count;
}
