/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data endpoints announced on a control channel (FTP: 227, 229, PORT, EPRT).
 * The announcement is trusted, a documented port range is not: it is
 * configurable and full of other services' ports.
 */
#ifndef EPW_ANALYST_KNOWLEDGE_ENDPOINTS_H
#define EPW_ANALYST_KNOWLEDGE_ENDPOINTS_H

#include "base/err.h"
#include "base/ip.h"
#include "base/stats.h"
#include "meter/flow_record.h"
#include "meter/sighting.h"

#include <stdbool.h>
#include <stdint.h>

/* Announcements kept; a busy server makes one a transfer. The oldest goes first. */
#define EPW_ENDPOINTS_MAX 16384

/* A data connection is opened right after its announcement; clients give up long before this. */
#define EPW_ENDPOINTS_KEEP_S 120

struct epw_endpoints;

/* The control channel that announced an endpoint. */
struct epw_endpoint {
    struct epw_ip client, server;      /* of the control channel */
    uint16_t client_port, server_port; /* of the control channel */
    bool server_listens;               /* passive: the data connection goes to the server */
};

/* EPW_ENOMEM. */
enum epw_err epw_endpoints_new(struct epw_endpoints **endpoints, uint64_t seed,
                               struct epw_stats *stats);
void epw_endpoints_free(struct epw_endpoints *endpoints);

/*
 * An EPW_SIGHT_ENDPOINT sighting. Behind NAT the announced address is not the
 * one seen, so the port is expected at the announced address and at the
 * address of the control channel's listening side.
 */
void epw_endpoints_learn(struct epw_endpoints *endpoints, const struct epw_sighting *sighting);

/* The announcement that a flow fulfils; false when there is none. */
bool epw_endpoints_find(const struct epw_endpoints *endpoints, const struct epw_flow_record *record,
                        struct epw_endpoint *endpoint);

#endif
