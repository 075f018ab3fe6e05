/* SPDX-License-Identifier: Apache-2.0 */
/* What epw-growth measures; each returns the exit status. */
#ifndef EPW_BENCH_GROWTH_H
#define EPW_BENCH_GROWTH_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Processor time of this thread. */
int64_t growth_cpu_ns(void);

int growth_table(uint32_t flows, uint64_t packets);
int growth_match(uint64_t packets, const char *const *paths, size_t count);
int growth_count(const char *workload, uint64_t packets);

/* The flows through the analyst, the part that is measured. */
struct epw_analyst;
struct epw_flow_record;
void growth_decide(struct epw_analyst *analyst, struct epw_flow_record *const *flow, size_t flows);

#endif
