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

/* What epw_judge_seen() leaves out: roles, reached and why of what nothing contradicts. */
struct epw_judged {
    const struct epw_signature *sig;
    enum epw_confidence reached;
    const char *why; /* static words: what it rests on, lacks, or what contradicts */
    bool contradicted;
    bool open;               /* not contradicted; its need is unmet, but could yet be met */
    bool plain;              /* protocol, scope and the flow's own name do not contradict: true
                                or false whatever else was learned */
    bool spoken_to;          /* the port spoken to is documented */
    bool port_fits;          /* the responder's (or the proxied target's) port is documented */
    bool elsewhere;          /* not opened from the networks that are documented for it */
    bool app_agrees;         /* the protocol seen is the documented one */
    uint8_t name_rank;       /* enum epw_name_rank of the name that matched */
    size_t mask_len;         /* of the mask that matched: longer says more */
    const char *mask;        /* NULL: no name matched */
    struct epw_role role[2]; /* by side: [0] initiator, [1] responder */
};

/* By what was seen of the flow itself: what nothing that is learned can change. */
void epw_judge_seen(const struct epw_case *c, const struct epw_signature *sig,
                    struct epw_judged *j);
/* Then by what is known of its hosts and names. */
void epw_judge_known(const struct epw_case *c, struct epw_judged *j);
/* Both, of a row that was judged of a flow which looked the same, and nothing known of its hosts.
 */
void epw_judge_again(const struct epw_case *c, const struct epw_judged *unknown,
                     struct epw_judged *j);

/* Whether such a flow, answered with payload, teaches something of the host that answers: what. */
bool epw_judged_teaches(const struct epw_case *c, const struct epw_judged *j,
                        struct epw_lesson *lesson);

/* The place of a candidate: the best has the lowest number, no two have the same. */
uint64_t epw_judged_order(const struct epw_judged *j);

/* What only other flows' evidence contradicts, further ones may set right. */
bool epw_judged_may_change(const struct epw_judged *j);
/* As a verdict lists it. */
static inline struct epw_candidate epw_candidate_of(const struct epw_judged *j)
{
    return (struct epw_candidate){
        .sig = j->sig, .reached = j->reached, .contradicted = j->contradicted, .why = j->why
    };
}

/* Whether two candidates of different products rest on equally good evidence. */
bool epw_judged_equal(const struct epw_judged *a, const struct epw_judged *b);

#endif
