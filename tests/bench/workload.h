/* SPDX-License-Identifier: Apache-2.0 */
/* The workloads of docs/benchmarks.md by name. */
#ifndef EPW_BENCH_WORKLOAD_H
#define EPW_BENCH_WORKLOAD_H

#include "traffic.h"

struct workload {
    const char *name, *text;
    struct traffic_options options; /* without a seed */
};

/* Ends with a NULL name. */
extern const struct workload workloads[];

/* NULL: there is none of that name. */
const struct workload *workload_find(const char *name);

#endif
