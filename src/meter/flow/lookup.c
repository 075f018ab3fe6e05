/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/lookup.h"

bool epw_flow_has_wide(const struct epw_flow *flow, const struct epw_key *key)
{
    const struct epw_flow_wide *wide = epw_flow_wide(flow);
    return wide->tunnel == key->tunnel && epw_ip_equal(&wide->ip[0], &key->ip[0]) &&
           epw_ip_equal(&wide->ip[1], &key->ip[1]);
}

void epw_flow_set_key(struct epw_flow *flow, const struct epw_key *key)
{
    flow->key = epw_brief_of(key);
    if (!epw_key_is_wide(key))
        return;
    flow->flags |= EPW_F_WIDE;
    *epw_flow_wide(flow) =
        (struct epw_flow_wide){ .ip = { key->ip[0], key->ip[1] }, .tunnel = key->tunnel };
}

uint32_t epw_flow_tag(const struct epw_flow *flow, uint64_t seed)
{
    if ((flow->flags & EPW_F_WIDE) == 0)
        return epw_brief_tag4(&flow->key, seed);
    const struct epw_flow_wide *wide = epw_flow_wide(flow);
    const struct epw_key key = { .ip = { wide->ip[0], wide->ip[1] }, .tunnel = wide->tunnel };
    return epw_brief_tag(&flow->key, &key, true, seed);
}

/* The key being looked for, and what of it flows are compared with. */
struct wanted {
    const struct epw_key *key;
    struct epw_brief brief;
    uint32_t wide; /* EPW_F_WIDE or 0 */
};

static struct wanted wanted(const struct epw_key *key)
{
    return (struct wanted){ key, epw_brief_of(key), epw_key_is_wide(key) ? EPW_F_WIDE : 0 };
}

static bool has_tuple(const struct epw_flow *flow, const struct wanted *w)
{
    return epw_brief_same_tuple(&flow->key, &w->brief) && (flow->flags & EPW_F_WIDE) == w->wide &&
           (w->wide == 0 || epw_flow_has_wide(flow, w->key));
}

/* Whether the packet (w, side) is the flow's other half, one of them without VLANs. */
static bool joins(const struct epw_flow *flow, const struct wanted *w, unsigned side)
{
    bool flow_tagged = epw_brief_has_vlan(&flow->key),
         packet_tagged = epw_brief_has_vlan(&w->brief);
    if (flow_tagged == packet_tagged)
        return false;
    if ((flow->flags & EPW_F_UNTAGGED_ANY) != 0)
        return !packet_tagged && (flow->flags & EPW_F_UNTAGGED(side)) != 0;
    return (flow->flags & EPW_F_SEEN(side)) == 0;
}

/* Of two: the one active later; the same flow whatever order the table gives them in. */
static struct epw_flow *later(struct epw_flow *a, struct epw_flow *b)
{
    if (a == NULL || b->last_ns > a->last_ns)
        return b;
    if (b->last_ns < a->last_ns)
        return a;
    return epw_flow_cold(b)->id < epw_flow_cold(a)->id ? b : a;
}

/* The flow of this very key, else is there a half to join, or are there too many? */
struct epw_found epw_lookup_search(const struct epw_table *table, const struct epw_key *key,
                                   uint32_t tag, unsigned side)
{
    if (!epw_table_has(table, tag)) /* a flow begins */
        return (struct epw_found){ .flow = NULL };
    const struct wanted w = wanted(key);
    struct epw_flow *half = NULL, *newest = NULL;
    unsigned variants = 0;
    struct epw_probe probe;
    for (struct epw_flow *flow = epw_table_first(table, tag, &probe); flow != NULL;
         flow = epw_table_next(table, tag, &probe)) {
        if (!has_tuple(flow, &w))
            continue;
        if (flow->key.rest == w.brief.rest)
            return (struct epw_found){ .flow = flow, .how = EPW_FOUND_EXACT };
        variants++;
        newest = later(newest, flow);
        if (joins(flow, &w, side))
            half = later(half, flow);
    }
    if (half != NULL)
        return (struct epw_found){ .flow = half, .how = EPW_FOUND_JOIN };
    if (variants >= EPW_FLOW_VLAN_VARIANTS)
        return (struct epw_found){ .flow = newest, .how = EPW_FOUND_FOLD };
    return (struct epw_found){ .flow = NULL, .beside = variants != 0 };
}

bool epw_lookup_shares_id(const struct epw_table *table, const struct epw_flow *flow,
                          const struct epw_key *key, uint32_t tag)
{
    const struct wanted w = wanted(key);
    struct epw_probe probe;
    for (struct epw_flow *other = epw_table_first(table, tag, &probe); other != NULL;
         other = epw_table_next(table, tag, &probe))
        if (other != flow && has_tuple(other, &w) &&
            epw_flow_cold(other)->id == epw_flow_cold(flow)->id)
            return true;
    return false;
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
        const struct epw_brief brief = epw_brief_of(key);
        epw_brief_take_vlans(&flow->key, &brief);
    }
}

struct epw_flow *epw_lookup_quoted(const struct epw_table *table, const struct epw_key *key,
                                   uint32_t tag)
{
    const struct wanted w = wanted(key);
    struct epw_flow *newest = NULL;
    struct epw_probe probe;
    for (struct epw_flow *flow = epw_table_first(table, tag, &probe); flow != NULL;
         flow = epw_table_next(table, tag, &probe)) {
        if (!has_tuple(flow, &w))
            continue;
        if (flow->key.rest == w.brief.rest)
            return flow;
        newest = later(newest, flow);
    }
    return newest;
}
