/* SPDX-License-Identifier: Apache-2.0 */
/* What the outputs that write one record a flow have in common: docs/formats.md, Ids. */
#ifndef EPW_OUTPUT_RECORD_H
#define EPW_OUTPUT_RECORD_H

#include "analyst/verdict/verdict.h"
#include "base/text.h"
#include "meter/flow_record.h"

#include <stdbool.h>
#include <stdint.h>

/* The responder's role where it is a proxy: the documented role is that of a host behind it. */
#define EPW_RECORD_PROXY "proxy"

/* Longest text of epw_record_proto(), with NUL. */
#define EPW_PROTO_LEN 16
/* "1:", 20 bytes of SHA-1 in base64, NUL. */
#define EPW_COMMUNITY_LEN 31

/* IP protocol number as text: "TCP"; those without a name here as three digits. Returns out. */
char *epw_record_proto(uint8_t proto, char out[EPW_PROTO_LEN]);

/* Whether the protocol's flows have ports. */
bool epw_record_has_ports(uint8_t proto);

/*
 * The id by which other tools know the same conversation: Community ID flow
 * hashing version 1, seed 0 (github.com/corelight/community-id-spec). NULL without
 * memory.
 */
struct epw_community;
struct epw_community *epw_community_new(void);
void epw_community_free(struct epw_community *community);

/*
 * False for ICMP and ICMPv6, whose ids are made of message types, and when libcrypto fails or has
 * no SHA-1; out is then "".
 */
bool epw_community_id(struct epw_community *community, const struct epw_flow_record *record,
                      char out[EPW_COMMUNITY_LEN]);

/* flow_id as written: 53 bits, the integers that every JSON reader keeps exact. */
uint64_t epw_record_flow_id(uint64_t flow_id);

/* "2026-03-02T08:00:00.123456+0000", as in Suricata's EVE; returns out. */
char *epw_record_eve_time(int64_t ts_ns, char out[EPW_TEXT_LEN]);

/*
 * The names of a result, in the order written: the flow's own, then what DNS gave its responder.
 * (A verdict weighs EPW_FLOW_NAMES of the flow's own; a DNS flow may have asked for more.)
 */
size_t epw_record_name_count(const struct epw_flow_record *record,
                             const struct epw_verdict *verdict);
const struct epw_flow_name *epw_record_name(const struct epw_flow_record *record,
                                            const struct epw_verdict *verdict, size_t i);

/* Whether the verdict names a product: what --write-flows labelled keeps. */
static inline bool epw_record_labelled(const struct epw_verdict *verdict)
{
    return verdict->sig != NULL;
}

#endif
