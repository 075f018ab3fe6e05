/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who spoke for which documented conversation, how often and when last: what
 * find_silent_agent.c remembers of internal hosts, also over a restart.
 */
#ifndef EPW_ANALYST_AUDIT_SPOKEN_H
#define EPW_ANALYST_AUDIT_SPOKEN_H

#include "analyst/audit/rhythm.h"
#include "analyst/catalogue/catalogue.h"
#include "analyst/knowledge/addresses.h"
#include "base/err.h"
#include "base/ip.h"
#include "meter/flow_record.h"

#include <jansson.h>

/*
 * What hosts said that is kept of all of them together, some 130 bytes each and up to 512 for its
 * rhythm: of ten thousand agents six conversations each. Beyond, what was repeated longest ago is
 * forgotten (limits.spoken).
 */
#define EPW_SPOKEN_MAX 65536

/* The last words in a conversation. */
struct epw_words {
    uint64_t flow_id;
    int64_t first_ns, last_ns;
    struct epw_ip ip[2]; /* [0] initiator */
    uint16_t port[2];
    uint8_t proto;
    bool has_mac;
    uint8_t mac[2][6];
};

/* What a host said in one documented conversation. */
struct epw_said {
    struct epw_said *after;       /* the next of the host */
    struct epw_said *prev, *next; /* of all hosts, in the order of their last words */
    struct epw_speaker *by;
    const struct epw_signature *sig;
    /* It answered, or it may have been another product: a sign of life of the product, which
     * stands here once, whatever its rows; no rhythm. */
    bool aside;
    struct epw_rhythm rhythm;
    struct epw_words last;
};

struct epw_speaker {
    bool kept;
    bool spoke;   /* anything was kept of what it said */
    bool has_mac; /* of its last conversation; not kept over a restart */
    uint8_t mac[6];
    int64_t awake_ns;  /* since then it held conversations without a long gap ... */
    int64_t active_ns; /* ... up to this one; 0: none yet */
    struct epw_said *said;
};

struct epw_spoken;

/* addresses is borrowed for life, and goes first; stats is borrowed for life. EPW_ENOMEM. */
enum epw_err epw_spoken_new(struct epw_spoken **spoken, struct epw_addresses *addresses,
                            struct epw_stats *stats);
void epw_spoken_free(struct epw_spoken *spoken); /* NULL is fine */

/* Both NULL when it is not kept; get() keeps it, unless there is no memory. */
struct epw_speaker *epw_spoken_find(const struct epw_spoken *spoken, const struct epw_ip *ip);
struct epw_speaker *epw_spoken_get(struct epw_spoken *spoken, const struct epw_ip *ip);
/* Keeps it, where all that is kept of its address is at hand. */
struct epw_speaker *epw_spoken_of(const struct epw_spoken *spoken, struct epw_address *entry);

/* The host took part in a conversation of the signature. Without memory it is not noted, which
 * is counted. */
void epw_spoken_add(struct epw_spoken *spoken, struct epw_speaker *speaker,
                    const struct epw_signature *sig, bool aside,
                    const struct epw_flow_record *record);

/* As the rule's save and load (analyst/audit/rule.h). */
void epw_spoken_save(const struct epw_spoken *spoken, void (*put)(void *ctx, json_t *fact),
                     void *ctx);
enum epw_err epw_spoken_load(struct epw_spoken *spoken, const struct epw_catalogue *catalogue,
                             json_t *fact);

#endif
