/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ends flows by packet time without scanning, and picks who goes when the
 * table is full. Each kind of flow has a queue in the order its flows were put
 * there; a flow is not moved by its packets but looked at again when its turn
 * comes, and goes back to the tail when it was active meanwhile. So an idle
 * flow is written between one and two of its timeouts after its last packet;
 * whether a late packet still belongs to it is decided on that packet.
 */
#ifndef EPW_METER_FLOW_EXPIRY_H
#define EPW_METER_FLOW_EXPIRY_H

#include "meter/flow/table.h"

#define EPW_SECOND_NS 1000000000LL

/* Kinds of flow, by what their silence means. */
enum epw_queue {
    EPW_QUEUE_TCP_TRIED,   /* no connection (yet) */
    EPW_QUEUE_TCP_ONE_WAY, /* a connection of which one side is seen */
    EPW_QUEUE_UDP_ONE_WAY, /* UDP and all that is not TCP, likewise */
    EPW_QUEUE_CLOSED,      /* TCP, over */
    EPW_QUEUE_TCP,
    EPW_QUEUE_UDP,
    EPW_QUEUES
};

/*
 * A flow is taken out this much later than its timeout says: packets of several taps
 * come up to about this much out of order, and must find the flow they belong to.
 */
#define EPW_EXPIRY_SLACK_NS EPW_SECOND_NS

/* Flows looked at for a victim: bounds the work of one eviction. */
#define EPW_EVICT_CHANCES 16

/*
 * One flow in so many may be one-sided before these are evicted first. Every conversation begins
 * as one: were they always first, a full table of closed flows would never see an answer again.
 */
#define EPW_EVICT_NURSERY 8

struct epw_expiry {
    struct epw_table *table; /* borrowed */
    int64_t timeout_ns[EPW_QUEUES];
    struct {
        uint32_t head, tail; /* flow indexes, 0: empty */
        uint32_t count;
    } queue[EPW_QUEUES];
};

/* Puts a flow that is in no queue at the tail of flow->queue. now_ns: the meter's clock. */
void epw_expiry_add(struct epw_expiry *x, struct epw_flow *flow, int64_t now_ns);
void epw_expiry_remove(struct epw_expiry *x, struct epw_flow *flow);
/* Empties all queues at once. */
void epw_expiry_forget(struct epw_expiry *x);

/* Asks for the cache lines that moving the flow will need; its link is there. */
void epw_expiry_warm(const struct epw_expiry *x, const struct epw_flow *flow);

/* Moves a flow to another queue; nothing happens when it is there already. */
void epw_expiry_move(struct epw_expiry *x, struct epw_flow *flow, enum epw_queue queue,
                     int64_t now_ns);

/* Whether a packet of ts_ns comes too late to belong to the flow. */
static inline bool epw_expiry_idle(const struct epw_expiry *x, const struct epw_flow *flow,
                                   int64_t ts_ns)
{
    return ts_ns - flow->last_ns > x->timeout_ns[flow->queue];
}

/* A flow whose time is over at now_ns, still queued; NULL when there is none (any more). */
struct epw_flow *epw_expiry_due(struct epw_expiry *x, int64_t now_ns);

/*
 * How long after now_ns the first flow may be due; 0 or less: at once, INT64_MAX: none ever.
 * What epw_expiry_due() says in between is NULL.
 */
int64_t epw_expiry_wait(const struct epw_expiry *x, int64_t now_ns);

/*
 * Who goes when there is no room: the oldest of those that only one side ever
 * spoke in, if there are more than EPW_EVICT_NURSERY says, so that a flood of attempts
 * evicts itself; then a closed one; then one that goes on; then any. Of the queue's first few the
 * first that was silent since it was queued, else the one silent for longest. NULL: the table is
 * empty.
 */
struct epw_flow *epw_expiry_victim(struct epw_expiry *x, int64_t now_ns);

#endif
