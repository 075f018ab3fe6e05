/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What hosts reached by IPv4 and by IPv6. A machine that cannot get through by
 * one address family and does by the other is not kept from anything.
 */
#ifndef EPW_ANALYST_AUDIT_REACH_H
#define EPW_ANALYST_AUDIT_REACH_H

#include "analyst/audit/inventory_host.h"
#include "analyst/catalogue/signature.h"
#include "base/err.h"
#include "base/ip.h"
#include "base/stats.h"

#include <stdbool.h>
#include <stdint.h>

struct epw_reach;

/* A conversation that came about, or one that did not. */
struct epw_reach_try {
    const struct epw_ip *client, *server;
    uint16_t port;
    const struct epw_signature *sig; /* what it was for; NULL: not known */
    int64_t ts_ns;                   /* its latest time when it worked, its first when not */
};

/* stats is borrowed for life: what is forgotten without memory is counted. EPW_ENOMEM. */
enum epw_err epw_reach_new(struct epw_reach **reach, uint64_t seed, struct epw_stats *stats);
void epw_reach_free(struct epw_reach *reach);
/* Forgets all of it. */
void epw_reach_clear(struct epw_reach *reach);

/* The addresses of one machine. All hosts come before the first try. */
void epw_reach_host(struct epw_reach *reach, const struct epw_inventory_host *host);
/* A try that worked. */
void epw_reach_add(struct epw_reach *reach, const struct epw_reach_try *try);
/*
 * Whether the client's machine, since the try failed, reached the same function,
 * or the same port of the server's machine, by the other address family.
 */
bool epw_reach_otherwise(const struct epw_reach *reach, const struct epw_reach_try *try);

#endif
