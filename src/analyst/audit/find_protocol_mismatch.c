/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On a host in the product's role its own port speaks another protocol than
 * the documented one. What was cut, or whose beginning is missing, is not
 * seen, never a mismatch.
 */
#include "analyst/audit/facts.h"

#include <stdio.h>
#include <string.h>

/* RFC 6335, system ports: everybody's, no product's own. */
#define FIRST_OWN_PORT 1024

extern const struct epw_rule epw_rule_protocol_mismatch;

static bool is_own_port(const struct epw_signature *sig, uint16_t port)
{
    return sig->needs == EPW_NEEDS_PORT ||
           (sig->needs == EPW_NEEDS_RESPONDER && port >= FIRST_OWN_PORT);
}

static bool is_mismatch(const struct epw_audit *audit, const struct epw_result *result,
                        const struct epw_signature *sig)
{
    const struct epw_flow_record *r = result->record;
    return sig->scope == EPW_SCOPE_NETWORK && epw_fact_own_row(audit, sig, r) &&
           is_own_port(sig, r->port[1]) && epw_fact_fit(r, sig) == EPW_FIT_DIFFERS &&
           epw_fact_is_responder(audit, result, sig);
}

/* Another row of the same port and host that this protocol does not contradict. */
static bool is_explained(const struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_flow_record *r = result->record;
    for (size_t i = 0; i < result->verdict->candidate_count; i++) {
        const struct epw_signature *sig = result->verdict->candidate[i].sig;
        if (epw_fact_own_row(audit, sig, r) && epw_fact_fit(r, sig) != EPW_FIT_DIFFERS &&
            epw_fact_is_responder(audit, result, sig))
            return true;
    }
    return false;
}

/* The protocols of a row: "tls", "smb or nbss". */
static void name_apps(const struct epw_signature *sig, char *out, size_t len)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < sig->app_count && used < len; i++)
        used += (size_t)snprintf(out + used, len - used, "%s%s", i == 0 ? "" : " or ",
                                 epw_app_name((enum epw_app)sig->app[i]));
}

static void report(struct epw_audit *audit, const struct epw_flow_record *r,
                   const struct epw_signature *sig)
{
    char from[EPW_IP_STRLEN], at[EPW_ENDPOINT_LEN], rows[EPW_FACT_ROWS], apps[64];
    char summary[EPW_FACT_TEXT], documented[EPW_FACT_TEXT], advice[EPW_FACT_TEXT];
    uint8_t app = r->evidence->app;
    epw_ip_format(&r->ip[0], from);
    epw_told_endpoint(&r->ip[1], r->port[1], at);
    name_apps(sig, apps, sizeof(apps));
    snprintf(summary, sizeof(summary),
             "%s and %s spoke %s on the port where the %s of %s serves %s by %s.", from, at,
             app == EPW_APP_UNKNOWN ? "an unknown protocol" : epw_app_name((enum epw_app)app),
             sig->responder, sig->product, sig->function, apps);
    snprintf(documented, sizeof(documented), "%s: %s is documented as %s.",
             epw_fact_rows(sig, rows), sig->function, apps);
    snprintf(advice, sizeof(advice),
             "Find out which program listens at %s; the product's own function cannot be there at "
             "the same time.",
             at);
    const struct epw_observation o = { .sig = sig,
                                       .subject = at,
                                       .summary = summary,
                                       .documented = documented,
                                       .advice = advice,
                                       .record = r,
                                       .culprit = { &r->ip[0], &r->ip[1] } };
    epw_audit_report(audit, &epw_rule_protocol_mismatch, &o);
}

static void flow(struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_flow_record *r = result->record;
    if (result->verdict->confidence >= EPW_CONF_LIKELY || !epw_fact_two_hosts(r) ||
        !epw_fact_talked(r) || epw_fact_is_scanner(audit, &r->ip[0]))
        return;
    for (size_t i = 0; i < result->verdict->candidate_count; i++) {
        const struct epw_signature *sig = result->verdict->candidate[i].sig;
        if (is_mismatch(audit, result, sig) && !is_explained(audit, result)) {
            report(audit, r, sig);
            return;
        }
    }
}

const struct epw_rule epw_rule_protocol_mismatch = {
    .name = "protocol-mismatch",
    .severity = EPW_SEVERITY_MEDIUM,
    .help = "a product's own port speaks another protocol than the documented one",
    .of_rows = true,
    .flow = flow,
    .waits = epw_fact_is_contradicted,
};
