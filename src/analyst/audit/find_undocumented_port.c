/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server of a product and one of its clients talk on a port that no row of
 * the product documents and that is no ordinary service: a function that was
 * moved without telling, or something else that rides along.
 */
#include "analyst/audit/facts.h"
#include "analyst/audit/ordinary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROTO_UDP 17

extern const struct epw_rule epw_rule_undocumented_port;

/* Who opened a UDP conversation whose beginning was missed: the higher port, as a rule. */
static bool is_turned_round(const struct epw_flow_record *r)
{
    return r->how == EPW_INIT_INFERRED || (r->proto == PROTO_UDP && r->port[0] < r->port[1]);
}

/* Nobody's row, and nobody's ordinary service: only the two hosts can make something of it. */
static bool is_unknown(const struct epw_audit *audit, const struct epw_result *result)
{
    (void)audit;
    const struct epw_flow_record *r = result->record;
    return result->verdict->sig == NULL && epw_fact_talked(r) &&
           !epw_ordinary_port(r->proto, r->port[1]) &&
           !epw_ordinary_app((enum epw_app)r->evidence->app) && r->evidence->connect_port == 0 &&
           !is_turned_round(r) && epw_fact_two_hosts(r);
}

static bool is_documented(const struct epw_audit *audit, const char *product,
                          const struct epw_flow_record *r)
{
    const struct epw_signature *list[EPW_MAX_CANDIDATES];
    size_t count = epw_site_by_port(epw_audit_site(audit), epw_audit_knowledge(audit)->catalogue,
                                    r->proto, r->port[1], list, EPW_MAX_CANDIDATES);
    for (size_t i = 0; i < count; i++)
        if (epw_same(list[i]->product, product))
            return true;
    return false;
}

/* Rows by which two hosts of a product are server and client of each other. */
static bool is_relation(const struct epw_signature *sig)
{
    return !sig->neighbour && sig->scope == EPW_SCOPE_NETWORK &&
           (sig->needs == EPW_NEEDS_PORT || sig->needs == EPW_NEEDS_RESPONDER) &&
           sig->initiator[0] != '\0' && sig->responder[0] != '\0' &&
           !epw_same(sig->initiator, sig->responder);
}

/* An earlier row says the same of two hosts. */
static bool is_said_before(const struct epw_catalogue *catalogue, const struct epw_signature *sig)
{
    const struct epw_signature *const *row;
    size_t count = epw_catalogue_by_product(catalogue, sig->product, &row);
    for (size_t i = 0; i < count && row[i] != sig && sig->network_count == 0; i++)
        if (is_relation(row[i]) && epw_same(row[i]->initiator, sig->initiator) &&
            epw_same(row[i]->responder, sig->responder))
            return true;
    return false;
}

/* One row of each relation, in the catalogue's order: every flow asks for them. */
struct relations {
    const struct epw_signature **row;
    size_t count;
};

static void discard(void *state)
{
    struct relations *relations = state;
    free(relations->row);
    free(relations);
}

static enum epw_err make(const struct epw_knowledge *know, void **state)
{
    const struct epw_catalogue *catalogue = know->catalogue;
    size_t count = epw_catalogue_count(catalogue);
    struct relations *relations = calloc(1, sizeof(*relations));
    *state = relations;
    if (relations == NULL)
        return EPW_ENOMEM;
    relations->row = calloc(count + 1, sizeof(relations->row[0]));
    if (relations->row == NULL) {
        discard(relations);
        *state = NULL;
        return EPW_ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        const struct epw_signature *sig = epw_catalogue_at(catalogue, i);
        if (is_relation(sig) && !is_said_before(catalogue, sig))
            relations->row[relations->count++] = sig;
    }
    return EPW_OK;
}

static bool holds(const struct epw_audit *audit, const struct epw_signature *sig,
                  const struct epw_ip *client, const struct epw_ip *server)
{
    return epw_audit_has_role(audit, server, sig->product, sig->responder) &&
           epw_fact_in_role(audit, sig, 0, client);
}

static void report(struct epw_audit *audit, const struct epw_flow_record *r,
                   const struct epw_signature *sig)
{
    char from[EPW_IP_STRLEN], at[EPW_ENDPOINT_LEN], rows[EPW_FACT_ROWS];
    char opened[EPW_OPENED_LEN];
    /* One server that opens it on many clients is one finding, as many that open it on one are. */
    const char *one = sig->needs == EPW_NEEDS_INITIATOR ? sig->initiator : sig->responder;
    bool one_opens = epw_audit_has_role(audit, &r->ip[0], sig->product, one);
    char summary[EPW_FACT_TEXT], documented[EPW_FACT_TEXT], advice[EPW_FACT_TEXT];
    const char *proto = r->proto == PROTO_UDP ? "UDP" : "TCP";
    epw_ip_format(&r->ip[0], from);
    epw_told_endpoint(&r->ip[1], r->port[1], at);
    snprintf(summary, sizeof(summary),
             "%s talked to %s by %s; they are %s and %s of %s, which documents no such port.", from,
             at, proto, sig->initiator, sig->responder, sig->product);
    snprintf(documented, sizeof(documented),
             "No row of %s has %s %u; %s is one by which these two hosts talk.", sig->product,
             proto, r->port[1], epw_fact_rows(sig, rows));
    snprintf(advice, sizeof(advice),
             "Find out which program listens at %s; if a function was moved there, declare it with "
             "a port line in the site file.",
             at);
    const struct epw_observation o = { .product = sig->product,
                                       .subject = one_opens ? epw_told_opened(r, opened) : at,
                                       .summary = summary,
                                       .documented = documented,
                                       .advice = advice,
                                       .record = r,
                                       .culprit = { &r->ip[0], &r->ip[1] } };
    epw_audit_report(audit, &epw_rule_undocumented_port, &o);
}

static bool is_known(const struct epw_audit *audit, const struct epw_ip *ip)
{
    const char *product, *role;
    return epw_site_known(epw_audit_site(audit), ip, &product, &role) ||
           epw_audit_shows_role(audit, ip, NULL, NULL);
}

/* By itself, as few flows come here. */
static __attribute__((noinline)) void judge(struct epw_audit *audit,
                                            const struct epw_flow_record *r)
{
    const struct epw_knowledge *know = epw_audit_knowledge(audit);
    struct epw_endpoint announced;
    if (!is_known(audit, &r->ip[1]) || !is_known(audit, &r->ip[0]) ||
        epw_fact_is_scanner(audit, &r->ip[0]) || epw_endpoints_find(know->endpoints, r, &announced))
        return;
    const struct relations *relations = epw_audit_state(audit, &epw_rule_undocumented_port);
    for (size_t i = 0; i < relations->count; i++) {
        const struct epw_signature *sig = relations->row[i];
        if ((holds(audit, sig, &r->ip[0], &r->ip[1]) || holds(audit, sig, &r->ip[1], &r->ip[0])) &&
            !is_documented(audit, sig->product, r)) {
            report(audit, r, sig);
            return;
        }
    }
}

static void flow(struct epw_audit *audit, const struct epw_result *result)
{
    if (is_unknown(audit, result))
        judge(audit, result->record);
}

const struct epw_rule epw_rule_undocumented_port = {
    .name = "undocumented-port",
    .severity = EPW_SEVERITY_MEDIUM,
    .help = "two hosts of a product talk on a port that it does not document",
    .flow = flow,
    .waits = is_unknown,
    .open = make,
    .close = discard,
};
