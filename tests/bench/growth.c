/* SPDX-License-Identifier: Apache-2.0 */
/*
 * epw-growth: the library's own rooms under growth, in memory, without a file.
 *
 *   epw-growth table FLOWS PACKETS   a meter that FLOWS uniform flows have
 *                                    filled, then PACKETS more: what one costs
 *   epw-growth match PACKETS PATH... an analyst with these signatures and the
 *                                    flows of so many packets: what one costs
 *   epw-growth count WORKLOAD PACKETS  a meter with this traffic, to count
 *                                    instructions (instructions.sh)
 *
 * Prints words and figures in pairs, on one line. Times are processor time of the thread.
 */
#include "growth.h"

#include "analyst/analyst.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int64_t growth_cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Callgrind knows it by its name, which inlining would take away: not beside its caller. */
void growth_decide(struct epw_analyst *analyst, struct epw_flow_record *const *flow, size_t flows)
{
    for (size_t i = 0; i < flows; i++)
        epw_analyst_flow(analyst, flow[i]);
    epw_analyst_flush(analyst);
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "table") == 0)
        return growth_table((uint32_t)strtoul(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
    if (argc >= 4 && strcmp(argv[1], "match") == 0)
        return growth_match(strtoull(argv[2], NULL, 10), (const char *const *)&argv[3],
                            (size_t)argc - 3);
    if (argc == 4 && strcmp(argv[1], "count") == 0)
        return growth_count(argv[2], strtoull(argv[3], NULL, 10));
    fputs(
        "usage: epw-growth table FLOWS PACKETS | match PACKETS PATH... | count WORKLOAD PACKETS\n",
        stderr);
    return 2;
}
