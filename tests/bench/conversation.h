/* SPDX-License-Identifier: Apache-2.0 */
/* One conversation of the benchmark's traffic: who, on which port, and what it says next. */
#ifndef EPW_BENCH_CONVERSATION_H
#define EPW_BENCH_CONVERSATION_H

#include "bytes.h"
#include "traffic.h"

/* How far a conversation is. */
struct progress {
    uint32_t number; /* everything else about it follows from this */
    uint32_t total;  /* packets it will have */
    uint32_t sent;
    uint32_t seq[2]; /* bytes said so far, by side */
};

struct scratch {
    const struct traffic_options *options;
    struct rng rng; /* of sizes, directions and gaps */
    uint8_t payload[FRAME_MAX];
};

bool conversation_is_dns(const struct scratch *scratch, uint32_t number);

/*
 * Its next packet, which points into scratch; progress moves on. True when the
 * packet carries an opening.
 */
bool conversation_next(struct scratch *scratch, struct progress *progress, struct peers *peers,
                       struct packet *packet);

#endif
