/* SPDX-License-Identifier: Apache-2.0 */
/* What outputs know of the signatures, at the start and when these are read again. */
#include "cli/sinks_inside.h"

#include <stdlib.h>

bool epw_sinks_list(struct epw_sinks *sinks, const struct epw_catalogue *catalogue)
{
    size_t count = epw_catalogue_count(catalogue);
    const struct epw_signature **list = calloc(count + 1, sizeof(list[0]));
    if (list == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        list[i] = epw_catalogue_at(catalogue, i);
    free(sinks->signatures);
    sinks->signatures = list;
    sinks->info.signatures = sinks->signatures;
    sinks->info.signature_count = count;
    return true;
}

static const struct epw_signature *find_signature(const void *catalogue, const char *id)
{
    return epw_catalogue_find(catalogue, id);
}

static void reload(const struct sink *sink, const struct epw_catalogue *catalogue)
{
    if (sink->state != NULL && sink->format->reloaded != NULL)
        sink->format->reloaded(sink->state, find_signature, catalogue);
}

bool epw_sinks_reloaded(struct epw_sinks *sinks, const struct epw_catalogue *catalogue)
{
    if (!epw_sinks_list(sinks, catalogue))
        return false;
    for (size_t i = 0; i < sinks->count; i++)
        reload(&sinks->sink[i], catalogue);
    reload(&sinks->shown, catalogue);
    return true;
}
