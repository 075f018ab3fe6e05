/* SPDX-License-Identifier: Apache-2.0 */
/* Flows that end together, and the order in which they do. */
#ifndef EPW_METER_ENDS_H
#define EPW_METER_ENDS_H

#include "meter/flow/flow.h"

#include <stddef.h>

/* A flow about to end with others, and what they are put in order by. */
struct epw_ending_flow {
    int64_t ns;
    struct epw_flow *flow; /* its id decides between those of one stamp */
};

/* Puts them in order; whatever order they come in, equal ones do not exist. */
void epw_ends_sort(struct epw_ending_flow *ends, size_t count);

#endif
