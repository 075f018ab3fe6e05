/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/inventory_table.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#define PROTO_TCP 6

/* RFC 9110, 15.5: statuses from here on refuse, of which one is a proxy's own. */
#define HTTP_ERRORS     400
#define HTTP_PROXY_AUTH 407

static enum epw_worth worth(const void *part)
{
    const struct epw_inv_addr *addr = part;
    return addr->roles != NULL ? EPW_WORTH_ROLE
           : addr->internal    ? EPW_WORTH_OURS
                               : EPW_WORTH_STRANGER;
}

static void drop(void *ctx, void *part)
{
    struct epw_inv_addr *addr = part;
    struct epw_inventory *inv = ctx;
    for (const struct epw_inv_role *role = addr->roles; role != NULL; role = role->next) {
        inv->peers -= role->peer_count;
        inv->roles--;
    }
    epw_inv_roles_free(addr->roles);
    for (size_t i = 0; i < addr->name_count; i++)
        free(addr->name[i]);
    free(addr->name);
}

enum epw_err epw_inventory_new(struct epw_inventory **inventory, const struct epw_knowledge *know,
                               uint64_t seed)
{
    struct epw_inventory *inv = calloc(1, sizeof(*inv));
    const struct epw_address_part part = {
        .size = sizeof(struct epw_inv_addr), .worth = worth, .drop = drop, .ctx = inv
    };
    *inventory = NULL;
    if (inv == NULL || epw_kinds_new(&inv->kinds, know->catalogue) != EPW_OK) {
        free(inv);
        return EPW_ENOMEM;
    }
    inv->know = know;
    inv->seed = seed;
    inv->place = epw_addresses_add(know->addresses, &part);
    *inventory = inv;
    return EPW_OK;
}

void epw_inventory_free(struct epw_inventory *inv)
{
    if (inv == NULL)
        return;
    struct epw_inv_mac *mac, *next_mac;
    HASH_ITER (hh, inv->macs, mac, next_mac) {
        HASH_DEL(inv->macs, mac);
        free(mac->name);
        free(mac->ip);
        free(mac);
    }
    epw_kinds_free(inv->kinds);
    free(inv);
}

static unsigned hash_of(const struct epw_inventory *inv, const void *at, size_t len)
{
    return (unsigned)epw_hash(at, len, inv->seed);
}

static struct epw_inv_addr *find_addr(const struct epw_inventory *inv, const struct epw_ip *ip)
{
    return epw_addresses_find(inv->know->addresses, inv->place, ip);
}

struct epw_inv_addr *epw_inv_addr_find(const struct epw_inventory *inv, const struct epw_ip *ip)
{
    struct epw_inv_addr *addr = find_addr(inv, ip);
    return addr == NULL || addr->ip == NULL ? NULL : addr;
}

struct epw_inv_addr *epw_inv_addr_get(struct epw_inventory *inv, const struct epw_ip *ip)
{
    struct epw_inv_addr *addr = epw_addresses_get(inv->know->addresses, inv->place, ip);
    if (addr != NULL && addr->ip == NULL) {
        addr->ip = epw_addresses_ip(addr, inv->place);
        addr->internal = epw_site_internal(inv->know->site, ip);
    }
    return addr;
}

struct epw_inv_addr *epw_inv_addr_next(const struct epw_inventory *inv, size_t *at)
{
    while (*at < epw_addresses_count(inv->know->addresses)) {
        struct epw_inv_addr *addr = epw_addresses_at(inv->know->addresses, inv->place, (*at)++);
        if (addr->ip != NULL)
            return addr;
    }
    return NULL;
}

bool epw_inv_is_host(const struct epw_ip *ip)
{
    static const struct epw_ip none6;
    const struct epw_ip none4 = epw_ip_from4((const uint8_t[4]){ 0 });
    return epw_ip_cmp(ip, &none6) != 0 && epw_ip_cmp(ip, &none4) != 0 && !epw_ip_is_multicast(ip) &&
           !epw_ip_is_limited_broadcast(ip);
}

static void see(struct epw_inv_addr *addr, const struct epw_flow_record *r)
{
    if (!addr->active || r->first_ns < addr->first_ns)
        addr->first_ns = r->first_ns;
    if (!addr->active || r->last_ns > addr->last_ns)
        addr->last_ns = r->last_ns;
    addr->active = true;
    addr->flows += r->first_record ? 1 : 0;
    addr->bytes += r->bytes[0] + r->bytes[1];
}

/* The row that documents the proxy itself, of the product that is spoken to through it. */
static const struct epw_signature *proxy_row(const struct epw_result *result)
{
    const struct epw_verdict *v = result->verdict;
    for (size_t i = 0; i < v->candidate_count; i++) {
        const struct epw_candidate *c = &v->candidate[i];
        if (c->sig != v->sig && c->reached >= EPW_CONF_POSSIBLE && !c->contradicted &&
            epw_same(c->sig->product, v->sig->product) &&
            epw_signature_has_port(c->sig, result->record->port[1]))
            return c->sig;
    }
    return NULL;
}

/*
 * The row by which this side of a labelled flow shows a role, NULL: none. A proxy is not the
 * service behind it; a host that never answered an attempt is only believed to
 * be there by others; where no firewall need pass a port, whoever tries it may
 * be anybody, as may who tries in vain from outside; and who is declared a proxy
 * speaks for others.
 */
static const struct epw_signature *shown_by(const struct epw_inventory *inv,
                                            const struct epw_result *result, unsigned side)
{
    const struct epw_flow_record *r = result->record;
    const struct epw_signature *sig = result->verdict->sig;
    if (epw_site_proxy(inv->know->site, &r->ip[side]))
        return NULL;
    bool attempt = r->proto == PROTO_TCP &&
                   (r->state == EPW_FLOW_REFUSED ||
                    (r->packets[EPW_TO_CLIENT] == 0 && r->payload_bytes[EPW_TO_SERVER] == 0));
    if (side == 0) {
        bool anybody = sig->scope == EPW_SCOPE_LOCALHOST ||
                       sig->scope == EPW_SCOPE_NOT_IN_FIREWALL ||
                       (attempt && !epw_site_internal(inv->know->site, &r->ip[0]));
        return anybody ? NULL : sig;
    }
    if (attempt)
        return NULL;
    return result->verdict->proxied ? proxy_row(result) : sig;
}

static void note_role(struct epw_inventory *inv, struct epw_inv_addr *addr,
                      const struct epw_result *result, const struct epw_signature *sig,
                      unsigned side)
{
    const struct epw_flow_record *r = result->record;
    size_t function;
    const struct epw_kind *kind = epw_kinds_of(inv->kinds, sig, side, &function);
    struct epw_inv_role *role = kind == NULL ? NULL : epw_inv_addr_role(inv, addr, kind);
    if (role == NULL)
        return;
    if (role->flows == 0 || r->first_ns < role->first_ns)
        role->first_ns = r->first_ns;
    if (role->flows == 0 || r->last_ns > role->last_ns)
        role->last_ns = r->last_ns;
    role->flows += r->first_record || role->flows == 0 ? 1 : 0;
    epw_inv_addr_shown(addr, role, result->verdict->confidence);
    role->seen[function] = true;
    role->answered |= side == 1;
    epw_inv_role_version(role, sig->versions);
    const struct epw_ip *peer = &r->ip[1 - side];
    if (epw_inv_is_host(peer) && !(r->group && side == 0))
        epw_inv_role_met(inv, role, epw_hash(peer, sizeof(*peer), inv->seed));
}

/* Asked to pass something on, and did not call that nonsense. */
static bool is_proxy(const struct epw_flow_record *r)
{
    const struct epw_evidence *ev = r->evidence;
    return ev->connect_port != 0 && r->payload_bytes[EPW_TO_CLIENT] != 0 &&
           (ev->http_status < HTTP_ERRORS || ev->http_status == HTTP_PROXY_AUTH);
}

struct epw_inv_mac *epw_inv_mac_get(struct epw_inventory *inv, const uint8_t bytes[6])
{
    static const uint8_t none[6];
    struct epw_inv_mac *mac = inv->last_mac;
    /* A tap sees few: often the router's, again and again. */
    if (mac != NULL && memcmp(mac->mac, bytes, sizeof(mac->mac)) == 0)
        return mac;
    unsigned hash = hash_of(inv, bytes, sizeof(mac->mac));
    if ((bytes[0] & 1) != 0 || memcmp(bytes, none, sizeof(none)) == 0)
        return NULL; /* a group's, or none at all */
    HASH_FIND_BYHASHVALUE(hh, inv->macs, bytes, sizeof(mac->mac), hash, mac);
    inv->last_mac = mac;
    if (mac != NULL)
        return mac;
    if (HASH_COUNT(inv->macs) >= EPW_INVENTORY_HOSTS) {
        inv->know->stats->limited[EPW_LIMIT_MACS]++;
        return NULL;
    }
    mac = calloc(1, sizeof(*mac));
    if (mac != NULL) {
        memcpy(mac->mac, bytes, sizeof(mac->mac));
        HASH_ADD_BYHASHVALUE(hh, inv->macs, mac, sizeof(mac->mac), hash, mac);
    }
    if (mac != NULL && EPW_TABLE_ADDED(mac))
        return mac;
    inv->know->stats->limited[EPW_LIMIT_MEMORY]++;
    free(mac);
    return NULL;
}

/* What kinds of addresses the MAC sends for: tells routers from hosts. */
static struct epw_inv_mac *note_mac(struct epw_inventory *inv, const uint8_t bytes[6],
                                    const struct epw_ip *ip, bool internal)
{
    struct epw_inv_mac *mac = epw_inv_mac_get(inv, bytes);
    if (mac == NULL)
        return NULL;
    if (epw_ip_is4(ip)) {
        mac->inside4 |= internal;
        mac->outside4 |= !internal;
    } else if (!epw_ip_is_private(ip)) {
        mac->prefixes |= mac->has_prefix && memcmp(mac->prefix, ip->b, sizeof(mac->prefix)) != 0;
        mac->has_prefix = true;
        memcpy(mac->prefix, ip->b, sizeof(mac->prefix));
    }
    return mac;
}

static void add_mac(const struct epw_inventory *inv, struct epw_inv_addr *addr,
                    struct epw_inv_mac *mac)
{
    for (size_t i = 0; i < addr->mac_count; i++)
        if (addr->mac[i] == mac)
            return;
    if (addr->mac_count == EPW_INVENTORY_MACS)
        return;
    addr->mac[addr->mac_count++] = mac;
    inv->know->stats->limited[EPW_LIMIT_MEMORY] += !epw_inv_mac_add(mac, addr->ip);
}

/* The MAC where the address has been seen with it before: all there is to note was noted then. */
static struct epw_inv_mac *known_mac(const struct epw_inv_addr *addr, const uint8_t bytes[6])
{
    for (size_t i = 0; addr != NULL && i < addr->mac_count; i++)
        if (memcmp(addr->mac[i]->mac, bytes, sizeof(addr->mac[i]->mac)) == 0)
            return addr->mac[i];
    return NULL;
}

void epw_inv_addr_mac(struct epw_inventory *inv, struct epw_inv_addr *addr, const uint8_t bytes[6])
{
    struct epw_inv_mac *mac = note_mac(inv, bytes, addr->ip, addr->internal);
    if (mac != NULL)
        add_mac(inv, addr, mac);
}

/* Nobody's: nothing is kept of it, and what its MAC passes on was noted before. */
static bool is_passing(const struct epw_inventory *inv, const struct epw_flow_record *r,
                       unsigned side)
{
    const struct epw_inv_mac *mac = inv->last_mac;
    if (!epw_ip_is4(&r->ip[side]))
        return false;
    return !r->has_mac || r->packets[side] == 0 ||
           (mac != NULL && mac->outside4 && memcmp(mac->mac, r->mac[side], sizeof(mac->mac)) == 0);
}

/* addr: where what is kept of this side stands; NULL, or without an address: nothing so far. By
 * itself, as most sides need not come here. */
static __attribute__((noinline)) void keep_side(struct epw_inventory *inv,
                                                const struct epw_result *result, unsigned side,
                                                struct epw_inv_addr *addr, bool internal)
{
    const struct epw_flow_record *r = result->record;
    const struct epw_ip *ip = &r->ip[side];
    bool known = addr != NULL && addr->ip != NULL, spoke = r->packets[side] != 0;
    if ((side == 1 && r->group) || (!known && !epw_inv_is_host(ip)))
        return;
    const struct epw_signature *sig =
        result->verdict->sig == NULL ? NULL : shown_by(inv, result, side);
    struct epw_inv_mac *mac = NULL, *fresh = NULL;
    if (r->has_mac && spoke && (mac = known_mac(addr, r->mac[side])) == NULL)
        mac = fresh = note_mac(inv, r->mac[side], ip, internal);
    /* Any IPv6 address may turn out to be one more of a host that is ours. */
    bool kept = sig != NULL || (spoke && internal) || (mac != NULL && !epw_ip_is4(ip));
    if (kept && !known)
        addr = epw_inv_addr_get(inv, ip);
    if (!kept || addr == NULL)
        return;
    see(addr, r);
    if (fresh != NULL)
        add_mac(inv, addr, fresh);
    addr->proxy |= side == 1 && is_proxy(r);
    if (side == 0)
        epw_inv_addr_ttl(addr, r);
    if (sig != NULL)
        note_role(inv, addr, result, sig, side);
}

/* A host of ours once more, by the MAC it had before, and no product's: what most sides are. */
static bool is_seen_again(const struct epw_result *result, unsigned side,
                          const struct epw_inv_addr *addr)
{
    const struct epw_flow_record *r = result->record;
    return addr != NULL && addr->ip != NULL && addr->internal && result->verdict->sig == NULL &&
           r->packets[side] != 0 && !r->group && addr->mac_count != 0 && r->has_mac &&
           memcmp(addr->mac[0]->mac, r->mac[side], sizeof(addr->mac[0]->mac)) == 0;
}

/* As keep_side() does it then. */
static void see_again(struct epw_inv_addr *addr, const struct epw_flow_record *r, unsigned side)
{
    see(addr, r);
    if (side == 0)
        epw_inv_addr_ttl(addr, r);
    else
        addr->proxy |= is_proxy(r);
}

static void see_side(struct epw_inventory *inv, const struct epw_result *result, unsigned side)
{
    const struct epw_ip *ip = &result->record->ip[side];
    struct epw_address *entry = epw_addresses_entry(inv->know->addresses, ip);
    struct epw_inv_addr *addr = entry == NULL ? NULL : epw_address_part(entry, inv->place);
    if (is_seen_again(result, side, addr)) {
        see_again(addr, result->record, side);
        return;
    }
    bool internal = epw_know_internal(inv->know, entry, ip);
    if (internal || result->verdict->sig != NULL || (addr != NULL && addr->ip != NULL) ||
        !is_passing(inv, result->record, side))
        keep_side(inv, result, side, addr, internal);
}

void epw_inventory_flow(struct epw_inventory *inv, const struct epw_result *result)
{
    for (unsigned side = 0; side < 2; side++)
        see_side(inv, result, side);
    if (result->record->evidence->app != EPW_APP_UNKNOWN)
        epw_inv_note_own_name(inv, result->record);
}

bool epw_inventory_shows(const struct epw_inventory *inv, const struct epw_ip *ip,
                         const char *product, const char *role)
{
    const struct epw_inv_addr *addr = find_addr(inv, ip);
    if (addr == NULL || !addr->shown || product == NULL)
        return addr != NULL && addr->shown;
    for (const struct epw_inv_role *r = addr->roles; r != NULL; r = r->next)
        if (r->confidence >= EPW_CONF_LIKELY && epw_same(r->kind->product, product) &&
            epw_same(r->kind->role, role))
            return true;
    return false;
}
