/* SPDX-License-Identifier: Apache-2.0 */
/* The inventory: hosts in their roles. Peers are counted anew: they are kept as keyed hashes. */
#include "analyst/audit/inventory_table.h"
#include "analyst/state/keeper.h"

#include <stdlib.h>
#include <string.h>

extern const struct epw_keeper epw_keeper_hosts;

#define MAC_LEN 6

/* A list that lacks something is none. */
static void add(json_t **list, json_t *item)
{
    if (json_array_append_new(*list, item) == 0)
        return;
    json_decref(*list);
    *list = NULL;
}

static json_t *list_macs(const struct epw_inv_addr *addr)
{
    json_t *list = json_array();
    for (size_t i = 0; i < addr->mac_count; i++) {
        const uint8_t *m = addr->mac[i]->mac;
        add(&list, json_pack("[i, i, i, i, i, i]", m[0], m[1], m[2], m[3], m[4], m[5]));
    }
    return list;
}

static json_t *list_texts(const char *const *text, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        add(&list, json_string(text[i]));
    return list;
}

static json_t *list_functions(const struct epw_inv_role *role)
{
    json_t *list = json_array();
    for (size_t i = 0; i < role->kind->function_count; i++)
        if (role->seen[i])
            add(&list, json_string(role->kind->function[i].function));
    return list;
}

static json_t *list_roles(const struct epw_inv_addr *addr)
{
    json_t *list = json_array();
    for (const struct epw_inv_role *r = addr->roles; r != NULL; r = r->next)
        add(&list,
            json_pack("{s:s, s:s, s:i, s:I, s:I, s:I, s:b, s:o, s:o}", "product", r->kind->product,
                      "role", r->kind->role, "confidence", (int)r->confidence, "first_ns",
                      (json_int_t)r->first_ns, "last_ns", (json_int_t)r->last_ns, "flows",
                      (json_int_t)r->flows, "answered", (int)r->answered, "functions",
                      list_functions(r), "versions", list_texts(r->version, r->version_count)));
    return list;
}

/* Who speaks for no product is no loss: the next packet lists it again. */
static void save(const struct epw_state_rooms *rooms, struct epw_state_out *out)
{
    size_t at = 0;
    for (const struct epw_inv_addr *a; (a = epw_inv_addr_next(rooms->inventory, &at)) != NULL;)
        if (a->roles != NULL)
            epw_state_put(out, epw_keeper_hosts.kind,
                          json_pack("{s:o, s:I, s:I, s:I, s:I, s:b, s:o, s:o, s:o}", "address",
                                    epw_state_ip_text(a->ip), "first_ns", (json_int_t)a->first_ns,
                                    "last_ns", (json_int_t)a->last_ns, "flows",
                                    (json_int_t)a->flows, "bytes", (json_int_t)a->bytes, "proxy",
                                    (int)a->proxy, "macs", list_macs(a), "names",
                                    list_texts((const char *const *)a->name, a->name_count),
                                    "roles", list_roles(a)));
}

static const struct epw_kind *find_kind(const struct epw_inventory *inv, const char *product,
                                        const char *role)
{
    const struct epw_catalogue *catalogue = inv->know->catalogue;
    for (size_t i = 0; i < epw_catalogue_count(catalogue); i++)
        for (unsigned side = 0; side < 2; side++) {
            size_t function;
            const struct epw_kind *kind =
                epw_kinds_of(inv->kinds, epw_catalogue_at(catalogue, i), side, &function);
            if (kind != NULL && strcmp(kind->product, product) == 0 &&
                strcmp(kind->role, role) == 0)
                return kind;
        }
    return NULL;
}

/* The catalogue's own copy of a version; NULL: no signature speaks of it any more. */
static const char *find_version(const struct epw_catalogue *catalogue, const char *version)
{
    for (size_t i = 0; i < epw_catalogue_count(catalogue); i++)
        if (strcmp(epw_catalogue_at(catalogue, i)->versions, version) == 0)
            return epw_catalogue_at(catalogue, i)->versions;
    return NULL;
}

static void load_lists(struct epw_inventory *inv, struct epw_inv_role *role, json_t *functions,
                       json_t *versions)
{
    size_t at;
    json_t *item;
    json_array_foreach(functions, at, item) for (size_t i = 0; i < role->kind->function_count;
                                                 i++) if (json_is_string(item) &&
                                                          strcmp(role->kind->function[i].function,
                                                                 json_string_value(item)) == 0)
        role->seen[i] = true;
    json_array_foreach(versions, at, item)
    {
        const char *known = json_is_string(item)
                                ? find_version(inv->know->catalogue, json_string_value(item))
                                : NULL;
        if (known != NULL)
            epw_inv_role_version(role, known);
    }
}

static enum epw_err load_role(struct epw_inventory *inv, struct epw_inv_addr *addr, json_t *fact)
{
    const char *product, *name;
    int confidence, answered;
    json_int_t first_ns, last_ns, flows;
    json_t *functions, *versions;
    if (json_unpack(fact, "{s:s, s:s, s:i, s:I, s:I, s:I, s:b, s:o, s:o}", "product", &product,
                    "role", &name, "confidence", &confidence, "first_ns", &first_ns, "last_ns",
                    &last_ns, "flows", &flows, "answered", &answered, "functions", &functions,
                    "versions", &versions) != 0 ||
        confidence < EPW_CONF_NONE || confidence > EPW_CONF_CONFIRMED || flows < 0)
        return EPW_EFORMAT;
    const struct epw_kind *kind = find_kind(inv, product, name);
    if (kind == NULL)
        return EPW_ENOENT;
    struct epw_inv_role *role = epw_inv_addr_role(inv, addr, kind);
    if (role == NULL)
        return inv->roles >= EPW_INVENTORY_ROLES_ALL ? EPW_OK : EPW_ENOMEM;
    epw_inv_addr_shown(addr, role, (enum epw_confidence)confidence);
    role->first_ns = first_ns;
    role->last_ns = last_ns;
    role->flows = (uint64_t)flows;
    role->answered = answered != 0;
    load_lists(inv, role, functions, versions);
    return EPW_OK;
}

static enum epw_err load_macs(struct epw_inventory *inv, struct epw_inv_addr *addr, json_t *macs)
{
    size_t at;
    json_t *item;
    json_array_foreach(macs, at, item)
    {
        uint8_t mac[MAC_LEN];
        for (size_t i = 0; i < MAC_LEN; i++) {
            json_t *byte = json_array_get(item, i);
            if (!json_is_integer(byte) || json_integer_value(byte) < 0 ||
                json_integer_value(byte) > UINT8_MAX)
                return EPW_EFORMAT;
            mac[i] = (uint8_t)json_integer_value(byte);
        }
        epw_inv_addr_mac(inv, addr, mac);
    }
    return EPW_OK;
}

/* A role that no signature knows any more is left out. */
static enum epw_err load_roles(struct epw_inventory *inv, struct epw_inv_addr *addr, json_t *roles)
{
    size_t at;
    json_t *item;
    json_array_foreach(roles, at, item)
    {
        enum epw_err err = load_role(inv, addr, item);
        if (err != EPW_OK && err != EPW_ENOENT)
            return err;
    }
    return EPW_OK;
}

static bool any_known(const struct epw_inventory *inv, json_t *roles)
{
    size_t at;
    json_t *item;
    const char *product, *role;
    json_array_foreach(roles, at, item) if (json_unpack(item, "{s:s, s:s}", "product", &product,
                                                        "role", &role) == 0 &&
                                            find_kind(inv, product, role) != NULL) return true;
    return false;
}

static enum epw_err load(struct epw_state_rooms *rooms, json_t *fact)
{
    json_int_t first_ns, last_ns, flows, bytes;
    int proxy;
    json_t *macs, *names, *roles, *item;
    size_t at;
    struct epw_ip ip;
    if (json_unpack(fact, "{s:I, s:I, s:I, s:I, s:b, s:o, s:o, s:o}", "first_ns", &first_ns,
                    "last_ns", &last_ns, "flows", &flows, "bytes", &bytes, "proxy", &proxy, "macs",
                    &macs, "names", &names, "roles", &roles) != 0 ||
        !epw_state_ip(fact, "address", &ip) || flows < 0 || bytes < 0)
        return EPW_EFORMAT;
    if (!any_known(rooms->inventory, roles))
        return EPW_ENOENT;
    struct epw_inv_addr *addr = epw_inv_addr_get(rooms->inventory, &ip);
    if (addr == NULL)
        return EPW_ENOMEM;
    addr->active = true;
    addr->first_ns = first_ns;
    addr->last_ns = last_ns;
    addr->flows = (uint64_t)flows;
    addr->bytes = (uint64_t)bytes;
    addr->proxy = proxy != 0;
    json_array_foreach(names, at, item) if (json_is_string(item))
        epw_inv_addr_name(rooms->inventory, addr, json_string_value(item));
    enum epw_err err = load_macs(rooms->inventory, addr, macs);
    return err == EPW_OK ? load_roles(rooms->inventory, addr, roles) : err;
}

const struct epw_keeper epw_keeper_hosts = { .kind = "host", .save = save, .load = load };
