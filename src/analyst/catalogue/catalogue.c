/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/catalogue/internal.h"

#include <stdlib.h>

#define PORTS   65536
#define IP_TCP  6
#define IP_UDP  17
#define NO_SLOT EPW_CAT_PROTOS

static unsigned proto_slot(uint8_t proto)
{
    return proto == IP_TCP ? 0 : proto == IP_UDP ? 1 : NO_SLOT;
}

/* Counts (where is NULL) or files every port of a signature. */
static void each_port(const struct epw_signature *sig, uint32_t *first,
                      const struct epw_signature **where)
{
    for (size_t i = 0; i < sig->port_count; i++)
        for (uint32_t port = sig->port[i].low; port <= sig->port[i].high; port++) {
            if (where == NULL)
                first[port + 1]++;
            else
                where[first[port]++] = sig;
        }
}

static size_t port_entries(const struct epw_catalogue *cat, unsigned slot)
{
    size_t entries = 0;
    for (size_t i = 0; i < cat->count && entries <= EPW_CAT_MAX_ENTRIES; i++) {
        const struct epw_signature *sig = &cat->sig[i];
        for (size_t r = 0; r < sig->port_count && proto_slot(sig->proto) == slot; r++)
            entries += (size_t)(sig->port[r].high - sig->port[r].low) + 1;
    }
    return entries;
}

static enum epw_err index_slot(struct epw_catalogue *cat, unsigned slot)
{
    size_t entries = port_entries(cat, slot);
    if (entries > EPW_CAT_MAX_ENTRIES)
        return EPW_ELIMIT;
    uint32_t *first = calloc(PORTS + 1, sizeof(*first));
    const struct epw_signature **list = calloc(entries + 1, sizeof(*list));
    cat->first[slot] = first;
    cat->by_port[slot] = list;
    if (first == NULL || list == NULL)
        return EPW_ENOMEM;
    for (size_t i = 0; i < cat->count; i++)
        if (proto_slot(cat->sig[i].proto) == slot)
            each_port(&cat->sig[i], first, NULL);
    for (size_t port = 0; port < PORTS; port++)
        first[port + 1] += first[port];
    for (size_t i = 0; i < cat->count; i++)
        if (proto_slot(cat->sig[i].proto) == slot)
            each_port(&cat->sig[i], first, list);
    /* Filing moved every start to its end, which is the next one's start: move them back. */
    memmove(first + 1, first, PORTS * sizeof(*first));
    first[0] = 0;
    return EPW_OK;
}

enum epw_err epw_cat_index_ports(struct epw_catalogue *cat)
{
    for (unsigned slot = 0; slot < EPW_CAT_PROTOS; slot++) {
        enum epw_err err = index_slot(cat, slot);
        if (err != EPW_OK)
            return err;
    }
    return EPW_OK;
}

void epw_catalogue_free(struct epw_catalogue *catalogue)
{
    if (catalogue == NULL)
        return;
    HASH_CLEAR(hh, catalogue->ids);
    epw_cat_names_free(catalogue);
    for (unsigned slot = 0; slot < EPW_CAT_PROTOS; slot++) {
        free(catalogue->first[slot]);
        free(catalogue->by_port[slot]);
    }
    free(catalogue->sig);
    epw_arena_free(&catalogue->arena);
    free(catalogue);
}

size_t epw_catalogue_count(const struct epw_catalogue *catalogue)
{
    return catalogue->count;
}

const struct epw_signature *epw_catalogue_at(const struct epw_catalogue *catalogue, size_t index)
{
    return &catalogue->sig[index];
}

const struct epw_signature *epw_catalogue_find(const struct epw_catalogue *catalogue,
                                               const char *id)
{
    struct epw_cat_id *entry = NULL;
    HASH_FIND_STR(catalogue->ids, id, entry);
    return entry == NULL ? NULL : &catalogue->sig[entry->index];
}

size_t epw_catalogue_by_port(const struct epw_catalogue *catalogue, uint8_t proto, uint16_t port,
                             const struct epw_signature *const **list)
{
    unsigned slot = proto_slot(proto);
    *list = NULL;
    if (slot == NO_SLOT)
        return 0;
    uint32_t first = catalogue->first[slot][port];
    *list = catalogue->by_port[slot] + first;
    return catalogue->first[slot][port + 1] - first;
}

bool epw_signature_names(const struct epw_signature *sig, const char *name, const char **mask)
{
    for (size_t i = 0; i < sig->name_count; i++)
        if (epw_mask_match(sig->name[i], name)) {
            if (mask != NULL)
                *mask = sig->name[i];
            return true;
        }
    return false;
}

bool epw_signature_has_port(const struct epw_signature *sig, uint16_t port)
{
    for (size_t i = 0; i < sig->port_count; i++)
        if (port >= sig->port[i].low && port <= sig->port[i].high)
            return true;
    return false;
}
