/* SPDX-License-Identifier: Apache-2.0 */
/* Flows made up: an answered conversation with payload both ways, to be changed by a test. */
#ifndef MADE_FLOW_H
#define MADE_FLOW_H

#include "meter/flow_record.h"

#include <criterion/criterion.h>

#define NS INT64_C(1000000000)

static inline struct epw_ip ip_of(const char *text)
{
    struct epw_ip ip;
    cr_assert(epw_ip_parse(text, &ip), "%s", text);
    return ip;
}

/* evidence becomes that of a protocol; it must live as long as the flow. */
static inline struct epw_flow_record made_flow(const char *from, const char *to, uint16_t port,
                                               enum epw_app app, struct epw_evidence *evidence)
{
    *evidence = epw_evidence_none;
    evidence->app = evidence->app_side[0] = (uint8_t)app;
    evidence->payload_seen[0] = evidence->payload_seen[1] = app != EPW_APP_UNKNOWN;
    return (struct epw_flow_record){ .ip = { ip_of(from), ip_of(to) },
                                     .port = { 50000, port },
                                     .proto = 6,
                                     .how = EPW_INIT_HANDSHAKE,
                                     .state = EPW_FLOW_CLOSED,
                                     .first_ns = 100 * NS,
                                     .last_ns = 101 * NS,
                                     .packets = { 5, 5 },
                                     .bytes = { 500, 500 },
                                     .payload_bytes = { 100, 100 },
                                     .first_record = true,
                                     .evidence = evidence };
}

/* Nobody answers. */
static inline void leave_unanswered(struct epw_flow_record *r)
{
    r->state = EPW_FLOW_UNANSWERED;
    r->packets[1] = r->bytes[1] = 0;
    r->payload_bytes[0] = r->payload_bytes[1] = 0;
}

#endif
