/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a conversation came about, and what kept it from doing so. */
#ifndef EPW_ANALYST_AUDIT_ATTEMPT_H
#define EPW_ANALYST_AUDIT_ATTEMPT_H

#include "meter/flow_record.h"

#include <stdbool.h>

/* Longest account of what refused a conversation: two addresses and a few words. */
#define EPW_WHY_LEN     160

#define EPW_ATTEMPT_TCP 6 /* the only protocol in which silence says that nobody is there */

/* TCP that nobody answered, or that was refused. */
static inline bool epw_attempt_unmet(const struct epw_flow_record *record)
{
    return record->proto == EPW_ATTEMPT_TCP &&
           (record->state == EPW_FLOW_REFUSED ||
            (record->packets[EPW_TO_CLIENT] == 0 && record->payload_bytes[EPW_TO_SERVER] == 0));
}
/* CONNECT, not an absolute-form request: the conversation is with the host behind the proxy. */
bool epw_asks_proxy(const struct epw_evidence *evidence);

/*
 * Puts into words what refused a conversation: silence, a reset, ICMP, a proxy,
 * a cut right after the first request. False when nothing did, as far as was
 * seen. Not sure: there was no answer yet, but there still was time for one.
 */
bool epw_attempt_failed(const struct epw_flow_record *record, bool *sure, char why[EPW_WHY_LEN]);
/* The other side, behind a proxy too, answered. */
bool epw_attempt_worked(const struct epw_flow_record *record);

#endif
