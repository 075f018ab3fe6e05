/* SPDX-License-Identifier: Apache-2.0 */
#include "workload.h"

#include <string.h>

const struct workload workloads[] = {
    { "small",
      "60 bytes, 100,000 flows by Zipf's law",
      { .packets = 10000000, .flows = 100000, .pick = PICK_ZIPF } },
    { "uniform",
      "60 bytes, 1,000,000 flows all alike",
      { .packets = 10000000, .flows = 1000000, .pick = PICK_UNIFORM } },
    { "imix",
      "64, 594 and 1518 bytes as 7:4:1, 100,000 flows by Zipf's law",
      { .packets = 5000000, .flows = 100000, .pick = PICK_ZIPF, .size = SIZE_IMIX } },
    { "evidence",
      "TLS, HTTP and DNS, 1 packet in 20 carries an opening",
      { .packets = 5000000,
        .flows = 10000,
        .pick = PICK_CHURN,
        .size = SIZE_IMIX,
        .openings = true } },
    { "mirrored",
      "the same with a VLAN tag and ERSPAN around",
      { .packets = 5000000,
        .flows = 10000,
        .pick = PICK_CHURN,
        .size = SIZE_IMIX,
        .openings = true,
        .wrapped = true } },
    { "short",
      "60 bytes, 20 packets a flow",
      { .packets = 10000000, .flows = 10000, .pick = PICK_CHURN, .flow_packets = 20 } },
    { .name = NULL },
};

const struct workload *workload_find(const char *name)
{
    for (const struct workload *w = workloads; w->name != NULL; w++)
        if (strcmp(w->name, name) == 0)
            return w;
    return NULL;
}
