/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/verdict/words.h"

#include "base/digits.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Room for one more reason of EPW_REASON_LEN; NULL: what no longer fits is left out. */
static char *room(struct epw_decision *d)
{
    bool full = d->verdict.reason_count == EPW_MAX_REASONS ||
                sizeof(d->words) - d->words_used < EPW_REASON_LEN;
    return full ? NULL : d->words + d->words_used;
}

static void take(struct epw_decision *d, const char *at, size_t len)
{
    d->words_used += len + 1;
    d->reason[d->verdict.reason_count++] = at;
}

/* Adds a reason. */
__attribute__((format(printf, 2, 3))) static void add(struct epw_decision *d, const char *fmt, ...)
{
    char *at = room(d);
    if (at == NULL)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(at, EPW_REASON_LEN, fmt, ap);
    va_end(ap);
    take(d, at, strlen(at));
}

/* Adds a reason of parts up to NULL: those that every flow has do without printf(). */
__attribute__((sentinel)) static void say(struct epw_decision *d, ...)
{
    char *at = room(d);
    size_t len = 0;
    va_list ap;
    va_start(ap, d);
    for (const char *part; at != NULL && (part = va_arg(ap, const char *)) != NULL;) {
        size_t most = EPW_REASON_LEN - 1 - len, part_len = strnlen(part, most);
        memcpy(at + len, part, part_len);
        len += part_len;
    }
    va_end(ap);
    if (at == NULL)
        return;
    at[len] = '\0';
    take(d, at, len);
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
        say(d, "initiator ", ip, " opened it (handshake seen)", NULL);
        return;
    case EPW_INIT_FIRST:
        say(d, "initiator ", ip, " sent the first packet", NULL);
        return;
    case EPW_INIT_EVIDENCE:
        say(d, "initiator ", ip, " is the side that asks", NULL);
        return;
    case EPW_INIT_INFERRED:
        say(d, "initiator ", ip, " is inferred from the ports (beginning not captured)", NULL);
        return;
    }
}

static void protocol(struct epw_decision *d)
{
    const struct epw_evidence *ev = d->kase.record->evidence;
    if (d->kase.attempt)
        say(d,
            d->kase.record->state == EPW_FLOW_REFUSED ? "the attempt was refused"
                                                      : "nobody answered",
            NULL);
    else if (ev->app != EPW_APP_UNKNOWN && ev->inner_app != EPW_APP_UNKNOWN)
        say(d, epw_app_name((enum epw_app)ev->app), " seen, ",
            epw_app_name((enum epw_app)ev->inner_app), " inside", NULL);
    else if (ev->app != EPW_APP_UNKNOWN)
        say(d, epw_app_name((enum epw_app)ev->app), " seen", NULL);
    else if (!ev->payload_seen[EPW_TO_SERVER] && !ev->payload_seen[EPW_TO_CLIENT])
        say(d, "no payload seen", NULL);
    else
        say(d,
            ev->evicted ? "payload seen, its first bytes given up for newer flows (docs/limits.md)"
            : ev->cut || d->kase.record->midstream ? "payload seen, but not its beginning"
                                                   : "payload of no protocol that is recognised",
            NULL);
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
            add(d, "the client says %s (SNI%s)", name->text,
                c->record->evidence->ech ? "; with ECH it may be an outer name" : "");
            break;
        case EPW_NAME_HOST:
            add(d, "the client says %s (HTTP)", name->text);
            break;
        case EPW_NAME_CONNECT:
            add(d, "the proxy is asked for %s:%u", name->text, name->port);
            break;
        case EPW_NAME_CERT:
            add(d, "the server's certificate is for %s", name->text);
            break;
        case EPW_NAME_DNS:
            add(d, "DNS gave %s the name %s%s", ip, name->text,
                c->passing[i] ? " (beside an answer; not believed)"
                : c->fresh[i] ? ""
                              : " (long ago)");
            break;
        case EPW_NAME_DNS_QUERY:
            add(d, "asks for the name %s", name->text);
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
        if (c->rank[i] != EPW_RANK_SAID)
            continue;
        for (size_t k = 0; k < c->name_count; k++)
            if (c->name[k].source == EPW_NAME_DNS && !c->passing[k] &&
                strcmp(c->name[k].text, c->name[i].text) == 0)
                return;
        add(d, "doubt: no DNS answer seen gave this address the name %s", c->name[i].text);
        return;
    }
}

/* What was seen of the flow: port, direction, protocol, names. */
static void flow(struct epw_decision *d)
{
    const struct epw_flow_record *r = d->kase.record;
    char port[EPW_DIGITS_MAX + 1];
    *epw_digits_u64(port, r->port[1]) = '\0';
    say(d, "port ", proto_name(r->proto), "/", port, NULL);
    direction(d);
    protocol(d);
    names(d);
    if (d->kase.proxied && d->kase.record->evidence->http_status >= 400)
        add(d, "the proxy answered %u", d->kase.record->evidence->http_status);
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
        add(d, "%s is %s %s: it answers %s on %u and %s on %u", ip, j->sig->product, name,
            role->witness[0]->function, role->port[0], role->witness[1]->function, role->port[1]);
        return;
    case EPW_ROLE_CONFIRMED:
        add(d, "%s is %s %s: a confirmed conversation shows it", ip, j->sig->product, name);
        return;
    case EPW_ROLE_NETWORK:
        add(d, "%s is in a network documented for %s %s", ip, j->sig->product, name);
        return;
    case EPW_ROLE_SITE:
        add(d, "%s is %s %s: the site file declares it", role->name == NULL ? ip : role->name,
            j->sig->product, name);
        return;
    }
}

/* What the chosen candidate rests on. */
static void chosen(struct epw_decision *d, const struct epw_judged *j)
{
    const struct epw_signature *sig = j->sig;
    if (j->mask != NULL)
        add(d, "%s is documented for %s (%s)", j->mask, sig->product, sig->function);
    role_words(d, j, 0);
    role_words(d, j, 1);
    if (sig->needs == EPW_NEEDS_CONTROL && d->kase.announced) {
        char ip[EPW_IP_STRLEN];
        add(d, "announced on the control channel with %s:%u",
            epw_ip_format(&d->kase.endpoint.server, ip), d->kase.endpoint.server_port);
    }
    say(d, sig->product, " ", sig->function, ": ", j->why, NULL);
    if (sig->versions[0] != '\0')
        add(d, "documented for versions: %s", sig->versions);
}

static void fan(struct epw_decision *d)
{
    char ip[EPW_IP_STRLEN];
    const struct epw_flow_record *r = d->kase.record;
    if (d->fan == 1)
        add(d, "many initiators meet at %s:%u: a server with its clients",
            epw_ip_format(&r->ip[1], ip), r->port[1]);
    else if (d->fan == 2)
        add(d, "%s opens port %u on many hosts: a manager with its clients",
            epw_ip_format(&r->ip[0], ip), r->port[1]);
}

static void rivals(struct epw_decision *d)
{
    struct epw_str products = { 0 };
    epw_str_add(&products, d->judged[0]->sig->product);
    for (size_t i = 0; i < d->judged_count; i++) {
        const struct epw_judged *j = d->judged[i];
        if (epw_decision_ties(d, j) && strstr(epw_str_text(&products), j->sig->product) == NULL)
            epw_str_addf(&products, " and %s", j->sig->product);
    }
    d->kase.know->stats->limited[EPW_LIMIT_MEMORY] += products.failed;
    add(d, "fits equally: %s", epw_str_text(&products));
    epw_str_free(&products);
}

static void none(struct epw_decision *d)
{
    if (d->judged_count == 0 && d->refuted)
        say(d, "its name is none of those documented for this port", NULL);
    else if (d->judged_count == 0)
        say(d, "no signature documents this port or name", NULL);
    else if (d->kase.own_name && d->judged[0]->name_rank == EPW_RANK_NONE)
        say(d, "the name is none of a documented product, and no role is known", NULL);
    else
        say(d, "best candidate ", d->judged[0]->sig->product, " ", d->judged[0]->sig->function,
            ": ", d->judged[0]->why, NULL);
}

static void outcome(struct epw_decision *d)
{
    switch (d->outcome) {
    case EPW_OUT_NONE:
        none(d);
        return;
    case EPW_OUT_CHOSEN:
        for (size_t i = 0; i < d->judged_count; i++)
            if (d->judged[i]->sig == d->verdict.sig)
                chosen(d, d->judged[i]);
        return;
    case EPW_OUT_RIVALS:
        rivals(d);
        return;
    case EPW_OUT_SHAPED:
        add(d, "fits equally: %s and %s", d->judged[0]->sig->product, d->shaped->sig->product);
        return;
    }
}

void epw_words(struct epw_decision *d)
{
    flow(d);
    fan(d);
    outcome(d);
    d->verdict.reason = d->reason;
}
