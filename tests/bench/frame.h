/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet frames of the benchmark's traffic: one TCP or UDP packet, bare or mirrored. */
#ifndef EPW_BENCH_FRAME_H
#define EPW_BENCH_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_MAX 2048 /* longest frame with all wrapping */

enum { PROTO_TCP = 6, PROTO_UDP = 17 };
enum { FIN = 1, SYN = 2, PSH = 8, ACK = 16 };

/* Who talks to whom: [0] the client, [1] the server. */
struct peers {
    uint32_t host[2]; /* IPv4 address; of IPv6 the last 32 bits */
    uint16_t port[2];
    uint8_t proto;
    bool v6;
};

struct packet {
    unsigned from; /* 0: the client sends */
    unsigned flags;
    uint32_t seq, ack;
    const uint8_t *payload;
    size_t len;
};

/* Bytes before the payload, SYN's option not counted. */
size_t frame_overhead(const struct peers *peers);

/*
 * Writes the frame to at (room for FRAME_MAX) and returns its length, 60 or
 * more. wrapped: as a switch mirrors it: a VLAN tag, IPv4, GRE and ERSPAN
 * type II (draft-foschiano-erspan) around; number counts the frames.
 */
size_t frame_write(uint8_t *at, const struct peers *peers, const struct packet *packet,
                   bool wrapped, uint32_t number);

#endif
