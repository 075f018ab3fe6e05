/* SPDX-License-Identifier: Apache-2.0 */
/* Data header: what the analyst says of a flow record, what outputs receive. */
#ifndef EPW_ANALYST_VERDICT_VERDICT_H
#define EPW_ANALYST_VERDICT_VERDICT_H

#include "analyst/catalogue/signature.h"
#include "meter/flow_record.h"

#include <stdbool.h>
#include <stddef.h>

/* Rules: docs/verdicts.md. */
enum epw_confidence {
    EPW_CONF_NONE,      /* candidates may be listed; no product is named */
    EPW_CONF_AMBIGUOUS, /* several products fit equally: all are candidates, none is named */
    EPW_CONF_POSSIBLE,
    EPW_CONF_LIKELY,
    EPW_CONF_CONFIRMED,
};

const char *epw_confidence_name(enum epw_confidence confidence);

/* Most candidates kept of a flow: more than any port of the shipped set has. */
#define EPW_MAX_CANDIDATES 128
/* Longest text of a reason: a name and a few words. */
#define EPW_REASON_LEN  320
#define EPW_MAX_REASONS 16

struct epw_candidate {
    const struct epw_signature *sig;
    enum epw_confidence reached; /* NONE: its need is not met, or something contradicts */
    bool contradicted;           /* protocol, scope or role say it is not this */
    const char *why;             /* what it rests on, lacks, or what would decide; never NULL */
};

struct epw_decision;

/*
 * Much is never asked for, so it is made on demand: the reasons, and the
 * candidates and names of a flow of which nothing is known that could make one
 * fit, are there after epw_verdict_tell() only.
 */
struct epw_verdict {
    enum epw_confidence confidence;
    const struct epw_signature *sig; /* the row it rests on; NULL for NONE and AMBIGUOUS */
    bool proxied;                    /* the responder is a proxy: sig's responder is behind it */
    bool untold;                     /* it has candidates that are not listed yet */
    bool masked;                     /* a signature's mask matches one of its names, on any port */
    size_t candidate_count;          /* best first; [0] is sig when there is one */
    const struct epw_candidate *candidate;
    size_t reason_count;
    const char *const *reason; /* in words, in the order they were weighed */
    size_t name_count;         /* the flow's names: its own first, then learned ones */
    const struct epw_flow_name *name;
    struct epw_decision *decision; /* what it was made of; NULL: nothing is left to tell */
};

/* Completes reasons and candidates: nothing that was learned since the decision counts. */
void epw_verdict_tell(const struct epw_verdict *verdict);

/* Everything belongs to the analyst and is valid for the length of the call only. */
struct epw_result {
    const struct epw_flow_record *record;
    const struct epw_verdict *verdict;
};

#endif
