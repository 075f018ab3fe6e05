/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a meter, shared by meter.c and the few files it is made of. */
#ifndef EPW_METER_METER_STATE_H
#define EPW_METER_METER_STATE_H

#include "meter/decode/decode.h"
#include "meter/ends.h"
#include "meter/evidence/engine.h"
#include "meter/flow/doubles.h"
#include "meter/flow/expiry.h"
#include "meter/flow/frag.h"
#include "meter/flow/table.h"
#include "meter/gist.h"
#include "meter/meter.h"

/* Packets for which memory is asked for together. */
#define EPW_WARM_BLOCK 16u

struct epw_meter {
    struct epw_meter_options options;
    struct epw_meter_sink sink;
    struct epw_stats stats;
    struct epw_decoder *decoder;
    struct epw_teller teller;
    struct epw_table *table;
    struct epw_frags *frags;
    struct epw_doubles *doubles; /* NULL: doubles stay in */
    struct epw_ev_engine *engine;
    struct epw_expiry expiry;
    int64_t now_ns; /* the clock's time at the packet or point in hand */
    struct epw_place place;
    /* Of one round, side by side, what may be this meter's: epw_meter_decode(). */
    uint32_t count, fragments;
    const struct epw_frame *frame;     /* the batch's */
    uint16_t at[EPW_BATCH_FRAMES];     /* places in the batch */
    bool mine[EPW_BATCH_FRAMES];       /* the packet has a flow, and it is this meter's */
    bool common[EPW_BATCH_FRAMES];     /* several meters: all of them decode it */
    bool put[EPW_BATCH_FRAMES];        /* the packet is decoded: epw_meter_packet() */
    uint16_t untold[EPW_BATCH_FRAMES]; /* places of which no gist was told */
    struct epw_gist gist[EPW_BATCH_FRAMES];
    struct epw_packet packet[EPW_BATCH_FRAMES];
    /* Refs and tags only of packets to be tracked. */
    uint16_t ref[EPW_BATCH_FRAMES]; /* places among the packets */
    uint32_t tag[EPW_BATCH_FRAMES];
    struct epw_flow *guess[EPW_BATCH_FRAMES]; /* where its flow most likely is, or NULL */
    uint16_t far[EPW_BATCH_FRAMES];           /* refs of which more is needed soon: warm.c */
    uint32_t far_count;
    /* Flows that end at one point. */
    struct epw_ending_flow *ends;
    size_t ends_count, ends_room;
};

/*
 * warm.c: asks for the memory that the refs behind i will need, of count in all; to be called
 * before each that begins a block.
 */
void epw_meter_warm(struct epw_meter *m, uint32_t count, uint32_t i);

/*
 * Who tracks a packet: all of two hosts' packets with each other go to one
 * meter, so that it has their flows, fragments, doubles and ICMP errors (which
 * stand under the addresses they quote) together. Ports and tunnels are left
 * out: fragments have none, and an error may be seen outside of its tunnel.
 * pair: epw_key_pair().
 */
static inline uint8_t epw_meter_owner(const struct epw_meter_options *o, uint64_t pair)
{
    return (uint8_t)((pair >> 32) * o->meters >> 32);
}

/* share.c: decodes a packet of which only the gist was told. */
void epw_meter_put(struct epw_meter *m, uint32_t ref);
static inline const struct epw_packet *epw_meter_packet(struct epw_meter *m, uint32_t ref)
{
    if (!m->put[ref])
        epw_meter_put(m, ref);
    return &m->packet[ref];
}

/* track.c: the packets of refs [from, to) into their flows, which are begun, ended or recorded as
 * these say. */
void epw_meter_track(struct epw_meter *m, const struct epw_round *round, uint32_t from,
                     uint32_t to);

/* record.c: writes what is new in a flow; of one that goes on the next record begins. */
void epw_meter_record(struct epw_meter *m, struct epw_flow *flow, enum epw_flow_reason reason);
/* record.c: the last record of a flow, of which then only its place in the table is left. */
void epw_meter_finish(struct epw_meter *m, struct epw_flow *flow, enum epw_flow_reason reason);
/* record.c: the same for a flow in a queue, which leaves that and the table. */
void epw_meter_end(struct epw_meter *m, struct epw_flow *flow, enum epw_flow_reason reason);
/* record.c: why a flow that ran out of time ended. */
enum epw_flow_reason epw_meter_time_up(const struct epw_flow *flow);

/*
 * ending.c: lets a flow end with others in epw_meter_end_all(), ordered by ns; without memory for
 * that it ends now, out of order. All that are in the table end with the run.
 */
void epw_meter_end_later(struct epw_meter *m, struct epw_flow *flow, int64_t ns);
void epw_meter_end_all(struct epw_meter *m);
void epw_meter_end_run(struct epw_meter *m);

/* quoted.c: an ICMP error about the flow of packet->key. */
void epw_meter_quoted(struct epw_meter *m, const struct epw_packet *packet, uint32_t tag);

#endif
