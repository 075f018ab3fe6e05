/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/verdict/case.h"

#include "base/ip.h"

#include <stddef.h>
#include <string.h>

#define PROTO_TCP 6

/*
 * Said by the initiator is a SNI, QUIC SNI, Host or CONNECT that is no address.
 * With ECH the SNI may be an outer name that says nothing, and by design nobody
 * can tell (RFC 9849, GREASE): it is shown, not believed.
 */
static enum epw_name_rank rank_of(const struct epw_evidence *ev, const struct epw_flow_name *name)
{
    struct epw_ip ip;
    switch ((enum epw_name_source)name->source) {
    case EPW_NAME_SNI:
    case EPW_NAME_QUIC:
        return ev->ech || epw_ip_parse(name->text, &ip) ? EPW_RANK_NONE : EPW_RANK_SAID;
    case EPW_NAME_HOST:
    case EPW_NAME_CONNECT:
        return epw_ip_parse(name->text, &ip) ? EPW_RANK_NONE : EPW_RANK_SAID;
    case EPW_NAME_CERT:
        return EPW_RANK_CERT;
    case EPW_NAME_DNS:
        return EPW_RANK_DNS;
    case EPW_NAME_DNS_QUERY:
    case EPW_NAME_SITE:
    case EPW_NAME_SOURCES:
        break;
    }
    return EPW_RANK_NONE;
}

static size_t add_name(struct epw_case *c, const struct epw_flow_name *name)
{
    size_t at = c->name_count++;
    c->name[at] = *name;
    c->rank[at] = (uint8_t)rank_of(c->record->evidence, name);
    c->fresh[at] = true;
    c->asked[at] = c->passing[at] = false;
    return at;
}

static void add_own_names(struct epw_case *c)
{
    const struct epw_evidence *ev = c->record->evidence;
    for (size_t i = 0; i < ev->name_count && i < EPW_FLOW_NAMES; i++) {
        size_t at = add_name(c, &ev->name[i]);
        c->own_name |= c->rank[at] == EPW_RANK_SAID;
        c->named |= c->own_name || ev->name[i].source == EPW_NAME_CERT;
    }
}

static void add_learned_names(struct epw_case *c)
{
    const struct epw_flow_record *r = c->record;
    struct epw_learned_name learned[EPW_NAMES_PER_ADDRESS];
    if (!epw_names_learned(c->know->names) || epw_site_proxy(c->know->site, &r->ip[1]))
        return;
    size_t count = epw_names_of(c->know->names, &r->ip[1], &r->ip[0], r->first_ns, learned,
                                EPW_NAMES_PER_ADDRESS);
    for (size_t i = 0; i < count && c->name_count < EPW_CASE_NAMES; i++) {
        const struct epw_flow_name name = { .text = learned[i].name, .source = EPW_NAME_DNS };
        size_t at = add_name(c, &name);
        c->fresh[at] = learned[i].fresh;
        c->asked[at] = learned[i].own;
        c->passing[at] = learned[i].passing;
        c->named |= learned[i].fresh && !c->proxied;
    }
}

/* A flow's own name overrides what DNS said of its address; what is stale is shown, not believed.
 */
static bool counts(const struct epw_case *c, size_t name)
{
    return c->name[name].source != EPW_NAME_DNS_QUERY && c->fresh[name] &&
           (c->name[name].source != EPW_NAME_DNS || (!c->own_name && !c->proxied));
}

static void match_names(struct epw_case *c, size_t first)
{
    const struct epw_signature *sig[EPW_CASE_HITS];
    const char *mask[EPW_CASE_HITS];
    for (size_t i = first; i < c->name_count; i++) {
        size_t room = EPW_CASE_HITS - c->hit_count;
        size_t count = !counts(c, i) ? 0
                                     : epw_catalogue_by_mask(c->know->catalogue, c->name[i].text,
                                                             sig, mask, room);
        for (size_t k = 0; k < count && k < room; k++)
            c->hit[c->hit_count++] = (struct epw_hit){ sig[k], mask[k], i };
    }
}

/* The product whose own names hold one that was said; brand-wide masks are nobody's. */
static const char *product_said(const struct epw_case *c)
{
    for (size_t i = 0; c->own_name && i < c->hit_count; i++) {
        const struct epw_signature *sig = c->hit[i].sig;
        if (c->rank[c->hit[i].name] == EPW_RANK_SAID && sig->needs != EPW_NEEDS_NEVER &&
            sig->needs != EPW_NEEDS_INITIATOR)
            return sig->product;
    }
    return NULL;
}

void epw_case_open(struct epw_case *c, const struct epw_flow_record *record,
                   const struct epw_knowledge *know, bool unmasked)
{
    const struct epw_evidence *ev = record->evidence;
    memset(c, 0, offsetof(struct epw_case, endpoint));
    c->record = record;
    c->know = know;
    c->host[0] = epw_hosts_get(know->hosts, &record->ip[0]);
    c->host[1] = epw_hosts_get(know->hosts, &record->ip[1]);
    c->known[0] = epw_host_is_known(c->host[0]);
    c->known[1] = epw_host_is_known(c->host[1]);
    c->silent = epw_site_is_silent(know->site, &record->ip[0], &record->ip[1]);
    c->port = epw_catalogue_port(know->catalogue, record->proto, record->port[1]);
    add_own_names(c);
    size_t own_count = c->name_count;
    /* What DNS called a proxy's address says nothing of the target behind it. */
    c->proxied = ev->connect_port != 0;
    c->target_port = c->proxied ? ev->connect_port : record->port[1];
    add_learned_names(c);
    match_names(c, unmasked ? own_count : 0);
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
