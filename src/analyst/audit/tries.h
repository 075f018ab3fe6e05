/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who tried to reach what: per client and target what failed and what worked
 * last, kept to the end of the run, because one that worked later takes it back.
 */
#ifndef EPW_ANALYST_AUDIT_TRIES_H
#define EPW_ANALYST_AUDIT_TRIES_H

#include "analyst/audit/recent.h"
#include "analyst/catalogue/signature.h"
#include "base/err.h"
#include "meter/flow_record.h"

#include <stdbool.h>
#include <stdint.h>

/* Clients times targets kept, some 100 bytes each, 450 of those that failed; the oldest goes first.
 */
#define EPW_TRIES_MAX 65536

/* What failed, and did not work since. */
struct epw_tried_failure {
    uint64_t count;            /* conversations and answers that failed */
    uint64_t attempts;         /* the same with the retries within them */
    int64_t first_ns, last_ns; /* of those */
    bool sure;                 /* at least one had no time left to be answered */
    const struct epw_signature *sig;
    char *target, *why;
    struct epw_flow_record record; /* the first that failed; without evidence */
};

/* Most only ever work, and what they need is here. */
struct epw_tried {
    struct epw_recent_item item; /* by client and target */
    struct epw_ip client;
    uint64_t group;                   /* what is told as one finding: the target, or who pushes */
    int64_t ok_ns;                    /* the last that worked, 0: none */
    struct epw_tried_failure *failed; /* NULL: nothing did, or it worked since */
    const struct epw_signature *met;  /* of the last that worked; NULL: it says nothing */
    struct epw_ip server;             /* that it was with */
    uint16_t port;                    /* 0: none worked yet, or only in DNS */
    bool pushed;                      /* the group is who pushes */
    bool by_name;                     /* DNS refused the name */
    bool met_has_mac;                 /* of the client then */
    uint8_t met_mac[6];
};

struct epw_tries {
    uint64_t seed;
    struct epw_recent recent; /* of struct epw_tried */
};

void epw_tries_start(struct epw_tries *tries, uint64_t seed);
void epw_tries_free(struct epw_tries *tries);

/*
 * The client's tries at a target, known by a hash, made when there are none yet; valid until the
 * next are. NULL without memory. *forgotten: the oldest went to make room; *dropped: it had failed.
 */
struct epw_tried *epw_tries_get(struct epw_tries *tries, const struct epw_ip *client,
                                uint64_t target, bool *forgotten, bool *dropped);
/* Each from *at on, which then is the next one's, the oldest first; NULL: none. Begin at 0. */
struct epw_tried *epw_tries_next(const struct epw_tries *tries, uint32_t *at);

/* Whether anything failed and did not come through since. */
bool epw_tries_any_failed(const struct epw_tries *tries);

/* tried may be NULL in all below. It worked: what failed before is forgotten. */
void epw_tried_ok(struct epw_tried *tried, int64_t ts_ns);
/* The same by a conversation, for sig if that is known. */
void epw_tried_met(struct epw_tried *tried, const struct epw_signature *sig,
                   const struct epw_flow_record *record);
/* It failed, for why; sure: no answer can come any more. Texts are copied. False: no memory for it.
 */
bool epw_tried_failed(struct epw_tried *tried, const struct epw_signature *sig, const char *target,
                      const char *why, const struct epw_flow_record *record, bool sure);

#endif
