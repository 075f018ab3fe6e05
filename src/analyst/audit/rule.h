/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a finding rule. A rule is one file find_NAME.c that defines
 *
 *     const struct epw_rule epw_rule_NAME = { ... };
 *
 * and one word in analyst/audit/Makefile.inc. It looks at decided flows (and
 * once at the end of the run at the inventory) and reports observations; like
 * observations are folded into one finding by kind, product, function and
 * subject. It knows no vendor: signatures, roles and the site file do.
 *
 * A rule that must compare what it saw at different times keeps a state,
 * bounded, of its own: open makes it, epw_audit_state() gives it back, close
 * frees it, and finish is the place to report from it.
 */
#ifndef EPW_ANALYST_AUDIT_RULE_H
#define EPW_ANALYST_AUDIT_RULE_H

#include "analyst/audit/finding.h"
#include "analyst/audit/inventory_host.h"
#include "analyst/knowledge/knowledge.h"
#include "analyst/knowledge/site.h"
#include "analyst/verdict/verdict.h"
#include "base/err.h"
#include "meter/sighting.h"

#include <stdbool.h>

struct epw_audit;
struct json_t; /* jansson's */

/* One observation. Texts are copied; "" or NULL where there is nothing to say. */
struct epw_observation {
    const struct epw_signature *sig; /* gives product and function; NULL: product below */
    const char *product;             /* when sig is NULL */
    const char *subject;             /* what like observations share; needed */
    const char *summary;             /* told of the finding: of the newest observation */
    const char *documented;
    const char *advice;
    const struct epw_flow_record *record; /* sample, times and pair of hosts; may be NULL */
    int64_t ts_ns;                        /* when record is NULL */
    uint64_t count;                       /* occurrences it stands for; 0: one */
    const struct epw_ip *culprit[2];      /* hosts to list, NULL: none */
    bool lost;                            /* memory ran out over one of its texts */
    bool about_host;                      /* what culprit[0] says to anybody, not to one host */
};

struct epw_rule {
    const char *name; /* the finding's name, as in the file name with '-' for '_' */
    enum epw_severity severity;
    const char *help; /* one line: what it finds */
    bool both_sides;  /* needs to have seen both directions: withheld for pairs of hosts
                         of which only one was captured */
    bool of_rows;     /* flow() and waits() only look at candidates: not asked of a flow without */
    bool of_words;    /* ... or at names, requests to a proxy and binds: not asked of a flow
                         without any of all these */
    bool of_internal; /* flow() and waits() want declared internal networks: not asked without */
    bool of_hosts;    /* is about no product: so is an accepted deviation */
    void (*flow)(struct epw_audit *audit, const struct epw_result *result);         /* or NULL */
    bool (*waits)(const struct epw_audit *audit, const struct epw_result *result);  /* or NULL:
                                     what others show could still matter to flow(), though
                                     the verdict stands; asked of what is known so far */
    void (*sighting)(struct epw_audit *audit, const struct epw_sighting *sighting); /* or NULL */
    void (*host)(struct epw_audit *audit, const struct epw_inventory_host *host);   /* or NULL:
                                     at the end of the run, every host of the inventory */
    void (*finish)(struct epw_audit *audit); /* or NULL: at the end, after the hosts */
    enum epw_err (*open)(const struct epw_knowledge *know, void **state); /* or NULL: it keeps no
                                     state. EPW_ENOMEM */
    void (*close)(void *state);                                           /* given what open made */
    /*
     * Both or neither: what of its state should outlive the run. save puts facts, which put takes
     * over (NULL: no memory for one); load takes one of them in again. EPW_EFORMAT: not a fact of
     * the rule; EPW_ENOENT: about a signature that is not loaded. EPW_ENOMEM.
     */
    void (*save)(const struct epw_audit *audit, void (*put)(void *ctx, struct json_t *fact),
                 void *ctx);
    enum epw_err (*load)(struct epw_audit *audit, struct json_t *fact);
};

/* What the rule's open made; NULL for a rule without one. */
void *epw_audit_state(const struct epw_audit *audit, const struct epw_rule *rule);
/* Counts a subject that a rule's full state had no room for (findings_dropped). */
void epw_audit_dropped(struct epw_audit *audit);

/* What rules may ask. */
const struct epw_knowledge *epw_audit_knowledge(const struct epw_audit *audit);
const struct epw_site *epw_audit_site(const struct epw_audit *audit); /* NULL: none */
/* Known in the role by any means: site file, learned, confirmed. */
bool epw_audit_has_role(const struct epw_audit *audit, const struct epw_ip *ip, const char *product,
                        const char *role);
/*
 * Known in the role, or labelled flows (likely or better) have shown it so far:
 * enough for clients, whose roles nothing teaches. product NULL: any role of any.
 */
bool epw_audit_shows_role(const struct epw_audit *audit, const struct epw_ip *ip,
                          const char *product, const char *role);
/*
 * The next address, from *at on, that may be the same machine's as ip; NULL: none is left. Begin
 * at 0; valid until the next flow.
 */
const struct epw_ip *epw_audit_kin(const struct epw_audit *audit, const struct epw_ip *ip,
                                   size_t *at);
/* Several machines had the address, one after the other or in networks of their own. */
bool epw_audit_passed_on(const struct epw_audit *audit, const struct epw_ip *ip);
/* From the first to the latest time the run has seen. */
int64_t epw_audit_watched_ns(const struct epw_audit *audit);
int64_t epw_audit_now_ns(const struct epw_audit *audit);

/* The rules look back (host, finish) in the middle of a run: more may come of every host. */
bool epw_audit_goes_on(const struct epw_audit *audit);

/*
 * Reports an observation. It is dropped when the site file accepts it, and
 * withheld (counted for the result's last lines) when the rule needs both
 * sides and the capture of record's hosts, or of the host, is not to be trusted.
 */
void epw_audit_report(struct epw_audit *audit, const struct epw_rule *rule,
                      const struct epw_observation *observation);

#endif
