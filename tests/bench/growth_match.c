/* SPDX-License-Identifier: Apache-2.0 */
#include "growth.h"

#include "analyst/analyst.h"
#include "analyst/record_copy.h"
#include "feed.h"

#include <stdio.h>
#include <stdlib.h>

#define ETHERNET  1
#define AT_A_TIME 500 /* conversations */
#define MAX_FLOWS 100000
#define REPEATS   5

struct match_run {
    struct epw_flow_record *flow[MAX_FLOWS];
    size_t flows;
    uint64_t results, labelled;
};

static void keep_flow(void *ctx, const struct epw_flow_record *record)
{
    struct match_run *run = ctx;
    if (run->flows < MAX_FLOWS && (run->flow[run->flows] = epw_record_copy(record)) != NULL)
        run->flows++;
}

static void ignore_sighting(void *ctx, const struct epw_sighting *sighting)
{
    (void)ctx;
    (void)sighting;
}

static void count_result(void *ctx, const struct epw_result *result)
{
    struct match_run *run = ctx;
    (void)result;
    run->results++;
}

/* The flows of the workload "evidence", as a meter writes them. */
static bool collect(struct match_run *run, uint64_t packets)
{
    const struct traffic_options traffic = {
        .packets = packets,
        .flows = AT_A_TIME,
        .seed = 1,
        .pick = PICK_CHURN,
        .size = SIZE_IMIX,
        .openings = true,
    };
    const struct epw_meter_options meter = EPW_METER_DEFAULTS;
    const struct epw_meter_sink sink = { .ctx = run,
                                         .flow = keep_flow,
                                         .sighting = ignore_sighting };
    struct feed feed;
    bool made = feed_new(&feed, &traffic, &meter, &sink);
    while (made && feed_fill(&feed) != 0)
        feed_push(&feed);
    if (made)
        epw_meter_flush(feed.meter);
    feed_free(&feed);
    return run->flows > 0;
}

/* One analyst's life with all flows; nanoseconds of processor time, negative: no memory. */
static int64_t decide_all(struct match_run *run, const struct epw_catalogue *catalogue)
{
    const struct epw_analyst_options options = { .wait_s = EPW_WAIT_TO_END, .seed = 1 };
    struct epw_analyst *analyst = NULL;
    if (epw_analyst_new(&analyst, catalogue, &options, count_result, run) != EPW_OK)
        return -1;
    int64_t begin = growth_cpu_ns();
    growth_decide(analyst, run->flow, run->flows);
    int64_t took = growth_cpu_ns() - begin;
    run->labelled = epw_analyst_stats(analyst)->labelled;
    epw_analyst_free(analyst);
    return took;
}

static void tell(void *ctx, const struct epw_diag *diag)
{
    (void)ctx;
    fprintf(stderr, "epw-growth: %s\n", diag->text);
}

int growth_match(uint64_t packets, const char *const *paths, size_t count)
{
    static struct match_run run;
    struct epw_catalogue *catalogue = NULL;
    int64_t begin = growth_cpu_ns();
    if (epw_catalogue_load(&catalogue, paths, count, tell, NULL) != EPW_OK)
        return 1;
    int64_t load_ns = growth_cpu_ns() - begin;
    if (!collect(&run, packets))
        return 1;
    int64_t best = -1;
    for (int i = 0; i < REPEATS; i++) {
        int64_t took = decide_all(&run, catalogue);
        if (took >= 0 && (best < 0 || took < best))
            best = took;
    }
    printf("repeats %d signatures %zu flows %zu labelled %llu load_ms %.1f flow_ns %.0f\n", REPEATS,
           epw_catalogue_count(catalogue), run.flows, (unsigned long long)run.labelled,
           (double)load_ns / 1e6, (double)best / (double)run.flows);
    for (size_t i = 0; i < run.flows; i++)
        free(run.flow[i]);
    epw_catalogue_free(catalogue);
    return best < 0;
}
