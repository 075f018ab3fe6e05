/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The documented responder opens the conversation on its own documented port.
 * Never of rows that go either way, and never where another row, of whatever
 * product, documents what was seen.
 */
#include "analyst/audit/attempt.h"
#include "analyst/audit/facts.h"
#include "analyst/audit/ordinary.h"

#include <stdio.h>
#include <string.h>

extern const struct epw_rule epw_rule_wrong_direction;

static bool goes_one_way(const struct epw_signature *sig)
{
    return sig->scope == EPW_SCOPE_NETWORK && sig->needs != EPW_NEEDS_NEVER &&
           sig->needs != EPW_NEEDS_NAME && sig->needs != EPW_NEEDS_CONTROL &&
           sig->initiator[0] != '\0' && sig->responder[0] != '\0' &&
           !epw_same(sig->initiator, sig->responder);
}

/* Another row on this port that the two hosts fulfil the right way round. */
static bool is_documented(const struct epw_audit *audit, const struct epw_result *result,
                          const struct epw_signature *but)
{
    const struct epw_flow_record *r = result->record;
    for (size_t i = 0; i < result->verdict->candidate_count; i++) {
        const struct epw_signature *sig = result->verdict->candidate[i].sig;
        if (sig == but || sig->scope != EPW_SCOPE_NETWORK || sig->proto != r->proto ||
            epw_fact_fit(r, sig) == EPW_FIT_DIFFERS)
            continue;
        if (epw_same(sig->product, but->product) && sig->initiator[0] == '\0')
            return true;
        if (!epw_audit_has_role(audit, &r->ip[0], sig->product, sig->initiator))
            continue;
        /*
         * Of the same product unless the site file says what the other host is: a host seen as
         * client may be that row's responder besides.
         */
        if (!epw_same(sig->product, but->product) || epw_fact_is_responder(audit, result, sig) ||
            !epw_site_role(epw_audit_site(audit), &r->ip[1], but->product, but->initiator))
            return true;
    }
    return false;
}

/*
 * The other side is one of the row's initiators; or nobody in particular, when
 * the port is the product's own and the protocol agrees: a host that was moved
 * under another server is known to nobody yet.
 */
static bool is_client(const struct epw_audit *audit, const struct epw_result *result,
                      const struct epw_signature *sig)
{
    const struct epw_flow_record *r = result->record;
    if (epw_fact_is_responder(audit, result, sig))
        return false;
    return epw_fact_in_role(audit, sig, 0, &r->ip[1]) ||
           (sig->needs == EPW_NEEDS_PORT && epw_fact_answered(r) &&
            epw_fact_fit(r, sig) == EPW_FIT_AGREES &&
            !epw_audit_has_role(audit, &r->ip[0], sig->product, sig->initiator));
}

/*
 * The opener known as the side that listens. Nothing teaches the roles of
 * protected machines: of them it is enough what their labelled flows show.
 */
static bool is_listener(const struct epw_audit *audit, const struct epw_flow_record *r,
                        const struct epw_signature *sig)
{
    const struct epw_catalogue *catalogue = epw_audit_knowledge(audit)->catalogue;
    return epw_audit_has_role(audit, &r->ip[0], sig->product, sig->responder) ||
           (epw_audit_shows_role(audit, &r->ip[0], sig->product, sig->responder) &&
            epw_audit_has_role(audit, &r->ip[1], sig->product, sig->initiator) &&
            epw_role_is_agent(catalogue, sig->product, sig->responder));
}

/*
 * The verdict names another product. Its port alone explains nothing where
 * both hosts are known as this one's: the right row was only turned down for
 * its direction.
 */
static bool is_explained(const struct epw_audit *audit, const struct epw_result *result,
                         const struct epw_signature *sig)
{
    const struct epw_flow_record *r = result->record;
    const struct epw_signature *named = result->verdict->sig;
    return epw_fact_is_others(result, sig) &&
           (result->verdict->confidence == EPW_CONF_CONFIRMED ||
            !epw_fact_in_role(audit, sig, 0, &r->ip[1]) ||
            epw_audit_has_role(audit, &r->ip[0], named->product, named->initiator) ||
            epw_audit_has_role(audit, &r->ip[1], named->product, named->responder));
}

static bool is_wrong(const struct epw_audit *audit, const struct epw_result *result,
                     const struct epw_signature *sig)
{
    const struct epw_flow_record *r = result->record;
    bool strange = epw_fact_fit(r, sig) == EPW_FIT_DIFFERS ||
                   (sig->app_count == 0 && epw_ordinary_app((enum epw_app)r->evidence->app));
    return goes_one_way(sig) && epw_fact_own_row(audit, sig, r) && !strange &&
           !is_explained(audit, result, sig) && is_listener(audit, r, sig) &&
           is_client(audit, result, sig) && !is_documented(audit, result, sig);
}

static void report(struct epw_audit *audit, const struct epw_flow_record *r,
                   const struct epw_signature *sig)
{
    char from[EPW_IP_STRLEN], to[EPW_IP_STRLEN], at[EPW_ENDPOINT_LEN], rows[EPW_FACT_ROWS];
    char opened[EPW_OPENED_LEN];
    /* One server that opens it on many clients is one finding, as many that open it on one are. */
    bool one_opens = sig->needs != EPW_NEEDS_INITIATOR;
    char summary[EPW_FACT_TEXT], documented[EPW_FACT_TEXT], advice[EPW_FACT_TEXT];
    epw_ip_format(&r->ip[0], from);
    epw_ip_format(&r->ip[1], to);
    epw_told_endpoint(&r->ip[1], r->port[1], at);
    snprintf(summary, sizeof(summary),
             "%s, known as %s of %s, opened %s, though %s is the side that listens for %s.", from,
             sig->responder, sig->product, at, sig->responder, sig->function);
    snprintf(documented, sizeof(documented), "%s: the %s opens it, the %s answers.",
             epw_fact_rows(sig, rows), sig->initiator, sig->responder);
    snprintf(advice, sizeof(advice),
             "Find out which program of %s opens port %u and what listens on %s; if both are meant "
             "to be, declare their roles in the site file.",
             from, r->port[1], to);
    const struct epw_observation o = { .sig = sig,
                                       .subject = one_opens ? epw_told_opened(r, opened) : at,
                                       .summary = summary,
                                       .documented = documented,
                                       .advice = advice,
                                       .record = r,
                                       .culprit = { &r->ip[0], &r->ip[1] } };
    epw_audit_report(audit, &epw_rule_wrong_direction, &o);
}

static void flow(struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_flow_record *r = result->record;
    bool seen = r->how == EPW_INIT_HANDSHAKE || r->how == EPW_INIT_FIRST;
    if (!seen || epw_attempt_unmet(r) || !epw_fact_two_hosts(r) ||
        epw_fact_is_scanner(audit, &r->ip[0]))
        return;
    for (size_t i = 0; i < result->verdict->candidate_count; i++)
        if (is_wrong(audit, result, result->verdict->candidate[i].sig)) {
            report(audit, r, result->verdict->candidate[i].sig);
            return;
        }
}

const struct epw_rule epw_rule_wrong_direction = {
    .name = "wrong-direction",
    .severity = EPW_SEVERITY_MEDIUM,
    .help = "the documented responder opens the conversation",
    .both_sides = true,
    .of_rows = true,
    .flow = flow,
    .waits = epw_fact_is_contradicted,
};
