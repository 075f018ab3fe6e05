/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/verdict/judge.h"

#include "analyst/verdict/check.h"

#include <string.h>

static void find_name(const struct epw_case *c, struct epw_judged *j)
{
    for (size_t i = 0; i < c->hit_count; i++) {
        const struct epw_hit *hit = &c->hit[i];
        uint8_t rank = c->rank[hit->name];
        if (hit->sig != j->sig || rank == EPW_RANK_NONE)
            continue;
        size_t len = strlen(hit->mask);
        if (rank > j->name_rank || (rank == j->name_rank && len > j->mask_len)) {
            j->name_rank = rank;
            j->mask_len = len;
            j->mask = hit->mask;
        }
    }
}

/* A name of the responder that the site file declares for the role; NULL when there is none. */
static const char *declared_name(const struct epw_case *c, const char *product, const char *role)
{
    for (size_t i = 0; c->know->site != NULL && !c->proxied && i < c->name_count; i++) {
        uint8_t rank = c->rank[i];
        if (rank != EPW_RANK_NONE && (rank != EPW_RANK_DNS || (c->fresh[i] && !c->own_name)) &&
            epw_site_names(c->know->site, c->name[i].text, product, role))
            return c->name[i].text;
    }
    return NULL;
}

static struct epw_role role_of(const struct epw_case *c, const struct epw_signature *sig,
                               unsigned side)
{
    const struct epw_ip *ip = &c->record->ip[side];
    const struct epw_site *site = c->know->site;
    const char *role = side == 0 ? sig->initiator : sig->responder;
    const char *name = side == 0 ? NULL : declared_name(c, sig->product, role);
    if (name != NULL || epw_site_role(site, ip, sig->product, role))
        return (struct epw_role){ .how = EPW_ROLE_SITE, .name = name };
    for (size_t i = 0; i < sig->network_count; i++)
        if (sig->network[i].side == side && epw_prefix_has(&sig->network[i].prefix, ip))
            return (struct epw_role){ .how = EPW_ROLE_NETWORK };
    struct epw_role known = epw_host_role(c->host[side], sig->product, role);
    /* A role that may as well be another product's explains its own ports, no further ones. */
    if (known.shared && (side == 0 || !epw_host_answers(c->host[side], sig)))
        known.how = EPW_ROLE_UNKNOWN;
    return known;
}

static bool is_products(const struct epw_case *c, size_t name, const char *product)
{
    for (size_t i = 0; i < c->hit_count; i++)
        if (c->hit[i].name == name && epw_same(c->hit[i].sig->product, product))
            return true;
    return false;
}

/* Every fresh name of the address must be one of the documented ones, else it may be another's. */
static bool address_is_shared(const struct epw_case *c, const struct epw_judged *j)
{
    bool any_asked = false;
    for (size_t i = 0; i < c->name_count; i++)
        any_asked |= c->rank[i] == EPW_RANK_DNS && c->asked[i] && c->fresh[i];
    for (size_t i = 0; i < c->name_count; i++)
        if (c->rank[i] == EPW_RANK_DNS && c->fresh[i] && (!any_asked || c->asked[i]) &&
            !is_products(c, i, j->sig->product))
            return true;
    return false;
}

static void reach(struct epw_judged *j, enum epw_confidence reached, const char *why)
{
    j->reached = reached;
    j->why = why;
}

static void unmet(struct epw_judged *j, const char *why)
{
    j->open = true;
    j->why = why;
}

/* Attempts that nobody answered: the bytes that would tell never came. */
static bool attempt_counts(const struct epw_case *c, const struct epw_judged *j)
{
    const struct epw_flow_record *r = c->record;
    if (j->role[1].how != EPW_ROLE_UNKNOWN || j->name_rank != 0)
        return true;
    return !epw_host_is_scanner(c->host[0]) &&
           epw_fans_count(c->know->fans, EPW_FAN_TRYING, &r->ip[1], r->proto, r->port[1]) >=
               EPW_FAN_MANY;
}

/* Documented from networks of the vendor's, and opened by a private address instead. */
static bool from_elsewhere(const struct epw_case *c, const struct epw_judged *j)
{
    for (size_t i = 0; i < j->sig->network_count; i++)
        if (j->sig->network[i].side == 0)
            return epw_ip_is_private(&c->record->ip[0]);
    return false;
}

/* A name that is nobody's we know, said to a host out in the world. */
static bool to_a_stranger(const struct epw_case *c)
{
    return c->own_name && c->said_product == NULL && !epw_ip_is_private(&c->record->ip[1]);
}

static void judge_port(const struct epw_case *c, struct epw_judged *j)
{
    bool inferred = c->record->how == EPW_INIT_INFERRED;
    j->elsewhere = from_elsewhere(c, j);
    if (j->role[1].how != EPW_ROLE_UNKNOWN || j->role[0].how == EPW_ROLE_NETWORK ||
        j->role[0].how == EPW_ROLE_SITE)
        reach(j, EPW_CONF_LIKELY, "the port is its own, and a host is known in the role");
    else if (j->app_agrees && inferred)
        reach(j, EPW_CONF_POSSIBLE, "own port and protocol, but the direction is only inferred");
    else if (j->app_agrees && j->elsewhere)
        reach(j, EPW_CONF_POSSIBLE, "own port and protocol, but not from a documented network");
    else if (j->app_agrees && to_a_stranger(c))
        reach(j, EPW_CONF_POSSIBLE, "own port and protocol, but the name said is a stranger's");
    else if (j->app_agrees)
        reach(j, EPW_CONF_LIKELY, "the port is its own and the protocol agrees");
    else
        reach(j, EPW_CONF_POSSIBLE, "the port is its own; nothing else was seen");
}

static void judge_role(const struct epw_case *c, struct epw_judged *j, unsigned side)
{
    if (j->role[side].how == EPW_ROLE_UNKNOWN)
        unmet(j, side == 0 ? "would need the initiator to be known in the documented role"
                           : "would need the responder to be known in the documented role");
    else if (j->sig->name_count != 0 && j->name_rank == 0)
        unmet(j, "the role is known; would need one of the documented names");
    else if (j->sig->app_count == 0 || j->app_agrees)
        reach(j, EPW_CONF_LIKELY, "the role is known and nothing contradicts");
    else
        reach(j, EPW_CONF_POSSIBLE, "the role is known; the protocol was not seen");
    if (c->record->how == EPW_INIT_INFERRED && j->reached == EPW_CONF_LIKELY)
        reach(j, EPW_CONF_POSSIBLE, "the role is known, but the direction is only inferred");
}

static void judge_control(const struct epw_case *c, struct epw_judged *j)
{
    /* The control channel must be the product's: its port is a row of the same product. */
    const struct epw_signature *list[EPW_MAX_CANDIDATES];
    size_t count = c->announced
                       ? epw_site_by_port(c->know->site, c->know->catalogue, c->record->proto,
                                          c->endpoint.server_port, list, EPW_MAX_CANDIDATES)
                       : 0;
    /* Who listens follows from the announcement: the server (passive) or its client (active). */
    const char *server = c->endpoint.server_listens ? j->sig->responder : j->sig->initiator;
    for (size_t i = 0; i < count; i++) {
        if (!epw_same(list[i]->product, j->sig->product) || list[i]->needs != EPW_NEEDS_PORT)
            continue;
        if (epw_same(list[i]->responder, server))
            reach(j, EPW_CONF_LIKELY, "announced on the product's control channel");
        else
            epw_contradict(j, "announced for the other direction");
        return;
    }
    unmet(j, "would need the product's control channel to have announced it");
}

static void judge_need(const struct epw_case *c, struct epw_judged *j)
{
    switch (j->sig->needs) {
    case EPW_NEEDS_PORT:
        judge_port(c, j);
        return;
    case EPW_NEEDS_NAME:
        unmet(j, "would need one of the documented names");
        return;
    case EPW_NEEDS_INITIATOR:
        judge_role(c, j, 0);
        return;
    case EPW_NEEDS_RESPONDER:
        judge_role(c, j, 1);
        return;
    case EPW_NEEDS_CONTROL:
        judge_control(c, j);
        return;
    case EPW_NEEDS_NEVER:
        j->why = "shared infrastructure: never labels by itself";
        return;
    }
}

/* Names first: they outrank the port. True when a name decided. */
static bool judge_name(const struct epw_case *c, struct epw_judged *j)
{
    bool by_name = j->name_rank != 0 && j->sig->needs != EPW_NEEDS_NEVER &&
                   j->sig->needs != EPW_NEEDS_INITIATOR && j->sig->needs != EPW_NEEDS_CONTROL;
    if (!by_name || j->contradicted)
        return false;
    if (j->name_rank >= EPW_RANK_CERT) {
        reach(j, EPW_CONF_CONFIRMED, "a name of its own on a documented port");
        return true;
    }
    if (address_is_shared(c, j)) {
        unmet(j, "DNS gave the address a documented name, but other names too");
        return j->sig->needs == EPW_NEEDS_NAME;
    }
    reach(j, EPW_CONF_LIKELY, "DNS gave the address a documented name");
    return true;
}

/* No name decided: the need does. */
static void judge_unnamed(const struct epw_case *c, struct epw_judged *j)
{
    if (c->announced && j->sig->needs != EPW_NEEDS_CONTROL) {
        epw_contradict(j, "a control channel announced this endpoint for itself");
        return;
    }
    judge_need(c, j);
    /* A manager may try many clients in vain; anybody else who does is a scanner. */
    bool probe = (c->attempt || c->empty) && j->role[0].how == EPW_ROLE_UNKNOWN &&
                 j->name_rank == 0 && epw_host_is_scanner(c->host[0]);
    if (probe && j->reached > EPW_CONF_NONE) {
        j->reached = EPW_CONF_NONE;
        unmet(j, "the initiator probes many targets: its probes name nothing");
    }
    if (c->attempt && j->reached > EPW_CONF_NONE && !attempt_counts(c, j)) {
        j->reached = EPW_CONF_NONE;
        unmet(j, "nobody answered, and the responder is not known in the role");
    }
}

/* What the site file says of the two hosts, when everything else was weighed. */
static void judge_site(const struct epw_case *c, struct epw_judged *j)
{
    if (j->name_rank == 0 && j->role[0].how != EPW_ROLE_SITE &&
        epw_site_scanner(c->know->site, &c->record->ip[0])) {
        reach(j, EPW_CONF_NONE, "the initiator is declared a scanner: its probes name nothing");
        j->open = false;
    } else if ((j->reached == EPW_CONF_POSSIBLE || j->reached == EPW_CONF_LIKELY) &&
               j->role[1].how == EPW_ROLE_SITE) {
        reach(j, EPW_CONF_CONFIRMED, "the site file declares the responder in the role");
    }
}

void epw_judge_seen(const struct epw_case *c, const struct epw_signature *sig, struct epw_judged *j)
{
    *j = (struct epw_judged){ .sig = sig, .why = "" };
    find_name(c, j);
    j->spoken_to = epw_site_has_port(c->know->site, sig, c->record->port[1]);
    j->port_fits = j->spoken_to && !c->proxied;
    if (c->proxied) {
        /* The name belongs to the target, as may an own port; the proxy's rows to the port
           spoken to. */
        bool own_port = sig->name_count == 0 && j->name_rank != EPW_RANK_SAID;
        bool of_target =
            j->name_rank == EPW_RANK_SAID || (own_port && sig->needs == EPW_NEEDS_PORT);
        j->port_fits = (own_port && j->spoken_to) ||
                       (of_target && epw_site_has_port(c->know->site, sig, c->target_port));
    }
    if (sig->needs == EPW_NEEDS_CONTROL)
        j->port_fits = true;
    if (!j->port_fits) {
        epw_contradict(j, "a documented name, on a port that is not documented for it");
        return;
    }
    epw_check_seen(c, j);
    j->plain = !j->contradicted;
}

void epw_judge_known(const struct epw_case *c, struct epw_judged *j)
{
    const struct epw_signature *sig = j->sig;
    bool rests = !c->silent || sig->network_count != 0;
    if (rests || c->known[0])
        j->role[0] = role_of(c, sig, 0);
    if ((rests || c->known[1]) && (!c->proxied || j->spoken_to))
        j->role[1] = role_of(c, sig, 1);
    if (!j->contradicted && (!c->silent || c->known[0] || c->known[1]))
        epw_check_learned(c, j);
    if (!j->contradicted && !judge_name(c, j))
        judge_unnamed(c, j);
    if (!j->contradicted)
        judge_site(c, j);
}

void epw_judge_again(const struct epw_case *c, const struct epw_judged *unknown,
                     struct epw_judged *j)
{
    *j = *unknown;
    /* What was seen stands; what was made of it, where nothing seen contradicts, does not. */
    if (j->plain) {
        reach(j, EPW_CONF_NONE, "");
        j->contradicted = j->open = j->elsewhere = false;
    }
    epw_judge_known(c, j);
}

bool epw_judged_teaches(const struct epw_case *c, const struct epw_judged *j,
                        struct epw_lesson *lesson)
{
    const struct epw_signature *sig = j->sig;
    bool needs = sig->needs == EPW_NEEDS_PORT || sig->needs == EPW_NEEDS_RESPONDER;
    /* One of a hundred ports says little by itself: ranges teach with their protocol. */
    bool told =
        sig->app_count == 0 || j->app_agrees || (!c->seen && sig->first.low == sig->first.high);
    if (!needs || !told || !j->plain || !j->port_fits || sig->responder[0] == '\0' ||
        !epw_site_has_port(c->know->site, sig, c->record->port[1]))
        return false;
    *lesson = (struct epw_lesson){ sig, epw_site_first_port(c->know->site, sig) };
    return true;
}

/*
 * Roles that tell products apart: the responder's; the initiator's where the
 * row needs it, a name already tells the product, or it is documented or
 * declared. A client of a vendor's cloud may be the agent of any of its servers.
 */
static unsigned roles_known(const struct epw_judged *j)
{
    enum epw_role_how from = j->role[0].how;
    bool counts = j->sig->needs == EPW_NEEDS_INITIATOR || j->name_rank != 0 ||
                  from == EPW_ROLE_NETWORK || from == EPW_ROLE_SITE;
    return (unsigned)(counts && from != EPW_ROLE_UNKNOWN) +
           (unsigned)(j->role[1].how != EPW_ROLE_UNKNOWN);
}

static unsigned port_span(const struct epw_signature *sig)
{
    return sig->port_count == 0 ? 65536u : (unsigned)(sig->first.high - sig->first.low);
}

bool epw_judged_may_change(const struct epw_judged *j)
{
    return (!j->contradicted || j->plain) && j->sig->needs != EPW_NEEDS_NEVER;
}

/* The evidence in one number, the best lowest; two bits and more are left for the rest. */
static uint64_t evidence_of(const struct epw_judged *j)
{
    uint64_t lacks = (uint64_t)(EPW_CONF_CONFIRMED - j->reached);
    lacks = lacks << 2 | (uint64_t)(EPW_RANK_SAID - j->name_rank);
    lacks = lacks << 8 | (uint64_t)(EPW_NAME_LEN - j->mask_len);
    lacks = lacks << 2 | (uint64_t)(2 - roles_known(j));
    return lacks << 1 | (j->app_agrees ? 0 : 1);
}

bool epw_judged_equal(const struct epw_judged *a, const struct epw_judged *b)
{
    return evidence_of(a) == evidence_of(b);
}

uint64_t epw_judged_order(const struct epw_judged *j)
{
    uint64_t order = evidence_of(j);
    order = order << 1 | (j->contradicted ? 1 : 0);
    order = order << 1 | (j->sig->neighbour ? 1 : 0);
    order = order << 17 | port_span(j->sig);
    return order << 20 | j->sig->index;
}
