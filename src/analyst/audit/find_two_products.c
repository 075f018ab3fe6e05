/* SPDX-License-Identifier: Apache-2.0 */
/* Agents of two vendors on one host. */
#include "analyst/audit/attempt.h"
#include "analyst/audit/rule.h"
#include "analyst/audit/told.h"

#include <stdlib.h>
#include <string.h>

extern const struct epw_rule epw_rule_two_products;

#define PROTO_TCP 6

/* Vendors whose agents are told apart on one host. */
#define VENDORS_MAX 8

/* With agents of so many vendors it is no machine, but a gateway that speaks for many. */
#define VENDORS_GATEWAY 4

/* The agent of a row that states no initiator: it fetched what agents fetch. */
struct fetched {
    const struct epw_signature *sig;
    enum epw_confidence confidence;
    int64_t last_ns;
};

struct host {
    bool proxy;   /* it answered CONNECT */
    uint8_t ttl;  /* of the first connection of an agent's; 0: none yet */
    bool several; /* another one had another: they come from several machines */
    uint8_t fetched_count;
    struct fetched *fetched; /* VENDORS_MAX, NULL until the first */
};

struct two_products {
    struct epw_addresses *addresses;
    size_t place; /* of struct host */
};

/* An agent found on a host. */
struct agent {
    const char *vendor, *product, *what; /* its role, or what it fetched */
    enum epw_confidence confidence;
    int64_t last_ns;
};

/* One a vendor. */
struct agents {
    size_t count;
    struct agent agent[VENDORS_MAX];
};

static enum epw_worth worth(const void *part)
{
    return ((const struct host *)part)->fetched != NULL ? EPW_WORTH_ROLE : EPW_WORTH_STRANGER;
}

static void drop(void *ctx, void *part)
{
    (void)ctx;
    free(((struct host *)part)->fetched);
}

static enum epw_err make(const struct epw_knowledge *know, void **state)
{
    static const struct epw_address_part part = { .size = sizeof(struct host),
                                                  .worth = worth,
                                                  .drop = drop };
    struct two_products *s = calloc(1, sizeof(*s));
    *state = s;
    if (s == NULL)
        return EPW_ENOMEM;
    s->addresses = know->addresses;
    s->place = epw_addresses_add(know->addresses, &part);
    return EPW_OK;
}

static void discard(void *state)
{
    free(state);
}

static struct host *find(const struct two_products *s, const struct epw_ip *ip)
{
    return epw_addresses_find(s->addresses, s->place, ip);
}

static struct host *get(const struct two_products *s, const struct epw_ip *ip)
{
    return epw_addresses_get(s->addresses, s->place, ip);
}

static void note_fetched(const struct two_products *s, struct host *h,
                         const struct epw_result *result)
{
    const struct epw_signature *sig = result->verdict->sig;
    uint8_t i = 0;
    if (h->fetched == NULL)
        h->fetched = calloc(VENDORS_MAX, sizeof(h->fetched[0]));
    if (h->fetched == NULL) {
        epw_addresses_lost(s->addresses);
        return;
    }
    while (i < h->fetched_count && !epw_same(h->fetched[i].sig->product, sig->product))
        i++;
    if (i == VENDORS_MAX)
        return;
    struct fetched *f = &h->fetched[i];
    if (i == h->fetched_count)
        h->fetched[h->fetched_count++] = (struct fetched){ .sig = sig };
    if (result->verdict->confidence > f->confidence)
        f->confidence = result->verdict->confidence;
    if (result->record->last_ns > f->last_ns)
        f->last_ns = result->record->last_ns;
}

/* What protected machines fetch and ask for. Deployment and consoles are anybody's. */
static bool is_for_agents(const struct epw_signature *sig)
{
    static const char *const category[] = { "update", "reputation", "push", "mobile" };
    for (size_t i = 0; sig->initiator[0] == '\0' && i < sizeof(category) / sizeof(category[0]); i++)
        if (strcmp(sig->category, category[i]) == 0)
            return sig->needs == EPW_NEEDS_PORT || sig->needs == EPW_NEEDS_NAME;
    return false;
}

static void look(struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_flow_record *r = result->record;
    struct two_products *s = epw_audit_state(audit, &epw_rule_two_products);
    bool passes_on = r->evidence->connect_port != 0 && r->evidence->http_status != 0;
    struct host *proxy = passes_on ? get(s, &r->ip[1]) : NULL;
    if (proxy != NULL)
        proxy->proxy = true;
    if (result->verdict->sig == NULL || result->verdict->confidence < EPW_CONF_LIKELY ||
        r->proto != PROTO_TCP || !epw_site_internal(epw_audit_site(audit), &r->ip[0]))
        return;
    struct host *h = get(s, &r->ip[0]);
    if (h == NULL)
        return;
    h->several |= h->ttl != 0 && r->ttl != 0 && h->ttl != r->ttl;
    h->ttl = h->ttl == 0 ? r->ttl : h->ttl;
    if (is_for_agents(result->verdict->sig))
        note_fetched(s, h, result);
}

static const char *vendor_of(const struct epw_catalogue *catalogue, const char *product)
{
    for (size_t i = 0; i < epw_catalogue_count(catalogue); i++)
        if (strcmp(epw_catalogue_at(catalogue, i)->product, product) == 0)
            return epw_catalogue_at(catalogue, i)->vendor;
    return "";
}

static void add(struct agents *agents, const struct agent *agent)
{
    for (size_t i = 0; i < agents->count; i++)
        if (strcmp(agents->agent[i].vendor, agent->vendor) == 0)
            return;
    if (agents->count < VENDORS_MAX)
        agents->agent[agents->count++] = *agent;
}

/* Servers fetch too: of a product that the host has a role in, the role says what it is. */
static bool has_any_role(const struct epw_inventory_host *host, const char *product)
{
    for (size_t i = 0; i < host->role_count; i++)
        if (strcmp(host->role[i].product, product) == 0)
            return true;
    return false;
}

static void gather(struct epw_audit *audit, const struct epw_inventory_host *host,
                   struct agents *agents)
{
    const struct epw_catalogue *catalogue = epw_audit_knowledge(audit)->catalogue;
    const struct two_products *s = epw_audit_state(audit, &epw_rule_two_products);
    for (size_t i = 0; i < host->role_count; i++) {
        const struct epw_inventory_role *role = &host->role[i];
        if (role->confidence >= EPW_CONF_LIKELY &&
            epw_role_is_agent(catalogue, role->product, role->role))
            add(agents, &(struct agent){ vendor_of(catalogue, role->product), role->product,
                                         role->role, role->confidence, role->last_ns });
    }
    for (size_t i = 0; i < host->ip_count; i++) {
        const struct host *h = find(s, &host->ip[i]);
        for (size_t k = 0; h != NULL && k < h->fetched_count; k++) {
            const struct fetched *f = &h->fetched[k];
            if (!has_any_role(host, f->sig->product))
                add(agents, &(struct agent){ f->sig->vendor, f->sig->product, f->sig->function,
                                             f->confidence, f->last_ns });
        }
    }
}

/* A proxy, declared or seen to answer CONNECT; or several machines behind one address. */
static bool speaks_for_many(const struct epw_audit *audit, const struct epw_inventory_host *host)
{
    const struct two_products *s = epw_audit_state(audit, &epw_rule_two_products);
    for (size_t i = 0; i < host->ip_count; i++) {
        const struct host *h = find(s, &host->ip[i]);
        if (epw_site_proxy(epw_audit_site(audit), &host->ip[i]) ||
            epw_audit_passed_on(audit, &host->ip[i]) || (h != NULL && (h->proxy || h->several)))
            return true;
    }
    return false;
}

static void show(struct epw_audit *audit, const struct epw_inventory_host *host)
{
    struct agents agents = { .count = 0 };
    gather(audit, host, &agents);
    if (agents.count < 2 || agents.count >= VENDORS_GATEWAY || speaks_for_many(audit, host))
        return;
    char ip[EPW_IP_STRLEN];
    struct epw_str summary = { 0 };
    int64_t last_ns = 0;
    epw_str_addf(&summary, "%s runs agents of %zu vendors:", epw_ip_format(&host->ip[0], ip),
                 agents.count);
    for (size_t i = 0; i < agents.count; i++) {
        const struct agent *agent = &agents.agent[i];
        epw_str_addf(&summary, "%s %s %s (%s)", i == 0 ? "" : " and", agent->product, agent->what,
                     epw_confidence_name(agent->confidence));
        last_ns = agent->last_ns > last_ns ? agent->last_ns : last_ns;
    }
    const struct epw_observation o = {
        .subject = ip,
        .summary = epw_str_text(&summary),
        .lost = summary.failed,
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
    .of_hosts = true,
    .severity = EPW_SEVERITY_MEDIUM,
    .help = "agents of two vendors on one host",
    .of_words = true,
    .flow = look,
    .host = show,
    .open = make,
    .close = discard,
};
