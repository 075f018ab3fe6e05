/* SPDX-License-Identifier: Apache-2.0 */
#include "base/stats.h"

const char *epw_ending_name(enum epw_ending ending)
{
    switch (ending) {
    case EPW_END_COMPLETE:
        return "complete";
    case EPW_END_TRUNCATED:
        return "truncated";
    case EPW_END_MALFORMED:
        return "malformed";
    case EPW_END_UNSUPPORTED:
        return "unsupported";
    case EPW_END_TOO_DEEP:
        return "too_deep";
    case EPW_END_NOT_IP:
        return "not_ip";
    case EPW_ENDINGS:
        break;
    }
    return "unknown";
}

const char *epw_limit_name(enum epw_limit limit)
{
#define NAME(id, name) [EPW_LIMIT_##id] = name,
    static const char *const names[] = { EPW_LIMITS(NAME) };
#undef NAME
    return names[limit];
}

static void add_span(struct epw_stats *sum, const struct epw_stats *part)
{
    if (part->packets == 0)
        return;
    if (sum->packets == 0 || part->first_ns < sum->first_ns)
        sum->first_ns = part->first_ns;
    if (sum->packets == 0 || part->last_ns > sum->last_ns)
        sum->last_ns = part->last_ns;
}

void epw_stats_add(struct epw_stats *sum, const struct epw_stats *part)
{
    add_span(sum, part);
    struct epw_stats both = *part;
    both.first_ns = sum->first_ns;
    both.last_ns = sum->last_ns;
#define ADD(field) both.field += sum->field
    ADD(packets);
    ADD(bytes);
    ADD(captured_bytes);
    ADD(drops_kernel);
    ADD(drops_interface);
    ADD(records_dropped);
    ADD(queue_bytes);
    for (unsigned i = 0; i < EPW_ENDINGS; i++)
        ADD(ending[i]);
    ADD(flows);
    ADD(flows_evicted);
    ADD(fragments);
    ADD(fragments_orphan);
    ADD(datagrams_joined);
    ADD(datagrams_dropped);
    ADD(icmp_errors);
    ADD(icmp_orphan);
    ADD(time_steps);
    ADD(cut_frames);
    ADD(vlan_joined);
    ADD(vlan_variants);
    ADD(tcp_flows_data);
    ADD(tcp_flows_one_way);
    ADD(duplicates);
    ADD(evidence_limited);
    ADD(evidence_gaps);
    ADD(evidence_bad);
    ADD(labelled);
    ADD(wait_evicted);
    ADD(names_evicted);
    ADD(hosts_evicted);
    for (unsigned i = 0; i < EPW_LIMIT_COUNT; i++)
        ADD(limited[i]);
    ADD(findings);
    ADD(findings_dropped);
    ADD(findings_withheld);
    ADD(pairs_one_way);
#undef ADD
    *sum = both;
}
