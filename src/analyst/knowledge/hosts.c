/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/knowledge/hosts.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

/* Ports below are other services' too: they never teach a role (RFC 6335, system ports). */
#define FIRST_TEACHING_PORT 1024

struct epw_host_confirmed {
    const char *product, *role; /* the catalogue's */
};

/* With what is asked of it again and again: rows are spread over much memory. */
struct epw_host_witness {
    const struct epw_signature *sig;
    const char *product;
    bool own;      /* the port is the product's own */
    uint16_t port; /* what it teaches by: 0 when it teaches nothing */
};

/* What it tried in vain. */
struct epw_host_tried {
    uint32_t target[EPW_SCAN_TARGETS]; /* hashes of hosts */
    uint32_t port[EPW_SCAN_TARGETS];   /* hashes of (host, port) */
};

static enum epw_worth worth(const void *part)
{
    return epw_host_is_known(part) ? EPW_WORTH_ROLE : EPW_WORTH_STRANGER;
}

static void drop(void *ctx, void *part)
{
    struct epw_host *h = part;
    (void)ctx;
    free(h->witness);
    free(h->role);
    free(h->tried);
}

enum epw_err epw_hosts_new(struct epw_hosts **hosts, struct epw_addresses *addresses, uint64_t seed)
{
    static const struct epw_address_part part = { .size = sizeof(struct epw_host),
                                                  .worth = worth,
                                                  .drop = drop };
    *hosts = calloc(1, sizeof(**hosts));
    if (*hosts == NULL)
        return EPW_ENOMEM;
    (*hosts)->seed = seed;
    (*hosts)->addresses = addresses;
    (*hosts)->place = epw_addresses_add(addresses, &part);
    return EPW_OK;
}

void epw_hosts_free(struct epw_hosts *hosts)
{
    free(hosts);
}

static struct epw_host *find(const struct epw_hosts *hosts, const struct epw_ip *ip)
{
    return epw_addresses_find(hosts->addresses, hosts->place, ip);
}

static struct epw_host *find_or_add(const struct epw_hosts *hosts, const struct epw_ip *ip)
{
    return epw_addresses_get(hosts->addresses, hosts->place, ip);
}

/* A port of the product's own, and another one. */
static bool is_paired(const struct epw_host *h, const char *product)
{
    bool own = false, several = false;
    uint16_t port = 0;
    for (size_t i = 0; i < h->witness_count; i++) {
        const struct epw_host_witness *w = &h->witness[i];
        if (w->port == 0 || !epw_same(w->product, product))
            continue;
        own |= w->own;
        several |= port != 0 && w->port != port;
        port = w->port;
    }
    return own && several;
}

/* What one more witness of a product makes possible: a role of it, or that it is a rival. */
static void note_bits(struct epw_host *h, const char *product)
{
    bool paired = is_paired(h, product);
    h->paired |= paired;
    for (size_t i = 0; h->paired && i < h->witness_count; i++) {
        const struct epw_host_witness *w = &h->witness[i];
        if (w->port == 0)
            continue;
        h->bits |= epw_product_bit(w->product);
        if (paired && epw_same(w->product, product))
            h->bits |= epw_role_bit(product, w->sig->responder);
    }
}

static void answered(const struct epw_hosts *hosts, struct epw_host *h,
                     const struct epw_signature *sig, uint16_t port)
{
    if (h->witness == NULL)
        h->witness = calloc(EPW_HOST_WITNESSES, sizeof(*h->witness));
    if (h->witness == NULL)
        epw_addresses_lost(hosts->addresses);
    if (h->witness == NULL || h->witness_count == EPW_HOST_WITNESSES)
        return;
    for (size_t i = 0; i < h->witness_count; i++)
        if (h->witness[i].sig == sig)
            return;
    h->witness[h->witness_count++] =
        (struct epw_host_witness){ .sig = sig,
                                   .product = sig->product,
                                   .own = sig->needs == EPW_NEEDS_PORT,
                                   .port = port < FIRST_TEACHING_PORT ? 0 : port };
    if (port < FIRST_TEACHING_PORT)
        return;
    h->has_own |= sig->needs == EPW_NEEDS_PORT;
    note_bits(h, sig->product);
}

void epw_hosts_answered(struct epw_hosts *hosts, const struct epw_ip *ip,
                        const struct epw_signature *sig, uint16_t port)
{
    struct epw_host *h = find_or_add(hosts, ip);
    if (h != NULL)
        answered(hosts, h, sig, port);
}

void epw_hosts_answered_all(struct epw_hosts *hosts, const struct epw_ip *ip,
                            const struct epw_lesson *lesson, size_t count, uint64_t key)
{
    struct epw_host *h = count == 0 ? NULL : find_or_add(hosts, ip);
    if (h == NULL || h->taught == key)
        return;
    for (size_t i = 0; i < count; i++)
        answered(hosts, h, lesson[i].sig, lesson[i].port);
    h->taught = key;
}

void epw_hosts_confirm(struct epw_hosts *hosts, const struct epw_ip *ip,
                       const struct epw_signature *sig, const char *role)
{
    struct epw_host *h = find_or_add(hosts, ip);
    if (h == NULL)
        return;
    if (h->role == NULL)
        h->role = calloc(EPW_HOST_ROLES, sizeof(*h->role));
    if (h->role == NULL)
        epw_addresses_lost(hosts->addresses);
    for (size_t i = 0; i < h->role_count; i++)
        if (epw_same(h->role[i].product, sig->product) && epw_same(h->role[i].role, role))
            return;
    if (h->role_count == EPW_HOST_ROLES)
        epw_addresses_full(hosts->addresses, EPW_LIMIT_ROLES);
    if (h->role == NULL || h->role_count == EPW_HOST_ROLES)
        return;
    h->role[h->role_count++] = (struct epw_host_confirmed){ .product = sig->product, .role = role };
    h->bits |= epw_role_bit(sig->product, role);
}

static bool teaches(const struct epw_host_witness *w, const char *product, const char *role)
{
    return w->port != 0 && epw_same(w->product, product) && epw_same(w->sig->responder, role);
}

static bool answers_port(const struct epw_host *h, const char *product, uint16_t port)
{
    for (size_t i = 0; i < h->witness_count; i++)
        if (epw_same(h->witness[i].product, product) && h->witness[i].port == port)
            return true;
    return false;
}

/* Whether `product` explains every port of `other` that the host answers, and there is one. */
static bool covers(const struct epw_host *h, const char *product, const char *other)
{
    bool any = false;
    for (size_t i = 0; i < h->witness_count; i++) {
        const struct epw_host_witness *w = &h->witness[i];
        if (!epw_same(w->product, other) || w->port == 0)
            continue;
        any = true;
        if (!answers_port(h, product, w->port))
            return false;
    }
    return any;
}

/* Another product explains all of it, with a port of its own among them as the rule asks. */
static bool is_shared(const struct epw_host *h, const char *product)
{
    for (size_t i = 0; i < h->witness_count; i++) {
        const struct epw_host_witness *w = &h->witness[i];
        if (w->own && !epw_same(w->product, product) && answers_port(h, product, w->port) &&
            covers(h, w->product, product))
            return true;
    }
    return false;
}

static struct epw_role role_by_ports(const struct epw_host *h, const char *product,
                                     const char *role)
{
    struct epw_role found = { .how = EPW_ROLE_UNKNOWN };
    const struct epw_host_witness *own = NULL;
    for (size_t i = 0; i < h->witness_count && own == NULL; i++)
        if (h->witness[i].own && teaches(&h->witness[i], product, role))
            own = &h->witness[i];
    for (size_t i = 0; own != NULL && i < h->witness_count; i++) {
        const struct epw_host_witness *other = &h->witness[i];
        if (other == own || !teaches(other, product, role) || other->port == own->port ||
            epw_same(other->sig->function, own->sig->function))
            continue;
        found = (struct epw_role){ .how = EPW_ROLE_PORTS,
                                   .shared = is_shared(h, product),
                                   .witness = { own->sig, other->sig },
                                   .port = { own->port, other->port } };
        break;
    }
    return found;
}

struct epw_role epw_host_find_role(const struct epw_host *h, const char *product, const char *role)
{
    if (role[0] == '\0')
        return (struct epw_role){ .how = EPW_ROLE_UNKNOWN };
    for (size_t i = 0; i < h->role_count; i++)
        if (epw_same(h->role[i].product, product) && epw_same(h->role[i].role, role))
            return (struct epw_role){ .how = EPW_ROLE_CONFIRMED };
    return role_by_ports(h, product, role);
}

bool epw_host_answers(const struct epw_host *h, const struct epw_signature *sig)
{
    for (size_t i = 0; h != NULL && i < h->witness_count; i++)
        if (h->witness[i].sig == sig)
            return true;
    return false;
}

bool epw_hosts_answers(const struct epw_hosts *hosts, const struct epw_ip *ip,
                       const struct epw_signature *sig)
{
    return epw_host_answers(find(hosts, ip), sig);
}

static bool answers_any(const struct epw_host *h, const char *product)
{
    for (size_t i = 0; i < h->witness_count; i++)
        if (h->witness[i].port != 0 && epw_same(h->witness[i].product, product))
            return true;
    return false;
}

const struct epw_signature *epw_host_find_rival(const struct epw_host *h, const char *product)
{
    if (!answers_any(h, product))
        return NULL;
    for (size_t i = 0; i < h->witness_count; i++) {
        const struct epw_host_witness *w = &h->witness[i];
        if (!epw_same(w->product, product) && w->port != 0 && w->own &&
            !answers_port(h, product, w->port) && covers(h, w->product, product))
            return w->sig;
    }
    return NULL;
}

void epw_hosts_each(const struct epw_hosts *hosts,
                    void (*each)(void *ctx, const struct epw_kept_role *role), void *ctx)
{
    for (size_t at = 0; at < epw_addresses_count(hosts->addresses); at++) {
        const struct epw_host *h = epw_addresses_at(hosts->addresses, hosts->place, at);
        const struct epw_ip *ip = epw_addresses_ip(h, hosts->place);
        for (size_t i = 0; i < h->witness_count; i++)
            each(ctx, &(struct epw_kept_role){
                          .host = ip, .sig = h->witness[i].sig, .port = h->witness[i].port });
        for (size_t i = 0; i < h->role_count; i++)
            each(ctx, &(struct epw_kept_role){
                          .host = ip, .product = h->role[i].product, .role = h->role[i].role });
    }
}

void epw_hosts_tried(struct epw_hosts *hosts, const struct epw_ip *ip, const struct epw_ip *target,
                     uint16_t port)
{
    struct epw_host *h = find_or_add(hosts, ip);
    if (h != NULL && h->tried == NULL)
        h->tried = malloc(sizeof(*h->tried));
    if (h != NULL && h->tried == NULL)
        epw_addresses_lost(hosts->addresses);
    if (h == NULL || h->tried == NULL)
        return;
    uint32_t target_hash = (uint32_t)epw_hash(target, sizeof(*target), hosts->seed);
    h->target_count =
        (uint8_t)epw_hash_add(h->tried->target, h->target_count, EPW_SCAN_TARGETS, target_hash);
    h->port_count = (uint8_t)epw_hash_add(h->tried->port, h->port_count, EPW_SCAN_TARGETS,
                                          target_hash ^ (uint32_t)port * 2654435761u);
}

bool epw_hosts_is_scanner(const struct epw_hosts *hosts, const struct epw_ip *ip)
{
    return epw_host_is_scanner(find(hosts, ip));
}
