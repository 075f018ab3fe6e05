/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data header: the flow record, the joint between meter and analyst.
 *
 * Handed out when a flow ends and at the active timeout; each record carries
 * what is new since the last one of its flow (counters and times), and all
 * evidence known so far. Everything in it belongs to the meter and is valid
 * for the length of the call only: who keeps a record copies it
 * (epw_record_copy in analyst/). Numbers in host byte order, lengths in bytes,
 * byte counts are original frame lengths.
 */
#ifndef EPW_METER_FLOW_RECORD_H
#define EPW_METER_FLOW_RECORD_H

#include "base/ip.h"
#include "meter/evidence.h"

#include <stdbool.h>
#include <stdint.h>

/* Index into the two-element arrays of a flow: which way a packet went. */
enum epw_dir {
    EPW_TO_SERVER = 0, /* sent by the initiator */
    EPW_TO_CLIENT = 1, /* sent by the responder */
};

/* How the initiator is known, best first. */
enum epw_initiator_how {
    EPW_INIT_HANDSHAKE, /* SYN or SYN-ACK seen */
    EPW_INIT_FIRST,     /* sender of the first packet (UDP and other protocols) */
    EPW_INIT_EVIDENCE,  /* midstream, but a request or ClientHello tells */
    EPW_INIT_INFERRED,  /* midstream: guessed from the ports */
};

/* As in EVE flow.state. */
enum epw_flow_state {
    EPW_FLOW_NEW,         /* one side spoke, window still open when the record was cut */
    EPW_FLOW_ESTABLISHED, /* both sides spoke (TCP: handshake done, or data both ways) */
    EPW_FLOW_CLOSED,      /* FIN from both sides, or RST after being established */
    EPW_FLOW_REFUSED,     /* TCP: RST answered the SYN; or an ICMP error answered it */
    EPW_FLOW_UNANSWERED,  /* the responder never spoke */
};

/* Why the record was written. As in EVE flow.reason. */
enum epw_flow_reason {
    EPW_REASON_END,     /* closed, refused */
    EPW_REASON_TIMEOUT, /* idle */
    EPW_REASON_ACTIVE,  /* active timeout: the flow goes on */
    EPW_REASON_EVICTED, /* the table was full */
    EPW_REASON_FORCED,  /* end of the run */
};

struct epw_flow_record {
    uint64_t flow_id;    /* unique in a run, the same for all records of a flow */
    struct epw_ip ip[2]; /* [0] initiator, [1] responder */
    uint16_t port[2];    /* [0] initiator, [1] responder */
    uint8_t proto;       /* IP protocol number */
    uint8_t vlan_count;
    uint16_t vlan[2]; /* outer first; of the tagged half where only one was tagged */
    uint32_t tunnel;  /* 0: not in a tunnel */
    enum epw_initiator_how how : 8;
    enum epw_flow_state state : 8;
    enum epw_flow_reason reason : 8;
    int64_t first_ns, last_ns; /* first and last packet of what this record counts */
    int64_t told_ns;           /* packet time when the record was made; 0: not known */
    uint64_t packets[2];       /* by enum epw_dir */
    uint64_t bytes[2];
    uint64_t payload_bytes[2]; /* TCP or UDP payload as claimed by the headers */
    uint32_t syns;             /* SYNs without ACK: retries of one attempt */
    uint8_t tcp_flags[2];      /* union of flags seen, by enum epw_dir */
    bool first_record;         /* no earlier record of this flow was written */
    bool midstream;            /* TCP whose handshake was not seen */
    bool group;                /* responder is a broadcast or multicast destination */
    bool reset_early;          /* RST or alert cut it right after the first request */
    bool doubled;              /* a mirror's doubles are among its packets */
    bool cut;                  /* a payload is shorter than on the wire (snaplen) */
    bool lost;                 /* TCP: a side's FIN tells of more bytes than were captured */
    bool icmp_error;           /* an ICMP error quoted it: the three fields below */
    uint8_t icmp_type, icmp_code;
    struct epw_ip icmp_from;
    bool has_mac;
    uint8_t mac[2][6]; /* of the first frames, by side: [0] initiator */
    uint8_t
        ttl; /* TTL or hop limit of the initiator's first packet; 0: the responder spoke first */
    uint16_t source;                     /* capture source (file, interface) of its first packet */
    const struct epw_evidence *evidence; /* never NULL; empty when nothing was seen */
};

const char *epw_flow_state_name(enum epw_flow_state state);
const char *epw_flow_reason_name(enum epw_flow_reason reason);
const char *epw_initiator_how_name(enum epw_initiator_how how);

#endif
