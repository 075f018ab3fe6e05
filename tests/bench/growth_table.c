/* SPDX-License-Identifier: Apache-2.0 */
#include "growth.h"

#include "feed.h"
#include "workload.h"

#include <stdio.h>
#include <sys/resource.h>

#define FILL_ROUNDS  2       /* packets a flow; six of seven have begun then */
#define FLOW_PACKETS 100     /* of a workload that is counted, as in the whole one */
#define NEVER_ENDS_S 1000000 /* flows are to stay in the table */

/* What batches took: all of them, and the longest. */
struct taken {
    uint64_t packets;
    int64_t cpu_ns, pause_ns;
    uint64_t pause_at; /* packets before it */
    long pause_faults; /* pages that the kernel gave in it */
};

static void ignore_flow(void *ctx, const struct epw_flow_record *record)
{
    (void)ctx;
    (void)record;
}

static void ignore_sighting(void *ctx, const struct epw_sighting *sighting)
{
    (void)ctx;
    (void)sighting;
}

static long page_faults(void)
{
    struct rusage used;
    getrusage(RUSAGE_THREAD, &used);
    return used.ru_minflt + used.ru_majflt;
}

static long resident_kib(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return used.ru_maxrss;
}

/* Rounds until the packets are done; only the meter's part is timed. */
static struct taken push(struct feed *feed, uint64_t packets)
{
    struct taken taken = { 0 };
    uint32_t count = 0;
    while (taken.packets < packets && (count = feed_fill(feed)) != 0) {
        long faults = page_faults();
        int64_t begin = growth_cpu_ns();
        feed_push(feed);
        int64_t took = growth_cpu_ns() - begin;
        taken.cpu_ns += took;
        if (took > taken.pause_ns) {
            taken.pause_ns = took;
            taken.pause_at = taken.packets;
            taken.pause_faults = page_faults() - faults;
        }
        taken.packets += count;
    }
    return taken;
}

static bool begin(struct feed *feed, uint32_t flows, uint64_t packets)
{
    const struct traffic_options traffic = {
        .packets = packets,
        .flows = flows,
        .seed = 1,
        .pick = PICK_UNIFORM,
    };
    const struct epw_meter_options meter = {
        .max_flows = flows,
        .timeouts = { NEVER_ENDS_S, NEVER_ENDS_S, NEVER_ENDS_S, NEVER_ENDS_S, NEVER_ENDS_S },
        .seed = 1,
    };
    const struct epw_meter_sink sink = { .flow = ignore_flow, .sighting = ignore_sighting };
    return feed_new(feed, &traffic, &meter, &sink);
}

int growth_table(uint32_t flows, uint64_t packets)
{
    struct feed feed;
    uint64_t fill = (uint64_t)flows * FILL_ROUNDS;
    if (!begin(&feed, flows, fill + packets)) {
        fputs("epw-growth: out of memory\n", stderr);
        feed_free(&feed);
        return 1;
    }
    long before_kib = resident_kib();
    struct taken filling = push(&feed, fill);
    struct taken after = push(&feed, packets);
    uint64_t begun = traffic_flows(feed.traffic);
    printf("flows %llu fill_ns %.1f packet_ns %.1f flow_bytes %.0f pause_ms %.2f pause_at %llu "
           "pause_faults %ld later_pause_ms %.2f\n",
           (unsigned long long)begun, (double)filling.cpu_ns / (double)filling.packets,
           (double)after.cpu_ns / (double)after.packets,
           (double)(resident_kib() - before_kib) * 1024 / (double)begun,
           (double)filling.pause_ns / 1e6, (unsigned long long)filling.pause_at,
           filling.pause_faults, (double)after.pause_ns / 1e6);
    feed_free(&feed);
    return 0;
}

int growth_count(const char *name, uint64_t packets)
{
    const struct workload *workload = workload_find(name);
    if (workload == NULL)
        return 2;
    struct traffic_options traffic = workload->options;
    const struct epw_meter_options meter = EPW_METER_DEFAULTS; /* its seed is 0, always */
    const struct epw_meter_sink sink = { .flow = ignore_flow, .sighting = ignore_sighting };
    traffic.seed = 1;
    traffic.packets = packets;
    traffic.flows = (uint32_t)(packets / FLOW_PACKETS) + 1;
    struct feed feed;
    bool made = feed_new(&feed, &traffic, &meter, &sink);
    struct taken taken = { 0 };
    if (made)
        taken = push(&feed, packets);
    printf("packets %llu flows %llu packet_ns %.1f\n", (unsigned long long)taken.packets,
           (unsigned long long)traffic_flows(feed.traffic), (double)taken.cpu_ns / (double)packets);
    feed_free(&feed);
    return made ? 0 : 1;
}
