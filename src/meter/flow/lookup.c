/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/lookup.h"

/* Whether the packet (key, side) is the flow's other half, one of them without VLANs. */
static bool joins(const struct epw_flow *flow, const struct epw_key *key, unsigned side)
{
    bool flow_tagged = flow->key.vlan_count != 0, packet_tagged = key->vlan_count != 0;
    if (flow_tagged == packet_tagged)
        return false;
    if ((flow->flags & EPW_F_UNTAGGED_ANY) != 0)
        return !packet_tagged && (flow->flags & EPW_F_UNTAGGED(side)) != 0;
    return (flow->flags & EPW_F_SEEN(side)) == 0;
}

/* Of two: the one active later; the same flow whatever order the table gives them in. */
static struct epw_flow *later(const struct epw_table *table, struct epw_flow *a, struct epw_flow *b)
{
    if (a == NULL || b->last_ns > a->last_ns)
        return b;
    if (b->last_ns < a->last_ns)
        return a;
    return epw_table_cold(table, b)->id < epw_table_cold(table, a)->id ? b : a;
}

/* No flow has this very key: is there a half to join, or are there too many? */
static struct epw_found related(const struct epw_table *table, const struct epw_key *key,
                                uint32_t tag, unsigned side)
{
    struct epw_flow *half = NULL, *newest = NULL;
    unsigned variants = 0;
    struct epw_probe probe;
    for (struct epw_flow *flow = epw_table_first(table, tag, &probe); flow != NULL;
         flow = epw_table_next(table, tag, &probe)) {
        if (!epw_key_same_tuple(&flow->key, key))
            continue;
        variants++;
        newest = later(table, newest, flow);
        if (joins(flow, key, side))
            half = later(table, half, flow);
    }
    if (half != NULL)
        return (struct epw_found){ .flow = half, .how = EPW_FOUND_JOIN };
    if (variants >= EPW_FLOW_VLAN_VARIANTS)
        return (struct epw_found){ .flow = newest, .how = EPW_FOUND_FOLD };
    return (struct epw_found){ .flow = NULL };
}

struct epw_found epw_lookup_search(const struct epw_table *table, const struct epw_key *key,
                                   uint32_t tag, unsigned side)
{
    struct epw_flow *exact = epw_table_exact(table, tag, key);
    if (exact != NULL)
        return (struct epw_found){ .flow = exact, .how = EPW_FOUND_EXACT };
    return related(table, key, tag, side);
}

void epw_lookup_settle(const struct epw_found *found, const struct epw_key *key, unsigned side,
                       struct epw_stats *stats)
{
    struct epw_flow *flow = found->flow;
    if (found->how == EPW_FOUND_FOLD && (flow->flags & EPW_F_FOLDED) == 0) {
        flow->flags |= EPW_F_FOLDED;
        stats->vlan_variants++;
    }
    if (found->how == EPW_FOUND_JOIN && (flow->flags & EPW_F_UNTAGGED_ANY) == 0) {
        stats->vlan_joined++;
        if (key->vlan_count == 0) {
            flow->flags |= EPW_F_UNTAGGED(side);
            return;
        }
        flow->flags |= EPW_F_UNTAGGED(1 - side);
        flow->key.vlan_count = key->vlan_count;
        memcpy(flow->key.vlan, key->vlan, sizeof(flow->key.vlan));
    }
}

struct epw_flow *epw_lookup_quoted(const struct epw_table *table, const struct epw_key *key,
                                   uint32_t tag)
{
    struct epw_flow *newest = NULL;
    struct epw_probe probe;
    for (struct epw_flow *flow = epw_table_first(table, tag, &probe); flow != NULL;
         flow = epw_table_next(table, tag, &probe)) {
        if (!epw_key_same_tuple(&flow->key, key))
            continue;
        if (epw_key_same_vlans(&flow->key, key))
            return flow;
        newest = later(table, newest, flow);
    }
    return newest;
}
