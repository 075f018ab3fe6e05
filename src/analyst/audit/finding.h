/* SPDX-License-Identifier: Apache-2.0 */
/* Data header: a finding, what does not fit. One for a group of like observations. */
#ifndef EPW_ANALYST_AUDIT_FINDING_H
#define EPW_ANALYST_AUDIT_FINDING_H

#include "analyst/catalogue/signature.h"
#include "base/ip.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum epw_severity {
    EPW_SEVERITY_HIGH = 1, /* the numbers are EVE's alert.severity */
    EPW_SEVERITY_MEDIUM = 2,
    EPW_SEVERITY_LOW = 3,
};

enum epw_finding_state {
    EPW_FINDING_OPEN,
    EPW_FINDING_UPDATED,
    EPW_FINDING_CLOSED,
    EPW_FINDING_WITHHELD, /* what was seen is not believed: the capture is not to be trusted */
};

/* A finding that was told is told again as updated after this at the earliest. */
#define EPW_FINDING_QUIET_NS (300 * 1000000000LL)
/* One of single conversations is closed when none was seen for a day. */
#define EPW_FINDING_OVER_NS (86400 * 1000000000LL)

const char *epw_severity_name(enum epw_severity severity);
const char *epw_finding_state_name(enum epw_finding_state state);

/* Hosts named in a finding; beyond, only counted (host_total). */
#define EPW_FINDING_HOSTS 64
/* Flows given as samples. */
#define EPW_FINDING_SAMPLES 4

struct epw_finding_sample {
    uint64_t flow_id;
    struct epw_ip ip[2]; /* [0] initiator */
    uint16_t port[2];
    uint8_t proto;
    int64_t first_ns;
};

/* Texts are never NULL. Everything belongs to the audit, valid for the call only. */
struct epw_finding {
    const char *kind; /* the finding's name: "blocked", ... */
    enum epw_severity severity;
    enum epw_finding_state state;
    bool repeated;       /* told before just as it is: of no news to who hears them as they come */
    char id[17];         /* 16 hex digits: the same for the same kind, product, function and subject
                            in every run */
    const char *product; /* "" when none */
    const char *function;   /* "" when none */
    const char *subject;    /* what it is about: "10.0.0.5:8014", a name, a host */
    const char *summary;    /* one sentence: what was seen */
    const char *documented; /* what the document says otherwise, with the row ids; or "" */
    const char *advice;     /* what to do next */
    int64_t first_ns, last_ns;
    uint64_t count;    /* observations folded into it */
    size_t host_count; /* listed below, the culprits first, then in the order seen */
    uint64_t host_total;
    const struct epw_ip *host;
    size_t sample_count;
    const struct epw_finding_sample *sample;
};

#endif
