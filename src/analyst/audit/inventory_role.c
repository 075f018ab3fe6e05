/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/inventory_table.h"

#include <stdlib.h>
#include <string.h>

struct epw_inv_role *epw_inv_role_get(struct epw_inv_role **list, const struct epw_kind *kind)
{
    for (struct epw_inv_role *role = *list; role != NULL; role = role->next)
        if (role->kind == kind)
            return role;
    struct epw_inv_role *role = calloc(1, sizeof(*role) + kind->function_count);
    if (role == NULL)
        return NULL;
    role->kind = kind;
    role->next = *list;
    *list = role;
    return role;
}

void epw_inv_role_peer(struct epw_inv_role *role, uint64_t peer)
{
    if (role->peer_count == EPW_INVENTORY_PEERS)
        return;
    for (uint32_t i = 0; i < role->peer_count; i++)
        if (role->peer[i] == peer)
            return;
    if (role->peer_count == role->peer_cap) {
        uint32_t cap = role->peer_cap == 0 ? 4 : 2 * role->peer_cap;
        uint64_t *grown = realloc(role->peer, cap * sizeof(grown[0]));
        if (grown == NULL)
            return;
        role->peer = grown;
        role->peer_cap = cap;
    }
    role->peer[role->peer_count++] = peer;
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
