/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/verdict/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void epw_words_add(struct epw_decision *d, const char *fmt, ...)
{
    if (d->verdict.reason_count == EPW_MAX_REASONS ||
        sizeof(d->words) - d->words_used < EPW_REASON_LEN)
        return;
    char *at = d->words + d->words_used;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(at, EPW_REASON_LEN, fmt, ap);
    va_end(ap);
    d->words_used += strlen(at) + 1;
    d->reason[d->verdict.reason_count++] = at;
}

static const char *proto_name(uint8_t proto)
{
    return proto == 6 ? "tcp" : proto == 17 ? "udp" : "ip";
}

static void direction(struct epw_decision *d)
{
    const struct epw_flow_record *r = d->kase.record;
    char ip[EPW_IP_STRLEN];
    epw_ip_format(&r->ip[0], ip);
    switch (r->how) {
    case EPW_INIT_HANDSHAKE:
        epw_words_add(d, "initiator %s opened it (handshake seen)", ip);
        return;
    case EPW_INIT_FIRST:
        epw_words_add(d, "initiator %s sent the first packet", ip);
        return;
    case EPW_INIT_EVIDENCE:
        epw_words_add(d, "initiator %s is the side that asks", ip);
        return;
    case EPW_INIT_INFERRED:
        epw_words_add(d, "initiator %s is inferred from the ports (beginning not captured)", ip);
        return;
    }
}

static void protocol(struct epw_decision *d)
{
    const struct epw_evidence *ev = d->kase.record->evidence;
    if (d->kase.attempt)
        epw_words_add(d, d->kase.record->state == EPW_FLOW_REFUSED ? "the attempt was refused"
                                                                   : "nobody answered");
    else if (ev->app != EPW_APP_UNKNOWN && ev->inner_app != EPW_APP_UNKNOWN)
        epw_words_add(d, "%s seen, %s inside", epw_app_name((enum epw_app)ev->app),
                      epw_app_name((enum epw_app)ev->inner_app));
    else if (ev->app != EPW_APP_UNKNOWN)
        epw_words_add(d, "%s seen", epw_app_name((enum epw_app)ev->app));
    else if (!ev->payload_seen[EPW_TO_SERVER] && !ev->payload_seen[EPW_TO_CLIENT])
        epw_words_add(d, "no payload seen");
    else
        epw_words_add(d, ev->cut || d->kase.record->midstream
                             ? "payload seen, but not its beginning"
                             : "payload of no protocol that is recognised");
}

static void names(struct epw_decision *d)
{
    const struct epw_case *c = &d->kase;
    char ip[EPW_IP_STRLEN];
    epw_ip_format(&c->record->ip[1], ip);
    for (size_t i = 0; i < c->name_count && i < 4; i++) {
        const struct epw_flow_name *name = &c->name[i];
        switch ((enum epw_name_source)name->source) {
        case EPW_NAME_SNI:
        case EPW_NAME_QUIC:
            epw_words_add(d, "the client says %s (SNI%s)", name->text,
                          c->record->evidence->ech ? "; with ECH it may be an outer name" : "");
            break;
        case EPW_NAME_HOST:
            epw_words_add(d, "the client says %s (HTTP)", name->text);
            break;
        case EPW_NAME_CONNECT:
            epw_words_add(d, "the proxy is asked for %s:%u", name->text, name->port);
            break;
        case EPW_NAME_CERT:
            epw_words_add(d, "the server's certificate is for %s", name->text);
            break;
        case EPW_NAME_DNS:
            epw_words_add(d, "DNS gave %s the name %s%s", ip, name->text,
                          c->passing[i] ? " (beside an answer; not believed)"
                          : c->fresh[i] ? ""
                                        : " (long ago)");
            break;
        case EPW_NAME_DNS_QUERY:
            epw_words_add(d, "asks for the name %s", name->text);
            break;
        case EPW_NAME_SITE:
        case EPW_NAME_SOURCES:
            break;
        }
    }
}

/* A name that the client claims although, to our eyes, nobody told it this address. */
static void doubt(struct epw_decision *d)
{
    const struct epw_case *c = &d->kase;
    if (!c->own_name || c->proxied || !epw_names_visible(c->know->names, &c->record->ip[0]))
        return;
    for (size_t i = 0; i < c->name_count; i++) {
        if (!epw_case_said(c, &c->name[i]))
            continue;
        for (size_t k = 0; k < c->name_count; k++)
            if (c->name[k].source == EPW_NAME_DNS && !c->passing[k] &&
                strcmp(c->name[k].text, c->name[i].text) == 0)
                return;
        epw_words_add(d, "doubt: no DNS answer seen gave this address the name %s",
                      c->name[i].text);
        return;
    }
}

void epw_words_flow(struct epw_decision *d)
{
    const struct epw_flow_record *r = d->kase.record;
    epw_words_add(d, "port %s/%u", proto_name(r->proto), r->port[1]);
    direction(d);
    protocol(d);
    names(d);
    if (d->kase.proxied && d->kase.record->evidence->http_status >= 400)
        epw_words_add(d, "the proxy answered %u", d->kase.record->evidence->http_status);
    doubt(d);
}

static void role_words(struct epw_decision *d, const struct epw_judged *j, unsigned side)
{
    const struct epw_role *role = &j->role[side];
    char ip[EPW_IP_STRLEN];
    epw_ip_format(&d->kase.record->ip[side], ip);
    const char *name = side == 0 ? j->sig->initiator : j->sig->responder;
    switch (role->how) {
    case EPW_ROLE_UNKNOWN:
        return;
    case EPW_ROLE_PORTS:
        epw_words_add(d, "%s is %s %s: it answers %s on %u and %s on %u", ip, j->sig->product, name,
                      role->witness[0]->function, role->port[0], role->witness[1]->function,
                      role->port[1]);
        return;
    case EPW_ROLE_CONFIRMED:
        epw_words_add(d, "%s is %s %s: a confirmed conversation shows it", ip, j->sig->product,
                      name);
        return;
    case EPW_ROLE_NETWORK:
        epw_words_add(d, "%s is in a network documented for %s %s", ip, j->sig->product, name);
        return;
    case EPW_ROLE_SITE:
        epw_words_add(d, "%s is %s %s: the site file declares it",
                      role->name == NULL ? ip : role->name, j->sig->product, name);
        return;
    }
}

void epw_words_chosen(struct epw_decision *d, const struct epw_judged *j)
{
    const struct epw_signature *sig = j->sig;
    if (j->mask != NULL)
        epw_words_add(d, "%s is documented for %s (%s)", j->mask, sig->product, sig->function);
    role_words(d, j, 0);
    role_words(d, j, 1);
    if (sig->needs == EPW_NEEDS_CONTROL && d->kase.announced) {
        char ip[EPW_IP_STRLEN];
        epw_words_add(d, "announced on the control channel with %s:%u",
                      epw_ip_format(&d->kase.endpoint.server, ip), d->kase.endpoint.server_port);
    }
    epw_words_add(d, "%s %s: %s", sig->product, sig->function, j->why);
    if (sig->versions[0] != '\0')
        epw_words_add(d, "documented for versions: %s", sig->versions);
}
