/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict on one flow: candidates collected, judged, ranked; put into words when asked. */
#ifndef EPW_ANALYST_VERDICT_DECIDE_H
#define EPW_ANALYST_VERDICT_DECIDE_H

#include "analyst/verdict/judge.h"
#include "analyst/verdict/looks.h"
#include "analyst/verdict/verdict.h"

/* Room for the words of one verdict: EPW_MAX_REASONS of them at full length. */
#define EPW_WORDS_LEN (EPW_MAX_REASONS * EPW_REASON_LEN)

/* What came of it, as the reasons tell. */
enum epw_outcome {
    EPW_OUT_NONE,   /* nothing is carried by the evidence */
    EPW_OUT_CHOSEN, /* verdict.sig */
    EPW_OUT_RIVALS, /* the best, and others that equal it */
    EPW_OUT_SHAPED, /* the best, and one row that the number of peers speaks for */
};

/* Scratch and result of a decision; large, so it lives with the analyst, not on the stack. */
struct epw_decision {
    struct epw_verdict verdict; /* points into this struct and into the catalogue */
    struct epw_case kase;
    /*
     * Best first. While the verdict is untold, only rows that a name alone does
     * not decide, by what was seen; of one with a look it tells them, and here are none, as is
     * with idle until somebody asks.
     */
    size_t judged_count;
    struct epw_judged *judged[EPW_MAX_CANDIDATES];
    bool refuted; /* rows fell out: the flow has a name, and it is none of theirs */
    enum epw_outcome outcome;
    const struct epw_judged *shaped; /* of EPW_OUT_SHAPED: the row that ties with the best */
    int fan;                         /* what the number of peers decided: 0 nothing, 1 that it is a
                                        server with its clients, 2 a manager with its */
    bool unopened; /* of epw_decide_unchanged(): kase is not open but for record and know */
    bool worded;
    struct epw_judged room[EPW_MAX_CANDIDATES];
    struct epw_judged own; /* one that the number of peers chose */
    struct epw_candidate candidate[EPW_MAX_CANDIDATES];
    const char *reason[EPW_MAX_REASONS];
    size_t words_used;
    char words[EPW_WORDS_LEN];
    const struct epw_look *look; /* of an untold verdict; NULL: see epw_looks_find() */
    const struct epw_look *idle; /* all rows were weighed: they are those told, and name nothing */
    struct epw_looks looks;      /* kept from decision to decision */
};

/*
 * Decides by what is known now. Everything in *d is valid until the next
 * decision, or until record or knowledge change.
 */
void epw_decide(struct epw_decision *d, const struct epw_flow_record *record,
                const struct epw_knowledge *know);

/*
 * The same of a flow that was decided before: what an untold verdict's rows teach and wait for
 * is known by then, so none is judged. unmasked: the verdict's masked was false then.
 */
void epw_decide_again(struct epw_decision *d, const struct epw_flow_record *record,
                      const struct epw_knowledge *know, bool unmasked);

/*
 * Whether a flow whose verdict was untold, or nobody's (epw_case_is_nobodys()), has the same again:
 * nothing was learned that is needed for another. No name of its own is masked. Then that is the
 * verdict; its names are there when it was told. Else nothing is decided.
 */
bool epw_decide_unchanged(struct epw_decision *d, const struct epw_flow_record *record,
                          const struct epw_knowledge *know, bool untold);

/*
 * Whether what others show could still change the verdict. When not, the rows
 * of an untold verdict that contradict the flow are among its candidates.
 */
bool epw_decision_waits(struct epw_decision *d);

/*
 * A copy of a verdict with its candidates and names, to be freed, that outlives the decision: it
 * lives as long as record and knowledge. Its reasons are not told any more. NULL: no memory.
 */
struct epw_verdict *epw_verdict_copy(const struct epw_verdict *verdict);
/* Bytes of such a copy. */
size_t epw_verdict_size(const struct epw_verdict *verdict);

/* Frees what decisions kept; *d itself is the caller's. */
void epw_decision_close(struct epw_decision *d);

/* Whether a candidate ties with the best one, and is of another product. */
bool epw_decision_ties(const struct epw_decision *d, const struct epw_judged *j);

#endif
