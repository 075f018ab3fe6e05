/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The quality of the capture per pair of hosts. A span port that shows one
 * direction only makes every conversation look unanswered: findings that need
 * both sides are not believed of such pairs.
 */
#ifndef EPW_ANALYST_AUDIT_PAIRS_H
#define EPW_ANALYST_AUDIT_PAIRS_H

#include "base/err.h"
#include "base/stats.h"
#include "meter/flow_record.h"

#include <stdbool.h>

/* Pairs kept, some 100 bytes each. Beyond, the oldest is forgotten: findings are then believed. */
#define EPW_PAIRS_MAX 131072

struct epw_pairs;

/* stats is borrowed for life (pairs_one_way). EPW_ENOMEM. */
enum epw_err epw_pairs_new(struct epw_pairs **pairs, uint64_t seed, struct epw_stats *stats);
void epw_pairs_free(struct epw_pairs *pairs);

/*
 * Only TCP with data or bare ACKs tells: SYNs alone, UDP syslog, broadcast and
 * multicast are one-way by nature.
 */
void epw_pairs_note(struct epw_pairs *pairs, const struct epw_flow_record *record);

/* Whether conversations of these two hosts were captured one way only. */
bool epw_pairs_one_way(const struct epw_pairs *pairs, const struct epw_ip *a,
                       const struct epw_ip *b);

#endif
