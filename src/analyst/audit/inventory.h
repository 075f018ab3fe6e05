/* SPDX-License-Identifier: Apache-2.0 */
/* The inventory: host x product x role, gathered from verdicts. */
#ifndef EPW_ANALYST_AUDIT_INVENTORY_H
#define EPW_ANALYST_AUDIT_INVENTORY_H

#include "analyst/audit/inventory_host.h"
#include "analyst/knowledge/knowledge.h"
#include "analyst/verdict/verdict.h"
#include "base/err.h"
#include "meter/sighting.h"

/*
 * Roles of all addresses together, some 130 bytes each: two agents on each of 65,536 hosts. Beyond,
 * a new one is not noted (limits.roles).
 */
#define EPW_INVENTORY_ROLES_ALL 131072

struct epw_inventory;

/* know is borrowed for life. EPW_ENOMEM. */
enum epw_err epw_inventory_new(struct epw_inventory **inventory, const struct epw_knowledge *know,
                               uint64_t seed);
void epw_inventory_free(struct epw_inventory *inventory);

/* A decided flow; and what DHCP, NetBIOS and DNS said of hosts. */
void epw_inventory_flow(struct epw_inventory *inventory, const struct epw_result *result);
void epw_inventory_sighting(struct epw_inventory *inventory, const struct epw_sighting *sighting);

/*
 * Whether flows labelled likely or better have shown the address in the role;
 * product NULL: in any role of any product.
 */
bool epw_inventory_shows(const struct epw_inventory *inventory, const struct epw_ip *ip,
                         const char *product, const char *role);

/*
 * The next address, from *at on, that may be the same machine's: it sent by the same MAC, which
 * nothing shows to be a router's. NULL: none is left. Begin at 0; valid until the next flow.
 */
const struct epw_ip *epw_inventory_kin(const struct epw_inventory *inventory,
                                       const struct epw_ip *ip, size_t *at);

/*
 * Several machines had the address, as their own MACs show: one after the other by DHCP, or each
 * in a network of its own.
 */
bool epw_inventory_passed_on(const struct epw_inventory *inventory, const struct epw_ip *ip);

/*
 * Every host that speaks for a product or is internal and active, in order of
 * its first address. Call when all flows are decided. EPW_ENOMEM.
 */
enum epw_err epw_inventory_each(struct epw_inventory *inventory,
                                void (*each)(void *ctx, const struct epw_inventory_host *host),
                                void *ctx);

#endif
