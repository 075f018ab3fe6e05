/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a DNS message tells the analyst: questions that await an answer, and
 * the addresses, aliases and refusals of answers, as sightings (sighting.h).
 */
#ifndef EPW_METER_EVIDENCE_DNS_TELLING_H
#define EPW_METER_EVIDENCE_DNS_TELLING_H

#include "meter/evidence/dns_message.h"
#include "meter/evidence/scan.h"

/* A message whose header and questions were read; all of it points into the opening. */
struct epw_dns_message {
    struct epw_finder *f;
    const struct epw_opening *o;
    struct epw_cur whole;  /* from the header on */
    struct epw_cur second; /* where the second question begins, if there is one */
    struct epw_cur answer; /* ... and the answers */
    struct epw_dns_header header;
    struct epw_dns_question question; /* the first one, "" when there is none */
    bool strict;                      /* not on a registered port */
    bool multicast;
};

/* kind: EPW_SIGHT_ASKED or EPW_SIGHT_ANSWERED; only questions for addresses are told. */
void epw_dns_tell_question(const struct epw_dns_message *m, enum epw_sighting_kind kind);
/* A response to a standard query. */
void epw_dns_tell_response(const struct epw_dns_message *m);
/*
 * Records that speak of their own names: multicast answers, and with passing what a host wants
 * to be called (RFC 2136, 2.5), told with its zone: the server may refuse it.
 */
void epw_dns_tell_owners(const struct epw_dns_message *m, bool passing);

/* Of a message the name of its first question, to which records point; NULL: it has none. */
static inline const struct epw_dns_name *epw_dns_first_name(const struct epw_dns_message *m)
{
    return m->header.questions == 0 ? NULL : &m->question.name;
}

#endif
