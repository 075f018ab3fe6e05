/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums over verdicts for outputs that show totals: per product, function and
 * confidence; per port that stays ambiguous; and everything else.
 */
#ifndef EPW_OUTPUT_SUMMARY_H
#define EPW_OUTPUT_SUMMARY_H

#include "analyst/audit/inventory_host.h"
#include "analyst/verdict/verdict.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct epw_tally {
    uint64_t flows, packets, bytes;
    uint64_t hosts[2]; /* different addresses: [0] initiators, [1] responders */
};

#define EPW_CONFIDENCES (EPW_CONF_CONFIRMED + 1)

/* What was seen of one function of one product. */
struct epw_sum_function {
    const char *product, *function; /* ids */
    bool neighbour;
    uint64_t bytes;                          /* of all confidences */
    struct epw_tally tally[EPW_CONFIDENCES]; /* by enum epw_confidence */
};

/* One of the products that fit an ambiguous port equally. */
struct epw_sum_candidate {
    const char *product, *function;
    const char *why; /* what would decide */
};

/* Candidates kept of one ambiguous port: as many as a verdict has. */
#define EPW_SUM_CANDIDATES EPW_MAX_CANDIDATES

struct epw_sum_port {
    uint8_t proto;
    uint16_t port;
    struct epw_tally tally;
    size_t candidate_count;
    struct epw_sum_candidate candidate[EPW_SUM_CANDIDATES];
};

/* Addresses shown of one role; more are counted. */
#define EPW_SUM_ADDRESSES 8

/* Who was seen in a role of a product, likely or confirmed. */
struct epw_sum_role {
    const char *product, *role; /* ids */
    uint64_t hosts;
    size_t address_count; /* one of each of the first hosts given */
    struct epw_ip address[EPW_SUM_ADDRESSES];
};

struct epw_summary;

enum epw_err epw_summary_new(struct epw_summary **summary); /* EPW_ENOMEM */
void epw_summary_free(struct epw_summary *summary);

/* Adds one result; texts are copied. EPW_ENOMEM: it is counted in part. */
enum epw_err epw_summary_add(struct epw_summary *summary, const struct epw_result *result);

/* Adds a host's roles; call once for each host of the inventory. EPW_ENOMEM: in part. */
enum epw_err epw_summary_add_host(struct epw_summary *summary,
                                  const struct epw_inventory_host *host);

/* Forgets the roles, as if no host had been added. */
void epw_summary_forget_hosts(struct epw_summary *summary);

/*
 * The sums, owned by the summary and valid until it is changed. Functions are
 * sorted by product, then bytes (most first); ports by flows (most first); roles,
 * of which neighbours have none here, by product and name.
 */
const struct epw_sum_function *const *epw_summary_functions(struct epw_summary *summary,
                                                            size_t *count);
const struct epw_sum_port *const *epw_summary_ports(struct epw_summary *summary, size_t *count);
const struct epw_sum_role *const *epw_summary_roles(struct epw_summary *summary, size_t *count);

/* Flows without a product: hosts are not counted. */
const struct epw_tally *epw_summary_other(const struct epw_summary *summary);
/* Of those: flows that had candidates, none of which the evidence carried. */
uint64_t epw_summary_undecided(const struct epw_summary *summary);
/* Addresses that were not counted because too many were: then hosts are lower bounds. */
bool epw_summary_hosts_full(const struct epw_summary *summary);

#endif
