/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Internal hosts that were active and spoke for no product. Not every row states
 * a role, so who spoke is kept beside the inventory's roles.
 */
#include "analyst/audit/attempt.h"
#include "analyst/audit/rule.h"
#include "analyst/audit/told.h"

#include <stdlib.h>
#include <string.h>

extern const struct epw_rule epw_rule_unprotected_host;

/* Vendors' agents speak every 1 to 15 minutes; who was silent for so long has none. */
#define NEW_NS      (3600LL * 1000000000LL)

#define PROTO_ICMP  1
#define PROTO_ICMP6 58

struct host {
    bool active; /* held a conversation, more than answering ICMP */
    bool speaks; /* for a product */
};

struct unprotected {
    struct epw_addresses *addresses;
    size_t place; /* of struct host */
};

static enum epw_err make(const struct epw_knowledge *know, void **state)
{
    static const struct epw_address_part part = { .size = sizeof(struct host) };
    struct unprotected *u = calloc(1, sizeof(*u));
    *state = u;
    if (u == NULL)
        return EPW_ENOMEM;
    u->addresses = know->addresses;
    u->place = epw_addresses_add(know->addresses, &part);
    return EPW_OK;
}

static void discard(void *state)
{
    free(state);
}

/* Whatever stands in a network answers a ping. */
static bool is_icmp(const struct epw_flow_record *r)
{
    return r->proto == PROTO_ICMP || r->proto == PROTO_ICMP6;
}

static void look(struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_flow_record *r = result->record;
    struct unprotected *u = epw_audit_state(audit, &epw_rule_unprotected_host);
    bool held = r->packets[EPW_TO_CLIENT] != 0 && !epw_attempt_unmet(r) && !r->group;
    /* Whoever opens it speaks, also in vain; who answers only when it did. That it may be one of
     * several products is speaking too. */
    for (size_t side = 0; side < 2; side++) {
        bool speaks = result->verdict->confidence != EPW_CONF_NONE && (side == 0 || held);
        if ((!held && !speaks) || !epw_site_internal(epw_audit_site(audit), &r->ip[side]))
            continue;
        struct host *h = epw_addresses_get(u->addresses, u->place, &r->ip[side]);
        if (h == NULL)
            continue;
        h->active |= held && (side == 0 || !is_icmp(r));
        h->speaks |= speaks;
    }
}

/* It answers the product's agents: a server of theirs, whatever agent it runs besides. */
static bool serves_agents(const struct epw_catalogue *catalogue, const struct epw_signature *sig)
{
    return sig->needs == EPW_NEEDS_PORT && sig->scope == EPW_SCOPE_NETWORK &&
           !epw_same(sig->initiator, sig->responder) &&
           epw_role_is_agent(catalogue, sig->product, sig->initiator);
}

/* It opens connections to agents and to nobody else: a gateway of theirs. */
static bool opens_to_agents(const struct epw_catalogue *catalogue, const char *product,
                            const char *role)
{
    const struct epw_signature *const *list;
    size_t count = epw_catalogue_by_product(catalogue, product, &list);
    for (size_t i = 0; i < count; i++)
        if (epw_same(list[i]->initiator, role) &&
            !epw_role_is_agent(catalogue, product, list[i]->responder))
            return false;
    return true;
}

/* Declared in any role but an agent's: an agent should speak. */
static bool is_server(const struct epw_knowledge *know, const struct epw_ip *ip)
{
    const char *product, *role;
    if (!epw_site_known(know->site, ip, &product, &role))
        return false;
    if (!epw_role_is_agent(know->catalogue, product, role) ||
        opens_to_agents(know->catalogue, product, role))
        return true;
    for (size_t i = 0; i < epw_catalogue_count(know->catalogue); i++) {
        const struct epw_signature *sig = epw_catalogue_at(know->catalogue, i);
        if (sig->responder[0] != '\0' && serves_agents(know->catalogue, sig) &&
            epw_site_role(know->site, ip, sig->product, sig->responder))
            return true;
    }
    return false;
}

/* Proxies, scanners and servers that the site file declares. */
static bool is_known(const struct epw_audit *audit, const struct epw_ip *ip)
{
    const struct epw_knowledge *know = epw_audit_knowledge(audit);
    return epw_ip_is_multicast(ip) || epw_ip_is_limited_broadcast(ip) ||
           epw_site_proxy(know->site, ip) || epw_site_scanner(know->site, ip) ||
           epw_hosts_is_scanner(know->hosts, ip) || is_server(know, ip);
}

/* It may be a host with one that speaks, though the inventory does not say so. */
static bool kin_speaks(const struct epw_audit *audit, const struct epw_ip *ip)
{
    const struct unprotected *u = epw_audit_state(audit, &epw_rule_unprotected_host);
    size_t at = 0;
    for (const struct epw_ip *kin; (kin = epw_audit_kin(audit, ip, &at)) != NULL;) {
        const struct host *h = epw_addresses_find(u->addresses, u->place, kin);
        if (h != NULL && h->speaks)
            return true;
    }
    return false;
}

static bool is_unprotected(const struct epw_audit *audit, const struct epw_inventory_host *host)
{
    const struct unprotected *u = epw_audit_state(audit, &epw_rule_unprotected_host);
    bool active = false;
    for (size_t i = 0; i < host->ip_count; i++) {
        const struct host *h = epw_addresses_find(u->addresses, u->place, &host->ip[i]);
        if (is_known(audit, &host->ip[i]) || (h != NULL && h->speaks) ||
            kin_speaks(audit, &host->ip[i]))
            return false;
        active |= h != NULL && h->active;
    }
    return active;
}

/* In the middle of a run a host that came lately may speak yet. */
static bool is_new(const struct epw_audit *audit, const struct epw_inventory_host *host)
{
    return epw_audit_goes_on(audit) && epw_audit_now_ns(audit) - host->first_ns < NEW_NS;
}

static void show(struct epw_audit *audit, const struct epw_inventory_host *host)
{
    if (!epw_site_has_internal(epw_audit_site(audit)) || !host->internal || host->role_count != 0 ||
        host->ip_count == 0 || is_new(audit, host) || !is_unprotected(audit, host))
        return;
    const struct epw_observation o = {
        .subject = "internal hosts without protection",
        .summary = "Internal hosts were active and spoke for no endpoint-security product",
        .documented = "the site file declares their networks as internal",
        .advice = "Install a product on these hosts; where none can run (printers, appliances), "
                  "accept them: ignore,,unprotected-host,ADDRESS",
        .ts_ns = host->last_ns,
        .culprit = { &host->ip[0] },
    };
    epw_audit_report(audit, &epw_rule_unprotected_host, &o);
}

const struct epw_rule epw_rule_unprotected_host = {
    .name = "unprotected-host",
    .of_hosts = true,
    .severity = EPW_SEVERITY_MEDIUM,
    .help = "internal hosts that were active and spoke for no product",
    .of_internal = true,
    .flow = look,
    .host = show,
    .open = make,
    .close = discard,
};
