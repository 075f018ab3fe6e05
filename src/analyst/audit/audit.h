/* SPDX-License-Identifier: Apache-2.0 */
/* The audit: runs the finding rules over decided flows and folds what they report. */
#ifndef EPW_ANALYST_AUDIT_AUDIT_H
#define EPW_ANALYST_AUDIT_AUDIT_H

#include "analyst/audit/inventory.h"
#include "analyst/audit/rule.h"
#include "base/stats.h"

/* All rules, in the order of docs/findings.md; ends with NULL. */
extern const struct epw_rule *const epw_rules[];

/*
 * Findings kept; beyond, observations of new subjects are only counted (findings_dropped). Those
 * that are over are forgotten while the run goes on.
 */
#define EPW_AUDIT_FINDINGS 65536

/* know, inventory and stats are borrowed for life. EPW_ENOMEM. */
enum epw_err epw_audit_new(struct epw_audit **audit, const struct epw_knowledge *know,
                           struct epw_inventory *inventory, uint64_t seed, struct epw_stats *stats);
void epw_audit_free(struct epw_audit *audit);

/* Takes over what old found, and what it saw of the capture's quality. */
void epw_audit_adopt(struct epw_audit *audit, struct epw_audit *old);

/* More than one of so many packets dropped: no pair of hosts is believed to be seen whole. */
#define EPW_AUDIT_LOSSY 100

/* What the capture counted so far: packets that came, and packets that it dropped. */
void epw_audit_dropped_packets(struct epw_audit *audit, uint64_t packets, uint64_t dropped);

/* Every record as it comes, before it is decided: the quality of each pair of hosts. */
void epw_audit_record(struct epw_audit *audit, const struct epw_flow_record *record);
/* All that came is counted (base/stats.h): epw_pairs_settle(). */
void epw_audit_settle(struct epw_audit *audit);
/* Whether a rule wants to see the flow when more is known, though its verdict stands. */
bool epw_audit_waits(const struct epw_audit *audit, const struct epw_result *result);
/* A decided flow, once all that may wait for others was decided too. */
void epw_audit_flow(struct epw_audit *audit, const struct epw_result *result);
void epw_audit_sighting(struct epw_audit *audit, const struct epw_sighting *sighting);

/*
 * While the run goes on, every minute or so of packet time: findings that are
 * new (open), that have grown (updated), and that are over (closed, and forgotten), most severe
 * first. Costs a look at every host and at all that rules kept.
 */
enum epw_err epw_audit_tell(struct epw_audit *audit,
                            void (*each)(void *ctx, const struct epw_finding *finding), void *ctx);

/*
 * The end of the run: rules see every host of the inventory, and so does on_host (NULL: nobody
 * wants them); then every finding, most severe first: open, or updated when it was told before.
 */
enum epw_err epw_audit_each(struct epw_audit *audit,
                            void (*on_host)(void *ctx, const struct epw_inventory_host *host),
                            void (*each)(void *ctx, const struct epw_finding *finding), void *ctx);

/*
 * Likewise the findings that hold by now, most severe first, those of hosts and of what
 * was tried among them; the rules go on, and nothing of it counts as told. EPW_ENOMEM.
 */
enum epw_err epw_audit_so_far(struct epw_audit *audit,
                              void (*on_host)(void *ctx, const struct epw_inventory_host *host),
                              void (*each)(void *ctx, const struct epw_finding *finding),
                              void *ctx);

#endif
