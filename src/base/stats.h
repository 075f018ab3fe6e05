/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that is counted, in one plain struct. Each room adds to its own
 * part only. Nothing is ever lost in silence: what is not counted as used is
 * counted here under the reason why.
 */
#ifndef EPW_BASE_STATS_H
#define EPW_BASE_STATS_H

#include <stdint.h>

/* How the decoding of a frame ended. Exactly one per frame; they add up to packets. */
enum epw_ending {
    EPW_END_COMPLETE,    /* decoded down to addresses and, where there are any, ports */
    EPW_END_TRUNCATED,   /* cut (snaplen or damage) before the ports */
    EPW_END_MALFORMED,   /* lengths or versions that cannot be */
    EPW_END_UNSUPPORTED, /* a link type, tunnel or IP layer epwatch does not decode */
    EPW_END_TOO_DEEP,    /* more nested layers than EPW_DECODE_MAX_LAYERS */
    EPW_END_NOT_IP,      /* ARP, STP, LLDP, ... */
    EPW_ENDINGS
};

/*
 * Tables that have no counter of their own below, and what they are called in machine output: what
 * each forgot, or did not keep, because it was full. docs/limits.md has all limits. The last one is
 * what was not kept because memory ran out.
 */
#define EPW_LIMITS(X)                                                                              \
    X(QUESTIONS, "questions")                                                                      \
    X(DNS_CLIENTS, "dns_clients")                                                                  \
    X(ENDPOINTS, "endpoints")                                                                      \
    X(FANS, "fans")                                                                                \
    X(PAIRS, "pairs")                                                                              \
    X(ATTEMPTS, "attempts")                                                                        \
    X(PEERS, "peers")                                                                              \
    X(ROLES, "roles")                                                                              \
    X(MACS, "macs")                                                                                \
    X(SPOKEN, "spoken")                                                                            \
    X(UNNAMED, "unnamed")                                                                          \
    X(CANDIDATES, "candidates")                                                                    \
    X(DOUBLES, "doubles")                                                                          \
    X(OPENERS, "openers")                                                                          \
    X(MEMORY, "memory")

#define EPW_LIMIT_ENUM(id, name) EPW_LIMIT_##id,
enum epw_limit { EPW_LIMITS(EPW_LIMIT_ENUM) EPW_LIMIT_COUNT };
#undef EPW_LIMIT_ENUM

struct epw_stats {
    /* capture */
    uint64_t packets; /* frames read that passed the filter */
    uint64_t bytes;   /* their original lengths, not the captured ones */
    uint64_t captured_bytes;
    int64_t first_ns, last_ns; /* stamps of the timeline, 0 when empty */
    uint64_t drops_kernel, drops_interface;
    uint64_t records_dropped; /* live: flow records and sightings the analyst had no room for */
    uint64_t queue_bytes;     /* not a sum: results on their way to the analyst just now */

    /* meter */
    uint64_t ending[EPW_ENDINGS];
    uint64_t flows;             /* flow records' flows: conversations, not records */
    uint64_t flows_evicted;     /* ended early because the table was full */
    uint64_t fragments;         /* IP fragments after the first, tied to their flow */
    uint64_t fragments_orphan;  /* their first fragment never came */
    uint64_t datagrams_joined;  /* datagrams put together from fragments, for their first bytes */
    uint64_t datagrams_dropped; /* ... given up: fragments missing, or that contradict each other,
                                   or too many at a time */
    uint64_t icmp_errors;       /* ICMP errors seen */
    uint64_t icmp_orphan;       /* of those: the flow they quote is not known */
    uint64_t time_steps;        /* stamps that go back, or jump and are not believed */
    uint64_t cut_frames;        /* frames shorter than on the wire (snaplen) */
    uint64_t vlan_joined;       /* flows whose untagged half joined its tagged reverse */
    uint64_t vlan_variants;     /* flows folded: more VLANs per 5-tuple than the limit */
    uint64_t tcp_flows_data;    /* TCP flows with data or bare ACKs ... */
    uint64_t tcp_flows_one_way; /* ... of those: from one side only */
    uint64_t duplicates;        /* a mirror's doubles */
    uint64_t evidence_limited;  /* flows whose opening outgrew a documented limit */
    uint64_t evidence_gaps;     /* openings given up because a segment never came */
    uint64_t evidence_bad;      /* openings a parser called malformed */

    /* analyst */
    uint64_t labelled;      /* flows whose verdict names a product */
    uint64_t wait_evicted;  /* flows decided early because too many waited */
    uint64_t names_evicted; /* learned names dropped for newer ones */
    uint64_t hosts_evicted; /* learned hosts dropped for newer ones */
    uint64_t limited[EPW_LIMIT_COUNT];
    uint64_t findings;          /* by the audit */
    uint64_t findings_dropped;  /* observations of new subjects beyond the cap */
    uint64_t findings_withheld; /* observations not believed: their pair of hosts was captured
                                   one way only, with losses, cut or doubled */
    uint64_t pairs_one_way;     /* pairs of hosts captured one way only */
};

/* The counter's name in machine output ("truncated", ...), static storage. */
const char *epw_ending_name(enum epw_ending ending);
/* The table's ("pairs", ...). */
const char *epw_limit_name(enum epw_limit limit);

/* Adds all counters; of the stamps the earliest and the latest stay (0 is none). */
void epw_stats_add(struct epw_stats *sum, const struct epw_stats *part);

#endif
