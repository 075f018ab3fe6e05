/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A documented channel in clear text where the same product documents an
 * encrypted one between the same roles; and a password in a simple bind of
 * LDAP that a product's server sends. What a vendor's cloud serves in clear
 * is not the site's to change and is left out.
 */
#include "analyst/audit/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct epw_rule epw_rule_cleartext;

static bool is_clear(uint8_t app)
{
    return app == EPW_APP_HTTP || app == EPW_APP_SYSLOG || app == EPW_APP_LDAP ||
           app == EPW_APP_FTP;
}

static bool is_encrypted(const struct epw_signature *sig)
{
    for (size_t i = 0; i < sig->app_count; i++)
        if (sig->app[i] != EPW_APP_TLS && sig->app[i] != EPW_APP_QUIC)
            return false;
    return sig->app_count != 0;
}

/* The clear protocol was seen, and nothing turned it into an encrypted one. */
static bool is_seen_clear(const struct epw_flow_record *r)
{
    const struct epw_evidence *ev = r->evidence;
    if (!is_clear(ev->app) || ev->inner_app == EPW_APP_TLS || ev->starttls)
        return false;
    return ev->app != EPW_APP_LDAP || ev->simple_bind;
}

/* "web-reputation-tls" does what "web-reputation" does. */
static bool is_same_function(const char *clear, const char *encrypted)
{
    size_t len = strlen(clear);
    return strncmp(clear, encrypted, len) == 0 &&
           (encrypted[len] == '\0' || strcmp(encrypted + len, "-tls") == 0);
}

/* Answers remembered: every flow of a busy row asks again, and a catalogue may be large. */
#define MEMOS 64

struct memo {
    const struct epw_signature *sig, *better;
};

/* The row that does the same with encryption, NULL when none is documented. */
static const struct epw_signature *find_better(const struct epw_catalogue *catalogue,
                                               const struct epw_signature *sig)
{
    const struct epw_signature *const *list;
    size_t count = epw_catalogue_by_product(catalogue, sig->product, &list);
    for (size_t i = 0; i < count; i++) {
        const struct epw_signature *other = list[i];
        if (epw_same(other->responder, sig->responder) &&
            is_same_function(sig->function, other->function) && is_encrypted(other) &&
            other->status == EPW_STATUS_CURRENT && other->port_count != 0)
            return other;
    }
    return NULL;
}

static const struct epw_signature *better(const struct epw_audit *audit,
                                          const struct epw_signature *sig)
{
    struct memo *memo = epw_audit_state(audit, &epw_rule_cleartext);
    memo += sig->index % MEMOS;
    if (memo->sig != sig)
        *memo = (struct memo){ sig, find_better(epw_audit_knowledge(audit)->catalogue, sig) };
    return memo->better;
}

static enum epw_err open_memos(const struct epw_knowledge *know, void **state)
{
    (void)know;
    *state = calloc(MEMOS, sizeof(struct memo));
    return *state == NULL ? EPW_ENOMEM : EPW_OK;
}

static void report(struct epw_audit *audit, const struct epw_flow_record *r,
                   const struct epw_signature *sig, const char *product, const char *documented,
                   const char *advice)
{
    char from[EPW_IP_STRLEN], at[EPW_ENDPOINT_LEN], summary[EPW_FACT_TEXT];
    epw_ip_format(&r->ip[0], from);
    epw_told_endpoint(&r->ip[1], r->port[1], at);
    if (r->evidence->simple_bind)
        snprintf(summary, sizeof(summary),
                 "%s, a host of %s, sent a password in clear text to %s (LDAP simple bind).", from,
                 product, at);
    else
        snprintf(summary, sizeof(summary), "%s uses %s of %s at %s in clear text (%s).", from,
                 sig->function, product, at, epw_app_name((enum epw_app)r->evidence->app));
    const struct epw_observation o = { .sig = sig,
                                       .product = product,
                                       .subject = at,
                                       .summary = summary,
                                       .documented = documented,
                                       .advice = advice,
                                       .record = r,
                                       .culprit = { &r->ip[0], &r->ip[1] } };
    epw_audit_report(audit, &epw_rule_cleartext, &o);
}

/* A labelled flow on a row in clear. */
static void look_at_row(struct epw_audit *audit, const struct epw_flow_record *r,
                        const struct epw_signature *sig)
{
    char rows[EPW_FACT_ROWS], other_rows[EPW_FACT_ROWS];
    char documented[EPW_FACT_TEXT], advice[EPW_FACT_TEXT];
    const struct epw_signature *other = better(audit, sig);
    if (other == NULL)
        return;
    snprintf(documented, sizeof(documented), "%s is in clear text; %s does it with TLS at port %u.",
             epw_fact_rows(sig, rows), epw_fact_rows(other, other_rows), other->port[0].low);
    snprintf(advice, sizeof(advice),
             "Set %s up for the encrypted channel at port %u (%s), then close port %u.",
             sig->product, other->port[0].low, other->function, r->port[1]);
    report(audit, r, sig, sig->product, documented, advice);
}

/* The product of which the host is known as a server, NULL when there is none. */
static const char *server_of(const struct epw_audit *audit, const struct epw_ip *ip)
{
    const struct epw_catalogue *catalogue = epw_audit_knowledge(audit)->catalogue;
    size_t count = epw_catalogue_count(catalogue);
    for (size_t i = 0; i < count; i++) {
        const struct epw_signature *sig = epw_catalogue_at(catalogue, i);
        if (!sig->neighbour &&
            (sig->needs == EPW_NEEDS_PORT || sig->needs == EPW_NEEDS_RESPONDER) &&
            epw_audit_has_role(audit, ip, sig->product, sig->responder) &&
            !epw_role_is_agent(catalogue, sig->product, sig->responder))
            return sig->product;
    }
    return NULL;
}

static void look_at_bind(struct epw_audit *audit, const struct epw_flow_record *r,
                         const struct epw_signature *sig)
{
    char rows[EPW_FACT_ROWS], documented[EPW_FACT_TEXT] = "";
    const char *product = sig != NULL ? sig->product : server_of(audit, &r->ip[0]);
    if (product == NULL)
        return;
    if (sig != NULL)
        snprintf(documented, sizeof(documented),
                 "%s: %s is documented by LDAP, which can be encrypted.", epw_fact_rows(sig, rows),
                 sig->function);
    report(audit, r, sig, product, documented,
           "Use LDAP with TLS (port 636 or StartTLS), or a bind that shows no password (SASL), and "
           "change this password.");
}

/* What should not be there at all is told so, not how to set it up. */
static bool belongs(const struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_site *site = epw_audit_site(audit);
    return (!epw_site_has_deployed(site) ||
            epw_site_deployed(site, result->verdict->sig->product)) &&
           !epw_fact_is_rogue(audit, result);
}

static void flow(struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_flow_record *r = result->record;
    const struct epw_signature *sig = result->verdict->sig;
    bool own = sig != NULL && !sig->neighbour && result->verdict->confidence >= EPW_CONF_LIKELY;
    if (!is_seen_clear(r))
        return;
    if (r->evidence->simple_bind)
        look_at_bind(audit, r, own ? sig : NULL);
    else if (own && sig->needs != EPW_NEEDS_NAME && !is_encrypted(sig) && belongs(audit, result))
        look_at_row(audit, r, sig);
}

const struct epw_rule epw_rule_cleartext = {
    .name = "cleartext",
    .severity = EPW_SEVERITY_LOW,
    .help = "clear text where the product documents an encrypted channel, or a password in LDAP",
    .of_words = true,
    .flow = flow,
    .open = open_memos,
    .close = free,
};
