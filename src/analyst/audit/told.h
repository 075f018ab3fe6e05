/* SPDX-License-Identifier: Apache-2.0 */
/* What finding rules have in common: words of their texts, and what a role is for. */
#ifndef EPW_ANALYST_AUDIT_TOLD_H
#define EPW_ANALYST_AUDIT_TOLD_H

#include "analyst/catalogue/catalogue.h"
#include "base/ip.h"
#include "base/text.h"
#include "meter/flow_record.h"

#include <stdbool.h>

/* Longest endpoint: a name or an address in brackets, a colon, a port, NUL. */
#define EPW_ENDPOINT_LEN (EPW_NAME_LEN + 8)

/* "10.0.0.5:8014", "[2001:db8::5]:8014"; returns out. */
char *epw_told_endpoint(const struct epw_ip *ip, uint16_t port, char out[EPW_ENDPOINT_LEN]);
/* Longest "ADDRESS to tcp/PORT", NUL. */
#define EPW_OPENED_LEN (EPW_IP_STRLEN + 16)

/* "10.0.0.5 to tcp/2222": the subject where one host opens a port on many; returns out. */
char *epw_told_opened(const struct epw_flow_record *record, char out[EPW_OPENED_LEN]);
/* "tcp", "udp"; "ip" for others. */
const char *epw_told_proto(uint8_t proto);
/* " (client-management, rows SEP-10 SEP-11)": what of the documents a signature is. */
void epw_told_row(struct epw_str *text, const struct epw_signature *sig);
/* The role, or a plain word where the documents state none. */
const char *epw_told_initiator(const struct epw_signature *sig);
const char *epw_told_responder(const struct epw_signature *sig);

/*
 * Whether the role is that of a protected machine: it opens the product's own
 * conversations of management, updates, reputation or push, with others one by
 * one; it does not work for others as servers do (directories, databases,
 * deployment); and it is no cloud, which is known by names. Consoles and
 * administrators are none.
 */
bool epw_role_is_agent(const struct epw_catalogue *catalogue, const char *product,
                       const char *role);

#endif
