/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/verdict/case.h"

#include "base/ip.h"

#define PROTO_TCP 6

bool epw_case_said(const struct epw_case *c, const struct epw_flow_name *name)
{
    struct epw_ip ip;
    switch ((enum epw_name_source)name->source) {
    case EPW_NAME_SNI:
    case EPW_NAME_QUIC:
        return !c->record->evidence->ech && !epw_ip_parse(name->text, &ip);
    case EPW_NAME_HOST:
    case EPW_NAME_CONNECT:
        return !epw_ip_parse(name->text, &ip);
    case EPW_NAME_CERT:
    case EPW_NAME_DNS:
    case EPW_NAME_DNS_QUERY:
    case EPW_NAME_SITE:
    case EPW_NAME_SOURCES:
        break;
    }
    return false;
}

static void add_own_names(struct epw_case *c)
{
    const struct epw_evidence *ev = c->record->evidence;
    for (size_t i = 0; i < ev->name_count && i < EPW_FLOW_NAMES; i++) {
        c->name[c->name_count] = ev->name[i];
        c->fresh[c->name_count] = true;
        c->name_count++;
        if (epw_case_said(c, &ev->name[i]))
            c->own_name = true;
        c->named |= c->own_name || ev->name[i].source == EPW_NAME_CERT;
    }
}

static void add_learned_names(struct epw_case *c)
{
    const struct epw_flow_record *r = c->record;
    struct epw_learned_name learned[EPW_NAMES_PER_ADDRESS];
    if (epw_site_proxy(c->know->site, &r->ip[1]))
        return;
    size_t count = epw_names_of(c->know->names, &r->ip[1], &r->ip[0], r->first_ns, learned,
                                EPW_NAMES_PER_ADDRESS);
    for (size_t i = 0; i < count && c->name_count < EPW_CASE_NAMES; i++) {
        c->name[c->name_count] =
            (struct epw_flow_name){ .text = learned[i].name, .source = EPW_NAME_DNS };
        c->fresh[c->name_count] = learned[i].fresh;
        c->named |= learned[i].fresh && !c->proxied;
        c->asked[c->name_count] = learned[i].own;
        c->passing[c->name_count] = learned[i].passing;
        c->name_count++;
        c->dns_count++;
    }
}

/* The product whose own names hold one that was said; brand-wide masks are nobody's. */
static const char *product_said(const struct epw_case *c)
{
    const struct epw_signature *named[8];
    for (size_t i = 0; c->own_name && i < c->name_count; i++) {
        if (!epw_case_said(c, &c->name[i]))
            continue;
        size_t count = epw_catalogue_by_name(c->know->catalogue, c->name[i].text, named, 8);
        for (size_t k = 0; k < count && k < 8; k++)
            if (named[k]->needs != EPW_NEEDS_NEVER && named[k]->needs != EPW_NEEDS_INITIATOR)
                return named[k]->product;
    }
    return NULL;
}

void epw_case_open(struct epw_case *c, const struct epw_flow_record *record,
                   const struct epw_knowledge *know)
{
    const struct epw_evidence *ev = record->evidence;
    *c = (struct epw_case){ .record = record, .know = know };
    add_own_names(c);
    /* What DNS called a proxy's address says nothing of the target behind it. */
    c->proxied = ev->connect_port != 0;
    c->target_port = c->proxied ? ev->connect_port : record->port[1];
    add_learned_names(c);
    c->attempt = record->proto == PROTO_TCP && record->packets[EPW_TO_CLIENT] == 0 &&
                 !ev->payload_seen[EPW_TO_SERVER];
    if (record->proto == PROTO_TCP && record->state == EPW_FLOW_REFUSED)
        c->attempt = true;
    c->empty = record->proto == PROTO_TCP && !c->attempt && record->first_record &&
               record->payload_bytes[0] == 0 && record->payload_bytes[1] == 0;
    c->said_product = product_said(c);
    c->seen = ev->app != EPW_APP_UNKNOWN;
    /* Only the initiator's bytes, from their beginning and whole, can be called strange. */
    c->strange = !c->seen && ev->payload_seen[EPW_TO_SERVER] && !ev->cut && !record->midstream &&
                 record->how != EPW_INIT_INFERRED && record->first_record;
    c->announced = epw_endpoints_find(know->endpoints, record, &c->endpoint);
    c->to_group = record->group || epw_ip_is_multicast(&record->ip[1]) ||
                  epw_ip_is_limited_broadcast(&record->ip[1]);
}

bool epw_case_is_app(const struct epw_case *c, enum epw_app app)
{
    const struct epw_evidence *ev = c->record->evidence;
    /* What a conversation turns to in its middle does not say what it is. */
    bool inside = ev->inner_app == app && !ev->starttls;
    return ev->app == app || inside || ev->app_side[EPW_TO_SERVER] == app ||
           ev->app_side[EPW_TO_CLIENT] == app;
}
