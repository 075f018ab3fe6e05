/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each client was told of each name that it asked for: the addresses, the
 * names that stand for it (CNAMEs), and whether an answer may have been missed.
 */
#ifndef EPW_ANALYST_KNOWLEDGE_QUESTIONS_H
#define EPW_ANALYST_KNOWLEDGE_QUESTIONS_H

#include "base/err.h"
#include "base/ip.h"
#include "base/stats.h"
#include "meter/sighting.h"

#include <stdint.h>

/*
 * Clients times names kept, some 300 bytes each; the least recently asked goes
 * first.
 */
#define EPW_QUESTIONS_MAX 65536

/* Addresses kept of a name. With more than these, nothing can be said not to be among them. */
#define EPW_QUESTIONS_TOLD 24

/* Names kept that stand for one: chains of content networks have three or four links. */
#define EPW_QUESTIONS_ALIASES 6

/* Answers awaited at a time: one a family, of two servers. */
#define EPW_QUESTIONS_OPEN 4

/* What an answer that was missed said is believed to be forgotten so long after: a day. */
#define EPW_QUESTIONS_MISSED_S 86400

enum epw_told {
    EPW_TOLD_UNKNOWN, /* no answer seen in time, or too many, or long ago; or one was missed */
    EPW_TOLD_YES,     /* this client was once given this address for this name */
    EPW_TOLD_NO,      /* it was given others of the same family, and never this one */
};

struct epw_questions;

/* EPW_ENOMEM. */
enum epw_err epw_questions_new(struct epw_questions **questions, uint64_t seed,
                               struct epw_stats *stats);
void epw_questions_free(struct epw_questions *questions); /* NULL is fine */

/* EPW_SIGHT_ADDRESS (not in passing), ASKED, ANSWERED or ALIAS; until_ns: good for so long, of
 * an address. Without memory it is not noted. */
void epw_questions_learn(struct epw_questions *questions, const struct epw_sighting *sighting,
                         int64_t until_ns);

/* As epw_names_told(). */
enum epw_told epw_questions_told(const struct epw_questions *questions, const struct epw_ip *client,
                                 const char *name, const struct epw_ip *address, int64_t ts_ns);

#endif
