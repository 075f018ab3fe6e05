/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/facts.h"

#include <stdio.h>
#include <string.h>

/* Signatures looked at of one name: more than the shipped set has of any. */
#define NAME_SIGS 16

char *epw_fact_rows(const struct epw_signature *sig, char out[EPW_FACT_ROWS])
{
    size_t used =
        (size_t)snprintf(out, EPW_FACT_ROWS, "%s", sig->row_count == 0 ? sig->id : sig->row[0]);
    for (size_t i = 1; i < sig->row_count && used < EPW_FACT_ROWS; i++) {
        if (used + strlen(sig->row[i]) + sizeof(", ...") > EPW_FACT_ROWS) {
            snprintf(out + used, EPW_FACT_ROWS - used, ", ...");
            break;
        }
        used += (size_t)snprintf(out + used, EPW_FACT_ROWS - used, ", %s", sig->row[i]);
    }
    return out;
}

bool epw_fact_is_scanner(const struct epw_audit *audit, const struct epw_ip *ip)
{
    return epw_site_scanner(epw_audit_site(audit), ip) ||
           epw_hosts_is_scanner(epw_audit_knowledge(audit)->hosts, ip);
}

static bool is_app(const struct epw_evidence *ev, uint8_t app)
{
    return ev->app == app || ev->inner_app == app || ev->app_side[0] == app ||
           ev->app_side[1] == app;
}

enum epw_fact_fit epw_fact_fit(const struct epw_flow_record *r, const struct epw_signature *sig)
{
    const struct epw_evidence *ev = r->evidence;
    for (size_t i = 0; i < sig->app_count; i++)
        if (is_app(ev, sig->app[i]))
            return EPW_FIT_AGREES;
    if (sig->app_count == 0)
        return EPW_FIT_UNSEEN;
    if (ev->app != EPW_APP_UNKNOWN)
        return EPW_FIT_DIFFERS;
    bool whole = ev->payload_seen[EPW_TO_SERVER] && ev->payload_seen[EPW_TO_CLIENT] && !ev->cut &&
                 !ev->evicted && !r->midstream && r->how != EPW_INIT_INFERRED && r->first_record;
    return whole ? EPW_FIT_DIFFERS : EPW_FIT_UNSEEN;
}

bool epw_fact_in_role(const struct epw_audit *audit, const struct epw_signature *sig, unsigned side,
                      const struct epw_ip *ip)
{
    for (size_t i = 0; i < sig->network_count; i++)
        if (sig->network[i].side == side && epw_prefix_has(&sig->network[i].prefix, ip))
            return true;
    return epw_audit_shows_role(audit, ip, sig->product,
                                side == 0 ? sig->initiator : sig->responder);
}

bool epw_fact_is_responder(const struct epw_audit *audit, const struct epw_result *result,
                           const struct epw_signature *sig)
{
    const struct epw_verdict *v = result->verdict;
    if (epw_audit_has_role(audit, &result->record->ip[1], sig->product, sig->responder))
        return true;
    for (size_t i = 0; i < v->name_count && !v->proxied; i++)
        if (v->name[i].source != EPW_NAME_DNS_QUERY &&
            epw_site_names(epw_audit_site(audit), v->name[i].text, sig->product, sig->responder))
            return true;
    return false;
}

bool epw_fact_own_row(const struct epw_audit *audit, const struct epw_signature *sig,
                      const struct epw_flow_record *r)
{
    return !sig->neighbour && sig->proto == r->proto &&
           epw_site_has_port(epw_audit_site(audit), sig, r->port[1]);
}

bool epw_fact_is_contradicted(const struct epw_audit *audit, const struct epw_result *result)
{
    (void)audit;
    const struct epw_verdict *v = result->verdict;
    for (size_t i = 0; i < v->candidate_count; i++)
        if (v->candidate[i].contradicted && !v->candidate[i].sig->neighbour &&
            v->candidate[i].sig->needs != EPW_NEEDS_NEVER &&
            v->candidate[i].sig->needs != EPW_NEEDS_NAME)
            return true;
    return false;
}

static bool is_kin(const struct epw_audit *audit, const struct epw_ip *a, const struct epw_ip *b)
{
    size_t at = 0;
    for (const struct epw_ip *kin; (kin = epw_audit_kin(audit, a, &at)) != NULL;)
        if (epw_ip_cmp(kin, b) == 0)
            return true;
    return false;
}

enum epw_told epw_fact_told(const struct epw_audit *audit, const struct epw_flow_record *r,
                            const char *name)
{
    const struct epw_names *names = epw_audit_knowledge(audit)->names;
    enum epw_told told = epw_names_told(names, &r->ip[0], name, &r->ip[1], r->first_ns);
    size_t at = 0;
    const struct epw_ip *client;
    while (told == EPW_TOLD_NO && (client = epw_names_teller(names, name, &r->ip[1], &at)) != NULL)
        if (is_kin(audit, &r->ip[0], client))
            told = EPW_TOLD_YES;
    /* Whoever had the address before may have asked. */
    return told == EPW_TOLD_NO && epw_audit_passed_on(audit, &r->ip[0]) ? EPW_TOLD_UNKNOWN : told;
}

bool epw_fact_is_others(const struct epw_result *result, const struct epw_signature *sig)
{
    const struct epw_signature *named = result->verdict->sig;
    return named != NULL && !epw_same(named->product, sig->product);
}

const struct epw_signature *epw_fact_sig_of_name(const struct epw_audit *audit, const char *name)
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
