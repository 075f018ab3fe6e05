/* SPDX-License-Identifier: Apache-2.0 */
/* Flows without a name that could yet get one. */
#ifndef EPW_ANALYST_VERDICT_AWAIT_H
#define EPW_ANALYST_VERDICT_AWAIT_H

#include "analyst/verdict/case.h"

/* Kinds of unnamed flows that are remembered: a network has fewer. */
#define EPW_AWAITS 256

/* Answers for flows that look alike, of one catalogue and site. Zero is none yet. */
struct epw_awaits {
    uint64_t looks[EPW_AWAITS]; /* 0: free */
    bool any[EPW_AWAITS];
};

/*
 * Whether a row that only a name could decide may yet get one: the flow has none, and the row is
 * not contradicted. Many flows look alike, and busy ports have many rows.
 */
bool epw_awaits_name(struct epw_awaits *awaits, const struct epw_case *c);

#endif
