/* SPDX-License-Identifier: Apache-2.0 */
/* What hosts showed of their roles: ports they answer, and roles that verdicts confirmed. */
#include "analyst/state/keeper.h"

#include <string.h>

extern const struct epw_keeper epw_keeper_roles;

static void put(void *ctx, const struct epw_kept_role *role)
{
    json_t *fact = role->sig != NULL
                       ? json_pack("{s:o, s:s, s:i}", "host", epw_state_ip_text(role->host),
                                   "answers", role->sig->id, "port", (int)role->port)
                       : json_pack("{s:o, s:s, s:s}", "host", epw_state_ip_text(role->host),
                                   "product", role->product, "role", role->role);
    epw_state_put(ctx, epw_keeper_roles.kind, fact);
}

static void save(const struct epw_state_rooms *rooms, struct epw_state_out *out)
{
    epw_hosts_each(rooms->know->hosts, put, out);
}

/* A signature of the product that knows the role; *known: its own word for it. */
static const struct epw_signature *knows(const struct epw_catalogue *catalogue, const char *product,
                                         const char *role, const char **known)
{
    for (size_t i = 0; i < epw_catalogue_count(catalogue); i++) {
        const struct epw_signature *sig = epw_catalogue_at(catalogue, i);
        if (strcmp(sig->product, product) != 0)
            continue;
        *known = strcmp(sig->initiator, role) == 0 ? sig->initiator : sig->responder;
        if (strcmp(*known, role) == 0)
            return sig;
    }
    return NULL;
}

static enum epw_err load_confirmed(struct epw_knowledge *know, const struct epw_ip *host,
                                   json_t *fact)
{
    const char *product, *role, *known;
    if (json_unpack(fact, "{s:s, s:s}", "product", &product, "role", &role) != 0)
        return EPW_EFORMAT;
    const struct epw_signature *sig = knows(know->catalogue, product, role, &known);
    if (sig == NULL)
        return EPW_ENOENT;
    epw_hosts_confirm(know->hosts, host, sig, known);
    return EPW_OK;
}

static enum epw_err load(struct epw_state_rooms *rooms, json_t *fact)
{
    struct epw_ip host;
    const char *id;
    int port;
    if (!epw_state_ip(fact, "host", &host))
        return EPW_EFORMAT;
    if (json_object_get(fact, "answers") == NULL)
        return load_confirmed(rooms->know, &host, fact);
    if (json_unpack(fact, "{s:s, s:i}", "answers", &id, "port", &port) != 0 || port < 0 ||
        port > UINT16_MAX)
        return EPW_EFORMAT;
    const struct epw_signature *sig = epw_catalogue_find(rooms->know->catalogue, id);
    if (sig == NULL)
        return EPW_ENOENT;
    epw_hosts_answered(rooms->know->hosts, &host, sig, (uint16_t)port);
    return EPW_OK;
}

const struct epw_keeper epw_keeper_roles = { .kind = "role", .save = save, .load = load };
