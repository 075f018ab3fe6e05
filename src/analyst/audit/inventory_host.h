/* SPDX-License-Identifier: Apache-2.0 */
/* Data header: a host of the inventory with the products it speaks for. */
#ifndef EPW_ANALYST_AUDIT_INVENTORY_HOST_H
#define EPW_ANALYST_AUDIT_INVENTORY_HOST_H

#include "analyst/verdict/verdict.h"
#include "base/ip.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A role that a host plays in a product. Texts are never NULL. */
struct epw_inventory_role {
    const char *product, *role;
    enum epw_confidence confidence; /* the best of its flows */
    bool neighbour;
    const char *versions; /* hint from version-bound rows it was seen in, "" */
    int64_t first_ns, last_ns;
    uint64_t flows;
    uint32_t peers;                  /* distinct, exact up to EPW_INVENTORY_PEERS */
    size_t seen_count, unseen_count; /* functions of the role, by id */
    const char *const *seen;         /* seen on this host */
    const char *const *unseen;       /* documented for the role, never seen on this host */
};

#define EPW_INVENTORY_PEERS 1024

struct epw_inventory_host {
    size_t ip_count; /* addresses of the host, the first seen first */
    const struct epw_ip *ip;
    bool has_mac; /* its own, not a router's */
    uint8_t mac[6];
    size_t name_count; /* from DHCP, NetBIOS, DNS */
    const char *const *name;
    bool internal;
    int64_t first_ns, last_ns;
    uint64_t flows, bytes;
    size_t role_count; /* 0: active, but speaks for no product */
    const struct epw_inventory_role *role;
};

#endif
