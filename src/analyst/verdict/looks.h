/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What flows that look alike have in common. Most flows say nothing that one
 * of their port's rows could be told by: no name that a mask matches, no proxy,
 * no share. How the rows fit what was seen is then the same for all of them,
 * so it is judged once and kept.
 */
#ifndef EPW_ANALYST_VERDICT_LOOKS_H
#define EPW_ANALYST_VERDICT_LOOKS_H

#include "analyst/verdict/judge.h"

/* Looks that are remembered: a network has fewer. */
#define EPW_LOOKS 256

struct epw_place {
    uint64_t order;   /* epw_judged_order() */
    uint32_t bits[2]; /* by side: what of epw_host_bits() it depends on */
};

/* Rows of a look, what a verdict lists of them, and what such a flow teaches of who answers it. */
struct epw_look_rows {
    size_t count;
    struct epw_judged *judged;
    struct epw_candidate *candidate; /* of each */
    struct epw_place *place;         /* of each */
    size_t lesson_count;
    struct epw_lesson *lesson;
    bool may_change; /* what others show may speak for a row */
    size_t room;     /* kept for the next ones */
};

struct epw_look {
    uint64_t looks; /* 0: free */
    /* A row that only a name could decide may yet get one: the flow has none, and the row is not
     * contradicted. */
    bool awaits_name;
    struct epw_look_rows seen; /* those that a name alone does not decide, by what was seen */
    bool is_told;              /* the rest is known */
    bool refuted;              /* rows fell out by the flow's name */
    bool idle;                 /* no row names such a flow */
    uint32_t bits[2];          /* of all places of the told */
    struct epw_look_rows told; /* all of the port's rows, best first */
};

/* Of one catalogue and site. Begin with zeros. */
struct epw_looks {
    struct epw_look look[EPW_LOOKS];
};

/*
 * Of a flow like this one; valid until the next call. NULL: it has something of its own to be
 * judged by, or there is no memory.
 */
struct epw_look *epw_looks_find(struct epw_looks *looks, const struct epw_case *c);
/*
 * The same, of a flow of whose hosts nothing is known, if all of its port's rows are the same for
 * every flow like it: no row asks for a network, nor the site file for the initiator.
 */
struct epw_look *epw_looks_told(struct epw_looks *looks, const struct epw_case *c);
/* Keeps copies of count rows; c: of the flow they were judged of. Without memory none. */
void epw_look_tell(struct epw_look *look, const struct epw_case *c,
                   struct epw_judged *const *judged, size_t count, bool refuted);
void epw_looks_free(struct epw_looks *looks);

/* epw_look.awaits_name of a flow without a look. */
bool epw_awaits_name(const struct epw_case *c);

#endif
