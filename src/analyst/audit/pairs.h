/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The quality of the capture per pair of hosts. A span port that shows one
 * direction only makes every conversation look unanswered; one that drops, cuts
 * or doubles packets shows conversations that were none. Findings that need
 * both sides are not believed of such pairs. The rules: docs/findings.md.
 */
#ifndef EPW_ANALYST_AUDIT_PAIRS_H
#define EPW_ANALYST_AUDIT_PAIRS_H

#include "analyst/knowledge/addresses.h"
#include "base/err.h"
#include "base/stats.h"
#include "meter/flow_record.h"

#include <stdbool.h>

/* Pairs kept, some 32 bytes each. Beyond, the oldest is forgotten: findings are then believed. */
#define EPW_PAIRS_MAX 131072
/* One conversation of so many with packets missing, cut or doubled is bad luck, more are doubt. */
#define EPW_PAIRS_DOUBT 10

struct epw_pairs;

/*
 * addresses and stats (pairs_one_way and others, as of the last call of epw_pairs_settle()) are
 * borrowed for life; addresses goes first, and keeps what was seen of each host. EPW_ENOMEM.
 */
enum epw_err epw_pairs_new(struct epw_pairs **pairs, struct epw_addresses *addresses, uint64_t seed,
                           struct epw_stats *stats);
void epw_pairs_free(struct epw_pairs *pairs);
/* Takes over what another, whose addresses are others, has seen. old is left to be freed. */
void epw_pairs_adopt(struct epw_pairs *pairs, struct epw_pairs *old);

/*
 * Only TCP with data or bare ACKs tells: SYNs alone, UDP syslog, broadcast and
 * multicast are one-way by nature.
 */
void epw_pairs_note(struct epw_pairs *pairs, const struct epw_flow_record *record);

/* What was noted last becomes known of its pairs too, and counted. As epw_pairs_doubtful() does. */
void epw_pairs_settle(struct epw_pairs *pairs);

/*
 * Whether silence between the two, or who opened what, may be the capture's
 * fault: by what was captured of the pair; where that tells nothing, of either
 * host with others; where nobody's does, of everybody.
 */
bool epw_pairs_doubtful(struct epw_pairs *pairs, const struct epw_ip *a, const struct epw_ip *b);
/* The same of all that one host says. */
bool epw_pairs_doubtful_host(const struct epw_pairs *pairs, const struct epw_ip *ip);

#endif
