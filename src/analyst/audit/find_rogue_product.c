/* SPDX-License-Identifier: Apache-2.0 */
/* Traffic of a product that the site file does not list as deployed. */
#include "analyst/audit/attempt.h"
#include "analyst/audit/rule.h"
#include "analyst/audit/told.h"

extern const struct epw_rule epw_rule_rogue_product;

/* Whoever is ours; the initiator where both sides are, or neither. */
static const struct epw_ip *local_side(const struct epw_site *site, const struct epw_flow_record *r)
{
    bool answered_here = !epw_site_internal(site, &r->ip[0]) && epw_site_internal(site, &r->ip[1]);
    return &r->ip[answered_here && !r->group ? 1 : 0];
}

/* The server of the product, where it is ours too and answered: it is to go first. */
static const struct epw_ip *server_side(const struct epw_site *site,
                                        const struct epw_result *result)
{
    const struct epw_flow_record *r = result->record;
    bool ours = epw_site_internal(site, &r->ip[0]) && epw_site_internal(site, &r->ip[1]);
    return ours && !r->group && !result->verdict->proxied && r->packets[EPW_TO_CLIENT] != 0 &&
                   !epw_attempt_unmet(r) && !epw_site_proxy(site, &r->ip[1])
               ? &r->ip[1]
               : NULL;
}

static void look(struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_site *site = epw_audit_site(audit);
    const struct epw_signature *sig = result->verdict->sig;
    if (sig == NULL || result->verdict->confidence < EPW_CONF_LIKELY ||
        !epw_site_has_deployed(site) || epw_site_deployed(site, sig->product))
        return;
    const struct epw_flow_record *r = result->record;
    char endpoint[EPW_ENDPOINT_LEN], ip[EPW_IP_STRLEN];
    struct epw_str summary = { 0 }, documented = { 0 }, advice = { 0 };
    epw_str_addf(&summary, "%s speaks for %s, which is not deployed here: %s/%s, %s",
                 epw_ip_format(local_side(site, r), ip), sig->product, epw_told_proto(r->proto),
                 epw_told_endpoint(&r->ip[1], r->port[1], endpoint),
                 epw_confidence_name(result->verdict->confidence));
    epw_told_row(&summary, sig);
    epw_str_addf(&documented, "the site file has deployed lines, but none for %s", sig->product);
    epw_str_addf(&advice, "Remove %s (%s) from these hosts, or declare it: deployed,%s,,",
                 sig->product, sig->vendor, sig->product);
    const struct epw_observation o = { .product = sig->product,
                                       .subject = sig->product,
                                       .summary = epw_str_text(&summary),
                                       .lost = summary.failed || documented.failed || advice.failed,
                                       .documented = epw_str_text(&documented),
                                       .advice = epw_str_text(&advice),
                                       .record = r,
                                       .culprit = { server_side(site, result),
                                                    local_side(site, r) } };
    epw_audit_report(audit, &epw_rule_rogue_product, &o);
    epw_str_free(&summary);
    epw_str_free(&documented);
    epw_str_free(&advice);
}

const struct epw_rule epw_rule_rogue_product = {
    .name = "rogue-product",
    .severity = EPW_SEVERITY_HIGH,
    .help = "traffic of a product that is not deployed",
    .of_rows = true,
    .flow = look,
};
