/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One signature held against one flow: what speaks for it, what against it,
 * and which confidence that reaches. The rules are written out for people in
 * docs/verdicts.md; there are no weights beside them.
 */
#ifndef EPW_ANALYST_VERDICT_JUDGE_H
#define EPW_ANALYST_VERDICT_JUDGE_H

#include "analyst/verdict/case.h"
#include "analyst/verdict/verdict.h"

struct epw_judged {
    const struct epw_signature *sig;
    enum epw_confidence reached;
    const char *why; /* static words: what it rests on, lacks, or what contradicts */
    bool contradicted;
    bool open;         /* not contradicted; its need is unmet, but could yet be met */
    bool plain;        /* protocol, scope and the flow's own name do not contradict: true
                          or false whatever else was learned */
    bool port_fits;    /* the responder's (or the proxied target's) port is documented */
    bool elsewhere;    /* not opened from the networks that are documented for it */
    bool app_agrees;   /* the protocol seen is the documented one */
    uint8_t name_rank; /* 3 said by the initiator, 2 certificate, 1 DNS, 0 none */
    size_t mask_len;   /* of the mask that matched: longer says more */
    const char *name;  /* the name that matched, NULL: none */
    const char *mask;
    struct epw_role role[2]; /* by side: [0] initiator, [1] responder */
};

void epw_judge(const struct epw_case *c, const struct epw_signature *sig, struct epw_judged *j);

/* Best first: negative when a goes before b. */
int epw_judged_cmp(const struct epw_judged *a, const struct epw_judged *b);

/* Whether two candidates of different products rest on equally good evidence. */
bool epw_judged_equal(const struct epw_judged *a, const struct epw_judged *b);

#endif
