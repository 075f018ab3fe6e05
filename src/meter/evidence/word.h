/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is kept of a flow in which nothing was found, which most flows are, in the word of struct
 * epw_ev_kept. From the low bits on: 1, what its evidence says, cut, limited, and then of either
 * side whether it ended and missed something, fragmented datagrams still open, fresh starts or
 * datagrams, and what was shown. For keep.c and glance.c.
 */
#ifndef EPW_METER_EVIDENCE_WORD_H
#define EPW_METER_EVIDENCE_WORD_H

#include "meter/evidence/engine.h"

/* What such a flow's evidence says. */
#define EPW_EV_SEEN(dir)       (1u << (dir))
#define EPW_EV_CUT             4u
#define EPW_EV_EVICTED         8u

#define EPW_EV_WORD_EMPTY_AT   1
#define EPW_EV_WORD_EMPTY_BITS 4
#define EPW_EV_WORD_CUT_AT     5
#define EPW_EV_WORD_LIMITED_AT 6
#define EPW_EV_WORD_SIDE_AT(i) (7 + (i)*EPW_EV_WORD_SIDE_BITS)

/* Of a side. */
#define EPW_EV_WORD_SIDE_BITS    28
#define EPW_EV_WORD_ENDED        1u
#define EPW_EV_WORD_MISSED       2u
#define EPW_EV_WORD_OPEN_AT      2
#define EPW_EV_WORD_OPEN_BITS    3
#define EPW_EV_WORD_COUNT_AT     5
#define EPW_EV_WORD_COUNT_BITS   4
#define EPW_EV_WORD_SHOWN_AT     9
#define EPW_EV_WORD_SHOWN_BITS   19

#define EPW_EV_BITS(word, at, n) ((word) >> (at) & (((uint64_t)1 << (n)) - 1))

static inline unsigned epw_ev_empty_of(uint64_t word)
{
    return (unsigned)EPW_EV_BITS(word, EPW_EV_WORD_EMPTY_AT, EPW_EV_WORD_EMPTY_BITS);
}

/* A bit for each side that ended. */
static inline unsigned epw_ev_ended_of(uint64_t word)
{
    return (unsigned)(EPW_EV_BITS(word, EPW_EV_WORD_SIDE_AT(0), 1) |
                      EPW_EV_BITS(word, EPW_EV_WORD_SIDE_AT(1), 1) << 1);
}

/*
 * A packet of a side that shows nothing which any source knows: what is kept counts it and what was
 * shown. The side ends after so many tries, and nobody counts any more. Returns what
 * epw_ev_glance() does.
 */
static inline unsigned epw_ev_pass(struct epw_ev_kept *kept, enum epw_dir dir, unsigned tries,
                                   uint64_t shown)
{
    const int at = EPW_EV_WORD_SIDE_AT((int)dir);
    const uint64_t low = (UINT64_C(1) << EPW_EV_WORD_COUNT_AT) - 1,
                   all = (UINT64_C(1) << EPW_EV_WORD_SIDE_BITS) - 1;
    uint64_t word = kept->word | 1 | EPW_EV_SEEN(dir) << EPW_EV_WORD_EMPTY_AT, side = word >> at;
    uint64_t count = EPW_EV_BITS(side, EPW_EV_WORD_COUNT_AT, EPW_EV_WORD_COUNT_BITS) + 1;
    uint64_t sum = EPW_EV_BITS(side, EPW_EV_WORD_SHOWN_AT, EPW_EV_WORD_SHOWN_BITS) + shown;
    if ((side & (EPW_EV_WORD_ENDED | EPW_EV_WORD_MISSED)) != 0)
        return EPW_EV_LOOK;
    if (count >= tries)
        word = (word & ~((all & ~low) << at)) | (uint64_t)EPW_EV_WORD_ENDED << at;
    else if (count >> EPW_EV_WORD_COUNT_BITS == 0 && sum >> EPW_EV_WORD_SHOWN_BITS == 0)
        word += (UINT64_C(1) << EPW_EV_WORD_COUNT_AT | shown << EPW_EV_WORD_SHOWN_AT) << at;
    else
        return EPW_EV_LOOK;
    kept->word = word;
    unsigned ended = epw_ev_ended_of(word);
    return (ended & epw_ev_empty_of(word)) |
           (ended == (EPW_EV_SEEN(0) | EPW_EV_SEEN(1)) ? EPW_EV_OVER : 0);
}

#endif
