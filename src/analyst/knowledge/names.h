/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names learned from DNS answers: which address carries which names, and for
 * whom. What the client that asked was told counts more than what others were.
 */
#ifndef EPW_ANALYST_KNOWLEDGE_NAMES_H
#define EPW_ANALYST_KNOWLEDGE_NAMES_H

#include "analyst/knowledge/questions.h"
#include "base/err.h"
#include "base/ip.h"
#include "base/stats.h"
#include "meter/sighting.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Names kept of one address. Content networks hang hundreds on one; beyond a
 * handful the address tells nothing, and that is all that matters then.
 */
#define EPW_NAMES_PER_ADDRESS 32

/* Addresses kept in all; the least recently answered goes first. */
#define EPW_NAMES_ADDRESSES 65536

/*
 * Answers kept of all of them together, two of each: some 22 MB, and 90 MB if all names are the
 * longest. Beyond, the least recently answered address goes with all of its own.
 */
#define EPW_NAMES_ANSWERS 131072

/* Clients whose DNS was seen. When the set is full, further ones only raise no doubts. */
#define EPW_NAMES_CLIENTS 65536

/*
 * An answer is believed for its TTL and this long after: connections are
 * opened from caches and kept open long after the TTL of the answer ran out.
 */
#define EPW_NAMES_GRACE_S 3600

struct epw_names;

/* What a struct epw_names begins with: in many captures no address has a name, and every flow asks.
 */
struct epw_names_brief {
    bool learned; /* some address had a name */
};
static inline bool epw_names_learned(const struct epw_names *names)
{
    return ((const struct epw_names_brief *)(const void *)names)->learned;
}

struct epw_learned_name {
    const char *name;      /* the name that was asked for; owned by the store */
    const char *canonical; /* the end of its CNAME chain, "" when none */
    bool own;              /* told to this client */
    bool fresh;            /* within TTL and grace at the time asked about; never when passing */
    bool passing;          /* stood beside an answer that was for another address */
};

/* stats is borrowed for life (names_evicted). EPW_ENOMEM. */
enum epw_err epw_names_new(struct epw_names **names, uint64_t seed, struct epw_stats *stats);
void epw_names_free(struct epw_names *names);

/*
 * An EPW_SIGHT_ADDRESS, ASKED, ANSWERED or ALIAS sighting. Out of memory loses the answer, counted
 * as evicted. One in passing only ever takes room that nothing else needs, and gives it up first.
 */
void epw_names_learn(struct epw_names *names, const struct epw_sighting *sighting);

/*
 * The names of an address for a client at a time: the client's own first, those
 * in passing last, each name once, at most max; returns how many were written.
 * Valid until the next learn.
 */
size_t epw_names_of(const struct epw_names *names, const struct epw_ip *address,
                    const struct epw_ip *client, int64_t ts_ns, struct epw_learned_name *list,
                    size_t max);

/*
 * Before the first is learned: names that somebody may care about are to be told from others by
 * matters(). marked(): whether an address has any such name, in its time or not; has(): any at all.
 */
void epw_names_mark(struct epw_names *names, bool (*matters)(const void *ctx, const char *name),
                    const void *ctx);
bool epw_names_marked(const struct epw_names *names, const struct epw_ip *address);
bool epw_names_has(const struct epw_names *names, const struct epw_ip *address);

/* Whether a client that uses an address as `name` at ts_ns was told so by DNS. name: lower case. */
enum epw_told epw_names_told(const struct epw_names *names, const struct epw_ip *client,
                             const char *name, const struct epw_ip *address, int64_t ts_ns);

/* The next client, from *at on, that was given the address for the name, of those that are kept of
 * it; NULL: none is left. Begin at 0. */
const struct epw_ip *epw_names_teller(const struct epw_names *names, const char *name,
                                      const struct epw_ip *address, size_t *at);

/* What is kept of one answer. */
struct epw_kept_name {
    const struct epw_ip *address, *client;
    const char *name, *canonical;
    int64_t until_ns; /* fresh until then: TTL and grace */
    bool passing;
};

/* Every answer kept, the addresses that would go first before others; valid for the call. */
void epw_names_each(const struct epw_names *names,
                    void (*each)(void *ctx, const struct epw_kept_name *name), void *ctx);

/* Whether any answer was seen in this run. */
bool epw_names_any(const struct epw_names *names);

/* Whether answers to this client were seen at all: only then does a missing one say anything. */
bool epw_names_visible(const struct epw_names *names, const struct epw_ip *client);

#endif
