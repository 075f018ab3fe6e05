/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/knowledge/site_lines.h"

#include <stdlib.h>
#include <string.h>

/* Files a line at the end of a list. */
static bool append(struct epw_site *site, struct epw_site_line **first, struct epw_site_line **last,
                   const struct epw_site_line *line)
{
    struct epw_site_line *filed = malloc(sizeof(*filed));
    if (filed == NULL)
        return false;
    *filed = *line;
    if (*last == NULL)
        *first = filed;
    else
        (*last)->next = filed;
    *last = filed;
    site->count[line->type]++;
    return true;
}

static struct epw_site_net *net_of(struct epw_site *site, const struct epw_prefix *prefix)
{
    struct epw_site_net *net;
    HASH_FIND(hh, site->nets, prefix, sizeof(*prefix), net);
    if (net != NULL)
        return net;
    net = calloc(1, sizeof(*net));
    if (net == NULL)
        return NULL;
    net->prefix = *prefix;
    HASH_ADD(hh, site->nets, prefix, sizeof(net->prefix), net);
    if (!EPW_TABLE_ADDED(net)) {
        free(net);
        return NULL;
    }
    site->of_length[prefix->bits]++;
    return net;
}

bool epw_site_add_net(struct epw_site *site, const struct epw_prefix *prefix,
                      const struct epw_site_line *line)
{
    struct epw_site_net *net = net_of(site, prefix);
    return net != NULL && append(site, &net->first, &net->last, line);
}

static struct epw_site_host_name *host_name_of(struct epw_site *site, const char *text)
{
    size_t len = strlen(text);
    struct epw_site_host_name *name;
    HASH_FIND(hh, site->names, text, len, name);
    if (name != NULL)
        return name;
    name = calloc(1, sizeof(*name) + len + 1);
    if (name == NULL)
        return NULL;
    memcpy(name->name, text, len);
    HASH_ADD(hh, site->names, name, len, name);
    if (!EPW_TABLE_ADDED(name)) {
        free(name);
        return NULL;
    }
    return name;
}

bool epw_site_add_name(struct epw_site *site, const char *text, const struct epw_site_line *line)
{
    struct epw_site_host_name *name = host_name_of(site, text);
    return name != NULL && append(site, &name->first, &name->last, line);
}

bool epw_site_add_deployed(struct epw_site *site, const struct epw_site_line *line)
{
    return append(site, &site->deployed, &site->deployed_last, line);
}

static bool room_for_moves(struct epw_site *site)
{
    if (site->move != NULL)
        return true;
    size_t count = epw_catalogue_count(site->catalogue) + 1;
    site->move = calloc(EPW_SITE_MOVES, sizeof(*site->move));
    site->moved = calloc(count, sizeof(*site->moved));
    site->moved_sig = calloc(count, sizeof(*site->moved_sig));
    return site->move != NULL && site->moved != NULL && site->moved_sig != NULL;
}

/* Marks the signatures whose ports the move replaces; false when there are none. */
static bool mark_moved(struct epw_site *site, const struct epw_site_move *move)
{
    bool any = false;
    for (size_t i = 0; i < epw_catalogue_count(site->catalogue); i++) {
        const struct epw_signature *sig = epw_catalogue_at(site->catalogue, i);
        if (!epw_site_move_is_of(move, sig) || sig->port_count == 0)
            continue;
        if (!site->moved[i])
            site->moved_sig[site->moved_sig_count++] = sig;
        site->moved[i] = any = true;
    }
    return any;
}

enum epw_err epw_site_add_move(struct epw_site *site, const struct epw_site_move *move)
{
    if (!room_for_moves(site))
        return EPW_ENOMEM;
    if (site->move_count == EPW_SITE_MOVES)
        return EPW_ELIMIT;
    if (!mark_moved(site, move))
        return EPW_EFORMAT;
    site->move[site->move_count++] = *move;
    return EPW_OK;
}
