/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ports that a product keeps for its own host, answered to another machine:
 * documented for localhost, or as not to be opened in firewalls.
 */
#include "analyst/audit/facts.h"

#include <stdio.h>
#include <string.h>

extern const struct epw_rule epw_rule_local_only_exposed;

/* A row that lets the port be reached on hosts of another role. */
static bool is_open_in(const struct epw_audit *audit, const struct epw_flow_record *r,
                       const struct epw_signature *sig, const struct epw_signature *other)
{
    return other->scope == EPW_SCOPE_NETWORK && epw_same(other->product, sig->product) &&
           !epw_same(other->responder, sig->responder) && epw_fact_own_row(audit, other, r);
}

/* Whether the other role explains every port of this one that the host answers. */
static bool covers(const struct epw_knowledge *know, const struct epw_ip *ip,
                   const struct epw_signature *sig, const char *role)
{
    const struct epw_signature *const *own;
    size_t count = epw_catalogue_by_product(know->catalogue, sig->product, &own);
    for (size_t i = 0; i < count; i++) {
        const struct epw_signature *seen = own[i];
        const struct epw_signature *list[EPW_MAX_CANDIDATES];
        if (!epw_same(seen->responder, sig->responder) || !epw_hosts_answers(know->hosts, ip, seen))
            continue;
        bool covered = false;
        size_t same =
            epw_site_by_port(know->site, know->catalogue, seen->proto,
                             epw_site_first_port(know->site, seen), list, EPW_MAX_CANDIDATES);
        for (size_t k = 0; k < same; k++)
            covered |=
                epw_same(list[k]->product, sig->product) && epw_same(list[k]->responder, role);
        if (!covered)
            return false;
    }
    return true;
}

/*
 * The host may as well be one on which the port is meant to be reached: it is
 * declared so, or, by the ports it answers, it is that no less than this.
 */
static bool is_rather_another(const struct epw_audit *audit, const struct epw_result *result,
                              const struct epw_signature *sig)
{
    const struct epw_site *site = epw_audit_site(audit);
    const struct epw_ip *ip = &result->record->ip[1];
    bool declared = epw_site_role(site, ip, sig->product, sig->responder);
    for (size_t i = 0; i < result->verdict->candidate_count; i++) {
        const struct epw_signature *other = result->verdict->candidate[i].sig;
        if (!is_open_in(audit, result->record, sig, other))
            continue;
        bool other_declared = epw_site_role(site, ip, other->product, other->responder);
        if (other_declared ||
            (!declared && covers(epw_audit_knowledge(audit), ip, sig, other->responder)))
            return true;
    }
    return false;
}

static bool is_exposed(const struct epw_audit *audit, const struct epw_result *result,
                       const struct epw_signature *sig)
{
    return (sig->scope == EPW_SCOPE_LOCALHOST || sig->scope == EPW_SCOPE_NOT_IN_FIREWALL) &&
           epw_fact_own_row(audit, sig, result->record) &&
           epw_fact_is_responder(audit, result, sig);
}

static void report(struct epw_audit *audit, const struct epw_flow_record *r,
                   const struct epw_signature *sig)
{
    char from[EPW_IP_STRLEN], host[EPW_IP_STRLEN], at[EPW_ENDPOINT_LEN], rows[EPW_FACT_ROWS];
    char summary[EPW_FACT_TEXT], documented[EPW_FACT_TEXT], advice[EPW_FACT_TEXT];
    epw_ip_format(&r->ip[0], from);
    epw_ip_format(&r->ip[1], host);
    epw_told_endpoint(&r->ip[1], r->port[1], at);
    snprintf(summary, sizeof(summary),
             "%s was answered at %s, a port that the %s of %s keeps for %s.", from, at,
             sig->responder, sig->product, sig->function);
    snprintf(documented, sizeof(documented), "%s: %s is documented as %s.",
             epw_fact_rows(sig, rows), sig->function,
             sig->scope == EPW_SCOPE_LOCALHOST ? "for localhost only"
                                               : "not to be opened in firewalls");
    snprintf(advice, sizeof(advice),
             "Block port %u of %s for other machines in the host's firewall, and find out what %s "
             "wanted there.",
             r->port[1], host, from);
    const struct epw_observation o = { .sig = sig,
                                       .subject = at,
                                       .summary = summary,
                                       .documented = documented,
                                       .advice = advice,
                                       .record = r,
                                       .culprit = { &r->ip[0], &r->ip[1] } };
    epw_audit_report(audit, &epw_rule_local_only_exposed, &o);
}

static void flow(struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_flow_record *r = result->record;
    if (!epw_fact_two_hosts(r) || !epw_fact_answered(r) || epw_ip_is_loopback(&r->ip[1]) ||
        epw_fact_is_scanner(audit, &r->ip[0]))
        return;
    for (size_t i = 0; i < result->verdict->candidate_count; i++) {
        const struct epw_candidate *c = &result->verdict->candidate[i];
        if (!c->contradicted && !epw_fact_is_others(result, c->sig) &&
            is_exposed(audit, result, c->sig) && !is_rather_another(audit, result, c->sig)) {
            report(audit, r, c->sig);
            return;
        }
    }
}

/* Who only scans is known at the end: what it opened may come before what gives it away. */
static bool waits(const struct epw_audit *audit, const struct epw_result *result)
{
    (void)audit;
    for (size_t i = 0; i < result->verdict->candidate_count; i++) {
        const struct epw_signature *sig = result->verdict->candidate[i].sig;
        if (!sig->neighbour &&
            (sig->scope == EPW_SCOPE_LOCALHOST || sig->scope == EPW_SCOPE_NOT_IN_FIREWALL))
            return true;
    }
    return false;
}

const struct epw_rule epw_rule_local_only_exposed = {
    .name = "local-only-exposed",
    .severity = EPW_SEVERITY_HIGH,
    .help = "a port that is for the product's own host answers another machine",
    .of_rows = true,
    .flow = flow,
    .waits = waits,
};
