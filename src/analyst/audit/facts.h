/* SPDX-License-Identifier: Apache-2.0 */
/* What several finding rules ask of a flow and of rows, and the words they share. */
#ifndef EPW_ANALYST_AUDIT_FACTS_H
#define EPW_ANALYST_AUDIT_FACTS_H

#include "analyst/audit/rule.h"
#include "analyst/audit/told.h"

/* Room for the row ids of a signature; longer lists end in "...". */
#define EPW_FACT_ROWS 160
/* Room for one sentence of a finding. */
#define EPW_FACT_TEXT 512

/* The document rows of a signature, its id where it has none; returns out. */
char *epw_fact_rows(const struct epw_signature *sig, char out[EPW_FACT_ROWS]);

/* One host to one other: no group, and not a host with itself. */
static inline bool epw_fact_two_hosts(const struct epw_flow_record *record)
{
    return !record->group && !epw_ip_is_multicast(&record->ip[1]) &&
           !epw_ip_is_limited_broadcast(&record->ip[1]) &&
           !epw_ip_equal(&record->ip[0], &record->ip[1]);
}

/* The responder let it in: anything but silence, a reset or an ICMP error. */
static inline bool epw_fact_answered(const struct epw_flow_record *record)
{
    return record->packets[EPW_TO_CLIENT] != 0 && record->state != EPW_FLOW_REFUSED &&
           record->state != EPW_FLOW_UNANSWERED;
}

/* Payload went both ways. */
static inline bool epw_fact_talked(const struct epw_flow_record *record)
{
    return epw_fact_answered(record) && record->payload_bytes[EPW_TO_SERVER] != 0 &&
           record->payload_bytes[EPW_TO_CLIENT] != 0;
}

/* The initiator only tries doors: declared as a scanner, or seen to be one. */
bool epw_fact_is_scanner(const struct epw_audit *audit, const struct epw_ip *ip);

enum epw_fact_fit {
    EPW_FIT_UNSEEN, /* no payload, cut, its beginning missing, or the row states no protocol */
    EPW_FIT_AGREES,
    EPW_FIT_DIFFERS, /* another protocol, or whole first bytes of none */
};

/* The first bytes against the row's protocols. */
enum epw_fact_fit epw_fact_fit(const struct epw_flow_record *record,
                               const struct epw_signature *sig);

/* The address in the role of the row's side (0 initiator, 1 responder): known, by a documented
 * network, or shown by labelled flows. */
bool epw_fact_in_role(const struct epw_audit *audit, const struct epw_signature *sig, unsigned side,
                      const struct epw_ip *ip);

/*
 * The flow's responder known in the row's responder role; also by a name of
 * its own that the site file declares for the role.
 */
bool epw_fact_is_responder(const struct epw_audit *audit, const struct epw_result *result,
                           const struct epw_signature *sig);

/* A row of one of the catalogue's own products that documents this flow's responder port, as the
 * site file may have moved it. */
bool epw_fact_own_row(const struct epw_audit *audit, const struct epw_signature *sig,
                      const struct epw_flow_record *record);

/* The flow's responder is one that rogue-server tells: what else is wrong with it is its doing. */
bool epw_fact_is_rogue(const struct epw_audit *audit, const struct epw_result *result);

/* A row that a role could decide says no: what is learned of hosts later may tell why. */
bool epw_fact_is_contradicted(const struct epw_audit *audit, const struct epw_result *result);

/*
 * As epw_names_told() of the client's machine: what DNS told one of its addresses it may use by
 * another. Of an address that several machines had nobody knows which of them was told.
 */
enum epw_told epw_fact_told(const struct epw_audit *audit, const struct epw_flow_record *record,
                            const char *name);

/* Of the products' own rows that document the name, the one with the longest mask; NULL: none. */
const struct epw_signature *epw_fact_sig_of_name(const struct epw_audit *audit, const char *name);

/* The verdict names a product that is not the row's: what is seen is explained. */
bool epw_fact_is_others(const struct epw_result *result, const struct epw_signature *sig);

#endif
