/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data header: sightings, what a meter tells the analyst at once because the
 * flow it explains may end before the flow that carried it.
 */
#ifndef EPW_METER_SIGHTING_H
#define EPW_METER_SIGHTING_H

#include "base/ip.h"
#include "meter/evidence.h"

#include <stdbool.h>
#include <stdint.h>

enum epw_sighting_kind {
    EPW_SIGHT_ADDRESS,  /* a DNS answer gave this name this address */
    EPW_SIGHT_REFUSAL,  /* a DNS answer was NXDOMAIN, REFUSED or a null address */
    EPW_SIGHT_ASKED,    /* DNS was asked for addresses of this name, or the answer was not read to
                           its end: what it says is not known yet */
    EPW_SIGHT_ANSWERED, /* the whole answer to such a question was read */
    EPW_SIGHT_ALIAS,    /* a DNS answer to this name went on with another one: CNAME, HTTPS */
    EPW_SIGHT_ENDPOINT, /* a control channel announced a data endpoint */
    EPW_SIGHT_ICMP,     /* an ICMP error quoted a flow */
};

/* All pointers and texts are valid for the length of the call only. */
struct epw_sighting {
    enum epw_sighting_kind kind;
    int64_t ts_ns;
    struct epw_ip client;  /* of DNS: who asked. ENDPOINT: the control channel's
                              initiator. ICMP: the quoted packet's sender */
    struct epw_ip server;  /* of DNS: who answers. ENDPOINT: the control channel's
                              responder. ICMP: the quoted packet's destination */
    struct epw_ip address; /* ADDRESS: the answer. ENDPOINT: the announced address.
                              ICMP: who sent the error */
    uint16_t port;         /* ENDPOINT: the announced port. ICMP: the quoted destination port */
    uint16_t client_port, server_port; /* ENDPOINT: of the control channel */
    uint8_t proto;                     /* ENDPOINT, ICMP: IP protocol */
    uint8_t rcode;                     /* REFUSAL: DNS response code; 0 with a null address */
    uint8_t icmp_type, icmp_code;
    uint8_t endpoint_listener;    /* ENDPOINT: 1 the control channel's responder listens (PASV),
                                     0 its initiator does (PORT) */
    uint32_t ttl_s;               /* ADDRESS: seconds the answer is good for */
    bool passing;                 /* ADDRESS: the address record stood beside the answer (a name
                                     server's, say): shown among the names, never believed */
    uint64_t flow_id;             /* the flow that carried it */
    uint16_t dns_id, dns_type;    /* ASKED, ANSWERED: RFC 1035, 4.1.1 and 3.2.2 */
    char name[EPW_NAME_LEN];      /* of DNS: the name asked for */
    char canonical[EPW_NAME_LEN]; /* ADDRESS: the end of the CNAME chain, or, passing, whose
                                     address it is; "" when it is the name itself. ALIAS: the
                                     other name */
};

#endif
