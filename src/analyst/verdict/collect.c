/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/verdict/collect.h"

static bool is_named(const struct epw_case *c, const struct epw_signature *sig)
{
    for (size_t i = 0; i < c->hit_count; i++)
        if (c->hit[i].sig == sig && c->rank[c->hit[i].name] != EPW_RANK_NONE)
            return true;
    return false;
}

static bool is_among(const struct epw_decision *d, size_t count, const struct epw_signature *sig)
{
    for (size_t i = 0; i < count; i++)
        if (d->room[i].sig == sig)
            return true;
    return false;
}

/* Judges a row that was not judged yet. */
static void judge(struct epw_decision *d, const struct epw_signature *sig)
{
    if (d->judged_count == EPW_MAX_CANDIDATES) {
        d->kase.know->stats->limited[EPW_LIMIT_CANDIDATES]++;
        return;
    }
    /* The flow has a name: a row that only another name could decide is refuted by it. */
    if (d->kase.named && epw_signature_by_name(sig) && !is_named(&d->kase, sig)) {
        d->refuted = true;
        return;
    }
    struct epw_judged *j = &d->room[d->judged_count++];
    epw_judge_seen(&d->kase, sig, j);
    epw_judge_known(&d->kase, j);
}

static void consider(struct epw_decision *d, const struct epw_signature *sig)
{
    if (!is_among(d, d->judged_count, sig))
        judge(d, sig);
}

static void collect_all(struct epw_decision *d, const struct epw_signature *const *row,
                        size_t count)
{
    /* Of the port's rows only those judged by their names can have been here before. */
    size_t named = d->judged_count;
    for (size_t i = 0; i < count; i++)
        if (!is_among(d, named, row[i]))
            judge(d, row[i]);
}

/*
 * Of a flow that has a name all rows are refuted that only another one could decide; on busy
 * ports that is most. When no mask matches it, the flow looks like others.
 */
static void collect_named(struct epw_decision *d)
{
    const struct epw_case *c = &d->kase;
    const struct epw_flow_record *r = c->record;
    const struct epw_signature *const *row;
    size_t all = epw_catalogue_by_port(c->know->catalogue, r->proto, r->port[1], &row);
    size_t count = epw_catalogue_unnamed(c->know->catalogue, r->proto, r->port[1], &row);
    size_t of_name = 0;
    for (size_t i = 0; i < d->judged_count; i++)
        of_name += epw_signature_by_name(d->room[i].sig) &&
                   epw_signature_has_port(d->room[i].sig, r->port[1]);
    d->refuted |= all - count > of_name;
    const struct epw_look *look = d->judged_count == 0 ? epw_looks_find(&d->looks, c) : NULL;
    if (look == NULL)
        collect_all(d, row, count);
    for (; look != NULL && d->judged_count < look->seen.count; d->judged_count++) {
        d->room[d->judged_count] = look->seen.judged[d->judged_count];
        epw_judge_known(c, &d->room[d->judged_count]);
    }
}

static void collect_port(struct epw_decision *d)
{
    const struct epw_case *c = &d->kase;
    const struct epw_signature *list[EPW_MAX_CANDIDATES];
    if (c->named && !epw_site_has_moved(c->know->site))
        collect_named(d);
    else
        collect_all(d, list,
                    epw_site_by_port(c->know->site, c->know->catalogue, c->record->proto,
                                     c->record->port[1], list, EPW_MAX_CANDIDATES));
}

/* Best first: of so many in d->judged, with their places. */
static void sort(struct epw_decision *d, uint64_t *order)
{
    for (size_t i = 1; i < d->judged_count; i++) {
        struct epw_judged *j = d->judged[i];
        uint64_t one = order[i];
        size_t at = i;
        for (; at > 0 && order[at - 1] > one; at--) {
            order[at] = order[at - 1];
            d->judged[at] = d->judged[at - 1];
        }
        order[at] = one;
        d->judged[at] = j;
    }
}

static void judge_all(struct epw_decision *d)
{
    uint64_t order[EPW_MAX_CANDIDATES];
    const struct epw_case *c = &d->kase;
    /* Names before ports, so that they are not the ones a full list leaves out. */
    for (size_t i = 0; i < c->hit_count; i++)
        if (c->hit[i].sig->proto == c->record->proto)
            consider(d, c->hit[i].sig);
    collect_port(d);
    /* Through a proxy the target's port counts too: an own port needs no name. */
    const struct epw_signature *list[EPW_MAX_CANDIDATES];
    if (c->proxied && c->target_port != c->record->port[1]) {
        size_t count = epw_site_by_port(c->know->site, c->know->catalogue, c->record->proto,
                                        c->target_port, list, EPW_MAX_CANDIDATES);
        for (size_t i = 0; i < count; i++)
            if (list[i]->needs == EPW_NEEDS_PORT && list[i]->name_count == 0)
                consider(d, list[i]);
    }
    for (size_t i = 0; c->announced && i < c->know->control_count; i++)
        if (c->know->control[i]->proto == c->record->proto)
            consider(d, c->know->control[i]);
    for (size_t i = 0; i < d->judged_count; i++) {
        d->judged[i] = &d->room[i];
        order[i] = epw_judged_order(&d->room[i]);
    }
    sort(d, order);
}

/* Judges them with the hosts out of sight, unless that was done before. False: no memory. */
static bool tell_look(struct epw_decision *d, struct epw_look *look)
{
    struct epw_case *c = &d->kase;
    const struct epw_host *host[2] = { c->host[0], c->host[1] };
    const bool known[2] = { c->known[0], c->known[1] };
    if (look->is_told)
        return true;
    c->host[0] = c->host[1] = NULL;
    c->known[0] = c->known[1] = false;
    judge_all(d);
    epw_look_tell(look, c, d->judged, d->judged_count, d->refuted);
    for (size_t side = 0; side < 2; side++) {
        c->host[side] = host[side];
        c->known[side] = known[side];
    }
    d->judged_count = 0;
    d->refuted = false;
    return look->is_told;
}

static bool is_touched(const uint32_t of_row[2], const struct epw_case *c)
{
    return ((of_row[0] & epw_host_bits(c->host[0])) | (of_row[1] & epw_host_bits(c->host[1]))) != 0;
}

/* As the look tells, but that rows of roles which the hosts are known for are judged again. */
static void judge_touched(struct epw_decision *d, struct epw_look *look)
{
    uint64_t order[EPW_MAX_CANDIDATES];
    d->refuted = look->refuted;
    d->judged_count = look->told.count;
    for (size_t i = 0; i < look->told.count; i++) {
        struct epw_judged *j = &look->told.judged[i];
        const struct epw_place *place = &look->told.place[i];
        order[i] = place->order;
        if (is_touched(place->bits, &d->kase)) {
            j = &d->room[i];
            epw_judge_again(&d->kase, &look->told.judged[i], j);
            order[i] = epw_judged_order(j);
        }
        d->judged[i] = j;
    }
    sort(d, order);
}

/*
 * Whether all but what is known of its hosts is the same for every flow of its look. What the port
 * alone may decide depends on how the flow went besides; and rows left out are counted each time.
 */
static bool is_alike(const struct epw_case *c)
{
    const struct epw_flow_record *r = c->record;
    const struct epw_signature *const *row;
    bool plain = !c->attempt && !c->empty && !c->own_name && r->how != EPW_INIT_INFERRED;
    return c->silent && !c->announced && (plain || (c->port & EPW_PORT_OWN) == 0) &&
           epw_catalogue_by_port(c->know->catalogue, r->proto, r->port[1], &row) <
               EPW_MAX_CANDIDATES;
}

void epw_collect(struct epw_decision *d)
{
    struct epw_look *look = is_alike(&d->kase) ? epw_looks_told(&d->looks, &d->kase) : NULL;
    if (look == NULL || !tell_look(d, look))
        judge_all(d);
    else if (look->idle && !is_touched(look->bits, &d->kase))
        d->idle = look;
    else
        judge_touched(d, look);
}

void epw_collect_idle(struct epw_decision *d)
{
    d->refuted = d->idle->refuted;
    d->judged_count = d->idle->told.count;
    for (size_t i = 0; i < d->judged_count; i++)
        d->judged[i] = &d->idle->told.judged[i];
}

void epw_collect_unknown(struct epw_decision *d)
{
    d->kase.host[0] = d->kase.host[1] = NULL;
    d->kase.known[0] = d->kase.known[1] = false;
    d->judged_count = 0;
    struct epw_look *look = epw_looks_told(&d->looks, &d->kase);
    if (look != NULL && tell_look(d, look))
        judge_touched(d, look);
    else
        judge_all(d);
}
