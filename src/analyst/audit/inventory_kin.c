/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose a MAC is. A host's own carries its IPv4 address, the IPv6 ones, and a
 * new lease now and then; a router's carries everybody who is behind it, and
 * with few of them, one after the other, looks the same. So two IPv4 addresses
 * are one host only when something shows it; what nothing shows stays in doubt.
 */
#include "analyst/audit/inventory_table.h"

#include <stdlib.h>
#include <string.h>

#define PROTO_TCP 6

/*
 * A MAC with more addresses is a router's. A host has one IPv4 address at a
 * time and a new one now and then; of IPv6, privacy addresses (RFC 8981) come
 * daily and stay for a week, beside a link-local and a stable one.
 */
#define MAX_IP4 4
#define MAX_IP6 16

bool epw_inv_mac_add(struct epw_inv_mac *mac, const struct epw_ip *ip)
{
    if (mac->ip_count == EPW_INVENTORY_KIN)
        return true;
    for (size_t i = 0; i < mac->ip_count; i++)
        if (epw_ip_cmp(&mac->ip[i], ip) == 0)
            return true;
    if ((mac->ip_count & (mac->ip_count - 1)) == 0) {
        size_t room = mac->ip_count == 0 ? 1 : 2 * mac->ip_count;
        struct epw_ip *more = realloc(mac->ip, room * sizeof(*more));
        if (more == NULL)
            return false;
        mac->ip = more;
    }
    mac->ip[mac->ip_count++] = *ip;
    return true;
}

/* What systems begin with: less than that has passed a router. */
static bool is_first_ttl(uint8_t ttl)
{
    return ttl == 32 || ttl == 64 || ttl == 128 || ttl == 255;
}

void epw_inv_addr_ttl(struct epw_inv_addr *addr, const struct epw_flow_record *r)
{
    /* Of other protocols some are sent with a TTL of 1, so that they pass none. */
    if (r->ttl == 0 || r->proto != PROTO_TCP)
        return;
    addr->near |= is_first_ttl(r->ttl);
    addr->far |= !is_first_ttl(r->ttl);
}

static bool is_before(const struct epw_inv_addr *a, const struct epw_inv_addr *b)
{
    return a->first_ns < b->first_ns ||
           (a->first_ns == b->first_ns && epw_ip_cmp(a->ip, b->ip) < 0);
}

/* Of our IPv4 addresses of a MAC: the first seen after one that is given (NULL: of all). */
static struct epw_inv_addr *next4(const struct epw_inventory *inv, const struct epw_inv_mac *mac,
                                  const struct epw_inv_addr *after)
{
    struct epw_inv_addr *next = NULL;
    for (size_t i = 0; i < mac->ip_count; i++) {
        struct epw_inv_addr *addr = epw_inv_addr_find(inv, &mac->ip[i]);
        if (addr == NULL || !addr->active || !addr->internal || !epw_ip_is4(addr->ip))
            continue;
        if ((after == NULL || is_before(after, addr)) && (next == NULL || is_before(addr, next)))
            next = addr;
    }
    return next;
}

static bool share_name(const struct epw_inv_addr *a, const struct epw_inv_addr *b)
{
    for (size_t i = 0; i < a->name_count; i++)
        for (size_t k = 0; k < b->name_count; k++)
            if (strcmp(a->name[i], b->name[k]) == 0)
                return true;
    return false;
}

/* It passes on what comes from others: from outside, from several networks, from hops away. */
static bool passes_on(const struct epw_inventory *inv, const struct epw_inv_mac *mac)
{
    size_t ip4 = 0, ip6 = 0;
    if ((mac->inside4 && mac->outside4) || mac->prefixes || mac->ip_count == EPW_INVENTORY_KIN)
        return true;
    for (size_t i = 0; i < mac->ip_count; i++) {
        const struct epw_inv_addr *addr = epw_inv_addr_find(inv, &mac->ip[i]);
        if (addr == NULL || !addr->active)
            continue;
        if (addr->far && !addr->near)
            return true;
        ip4 += epw_ip_is4(addr->ip) && addr->internal;
        ip6 += !epw_ip_is4(addr->ip);
    }
    return ip4 > MAX_IP4 || ip6 > MAX_IP6;
}

enum epw_inv_whose epw_inv_mac_whose(const struct epw_inventory *inv, const struct epw_inv_mac *mac)
{
    if (passes_on(inv, mac))
        return EPW_INV_ROUTER;
    /* Two IPv4 addresses at the same time are two hosts'; one after the other may be a lease. */
    bool shown = true;
    int64_t busy_ns = INT64_MIN;
    const struct epw_inv_addr *before = NULL;
    for (const struct epw_inv_addr *addr = NULL; (addr = next4(inv, mac, addr)) != NULL;
         before = addr) {
        if (addr->first_ns <= busy_ns)
            return EPW_INV_ROUTER;
        busy_ns = addr->last_ns > busy_ns ? addr->last_ns : busy_ns;
        shown &= before == NULL || mac->leases || share_name(before, addr);
    }
    return shown ? EPW_INV_OWN : EPW_INV_DOUBT;
}

bool epw_inventory_passed_on(const struct epw_inventory *inv, const struct epw_ip *ip)
{
    const struct epw_inv_addr *addr = epw_inv_addr_find(inv, ip);
    size_t hosts = 0;
    for (size_t i = 0; addr != NULL && i < addr->mac_count; i++)
        hosts += epw_inv_mac_whose(inv, addr->mac[i]) != EPW_INV_ROUTER;
    return hosts > 1;
}

const struct epw_ip *epw_inventory_kin(const struct epw_inventory *inv, const struct epw_ip *ip,
                                       size_t *at)
{
    const struct epw_inv_addr *addr = epw_inv_addr_find(inv, ip);
    for (size_t i = *at / EPW_INVENTORY_KIN; addr != NULL && i < addr->mac_count; i++) {
        const struct epw_inv_mac *mac = addr->mac[i];
        bool host = epw_inv_mac_whose(inv, mac) != EPW_INV_ROUTER;
        for (size_t k = *at % EPW_INVENTORY_KIN; host && k < mac->ip_count; k++) {
            *at = i * EPW_INVENTORY_KIN + k + 1;
            if (epw_ip_cmp(&mac->ip[k], ip) != 0)
                return &mac->ip[k];
        }
        *at = (i + 1) * EPW_INVENTORY_KIN;
    }
    return NULL;
}
