/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which flow a packet belongs to, VLANs considered. The same addresses and
 * ports in two VLANs are two flows. But span ports often tag only one
 * direction: a half without VLANs joins its tagged reverse, and the flow then
 * shows the tagged half's VLANs.
 */
#ifndef EPW_METER_FLOW_LOOKUP_H
#define EPW_METER_FLOW_LOOKUP_H

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
};

/*
 * Only looks. side: the side of the key that sent the packet. guess: where the
 * flow most likely is (epw_table_warm_flows()), also when that has ended or
 * become another since; or NULL.
 */
struct epw_found epw_lookup_search(const struct epw_table *table, const struct epw_key *key,
                                   uint32_t tag, unsigned side);

static inline struct epw_found epw_lookup(const struct epw_table *table, const struct epw_key *key,
                                          uint32_t tag, unsigned side, struct epw_flow *guess)
{
    if (guess != NULL && guess->index != 0 && epw_key_same(&guess->key, key))
        return (struct epw_found){ .flow = guess, .how = EPW_FOUND_EXACT };
    return epw_lookup_search(table, key, tag, side);
}

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
