/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the audit keeps: audit.c asks the rules, kept.c folds what they observe into findings,
 * tell.c hands these out.
 */
#ifndef EPW_ANALYST_AUDIT_KEPT_H
#define EPW_ANALYST_AUDIT_KEPT_H

#include "analyst/audit/audit.h"
#include "analyst/audit/pairs.h"
#include "base/table.h"

struct epw_kept {
    UT_hash_handle hh;
    uint64_t key; /* the finding's id as a number */
    const struct epw_rule *rule;
    struct epw_finding finding; /* texts are owned, but kind */
    struct epw_ip host[EPW_FINDING_HOSTS];
    struct epw_finding_sample sample[EPW_FINDING_SAMPLES];
    bool withheld; /* only what is not believed of the finding */
    bool at_end;   /* made by a look back: rules' host() and finish() */
    uint32_t pass; /* of the last look back that made it */
    bool told;     /* it was handed out and is open */
    int64_t told_ns;
    uint64_t told_count, told_hosts; /* what was handed out last */
};

/* Flows as rules want to know of them: few of the first, which most are. */
enum epw_asked_kind {
    EPW_ASKED_MUTE,  /* nobody's, and without any of what of_words names */
    EPW_ASKED_WORDS, /* nobody's: no row came near it */
    EPW_ASKED_ROWS,
    EPW_ASKED_KINDS
};

/* The rules that are asked about flows of a kind, in the order of epw_rules. */
struct epw_asked {
    struct epw_asked_rule {
        const struct epw_rule *rule;
        void *state; /* what its open made */
    } * list;
    size_t count;
};

struct epw_audit {
    const struct epw_knowledge *know;
    struct epw_inventory *inventory;
    struct epw_stats *stats;
    struct epw_pairs *pairs;
    struct epw_kept *kept;
    int64_t first_ns, now_ns;
    bool lossy;                 /* of all packets too many were dropped */
    uint32_t pass;              /* looks back so far */
    bool looks_back;            /* one is under way */
    bool goes_on;               /* ... in the middle of the run */
    uint64_t withheld, dropped; /* by the last one: the next counts anew */
    void **state;               /* by the rule's place in epw_rules */
    struct epw_asked looks[EPW_ASKED_KINDS], waits[EPW_ASKED_KINDS];
    struct epw_asked hears;       /* the rules that are told of sightings */
    const struct epw_rule *asked; /* last of one of these lists, and what it keeps */
    void *asked_state;
};

/* The rule's place in epw_rules. */
size_t epw_audit_rank(const struct epw_rule *rule);

/* Frees what is kept of one finding, which leaves its place to another. */
void epw_audit_forget(struct epw_audit *audit, struct epw_kept *k);

#endif
