/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict on one flow: candidates collected, judged, ranked, and put into words. */
#ifndef EPW_ANALYST_VERDICT_DECIDE_H
#define EPW_ANALYST_VERDICT_DECIDE_H

#include "analyst/verdict/judge.h"
#include "analyst/verdict/verdict.h"

/* Room for the words of one verdict: EPW_MAX_REASONS of them at full length. */
#define EPW_WORDS_LEN (EPW_MAX_REASONS * EPW_REASON_LEN)

/* Scratch and result of a decision; large, so it lives with the analyst, not on the stack. */
struct epw_decision {
    struct epw_verdict verdict; /* points into this struct and into the catalogue */
    struct epw_case kase;
    size_t judged_count;
    bool refuted; /* rows fell out: the flow has a name, and it is none of theirs */
    struct epw_judged judged[EPW_MAX_CANDIDATES];
    struct epw_candidate candidate[EPW_MAX_CANDIDATES];
    const char *reason[EPW_MAX_REASONS];
    size_t words_used;
    char words[EPW_WORDS_LEN];
    bool waits; /* what others show could still change the verdict */
};

/*
 * Decides by what is known now. Everything in *d is valid until the next
 * decision, or until record or knowledge change.
 */
void epw_decide(struct epw_decision *d, const struct epw_flow_record *record,
                const struct epw_knowledge *know);

#endif
