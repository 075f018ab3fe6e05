/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many peers meet at a port: it tells a server with its clients from a
 * manager with its hosts. Like all that is learned, it only grows.
 */
#ifndef EPW_ANALYST_KNOWLEDGE_FANS_H
#define EPW_ANALYST_KNOWLEDGE_FANS_H

#include "analyst/knowledge/addresses.h"
#include "base/err.h"
#include "base/ip.h"

#include <stdint.h>

/* Ports whose peers are counted, some 90 bytes each, and those of one address. The oldest goes
 * first; no host has so many documented ports but one that is scanned. */
#define EPW_FANS_MAX     65536
#define EPW_FANS_OF_HOST 64

/* Distinct peers counted exactly up to here; "many" begins well below. */
#define EPW_FAN_PEERS 8

/* From here on peers are many: two may be a pair of servers, three are a crowd. */
#define EPW_FAN_MANY 3

struct epw_fans;

enum epw_fan {
    EPW_FAN_IN,     /* initiators that ip's port answered */
    EPW_FAN_OUT,    /* responders on this port that answered ip */
    EPW_FAN_TRYING, /* initiators that tried ip's port in vain */
};

/* addresses is borrowed for life, and goes first. EPW_ENOMEM. */
enum epw_err epw_fans_new(struct epw_fans **fans, struct epw_addresses *addresses, uint64_t seed,
                          struct epw_stats *stats);
void epw_fans_free(struct epw_fans *fans);

/* Without memory the peer is not counted. */
void epw_fans_add(struct epw_fans *fans, enum epw_fan fan, const struct epw_ip *ip, uint8_t proto,
                  uint16_t port, const struct epw_ip *peer);
/* Distinct peers, exact up to EPW_FAN_PEERS, which stands for "that many or more". */
unsigned epw_fans_count(const struct epw_fans *fans, enum epw_fan fan, const struct epw_ip *ip,
                        uint8_t proto, uint16_t port);

#endif
