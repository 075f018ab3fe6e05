/* SPDX-License-Identifier: Apache-2.0 */
/* All that the analyst has learned, as the verdict rules see it. */
#ifndef EPW_ANALYST_KNOWLEDGE_KNOWLEDGE_H
#define EPW_ANALYST_KNOWLEDGE_KNOWLEDGE_H

#include "analyst/catalogue/catalogue.h"
#include "analyst/knowledge/addresses.h"
#include "analyst/knowledge/endpoints.h"
#include "analyst/knowledge/fans.h"
#include "analyst/knowledge/hosts.h"
#include "analyst/knowledge/names.h"
#include "analyst/knowledge/site.h"

struct epw_knowledge {
    const struct epw_catalogue *catalogue;
    struct epw_stats *stats;         /* the analyst's */
    const struct epw_site *site;     /* NULL: none */
    struct epw_addresses *addresses; /* what is kept of them: learned, counted and found */
    struct epw_names *names;
    struct epw_hosts *hosts;
    struct epw_fans *fans;
    struct epw_endpoints *endpoints;
    const struct epw_signature **control; /* the signatures that need a control channel */
    size_t control_count;
};

#endif
