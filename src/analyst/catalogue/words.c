/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the columns that have a fixed set of them. */
#include "analyst/catalogue/words.h"

#include <string.h>

const char *const epw_cat_needs[] = {
    [EPW_NEEDS_PORT] = "port",           [EPW_NEEDS_NAME] = "name",
    [EPW_NEEDS_INITIATOR] = "initiator", [EPW_NEEDS_RESPONDER] = "responder",
    [EPW_NEEDS_CONTROL] = "control",     [EPW_NEEDS_NEVER] = "never",
    [EPW_NEEDS_NEVER + 1] = NULL,
};

const char *const epw_cat_scopes[] = {
    [EPW_SCOPE_NETWORK] = "network",
    [EPW_SCOPE_BROADCAST] = "broadcast",
    [EPW_SCOPE_MULTICAST] = "multicast",
    [EPW_SCOPE_LOCALHOST] = "localhost-only",
    [EPW_SCOPE_NOT_IN_FIREWALL] = "not-needed-in-firewall",
    [EPW_SCOPE_NOT_IN_FIREWALL + 1] = NULL,
};

const char *const epw_cat_statuses[] = {
    [EPW_STATUS_CURRENT] = "current",
    [EPW_STATUS_OBSOLETE] = "obsolete",
    [EPW_STATUS_OBSOLETE + 1] = NULL,
};

const char *const epw_cat_kinds[] = { "own", "neighbour", NULL };

const char *const epw_cat_transports[] = { "tcp", "udp", NULL };

const char *const epw_cat_categories[] = {
    "management", "update",  "reputation", "push",   "deployment", "console",        "database",
    "directory",  "logging", "discovery",  "mobile", "internal",   "infrastructure", NULL,
};

int epw_cat_word(const char *const *words, const char *text)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], text) == 0)
            return i;
    return -1;
}

/* An enum may hold any int: only the table's own are looked up. */
static const char *word_at(const char *const *words, unsigned at)
{
    for (unsigned i = 0; words[i] != NULL; i++)
        if (i == at)
            return words[i];
    return "unknown";
}

const char *epw_needs_name(enum epw_needs needs)
{
    return word_at(epw_cat_needs, (unsigned)needs);
}

const char *epw_scope_name(enum epw_scope scope)
{
    return word_at(epw_cat_scopes, (unsigned)scope);
}

const char *epw_status_name(enum epw_status status)
{
    return word_at(epw_cat_statuses, (unsigned)status);
}
