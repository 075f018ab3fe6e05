/* SPDX-License-Identifier: Apache-2.0 */
/* A function that the documents bind to old versions or to a removed service is in use. */
#include "analyst/audit/facts.h"

#include <stdio.h>

extern const struct epw_rule epw_rule_obsolete_function;

static void flow(struct epw_audit *audit, const struct epw_result *result)
{
    char from[EPW_IP_STRLEN], at[EPW_ENDPOINT_LEN], rows[EPW_FACT_ROWS];
    char summary[EPW_FACT_TEXT], documented[EPW_FACT_TEXT], advice[EPW_FACT_TEXT];
    const struct epw_flow_record *r = result->record;
    const struct epw_signature *sig = result->verdict->sig;
    if (sig == NULL || sig->neighbour || sig->status != EPW_STATUS_OBSOLETE ||
        !epw_fact_answered(r) || epw_fact_is_scanner(audit, &r->ip[0]))
        return;
    epw_ip_format(&r->ip[0], from);
    epw_told_endpoint(&r->ip[1], r->port[1], at);
    snprintf(summary, sizeof(summary), "%s uses %s of %s at %s, a function of the past.", from,
             sig->function, sig->product, at);
    snprintf(documented, sizeof(documented), "%s: %s is documented for %s only.",
             epw_fact_rows(sig, rows), sig->function,
             sig->versions[0] == '\0' ? "old versions" : sig->versions);
    snprintf(advice, sizeof(advice),
             "Check the version of %s on both hosts and update it, or turn %s off and close port "
             "%u.",
             sig->product, sig->function, r->port[1]);
    const struct epw_observation o = { .sig = sig,
                                       .subject = at,
                                       .summary = summary,
                                       .documented = documented,
                                       .advice = advice,
                                       .record = r,
                                       .culprit = { &r->ip[0], &r->ip[1] } };
    epw_audit_report(audit, &epw_rule_obsolete_function, &o);
}

/* Who only scans is known at the end: what it opened may come before what gives it away. */
static bool waits(const struct epw_audit *audit, const struct epw_result *result)
{
    (void)audit;
    const struct epw_signature *sig = result->verdict->sig;
    return sig != NULL && sig->status == EPW_STATUS_OBSOLETE;
}

const struct epw_rule epw_rule_obsolete_function = {
    .name = "obsolete-function",
    .severity = EPW_SEVERITY_LOW,
    .help = "a function of old versions or of a removed service is in use",
    .of_rows = true,
    .flow = flow,
    .waits = waits,
};
