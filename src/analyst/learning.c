/* SPDX-License-Identifier: Apache-2.0 */
/* What a decided flow teaches of its hosts. */
#include "analyst/analyst_inside.h"

#include <string.h>

/*
 * Whether the peers at a port may ever be asked for: they only speak for a manager's rows or
 * against them (verdict/decide.c), and few ports have one.
 */
static bool has_fan(const struct epw_analyst *a)
{
    return (a->decision.kase.port & EPW_PORT_MANAGER) != 0 || epw_site_has_moved(a->know.site);
}

/* What everybody's flows say of hosts, whatever the verdict on this one. */
static void learn_hosts(struct epw_analyst *a, const struct epw_flow_record *r)
{
    const struct epw_decision *d = &a->decision;
    /* A direction that is only guessed teaches nothing: ports of clients look like anybody's. */
    if (r->how == EPW_INIT_INFERRED)
        return;
    bool documented = d->verdict.untold || d->verdict.candidate_count != 0;
    /* Connections that never carry a byte are what a scanner's look like when answered. */
    if (d->kase.empty)
        epw_hosts_tried(a->know.hosts, &r->ip[0], &r->ip[1], r->port[1]);
    if (d->kase.attempt) {
        epw_hosts_tried(a->know.hosts, &r->ip[0], &r->ip[1], r->port[1]);
        if (documented)
            epw_fans_add(a->know.fans, EPW_FAN_TRYING, &r->ip[1], r->proto, r->port[1], &r->ip[0]);
        return;
    }
    if (!documented || r->packets[EPW_TO_CLIENT] == 0)
        return;
    if (has_fan(a)) {
        epw_fans_add(a->know.fans, EPW_FAN_IN, &r->ip[1], r->proto, r->port[1], &r->ip[0]);
        epw_fans_add(a->know.fans, EPW_FAN_OUT, &r->ip[0], r->proto, r->port[1], &r->ip[1]);
    }
    if (r->payload_bytes[EPW_TO_CLIENT] == 0 || d->kase.announced ||
        epw_site_proxy(a->know.site, &r->ip[1]))
        return;
    const struct epw_look *look = d->look != NULL ? d->look : d->idle;
    if (look != NULL) {
        /* The same rows, but in an order of their own. */
        const struct epw_look_rows *rows = d->look != NULL ? &look->seen : &look->told;
        epw_hosts_answered_all(a->know.hosts, &r->ip[1], rows->lesson, rows->lesson_count,
                               look->looks);
        return;
    }
    for (size_t i = 0; i < d->judged_count; i++) {
        struct epw_lesson lesson;
        if (epw_judged_teaches(&d->kase, d->judged[i], &lesson))
            epw_hosts_answered(a->know.hosts, &r->ip[1], lesson.sig, lesson.port);
    }
}

/*
 * A verdict confirmed by a name teaches a side's role when all equally good rows agree on it. One
 * that the site file confirms does not: anybody may open a port of a declared server.
 */
static void learn_roles(struct epw_analyst *a, const struct epw_flow_record *r)
{
    const struct epw_decision *d = &a->decision;
    const struct epw_signature *sig = d->verdict.sig;
    const struct epw_judged *best = NULL;
    for (size_t i = 0; i < d->judged_count && best == NULL; i++)
        if (d->judged[i]->sig == sig)
            best = d->judged[i];
    if (best == NULL || best->name_rank < EPW_RANK_CERT)
        return;
    /* A proxy speaks for many: what it does is somebody else's role. */
    bool agree[2] = { !epw_site_proxy(a->know.site, &r->ip[0]),
                      !epw_site_proxy(a->know.site, &r->ip[1]) && !d->kase.proxied };
    for (size_t i = 0; i < d->judged_count; i++) {
        const struct epw_judged *j = d->judged[i];
        const struct epw_signature *other = j->sig;
        if (!epw_judged_equal(best, j) || !epw_same(other->product, sig->product))
            continue;
        agree[0] &= epw_same(other->initiator, sig->initiator);
        agree[1] &= epw_same(other->responder, sig->responder);
    }
    if (agree[0] && sig->initiator[0] != '\0')
        epw_hosts_confirm(a->know.hosts, &r->ip[0], sig, sig->initiator);
    if (agree[1] && sig->responder[0] != '\0')
        epw_hosts_confirm(a->know.hosts, &r->ip[1], sig, sig->responder);
}

void epw_analyst_learn(struct epw_analyst *a, const struct epw_flow_record *record)
{
    learn_hosts(a, record);
    if (a->decision.verdict.confidence == EPW_CONF_CONFIRMED)
        learn_roles(a, record);
}
