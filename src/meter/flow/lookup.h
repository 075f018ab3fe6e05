/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which flow a packet belongs to, VLANs considered. The same addresses and
 * ports in two VLANs are two flows. But span ports often tag only one
 * direction: a half without VLANs joins its tagged reverse, and the flow then
 * shows the tagged half's VLANs.
 */
#ifndef EPW_METER_FLOW_LOOKUP_H
#define EPW_METER_FLOW_LOOKUP_H

#include "base/cursor.h"
#include "base/stats.h"
#include "meter/flow/table.h"

/*
 * VLAN variants of one 5-tuple kept apart. They lie in one search chain, so
 * without a limit a sender of made-up VLAN tags could make every search long;
 * real networks mirror a packet from two or three VLANs.
 */
#define EPW_FLOW_VLAN_VARIANTS 32

enum epw_found_how {
    EPW_FOUND_EXACT,
    EPW_FOUND_JOIN, /* the flow's other half, one of the two untagged */
    EPW_FOUND_FOLD, /* too many variants: the one active last takes it in */
};

struct epw_found {
    struct epw_flow *flow; /* NULL: none */
    enum epw_found_how how;
    bool beside; /* none, but others of the same addresses and ports */
};

/* Only looks. key: the packet's; tag: its tag; side: of the key, who sent the packet. Where the
 * flow most likely is epw_table_warm_flows() tells. */
struct epw_found epw_lookup_search(const struct epw_table *table, const struct epw_key *key,
                                   uint32_t tag, unsigned side);

/* Whether what the brief leaves out is the same, of a flow and a key that are wide. */
bool epw_flow_has_wide(const struct epw_flow *flow, const struct epw_key *key);

/* Whether another flow of the same addresses and ports has this flow's id. */
bool epw_lookup_shares_id(const struct epw_table *table, const struct epw_flow *flow,
                          const struct epw_key *key, uint32_t tag);

/* Writes the key into a flow just added. */
void epw_flow_set_key(struct epw_flow *flow, const struct epw_key *key);
/* An address of a flow's key, and the tunnel. */
static inline struct epw_ip epw_flow_ip(const struct epw_flow *flow, unsigned side)
{
    if ((flow->flags & EPW_F_WIDE) != 0)
        return epw_flow_wide(flow)->ip[side];
    uint8_t bytes[4];
    memcpy(bytes, &flow->key.ip[side], sizeof(bytes));
    return epw_ip_from_number4(epw_run_be32(bytes, 0));
}

static inline uint32_t epw_flow_tunnel(const struct epw_flow *flow)
{
    return (flow->flags & EPW_F_WIDE) != 0 ? epw_flow_wide(flow)->tunnel : 0;
}

/* The tag of its key, which VLANs are no part of. */
uint32_t epw_flow_tag(const struct epw_flow *flow, uint64_t seed);

/* Writes into the flow what the finding means, and counts it once a flow. */
void epw_lookup_settle(const struct epw_found *found, const struct epw_key *key, unsigned side,
                       struct epw_stats *stats);

/*
 * The flow an ICMP error quotes, whose own VLANs say little: the exact one,
 * else the one active last. NULL: none.
 */
struct epw_flow *epw_lookup_quoted(const struct epw_table *table, const struct epw_key *key,
                                   uint32_t tag);

#endif
