/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Doubles: a span port that mirrors several ports or VLANs delivers a packet
 * once for each it passes, routed copies with another VLAN, TTL, MAC and
 * checksum. What stays the same is who sends it to whom, the IP id, sequence
 * numbers, length and payload.
 */
#ifndef EPW_METER_FLOW_DOUBLES_H
#define EPW_METER_FLOW_DOUBLES_H

#include "base/err.h"
#include "base/stats.h"
#include "meter/packet.h"

#include <stdbool.h>

/* Copies of one packet come within this; a retransmission with the same IP id would be later. */
#define EPW_DOUBLES_NS (10 * 1000000LL)

/*
 * Packets remembered, 2 MiB in all: a power of two that holds 10 ms at six million packets a
 * second. Beyond, the oldest is forgotten, and counted when its time was not over (limits.doubles):
 * a double of it is then kept as a packet of its own.
 */
#define EPW_DOUBLES_SLOTS 65536

struct epw_doubles;

/* stats is borrowed for life. EPW_ENOMEM. */
enum epw_err epw_doubles_new(struct epw_doubles **doubles, uint64_t seed, struct epw_stats *stats);
void epw_doubles_free(struct epw_doubles *doubles); /* NULL is fine */

/*
 * Whether the packet is the copy of one that was shown before; remembers it
 * when not. IP fragments after the first, and packets without an IP id that
 * carry nothing (IPv6 ACKs, alike by nature), are never taken for doubles.
 */
bool epw_doubles_seen(struct epw_doubles *doubles, const struct epw_packet *packet);

#endif
