/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The benchmark's traffic: conversations and the order in which their packets
 * come, from a seed. The same options give the same packets on every machine.
 */
#ifndef EPW_BENCH_TRAFFIC_H
#define EPW_BENCH_TRAFFIC_H

#include "frame.h"

#include <stdbool.h>
#include <stdint.h>

/* Clients that 10.32.0.0/12 has addresses for. */
#define TRAFFIC_HOSTS_MAX (1u << 20)

/* Which conversation sends next. */
enum traffic_pick {
    PICK_ZIPF,    /* a fixed set, the n-th most talkative has 1/n of the first one's packets */
    PICK_UNIFORM, /* a fixed set, all alike */
    PICK_CHURN,   /* at any time some thousands, each replaced by a new one when it ends */
};

enum traffic_size {
    SIZE_SMALL, /* 60 bytes */
    SIZE_IMIX,  /* 64, 594 and 1518 bytes as 7 : 4 : 1 */
};

struct traffic_options {
    uint64_t packets;
    uint32_t flows; /* of a fixed set; of PICK_CHURN: how many at a time */
    uint64_t seed;
    enum traffic_pick pick;
    enum traffic_size size;
    uint32_t flow_packets; /* of PICK_CHURN: packets of a conversation; 0: as they come, 40 on
                              average */
    uint32_t first;        /* of PICK_CHURN: the number of the first conversation; no two numbers
                              have a key in common */
    uint32_t hosts;        /* clients, at most TRAFFIC_HOSTS_MAX, and as many servers, at most
                              131,072; 0: 5,000 and 1,024 */
    bool openings;         /* TLS, HTTP and DNS; else conversations say noise */
    bool wrapped;          /* mirrored: VLAN and ERSPAN around */
};

struct traffic_frame {
    uint8_t bytes[FRAME_MAX];
    size_t len;
    int64_t ts_ns;
};

struct traffic;

/* NULL: no memory. */
struct traffic *traffic_new(const struct traffic_options *options);
void traffic_free(struct traffic *traffic);

/* The next packet; false after the last. */
bool traffic_next(struct traffic *traffic, struct traffic_frame *frame);

/* So far: conversations begun, and packets that carry an opening. */
uint64_t traffic_flows(const struct traffic *traffic);
uint64_t traffic_evidence(const struct traffic *traffic);

#endif
