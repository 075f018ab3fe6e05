/* SPDX-License-Identifier: Apache-2.0 */
#include "growth.h"

#include "feed.h"
#include "workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define FILL_ROUNDS 2 /* packets a flow; six of seven have begun then */
/*
 * Runs of the same: a pause that belongs to the work comes in each of them at the same batch, one
 * that the machine made does not.
 */
#define RUNS         3
#define FLOW_PACKETS 100     /* of a workload that is counted, as in the whole one */
#define NEVER_ENDS_S 1000000 /* flows are to stay in the table */

/* What a batch took, in the run in which it took least. */
struct batch {
    int64_t ns;
    long faults; /* pages that the kernel gave in it */
};

/* What batches took: all of them in the quickest run, and each. */
struct taken {
    uint64_t packets;
    int64_t cpu_ns;
    struct batch *batch; /* room for as many as there are; NULL: need not be known */
};

/* A run among others: filling, and the packets behind it. */
struct whole {
    struct taken filling, after;
    uint64_t flows;
    long memory_kib; /* the meter's, of a run before which nothing was given back */
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
static void push(struct feed *feed, uint64_t packets, struct taken *taken)
{
    int64_t cpu_ns = 0;
    uint32_t count = 0;
    taken->packets = 0;
    for (size_t i = 0; taken->packets < packets && (count = feed_fill(feed)) != 0; i++) {
        long faults = page_faults();
        int64_t begin = growth_cpu_ns();
        feed_push(feed);
        int64_t took = growth_cpu_ns() - begin;
        cpu_ns += took;
        if (taken->batch != NULL && (taken->batch[i].ns == 0 || took < taken->batch[i].ns))
            taken->batch[i] = (struct batch){ took, page_faults() - faults };
        taken->packets += count;
    }
    if (taken->cpu_ns == 0 || cpu_ns < taken->cpu_ns)
        taken->cpu_ns = cpu_ns;
}

static size_t batches(uint64_t packets)
{
    return (size_t)(packets / EPW_BATCH_FRAMES + 1);
}

static size_t longest(const struct taken *taken)
{
    size_t at = 0;
    for (size_t i = 1; i < batches(taken->packets); i++)
        if (taken->batch[i].ns > taken->batch[at].ns)
            at = i;
    return at;
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

static bool run_once(uint32_t flows, uint64_t packets, struct whole *whole)
{
    struct feed feed;
    uint64_t fill = (uint64_t)flows * FILL_ROUNDS;
    bool made = begin(&feed, flows, fill + packets);
    long before_kib = resident_kib();
    if (made) {
        push(&feed, fill, &whole->filling);
        push(&feed, packets, &whole->after);
        whole->flows = traffic_flows(feed.traffic);
        if (whole->memory_kib == 0)
            whole->memory_kib = resident_kib() - before_kib;
    }
    feed_free(&feed);
    return made;
}

static void tell(const struct whole *whole)
{
    const struct taken *filling = &whole->filling, *after = &whole->after;
    size_t pause = longest(filling);
    printf("flows %llu fill_ns %.1f packet_ns %.1f flow_bytes %.0f pause_ms %.2f pause_at %llu "
           "pause_faults %ld later_pause_ms %.2f\n",
           (unsigned long long)whole->flows, (double)filling->cpu_ns / (double)filling->packets,
           (double)after->cpu_ns / (double)after->packets,
           (double)whole->memory_kib * 1024 / (double)whole->flows,
           (double)filling->batch[pause].ns / 1e6, (unsigned long long)pause * EPW_BATCH_FRAMES,
           filling->batch[pause].faults, (double)after->batch[longest(after)].ns / 1e6);
}

int growth_table(uint32_t flows, uint64_t packets)
{
    struct whole whole = { .flows = 0 };
    whole.filling.batch = calloc(batches((uint64_t)flows * FILL_ROUNDS), sizeof(struct batch));
    whole.after.batch = calloc(batches(packets), sizeof(struct batch));
    bool made = whole.filling.batch != NULL && whole.after.batch != NULL;
    for (unsigned i = 0; i < RUNS && made; i++)
        made = run_once(flows, packets, &whole);
    if (made)
        tell(&whole);
    else
        fputs("epw-growth: out of memory\n", stderr);
    free(whole.filling.batch);
    free(whole.after.batch);
    return made ? 0 : 1;
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
        push(&feed, packets, &taken);
    printf("packets %llu flows %llu packet_ns %.1f\n", (unsigned long long)taken.packets,
           (unsigned long long)traffic_flows(feed.traffic), (double)taken.cpu_ns / (double)packets);
    feed_free(&feed);
    return made ? 0 : 1;
}
