/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/inventory_table.h"

#include <stdlib.h>
#include <string.h>

struct epw_inv_role *epw_inv_role_find(struct epw_inv_role *list, const struct epw_kind *kind)
{
    while (list != NULL && list->kind != kind)
        list = list->next;
    return list;
}

struct epw_inv_role *epw_inv_role_get(struct epw_inv_role **list, const struct epw_kind *kind)
{
    struct epw_inv_role *role = epw_inv_role_find(*list, kind);
    if (role != NULL)
        return role;
    role = calloc(1, sizeof(*role) + kind->function_count);
    if (role == NULL)
        return NULL;
    role->kind = kind;
    role->next = *list;
    *list = role;
    return role;
}

struct epw_inv_role *epw_inv_addr_role(struct epw_inventory *inv, struct epw_inv_addr *addr,
                                       const struct epw_kind *kind)
{
    struct epw_inv_role *role = epw_inv_role_find(addr->roles, kind);
    if (role != NULL)
        return role;
    if (inv->roles >= EPW_INVENTORY_ROLES_ALL) {
        inv->know->stats->limited[EPW_LIMIT_ROLES]++;
        return NULL;
    }
    role = epw_inv_role_get(&addr->roles, kind);
    inv->roles += role != NULL;
    inv->know->stats->limited[EPW_LIMIT_MEMORY] += role == NULL;
    return role;
}

/* Its place in the set, or the free one that it may take. */
static uint64_t *seek(uint64_t *set, uint32_t cap, uint64_t peer)
{
    uint32_t at = (uint32_t)peer & (cap - 1);
    while (set[at] != 0 && set[at] != peer)
        at = (at + 1) & (cap - 1);
    return &set[at];
}

static bool grow(struct epw_inv_role *role)
{
    uint32_t cap = role->peer_cap == 0 ? 4 : 2 * role->peer_cap;
    uint64_t *grown = calloc(cap, sizeof(grown[0]));
    if (grown == NULL)
        return false;
    for (uint32_t i = 0; i < role->peer_cap; i++)
        if (role->peer[i] != 0)
            *seek(grown, cap, role->peer[i]) = role->peer[i];
    free(role->peer);
    role->peer = grown;
    role->peer_cap = cap;
    return true;
}

enum epw_err epw_inv_role_peer(struct epw_inv_role *role, uint64_t peer, bool full)
{
    full |= role->peer_count == EPW_INVENTORY_PEERS;
    /* At most half full, so that a place is soon found. */
    if (!full && 2 * role->peer_count >= role->peer_cap && !grow(role))
        return EPW_ENOMEM;
    uint64_t *place = role->peer_cap == 0 ? NULL : seek(role->peer, role->peer_cap, peer);
    if (place == NULL || (full && *place == 0))
        return EPW_ELIMIT;
    role->peer_count += *place == 0;
    *place = peer;
    return EPW_OK;
}

void epw_inv_role_met(struct epw_inventory *inv, struct epw_inv_role *role, uint64_t peer)
{
    uint32_t before = role->peer_count;
    enum epw_err err =
        epw_inv_role_peer(role, peer == 0 ? 1 : peer, inv->peers >= EPW_INVENTORY_PEERS_ALL);
    inv->peers += role->peer_count - before;
    inv->know->stats->limited[EPW_LIMIT_PEERS] += err == EPW_ELIMIT;
    inv->know->stats->limited[EPW_LIMIT_MEMORY] += err == EPW_ENOMEM;
}

void epw_inv_role_version(struct epw_inv_role *role, const char *version)
{
    for (size_t i = 0; i < role->version_count; i++)
        if (strcmp(role->version[i], version) == 0)
            return;
    if (version[0] != '\0' && role->version_count < EPW_INVENTORY_VERSIONS)
        role->version[role->version_count++] = version;
}

void epw_inv_roles_free(struct epw_inv_role *list)
{
    for (struct epw_inv_role *next; list != NULL; list = next) {
        next = list->next;
        free(list->peer);
        free(list);
    }
}
