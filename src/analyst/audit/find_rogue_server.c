/* SPDX-License-Identifier: Apache-2.0 */
/* A deployed product's clients talk to a host that is not the server the site file declares. */
#include "analyst/audit/attempt.h"
#include "analyst/audit/facts.h"

#include <string.h>

extern const struct epw_rule epw_rule_rogue_server;

/*
 * Rows where many clients meet at one server of one's own: vendors' clouds are
 * known by names, and where a server opens connections the other side is none.
 */
static bool is_to_server(const struct epw_audit *audit, const struct epw_signature *sig)
{
    const struct epw_catalogue *catalogue = epw_audit_knowledge(audit)->catalogue;
    return (sig->needs == EPW_NEEDS_PORT || sig->needs == EPW_NEEDS_RESPONDER) &&
           sig->name_count == 0 && sig->responder[0] != '\0' &&
           !epw_same(sig->initiator, sig->responder) &&
           !epw_role_is_agent(catalogue, sig->product, sig->responder);
}

static bool is_deployed(const struct epw_site *site, const char *product)
{
    return !epw_site_has_deployed(site) || epw_site_deployed(site, product);
}

/* One of its addresses is declared: a machine may have an IPv6 one beside it, or a new lease. */
static bool is_declared_machine(const struct epw_audit *audit, const struct epw_ip *ip,
                                const struct epw_signature *sig)
{
    const struct epw_site *site = epw_audit_site(audit);
    bool declared = epw_site_role(site, ip, sig->product, sig->responder);
    size_t at = 0;
    for (const struct epw_ip *kin; !declared && (kin = epw_audit_kin(audit, ip, &at)) != NULL;)
        declared = epw_site_role(site, kin, sig->product, sig->responder);
    return declared;
}

/* Declared by address or by name, in any role of the product that may answer this. */
static bool is_declared(const struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_site *site = epw_audit_site(audit);
    const struct epw_verdict *v = result->verdict;
    for (size_t i = 0; i < v->candidate_count; i++) {
        const struct epw_signature *sig = v->candidate[i].sig;
        if (!epw_same(sig->product, v->sig->product) || v->candidate[i].contradicted)
            continue;
        if (is_declared_machine(audit, &result->record->ip[1], sig))
            return true;
        for (size_t k = 0; k < v->name_count; k++)
            if (v->name[k].source != EPW_NAME_DNS_QUERY &&
                epw_site_names(site, v->name[k].text, sig->product, sig->responder))
                return true;
    }
    return false;
}

/*
 * Where only names are declared, the server is another one when this client
 * was told another address for one of them; else it may well be the declared.
 */
static bool is_another(const struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_site *site = epw_audit_site(audit);
    const struct epw_signature *sig = result->verdict->sig;
    if (epw_site_declares_address(site, sig->product, sig->responder))
        return true;
    const char *name;
    for (size_t i = 0; (name = epw_site_name_at(site, sig->product, sig->responder, i)) != NULL;
         i++)
        if (epw_fact_told(audit, result->record, name) != EPW_TOLD_NO)
            return false;
    return true;
}

static void report(struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_flow_record *r = result->record;
    const struct epw_signature *sig = result->verdict->sig;
    char client[EPW_IP_STRLEN], server[EPW_IP_STRLEN];
    struct epw_str summary = { 0 }, documented = { 0 }, advice = { 0 };
    epw_ip_format(&r->ip[0], client);
    epw_ip_format(&r->ip[1], server);
    epw_str_addf(&summary, "%s uses %s as the %s of %s on %s/%u", client, server, sig->responder,
                 sig->product, epw_told_proto(r->proto), r->port[1]);
    epw_told_row(&summary, sig);
    epw_str_addf(&documented,
                 "the site file declares who is the %s of %s, and %s is not among them",
                 sig->responder, sig->product, server);
    epw_str_addf(&advice,
                 "Find out what runs on %s; if it belongs there, declare it: host,%s,%s,%s", server,
                 sig->product, sig->responder, server);
    const struct epw_observation o = { .product = sig->product,
                                       .subject = server,
                                       .summary = epw_str_text(&summary),
                                       .lost = summary.failed || documented.failed || advice.failed,
                                       .documented = epw_str_text(&documented),
                                       .advice = epw_str_text(&advice),
                                       .record = r,
                                       .culprit = { &r->ip[1], &r->ip[0] } };
    epw_audit_report(audit, &epw_rule_rogue_server, &o);
    epw_str_free(&summary);
    epw_str_free(&documented);
    epw_str_free(&advice);
}

/* What was cut off could have shown another service: then only the port says what it is. */
static bool is_cut(const struct epw_flow_record *r)
{
    return (r->evidence->cut || r->evidence->evicted) && r->evidence->app == EPW_APP_UNKNOWN;
}

bool epw_fact_is_rogue(const struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_site *site = epw_audit_site(audit);
    const struct epw_signature *sig = result->verdict->sig;
    const struct epw_flow_record *r = result->record;
    if (site == NULL || sig == NULL || result->verdict->confidence < EPW_CONF_LIKELY || r->group ||
        r->packets[EPW_TO_CLIENT] == 0 || epw_attempt_unmet(r) || r->evidence->connect_port != 0 ||
        is_cut(r) || epw_site_proxy(site, &r->ip[1]))
        return false;
    return is_deployed(site, sig->product) && is_to_server(audit, sig) &&
           epw_site_declares(site, sig->product, sig->responder) && !is_declared(audit, result) &&
           is_another(audit, result) && !epw_site_scanner(site, &r->ip[0]);
}

static void look(struct epw_audit *audit, const struct epw_result *result)
{
    if (epw_fact_is_rogue(audit, result))
        report(audit, result);
}

const struct epw_rule epw_rule_rogue_server = {
    .name = "rogue-server",
    .severity = EPW_SEVERITY_HIGH,
    .help = "clients of a product talk to a host that is not its declared server",
    .of_rows = true,
    .flow = look,
    .waits = epw_fact_is_rogue, /* all addresses of a machine must have been seen first */
};
