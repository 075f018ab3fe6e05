/* SPDX-License-Identifier: Apache-2.0 */
/* Agents of two vendors on one host. */
#include "analyst/audit/attempt.h"
#include "analyst/audit/rule.h"
#include "analyst/audit/told.h"
#include "base/hash.h"
#include "base/table.h"

#include <stdlib.h>
#include <string.h>

extern const struct epw_rule epw_rule_two_products;

/* Vendors whose agents are told apart on one host. */
#define VENDORS_MAX 8

/* With agents of so many vendors it is no machine, but a gateway that speaks for many. */
#define VENDORS_GATEWAY 4

/* Proxies remembered: whoever answered CONNECT. A network has a handful. */
#define PROXIES_MAX 4096

struct proxy {
    UT_hash_handle hh;
    struct epw_ip ip;
};

struct two_products {
    uint64_t seed;
    struct proxy *proxies;
};

/* The agents found on one host, one a vendor. */
struct agents {
    size_t count;
    const char *vendor[VENDORS_MAX];
    const struct epw_inventory_role *role[VENDORS_MAX];
};

static enum epw_err make(void **state)
{
    struct two_products *s = calloc(1, sizeof(*s));
    *state = s;
    if (s == NULL)
        return EPW_ENOMEM;
    s->seed = epw_hash_new_seed();
    return EPW_OK;
}

static void discard(void *state)
{
    struct two_products *s = state;
    struct proxy *p, *next;
    HASH_ITER (hh, s->proxies, p, next) {
        HASH_DEL(s->proxies, p);
        free(p);
    }
    free(s);
}

static struct proxy *find(const struct two_products *s, const struct epw_ip *ip)
{
    struct proxy *p;
    HASH_FIND_BYHASHVALUE(hh, s->proxies, ip, sizeof(*ip),
                          (unsigned)epw_hash(ip, sizeof(*ip), s->seed), p);
    return p;
}

static void look(struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_flow_record *r = result->record;
    struct two_products *s = epw_audit_state(audit, &epw_rule_two_products);
    if (r->evidence->connect_port == 0 || r->evidence->http_status == 0 ||
        HASH_COUNT(s->proxies) >= PROXIES_MAX || find(s, &r->ip[1]) != NULL)
        return;
    struct proxy *p = calloc(1, sizeof(*p));
    if (p == NULL)
        return;
    p->ip = r->ip[1];
    HASH_ADD_BYHASHVALUE(hh, s->proxies, ip, sizeof(p->ip),
                         (unsigned)epw_hash(&p->ip, sizeof(p->ip), s->seed), p);
    if (!EPW_TABLE_ADDED(p))
        free(p);
}

static const char *vendor_of(const struct epw_catalogue *catalogue, const char *product)
{
    for (size_t i = 0; i < epw_catalogue_count(catalogue); i++)
        if (strcmp(epw_catalogue_at(catalogue, i)->product, product) == 0)
            return epw_catalogue_at(catalogue, i)->vendor;
    return "";
}

static void add(struct agents *agents, const char *vendor, const struct epw_inventory_role *role)
{
    for (size_t i = 0; i < agents->count; i++)
        if (strcmp(agents->vendor[i], vendor) == 0)
            return;
    if (agents->count == VENDORS_MAX)
        return;
    agents->vendor[agents->count] = vendor;
    agents->role[agents->count++] = role;
}

static void gather(const struct epw_catalogue *catalogue, const struct epw_inventory_host *host,
                   struct agents *agents)
{
    for (size_t i = 0; i < host->role_count; i++) {
        const struct epw_inventory_role *role = &host->role[i];
        if (!role->neighbour && role->confidence >= EPW_CONF_LIKELY &&
            epw_role_is_agent(catalogue, role->product, role->role))
            add(agents, vendor_of(catalogue, role->product), role);
    }
}

static bool speaks_for_many(const struct epw_audit *audit, const struct epw_inventory_host *host)
{
    const struct two_products *s = epw_audit_state(audit, &epw_rule_two_products);
    for (size_t i = 0; i < host->ip_count; i++)
        if (epw_site_proxy(epw_audit_site(audit), &host->ip[i]) || find(s, &host->ip[i]) != NULL)
            return true;
    return false;
}

static void show(struct epw_audit *audit, const struct epw_inventory_host *host)
{
    struct agents agents = { .count = 0 };
    gather(epw_audit_knowledge(audit)->catalogue, host, &agents);
    if (agents.count < 2 || agents.count >= VENDORS_GATEWAY || speaks_for_many(audit, host))
        return;
    char ip[EPW_IP_STRLEN];
    struct epw_str summary = { 0 };
    int64_t last_ns = 0;
    epw_str_addf(&summary, "%s runs agents of %zu vendors:", epw_ip_format(&host->ip[0], ip),
                 agents.count);
    for (size_t i = 0; i < agents.count; i++) {
        const struct epw_inventory_role *role = agents.role[i];
        epw_str_addf(&summary, "%s %s %s (%s)", i == 0 ? "" : " and", role->product, role->role,
                     epw_confidence_name(role->confidence));
        last_ns = role->last_ns > last_ns ? role->last_ns : last_ns;
    }
    const struct epw_observation o = {
        .subject = ip,
        .summary = epw_str_text(&summary),
        .advice = "Remove the product that is left over; if the host speaks for many (a proxy, a "
                  "NAT gateway), declare it: proxy,,,ADDRESS",
        .ts_ns = last_ns,
        .culprit = { &host->ip[0] },
    };
    epw_audit_report(audit, &epw_rule_two_products, &o);
    epw_str_free(&summary);
}

const struct epw_rule epw_rule_two_products = {
    .name = "two-products",
    .severity = EPW_SEVERITY_MEDIUM,
    .help = "agents of two vendors on one host",
    .flow = look,
    .host = show,
    .open = make,
    .close = discard,
};
