/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A flow while it is in the table, in parts: what every packet touches (one cache line), what is
 * looked at when it begins, ends or changes its state and with that its queue (another one), and
 * what few flows have at all.
 * All live in the table (flow/table.h) and never move.
 */
#ifndef EPW_METER_FLOW_FLOW_H
#define EPW_METER_FLOW_FLOW_H

#include "meter/evidence/engine.h"
#include "meter/flow/brief.h"

#include <stdint.h>

#define EPW_PROTO_TCP 6
#define EPW_PROTO_UDP 17

/* What was seen of a flow since it began; those with (s) are kept by side of the key. */
#define EPW_F_SEEN(s)       (0x0001u << (s)) /* the side sent something */
#define EPW_F_DATA(s)       (0x0004u << (s)) /* the side sent payload */
#define EPW_F_FIN(s)        (0x0010u << (s))
#define EPW_F_RST(s)        (0x0040u << (s))
#define EPW_F_EARLY(s)      (0x0100u << (s)) /* its RST cut the other's first request */
#define EPW_F_UNTAGGED(s)   (0x0400u << (s)) /* joined: this side's packets carry no VLAN */
#define EPW_F_SEEN_BOTH     0x0003u
#define EPW_F_FIN_BOTH      0x0030u
#define EPW_F_RST_ANY       0x00c0u
#define EPW_F_UNTAGGED_ANY  0x0c00u
#define EPW_F_SYN           0x00001000u /* SYN without ACK */
#define EPW_F_SYNACK        0x00002000u
#define EPW_F_OPEN          0x00004000u          /* TCP: the handshake is over, seen or not */
#define EPW_F_TALK          0x00008000u          /* TCP: payload or a bare ACK was seen */
#define EPW_F_MIDSTREAM     0x00010000u          /* TCP: neither SYN nor SYN-ACK came first */
#define EPW_F_GROUP         0x00020000u          /* the responder is broadcast or multicast */
#define EPW_F_UNREACHABLE   0x00080000u          /* an ICMP error said that nobody is there */
#define EPW_F_EVIDENCE_DONE 0x00100000u          /* the evidence engine wants no more of it */
#define EPW_F_RECORDED      0x00200000u          /* a record of it was written */
#define EPW_F_FOLDED        0x00400000u          /* holds packets of more VLANs than it shows */
#define EPW_F_DOUBLED       0x00800000u          /* a mirror's double is among its packets */
#define EPW_F_CUT           0x01000000u          /* a payload is shorter than on the wire */
#define EPW_F_QUIET(s)      (0x02000000u << (s)) /* epw_ev_quiet() */
#define EPW_F_QUIET_BOTH    0x06000000u
#define EPW_F_ICMP          0x00040000u /* an ICMP error quoted it: rare has it */
#define EPW_F_WIDE          0x08000000u /* its key is more than a brief: the table has the rest */
#define EPW_F_BIG           0x10000000u /* rare has more of its counters */
#define EPW_F_AGAIN         0x20000000u /* rare has the time of its first packet */
#define EPW_F_USED          0x80000000u /* in the table */

struct epw_flow {
    struct epw_brief key;
    uint32_t flags;           /* EPW_F_ */
    uint32_t first_tick : 26; /* the high part of its record's first stamp: flow/count.h */
    uint32_t queue : 3;       /* enum epw_queue */
    uint32_t init_side : 1;   /* side of the key that began it, as known when it began */
    uint32_t isn_known : 2;   /* a bit for each side: cold->isn is its SYN's number */
    int64_t last_ns;
    struct epw_ev_kept evidence;
    uint64_t counts[2]; /* by side: what it sent since the last record, flow/count.h */
    uint32_t print[2];  /* by side: fingerprint of its last packet, to see doubles */
};

/* A place in a queue. */
struct epw_flow_link {
    uint32_t prev, next; /* indexes, 0: none; next also links the free ones */
    int64_t queued_ns;   /* clock when it was put at its queue's tail */
};

/* More SYNs than one flow has; then they count anew. */
#define EPW_SYNS_MAX ((1u << 28) - 1)

struct epw_flow_cold {
    struct epw_flow_link link;
    uint64_t id;
    uint64_t first_rest : 36; /* the low part of its record's first stamp */
    uint64_t syns : 28;       /* since the last record */
    uint32_t isn[2];          /* by side */
    uint32_t sent[2];  /* by side: payload bytes before its FIN, by sequence numbers; 0: unknown */
    uint8_t mac[2][6]; /* by side */
    uint16_t source;   /* capture source of the first packet */
    uint8_t ttl;       /* of the flow's first packet */
    uint8_t first_side : 1; /* of the key: who sent that */
    uint8_t how : 2;        /* enum epw_initiator_how */
    uint8_t has_mac : 1;    /* mac is known */
};

/* Of EPW_F_WIDE: what the brief leaves out. */
struct epw_flow_wide {
    struct epw_ip ip[2];
    uint32_t tunnel;
};

/* What the last ICMP error that quoted a flow said. */
struct epw_flow_icmp {
    uint8_t type, code;
    struct epw_ip from;
};

/* Each field counts only when a flag says so. */
struct epw_flow_rare {
    struct epw_flow_icmp icmp; /* EPW_F_ICMP */
    int64_t start_ns;          /* EPW_F_AGAIN: first packet of the flow, not of its record */
    uint64_t packets[2];       /* EPW_F_BIG: beside those in the flow */
    uint64_t bytes[2];
    uint64_t payload[2];
};

#endif
