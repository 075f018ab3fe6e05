/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A port from which a product is managed, answered to somebody outside of the
 * internal networks. Ports that the product's cloud is documented to open are
 * fine for the cloud, and for nobody else where its networks are documented.
 */
#include "analyst/audit/facts.h"

#include <stdio.h>
#include <string.h>

extern const struct epw_rule epw_rule_external_exposure;

/* What agents fetch and ask for (updates, reputation, ...) is no way to manage a product. */
static bool is_for_managing(const struct epw_signature *sig)
{
    static const char *const category[] = { "management", "console",   "database",
                                            "deployment", "directory", "internal" };
    for (size_t i = 0; i < sizeof(category) / sizeof(category[0]); i++)
        if (strcmp(sig->category, category[i]) == 0)
            return sig->scope == EPW_SCOPE_NETWORK;
    return false;
}

static bool is_clouds_to_open(const struct epw_signature *sig, const struct epw_ip *from)
{
    bool networks = false;
    for (size_t i = 0; i < sig->network_count; i++) {
        if (sig->network[i].side != 0)
            continue;
        networks = true;
        if (epw_prefix_has(&sig->network[i].prefix, from))
            return true;
    }
    return !networks && strcmp(sig->initiator, "cloud") == 0;
}

/* Known in the role, or the flow itself shows it. */
static bool is_exposed(const struct epw_audit *audit, const struct epw_result *result,
                       const struct epw_candidate *c)
{
    const struct epw_flow_record *r = result->record;
    bool shown = c->sig == result->verdict->sig && result->verdict->confidence >= EPW_CONF_LIKELY;
    return !c->contradicted && c->sig->needs != EPW_NEEDS_NAME && is_for_managing(c->sig) &&
           c->sig->responder[0] != '\0' && epw_fact_own_row(audit, c->sig, r) &&
           (shown ||
            (!epw_fact_is_others(result, c->sig) && epw_fact_is_responder(audit, result, c->sig)));
}

static void report(struct epw_audit *audit, const struct epw_flow_record *r,
                   const struct epw_signature *sig)
{
    char from[EPW_IP_STRLEN], at[EPW_ENDPOINT_LEN], rows[EPW_FACT_ROWS];
    char summary[EPW_FACT_TEXT], documented[EPW_FACT_TEXT], advice[EPW_FACT_TEXT];
    epw_ip_format(&r->ip[0], from);
    epw_told_endpoint(&r->ip[1], r->port[1], at);
    snprintf(summary, sizeof(summary),
             "%s, from outside of the internal networks, was answered at %s, where the %s of %s "
             "serves %s.",
             from, at, sig->responder, sig->product, sig->function);
    snprintf(documented, sizeof(documented),
             "%s: %s is documented for the product's own hosts (%s), not for the Internet.",
             epw_fact_rows(sig, rows), sig->function,
             sig->initiator[0] == '\0' ? "any of them" : sig->initiator);
    snprintf(advice, sizeof(advice),
             "Close %s to the Internet, or let it be reached through a VPN only; if %s belongs to "
             "you, declare its network as internal.",
             at, from);
    const struct epw_observation o = { .sig = sig,
                                       .subject = at,
                                       .summary = summary,
                                       .documented = documented,
                                       .advice = advice,
                                       .record = r,
                                       .culprit = { &r->ip[0], &r->ip[1] } };
    epw_audit_report(audit, &epw_rule_external_exposure, &o);
}

/* Link-local addresses (RFC 3927, RFC 4291) never come from outside, declared or not. */
static bool is_on_link(const struct epw_ip *ip)
{
    return epw_ip_is4(ip) ? ip->b[12] == 169 && ip->b[13] == 254
                          : ip->b[0] == 0xfe && (ip->b[1] & 0xc0) == 0x80;
}

static void flow(struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_flow_record *r = result->record;
    const struct epw_site *site = epw_audit_site(audit);
    const struct epw_candidate *found = NULL;
    if (!epw_fact_two_hosts(r) || !epw_fact_answered(r) || epw_site_internal(site, &r->ip[0]) ||
        !epw_site_internal(site, &r->ip[1]) || is_on_link(&r->ip[0]) ||
        epw_site_scanner(site, &r->ip[0]))
        return;
    for (size_t i = 0; i < result->verdict->candidate_count; i++) {
        const struct epw_candidate *c = &result->verdict->candidate[i];
        if (!c->contradicted && epw_fact_own_row(audit, c->sig, r) &&
            is_clouds_to_open(c->sig, &r->ip[0]))
            return;
        if (found == NULL && is_exposed(audit, result, c))
            found = c;
    }
    if (found != NULL)
        report(audit, r, found->sig);
}

const struct epw_rule epw_rule_external_exposure = {
    .name = "external-exposure",
    .severity = EPW_SEVERITY_HIGH,
    .help = "a management or console port answers somebody outside of the internal networks",
    .of_rows = true,
    .flow = flow,
};
