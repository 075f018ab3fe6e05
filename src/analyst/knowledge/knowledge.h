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

/* As epw_site_internal(), which is asked once of an address that is kept; entry: NULL, it is not.
 */
static inline bool epw_know_internal(const struct epw_knowledge *know, struct epw_address *entry,
                                     const struct epw_ip *ip)
{
    if (entry == NULL)
        return epw_site_internal(know->site, ip);
    if (entry->whose == EPW_WHOSE_UNASKED)
        entry->whose = epw_site_internal(know->site, ip) ? EPW_WHOSE_OURS : EPW_WHOSE_OTHERS;
    return entry->whose == EPW_WHOSE_OURS;
}

#endif
