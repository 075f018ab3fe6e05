/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of an analyst, shared by analyst.c and renew.c. */
#ifndef EPW_ANALYST_ANALYST_INSIDE_H
#define EPW_ANALYST_ANALYST_INSIDE_H

#include "analyst/analyst.h"
#include "analyst/audit/audit.h"
#include "analyst/knowledge/knowledge.h"
#include "analyst/verdict/decide.h"
#include "analyst/waiting.h"

struct epw_analyst {
    struct epw_analyst_options options;
    struct epw_knowledge know;
    struct epw_inventory *inventory;
    struct epw_audit *audit;
    struct epw_stats stats;
    epw_result_fn on_result;
    void *ctx;
    int64_t clock_ns; /* the latest time any record or sighting spoke of */
    struct epw_waiting_line line;
    size_t taken_up;  /* of them */
    uint32_t unnamed; /* flows that were let wait for a name alone */
    struct epw_decision decision;
};

/* Learns from the flow that was just decided. */
void epw_analyst_learn(struct epw_analyst *analyst, const struct epw_flow_record *record);

#endif
