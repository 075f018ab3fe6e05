/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/catalogue/internal.h"

#include <stdlib.h>

#define IP_TCP  6
#define IP_UDP  17
#define NO_SLOT EPW_CAT_PROTOS

static unsigned proto_slot(uint8_t proto)
{
    return proto == IP_TCP ? 0 : proto == IP_UDP ? 1 : NO_SLOT;
}

/* Which signatures an index holds. */
typedef bool (*filter_fn)(const struct epw_signature *sig);

static bool is_any(const struct epw_signature *sig)
{
    (void)sig;
    return true;
}

static bool is_unnamed(const struct epw_signature *sig)
{
    return !epw_signature_by_name(sig);
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

static void each_signature(const struct epw_catalogue *cat, unsigned slot, filter_fn filter,
                           uint32_t *first, const struct epw_signature **where)
{
    for (size_t i = 0; i < cat->count; i++)
        if (proto_slot(cat->sig[i].proto) == slot && filter(&cat->sig[i]))
            each_port(&cat->sig[i], first, where);
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

static enum epw_err index_slot(const struct epw_catalogue *cat, unsigned slot, filter_fn filter,
                               struct epw_cat_ports *ports)
{
    if (port_entries(cat, slot) > EPW_CAT_MAX_ENTRIES)
        return EPW_ELIMIT;
    uint32_t *first = calloc(EPW_CAT_PORTS + 1, sizeof(*first));
    ports->first = first;
    if (first == NULL)
        return EPW_ENOMEM;
    each_signature(cat, slot, filter, first, NULL);
    for (size_t port = 0; port < EPW_CAT_PORTS; port++)
        first[port + 1] += first[port];
    ports->list = calloc((size_t)first[EPW_CAT_PORTS] + 1, sizeof(ports->list[0]));
    if (ports->list == NULL)
        return EPW_ENOMEM;
    each_signature(cat, slot, filter, first, ports->list);
    /* Filing moved every start to its end, which is the next one's start: move them back. */
    memmove(first + 1, first, EPW_CAT_PORTS * sizeof(*first));
    first[0] = 0;
    return EPW_OK;
}

static unsigned trait_of(const struct epw_signature *sig)
{
    bool own = sig->needs == EPW_NEEDS_PORT || sig->network_count != 0;
    return (own ? EPW_PORT_OWN : 0u) | (sig->needs == EPW_NEEDS_INITIATOR ? EPW_PORT_MANAGER : 0u);
}

static void note_traits(struct epw_catalogue *cat, unsigned slot)
{
    const struct epw_cat_ports *all = &cat->by_port[slot], *unnamed = &cat->unnamed[slot];
    for (size_t port = 0; port < EPW_CAT_PORTS; port++) {
        uint32_t first = unnamed->first[port], end = unnamed->first[port + 1];
        unsigned traits = all->first[port] != all->first[port + 1] ? EPW_PORT_ROWS : 0u;
        traits |= first != end ? EPW_PORT_UNNAMED : 0u;
        traits |= end - first > EPW_PORT_MANY ? EPW_PORT_CROWD : 0u;
        for (uint32_t i = first; i < end; i++)
            traits |= trait_of(unnamed->list[i]);
        cat->traits[slot][port] = (uint8_t)traits;
    }
}

enum epw_err epw_cat_index_ports(struct epw_catalogue *cat)
{
    enum epw_err err = EPW_OK;
    for (unsigned slot = 0; slot < EPW_CAT_PROTOS && err == EPW_OK; slot++) {
        err = index_slot(cat, slot, is_any, &cat->by_port[slot]);
        if (err == EPW_OK)
            err = index_slot(cat, slot, is_unnamed, &cat->unnamed[slot]);
        if (err == EPW_OK)
            note_traits(cat, slot);
    }
    return err;
}

static void free_ports(struct epw_cat_ports *ports)
{
    free(ports->first);
    free(ports->list);
}

void epw_catalogue_free(struct epw_catalogue *catalogue)
{
    if (catalogue == NULL)
        return;
    HASH_CLEAR(hh, catalogue->ids);
    HASH_CLEAR(hh, catalogue->texts);
    epw_cat_names_free(catalogue);
    for (unsigned slot = 0; slot < EPW_CAT_PROTOS; slot++) {
        free_ports(&catalogue->by_port[slot]);
        free_ports(&catalogue->unnamed[slot]);
    }
    free(catalogue->by_product);
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

unsigned epw_catalogue_port(const struct epw_catalogue *catalogue, uint8_t proto, uint16_t port)
{
    unsigned slot = proto_slot(proto);
    return slot == NO_SLOT ? 0 : catalogue->traits[slot][port];
}

/* Most ports have none, which is told by what is at hand, where their places in first are not. */
static size_t of_port(const struct epw_catalogue *catalogue, const struct epw_cat_ports *slots,
                      enum epw_port_trait trait, uint8_t proto, uint16_t port,
                      const struct epw_signature *const **list)
{
    unsigned slot = proto_slot(proto);
    *list = NULL;
    if (slot == NO_SLOT || (catalogue->traits[slot][port] & trait) == 0)
        return 0;
    uint32_t first = slots[slot].first[port];
    *list = slots[slot].list + first;
    return slots[slot].first[port + 1] - first;
}

size_t epw_catalogue_by_port(const struct epw_catalogue *catalogue, uint8_t proto, uint16_t port,
                             const struct epw_signature *const **list)
{
    return of_port(catalogue, catalogue->by_port, EPW_PORT_ROWS, proto, port, list);
}

size_t epw_catalogue_unnamed(const struct epw_catalogue *catalogue, uint8_t proto, uint16_t port,
                             const struct epw_signature *const **list)
{
    return of_port(catalogue, catalogue->unnamed, EPW_PORT_UNNAMED, proto, port, list);
}

bool epw_signature_by_name(const struct epw_signature *sig)
{
    return sig->needs == EPW_NEEDS_NAME || (sig->needs == EPW_NEEDS_NEVER && sig->name_count != 0);
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
    if (sig->port_count != 0 && port >= sig->first.low && port <= sig->first.high)
        return true;
    for (size_t i = 1; i < sig->port_count; i++)
        if (port >= sig->port[i].low && port <= sig->port[i].high)
            return true;
    return false;
}
