/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/verdict/check.h"

#include <string.h>

void epw_contradict(struct epw_judged *j, const char *why)
{
    j->contradicted = true;
    j->why = why;
}

static void check_protocol(const struct epw_case *c, struct epw_judged *j)
{
    const struct epw_signature *sig = j->sig;
    for (size_t i = 0; i < sig->app_count; i++)
        if (epw_case_is_app(c, (enum epw_app)sig->app[i]))
            j->app_agrees = true;
    if (sig->app_count == 0 || j->app_agrees)
        return;
    /* Behind CONNECT the target's protocol may not have been spoken yet. */
    if (c->proxied && c->record->evidence->inner_app == EPW_APP_UNKNOWN)
        return;
    if (c->seen)
        epw_contradict(j, "another protocol was seen than the documented one");
    else if (c->strange)
        epw_contradict(j, "the first bytes are not the documented protocol");
}

static void check_scope(const struct epw_case *c, struct epw_judged *j)
{
    bool group_row = j->sig->scope == EPW_SCOPE_BROADCAST || j->sig->scope == EPW_SCOPE_MULTICAST;
    if (group_row && !c->to_group)
        epw_contradict(j, "documented for broadcast or multicast, sent to one host");
    else if (!group_row && c->to_group)
        epw_contradict(j, "documented between two hosts, sent to many");
}

/* The documented sides the other way round: the listener's host opened it. */
static void check_direction(const struct epw_case *c, struct epw_judged *j)
{
    const struct epw_signature *sig = j->sig;
    if (c->record->how == EPW_INIT_INFERRED || j->role[0].how != EPW_ROLE_UNKNOWN ||
        j->role[1].how != EPW_ROLE_UNKNOWN || epw_same(sig->initiator, sig->responder))
        return;
    const struct epw_ip *from = &c->record->ip[0];
    if (epw_site_role(c->know->site, from, sig->product, sig->responder) ||
        epw_host_role(c->host[0], sig->product, sig->responder).how == EPW_ROLE_PORTS)
        epw_contradict(j, "the documented listener opened it");
}

/* A name of somebody else's on a conversation that is documented with the vendor's own. */
static void check_name(const struct epw_case *c, struct epw_judged *j)
{
    if (!c->own_name || j->name_rank == EPW_RANK_SAID)
        return;
    if (j->sig->name_count != 0)
        epw_contradict(j, "the flow says a name that is not one of the documented ones");
    else if (c->said_product != NULL && !epw_same(c->said_product, j->sig->product))
        epw_contradict(j, "the flow says a name of another product");
    else if (c->proxied && c->said_product == NULL && j->sig->needs != EPW_NEEDS_PORT)
        epw_contradict(j, "the proxy is asked for a name that is not the product's");
}

/* Installing on a machine takes an administrative share; the others hold people's files. */
static void check_share(const struct epw_case *c, struct epw_judged *j)
{
    const char *path = c->record->evidence->hint;
    if (path[0] == '\0' || strcmp(j->sig->category, "deployment") != 0)
        return;
    size_t len = strlen(path);
    /* What was cut at the hint's end may have ended in any way. */
    if (strchr(path, '/') == NULL || len + 1 >= EPW_HINT_LEN || !epw_case_is_app(c, EPW_APP_SMB))
        return;
    if (path[len - 1] != '$')
        epw_contradict(j, "a file share was opened, not an administrative one");
}

static void check_rival(const struct epw_case *c, struct epw_judged *j)
{
    if (j->sig->responder[0] != '\0' && j->role[1].how != EPW_ROLE_CONFIRMED &&
        j->role[1].how != EPW_ROLE_SITE &&
        (j->sig->needs == EPW_NEEDS_PORT || j->sig->needs == EPW_NEEDS_RESPONDER) &&
        epw_host_rival(c->host[1], j->sig->product) != NULL)
        epw_contradict(j, "the responder answers ports that only another product explains");
}

void epw_check_seen(const struct epw_case *c, struct epw_judged *j)
{
    check_protocol(c, j);
    if (!j->contradicted)
        check_scope(c, j);
    if (!j->contradicted)
        check_name(c, j);
    if (!j->contradicted)
        check_share(c, j);
}

void epw_check_learned(const struct epw_case *c, struct epw_judged *j)
{
    check_direction(c, j);
    if (!j->contradicted)
        check_rival(c, j);
}
