/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hosts made of addresses. Addresses of one MAC are one host where that MAC is
 * a host's own: a router's carries everybody who is behind it.
 */
#include "analyst/audit/inventory_table.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* An address of a host, with the MAC that makes it the host's (NULL: it is the host alone). */
struct item {
    struct epw_inv_addr *addr;
    struct epw_inv_mac *mac;
};

/* A host: by its first address, which is at hand where hosts are sorted. */
struct group {
    uint64_t key[2];
    const struct item *item;
    size_t count;
};

/* Room for one host; grows from host to host. */
struct maker {
    struct epw_ip *ip;
    const char **name;
    struct epw_inventory_role *role;
    const char **function;
    size_t ips, names, roles, functions; /* that there is room for */
    struct epw_str versions;             /* all of a host, with NULs between them */
    bool failed;
};

/* By MAC, then as they came. */
static int by_mac(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    int order = memcmp(x->mac->mac, y->mac->mac, sizeof(x->mac->mac));
    if (order != 0)
        return order;
    if (x->addr->first_ns != y->addr->first_ns)
        return x->addr->first_ns < y->addr->first_ns ? -1 : 1;
    return epw_ip_cmp(x->addr->ip, y->addr->ip);
}

static int by_first_address(const void *a, const void *b)
{
    const struct group *x = a, *y = b;
    size_t i = x->key[0] == y->key[0] ? 1 : 0;
    return (x->key[i] > y->key[i]) - (x->key[i] < y->key[i]);
}

/* Public IPv4 addresses of one MAC are those of strangers behind a router. */
static bool may_share(const struct epw_inv_addr *addr)
{
    return addr->internal || !epw_ip_is4(addr->ip);
}

static size_t run_of(const struct item *item, size_t count)
{
    size_t len = 1;
    while (len < count && item[0].mac != NULL && item[len].mac == item[0].mac)
        len++;
    return len;
}

static size_t active_addrs(const struct epw_inventory *inv)
{
    size_t count = 0, at = 0;
    for (const struct epw_inv_addr *addr; (addr = epw_inv_addr_next(inv, &at)) != NULL;)
        count += addr->active ? 1 : 0;
    return count;
}

static struct epw_inv_mac *own_mac(const struct epw_inv_addr *addr)
{
    for (size_t i = 0; may_share(addr) && i < addr->mac_count; i++)
        if (addr->mac[i]->own)
            return addr->mac[i];
    return NULL;
}

/* Only those of a MAC need an order here, and stand in front: the others are a host each. */
static void list_items(struct epw_inventory *inv, struct item *item, size_t count)
{
    size_t sorted = 0, alone = count, at = 0;
    for (struct epw_inv_addr *addr; (addr = epw_inv_addr_next(inv, &at)) != NULL;) {
        struct epw_inv_mac *mac = addr->active ? own_mac(addr) : NULL;
        if (addr->active)
            item[mac != NULL ? sorted++ : --alone] = (struct item){ addr, mac };
    }
    qsort(item, sorted, sizeof(item[0]), by_mac);
}

static size_t list_groups(const struct item *item, size_t items, struct group *group)
{
    size_t count = 0;
    for (size_t i = 0; i < items; i += group[count - 1].count) {
        const struct epw_ip *ip = item[i].addr->ip;
        group[count++] = (struct group){ { epw_ip_half(ip, 0), epw_ip_half(ip, 8) },
                                         item + i,
                                         run_of(item + i, items - i) };
    }
    qsort(group, count, sizeof(group[0]), by_first_address);
    return count;
}

static void *room(struct maker *m, void *old, size_t *had, size_t count, size_t size)
{
    if (count <= *had)
        return old;
    void *grown = realloc(old, count * size);
    m->failed |= grown == NULL;
    *had = grown == NULL ? *had : count;
    return grown == NULL ? old : grown;
}

/* One role over all addresses of a host. */
static bool merge_role(struct epw_inv_role **list, const struct epw_inv_role *role)
{
    struct epw_inv_role *all = epw_inv_role_get(list, role->kind);
    if (all == NULL)
        return false;
    if (all->flows == 0 || role->first_ns < all->first_ns)
        all->first_ns = role->first_ns;
    if (all->flows == 0 || role->last_ns > all->last_ns)
        all->last_ns = role->last_ns;
    all->flows += role->flows;
    if (role->confidence > all->confidence)
        all->confidence = role->confidence;
    for (uint32_t i = 0; i < role->peer_cap; i++)
        if (role->peer[i] != 0 && epw_inv_role_peer(all, role->peer[i], false) == EPW_ENOMEM)
            return false;
    for (size_t i = 0; i < role->version_count; i++)
        epw_inv_role_version(all, role->version[i]);
    for (size_t i = 0; i < role->kind->function_count; i++)
        all->seen[i] |= role->seen[i];
    return true;
}

static int by_product(const void *a, const void *b)
{
    const struct epw_inventory_role *x = a, *y = b;
    int order = strcmp(x->product, y->product);
    return order != 0 ? order : strcmp(x->role, y->role);
}

static size_t list_functions(const struct epw_inv_role *role, bool seen, const char **list)
{
    size_t count = 0;
    for (size_t i = 0; i < role->kind->function_count; i++) {
        const struct epw_kind_function *f = &role->kind->function[i];
        if (role->seen[i] == seen && (seen || f->expected))
            list[count++] = f->function;
    }
    return count;
}

static struct epw_inventory_role tell_role(struct maker *m, const struct epw_inv_role *role,
                                           const char **function, size_t *versions_at)
{
    struct epw_inventory_role told = {
        .product = role->kind->product,
        .role = role->kind->role,
        .confidence = role->confidence,
        .neighbour = role->kind->neighbour,
        .first_ns = role->first_ns,
        .last_ns = role->last_ns,
        .flows = role->flows,
        .peers = role->peer_count,
        .seen = function,
    };
    told.seen_count = list_functions(role, true, function);
    told.unseen = function + told.seen_count;
    told.unseen_count = list_functions(role, false, function + told.seen_count);
    *versions_at = m->versions.len;
    for (size_t i = 0; i < role->version_count; i++)
        epw_str_addf(&m->versions, "%s%s", i == 0 ? "" : "; ", role->version[i]);
    epw_str_addn(&m->versions, "", 1);
    return told;
}

static void tell_roles(struct maker *m, const struct epw_inv_role *list,
                       struct epw_inventory_host *host)
{
    size_t roles = 0, functions = 0, *versions_at;
    if (list == NULL)
        return; /* most speak for no product */
    for (const struct epw_inv_role *role = list; role != NULL; role = role->next, roles++)
        functions += role->kind->function_count;
    m->role = room(m, m->role, &m->roles, roles, sizeof(m->role[0]));
    m->function = room(m, m->function, &m->functions, functions, sizeof(m->function[0]));
    versions_at = calloc(roles, sizeof(versions_at[0]));
    m->failed |= versions_at == NULL;
    epw_str_clear(&m->versions);
    functions = roles = 0;
    for (const struct epw_inv_role *role = list; role != NULL && !m->failed; role = role->next) {
        m->role[roles] = tell_role(m, role, m->function + functions, &versions_at[roles]);
        functions += role->kind->function_count;
        roles++;
    }
    m->failed |= m->versions.failed;
    /* The text moves while it grows: pointers into it are good only now. */
    for (size_t i = 0; i < roles && !m->failed; i++)
        m->role[i].versions = m->versions.text + versions_at[i];
    free(versions_at);
    if (m->failed)
        return;
    qsort(m->role, roles, sizeof(m->role[0]), by_product);
    host->role = m->role;
    host->role_count = roles;
}

static void add_name(struct maker *m, struct epw_inventory_host *host, const char *name)
{
    for (size_t i = 0; i < host->name_count; i++)
        if (strcmp(m->name[i], name) == 0)
            return;
    m->name[host->name_count++] = name;
}

static void tell_addresses(struct maker *m, const struct group *g, struct epw_inventory_host *host)
{
    m->ip = room(m, m->ip, &m->ips, g->count, sizeof(m->ip[0]));
    m->name = room(m, m->name, &m->names, 1 + g->count * EPW_INVENTORY_NAMES, sizeof(m->name[0]));
    if (m->failed)
        return;
    const struct epw_inv_mac *mac = g->item->mac;
    host->ip = m->ip;
    host->name = m->name;
    host->first_ns = g->item->addr->first_ns; /* items are in this order */
    host->last_ns = g->item->addr->last_ns;
    if (mac != NULL) {
        host->has_mac = true;
        memcpy(host->mac, mac->mac, sizeof(host->mac));
        if (mac->name != NULL)
            add_name(m, host, mac->name);
    }
    for (size_t i = 0; i < g->count; i++) {
        const struct epw_inv_addr *addr = g->item[i].addr;
        m->ip[host->ip_count++] = *addr->ip;
        host->internal |= addr->internal;
        host->flows += addr->flows;
        host->bytes += addr->bytes;
        if (addr->last_ns > host->last_ns)
            host->last_ns = addr->last_ns;
        for (size_t k = 0; k < addr->name_count; k++)
            add_name(m, host, addr->name[k]);
    }
}

static void tell_group(struct maker *m, const struct group *g,
                       void (*each)(void *ctx, const struct epw_inventory_host *host), void *ctx)
{
    struct epw_inventory_host host = { 0 };
    struct epw_inv_role *roles = NULL;
    tell_addresses(m, g, &host);
    for (size_t i = 0; i < g->count && !m->failed; i++)
        for (const struct epw_inv_role *r = g->item[i].addr->roles; r != NULL; r = r->next)
            if (r->answered || !g->item[i].addr->proxy)
                m->failed |= !merge_role(&roles, r);
    tell_roles(m, roles, &host);
    if (!m->failed && (host.internal || host.role_count != 0))
        each(ctx, &host);
    epw_inv_roles_free(roles);
}

enum epw_err epw_inventory_each(struct epw_inventory *inv,
                                void (*each)(void *ctx, const struct epw_inventory_host *host),
                                void *ctx)
{
    size_t active = active_addrs(inv), groups = 0;
    struct item *item = calloc(active + 1, sizeof(item[0]));
    struct group *group = calloc(active + 1, sizeof(group[0]));
    struct maker m = { .failed = item == NULL || group == NULL };
    if (!m.failed) {
        for (struct epw_inv_mac *mac = inv->macs; mac != NULL; mac = mac->hh.next)
            mac->own = epw_inv_mac_whose(inv, mac) == EPW_INV_OWN;
        list_items(inv, item, active);
        groups = list_groups(item, active, group);
    }
    for (size_t i = 0; i < groups && !m.failed; i++)
        tell_group(&m, &group[i], each, ctx);
    free(m.ip);
    free(m.name);
    free(m.role);
    free(m.function);
    epw_str_free(&m.versions);
    free(item);
    free(group);
    return m.failed ? EPW_ENOMEM : EPW_OK;
}
