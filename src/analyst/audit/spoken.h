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

/* What a host said in one documented conversation. */
struct epw_said {
    struct epw_said *next;
    const struct epw_signature *sig;
    bool aside; /* it answered, or it may have been another product: a sign of life, no rhythm */
    struct epw_rhythm rhythm;
    struct epw_flow_record last; /* the last words; without evidence */
};

struct epw_speaker {
    const struct epw_ip *ip; /* NULL: not kept */
    bool ours;               /* known to be internal */
    int64_t awake_ns;        /* since then it held conversations without a long gap ... */
    bool has_mac;            /* of its last conversation; not kept over a restart */
    uint8_t mac[6];
    int64_t active_ns; /* ... up to this one; 0: none yet */
    struct epw_said *said;
};

struct epw_spoken;

/* addresses is borrowed for life, and goes first. EPW_ENOMEM. */
enum epw_err epw_spoken_new(struct epw_spoken **spoken, struct epw_addresses *addresses);
void epw_spoken_free(struct epw_spoken *spoken); /* NULL is fine */

/* Both NULL when it is not kept; get() keeps it, unless there is no memory. */
struct epw_speaker *epw_spoken_find(const struct epw_spoken *spoken, const struct epw_ip *ip);
struct epw_speaker *epw_spoken_get(struct epw_spoken *spoken, const struct epw_ip *ip);

/* The host took part in a conversation of the signature. Without memory it is not noted. */
void epw_spoken_add(struct epw_speaker *speaker, const struct epw_signature *sig, bool aside,
                    const struct epw_flow_record *record);

/* As the rule's save and load (analyst/audit/rule.h). */
void epw_spoken_save(const struct epw_spoken *spoken, void (*put)(void *ctx, json_t *fact),
                     void *ctx);
enum epw_err epw_spoken_load(struct epw_spoken *spoken, const struct epw_catalogue *catalogue,
                             json_t *fact);

#endif
