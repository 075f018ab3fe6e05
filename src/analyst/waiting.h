/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flows that wait in line because others could still decide them: who came
 * first goes first, so their memory is given out and taken back in order.
 */
#ifndef EPW_ANALYST_WAITING_H
#define EPW_ANALYST_WAITING_H

#include "meter/flow_record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct epw_address;
struct epw_verdict;
struct epw_waiting_chunk;

/* A cache line; the record stands behind it. */
struct epw_waiting {
    struct epw_waiting *next; /* who came after it */
    struct epw_waiting_chunk *chunk;
    int64_t since_ns;               /* the analyst's clock when it came */
    struct epw_address *address[2]; /* what was kept of either side then, or NULL */
    bool told;                      /* the result is out: it waits for the audit alone */
    bool idle;                      /* when all was known, no row came near it */
    bool plain;                     /* epw_decide_unchanged() may be asked ... */
    bool untold;                    /* ... with this */
    bool unmasked;                  /* no mask of the catalogue matches a name of its own */
    struct epw_verdict *verdict;    /* the last one, when that is known; owned. Else NULL */
    struct epw_flow_record *record; /* a copy that lives as long as this */
};

/* Zero is an empty one. */
struct epw_waiting_line {
    struct epw_waiting *oldest, *newest;
    size_t count;
    struct epw_waiting_chunk *chunk; /* being filled */
    struct epw_waiting_chunk *spare; /* empty, or NULL */
};

/* At the end of the line; record is copied. NULL: no memory. */
struct epw_waiting *epw_waiting_add(struct epw_waiting_line *line,
                                    const struct epw_flow_record *record);
/* Fetches what comes so many flows after one in the line, for as many. */
#define EPW_WAITING_SOON 8
void epw_waiting_soon(const struct epw_waiting *waiting);
/* Frees the oldest; there must be one. */
void epw_waiting_drop(struct epw_waiting_line *line);
void epw_waiting_free(struct epw_waiting_line *line);

#endif
