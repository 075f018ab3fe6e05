/* SPDX-License-Identifier: Apache-2.0 */
/* A vendor's name is claimed for an address that DNS did not give this client for it. */
#include "analyst/audit/facts.h"

extern const struct epw_rule epw_rule_name_mismatch;

/* Signatures looked at of one name: more than any name of the shipped set has. */
#define SIGS 16

static const struct epw_signature *owner_of(const struct epw_audit *audit, const char *name)
{
    const struct epw_signature *sig[SIGS];
    size_t count = epw_catalogue_by_name(epw_audit_knowledge(audit)->catalogue, name, sig, SIGS);
    for (size_t i = 0; i < count && i < SIGS; i++)
        if (!sig[i]->neighbour && sig[i]->needs != EPW_NEEDS_NEVER)
            return sig[i];
    return NULL;
}

static void report(struct epw_audit *audit, const struct epw_flow_record *r,
                   const struct epw_signature *sig, const struct epw_flow_name *name)
{
    char client[EPW_IP_STRLEN], server[EPW_IP_STRLEN];
    struct epw_str subject = { 0 }, summary = { 0 }, documented = { 0 }, advice = { 0 };
    epw_ip_format(&r->ip[0], client);
    epw_ip_format(&r->ip[1], server);
    epw_str_addf(&subject, "%s at %s", name->text, server);
    epw_str_addf(&summary,
                 "%s says %s (%s) to %s on %s/%u, but the DNS answers it was given for that name "
                 "do not hold this address",
                 client, name->text, name->source == EPW_NAME_HOST ? "HTTP Host" : "SNI", server,
                 epw_told_proto(r->proto), r->port[1]);
    epw_str_addf(&documented, "%s is a name of %s", name->text, sig->product);
    epw_told_row(&documented, sig);
    epw_str_addf(&advice,
                 "Find out who runs %s and which program of %s speaks to it: the name may be "
                 "borrowed to pass a filter, or hosts files and local redirection may be at work.",
                 server, client);
    const struct epw_observation o = { .sig = sig,
                                       .subject = epw_str_text(&subject),
                                       .summary = epw_str_text(&summary),
                                       .lost = subject.failed || summary.failed ||
                                               documented.failed || advice.failed,
                                       .documented = epw_str_text(&documented),
                                       .advice = epw_str_text(&advice),
                                       .record = r,
                                       .culprit = { &r->ip[0], &r->ip[1] } };
    epw_audit_report(audit, &epw_rule_name_mismatch, &o);
    epw_str_free(&subject);
    epw_str_free(&summary);
    epw_str_free(&documented);
    epw_str_free(&advice);
}

/*
 * Beside ECH the name may be the outer one, behind a proxy the address is the
 * proxy's, in front of one those that ask are many, and a conversation that began before the
 * capture may rest on an answer from before it.
 */
static bool is_telling(const struct epw_audit *audit, const struct epw_flow_record *r)
{
    return r->first_record && !r->midstream && !r->evidence->ech &&
           r->evidence->connect_port == 0 && !epw_site_proxy(epw_audit_site(audit), &r->ip[0]) &&
           !epw_site_proxy(epw_audit_site(audit), &r->ip[1]);
}

/* The name that DNS did not give this address, with its owner; NULL: there is none. */
static const struct epw_flow_name *find(const struct epw_audit *audit,
                                        const struct epw_result *result,
                                        const struct epw_signature **sig)
{
    const struct epw_flow_record *r = result->record;
    for (size_t i = 0;
         result->verdict->masked && i < r->evidence->name_count && is_telling(audit, r); i++) {
        const struct epw_flow_name *name = &r->evidence->name[i];
        if (name->source != EPW_NAME_SNI && name->source != EPW_NAME_QUIC &&
            name->source != EPW_NAME_HOST)
            continue;
        *sig = owner_of(audit, name->text);
        if (*sig != NULL && epw_fact_told(audit, r, name->text) == EPW_TOLD_NO)
            return name;
    }
    return NULL;
}

static void look(struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_signature *sig;
    const struct epw_flow_name *name = find(audit, result, &sig);
    if (name != NULL)
        report(audit, result->record, sig, name);
}

/* Which addresses are one machine's is known when all of them were seen. */
static bool waits(const struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_signature *sig;
    return find(audit, result, &sig) != NULL;
}

const struct epw_rule epw_rule_name_mismatch = {
    .name = "name-mismatch",
    .severity = EPW_SEVERITY_HIGH,
    .help = "a vendor's name is claimed for an address that DNS did not give for it",
    .of_words = true,
    .flow = look,
    .waits = waits,
};
