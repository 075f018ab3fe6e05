/* SPDX-License-Identifier: Apache-2.0 */
/* A verdict that outlives its decision. */
#include "analyst/verdict/decide.h"

#include <stdlib.h>

size_t epw_verdict_size(const struct epw_verdict *verdict)
{
    return sizeof(*verdict) + verdict->candidate_count * sizeof(verdict->candidate[0]) +
           verdict->name_count * sizeof(verdict->name[0]);
}

struct epw_verdict *epw_verdict_copy(const struct epw_verdict *verdict)
{
    struct epw_verdict *copy = malloc(epw_verdict_size(verdict));
    if (copy == NULL)
        return NULL;
    struct epw_candidate *candidate = (void *)(copy + 1);
    struct epw_flow_name *name = (void *)(candidate + verdict->candidate_count);
    for (size_t i = 0; i < verdict->candidate_count; i++)
        candidate[i] = verdict->candidate[i];
    for (size_t i = 0; i < verdict->name_count; i++)
        name[i] = verdict->name[i];
    *copy = *verdict;
    copy->decision = NULL;
    copy->reason_count = 0;
    copy->candidate = candidate;
    copy->name = name;
    return copy;
}
