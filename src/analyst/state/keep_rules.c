/* SPDX-License-Identifier: Apache-2.0 */
/* What finding rules remember of earlier times: agents that were once seen. */
#include "analyst/state/keeper.h"

#include <string.h>

extern const struct epw_keeper epw_keeper_rules;

struct putter {
    struct epw_state_out *out;
    const char *rule;
};

static void put(void *ctx, json_t *fact)
{
    struct putter *p = ctx;
    epw_state_put(p->out, epw_keeper_rules.kind,
                  fact == NULL ? NULL : json_pack("{s:s, s:o}", "name", p->rule, "fact", fact));
}

static void save(const struct epw_state_rooms *rooms, struct epw_state_out *out)
{
    for (size_t i = 0; epw_rules[i] != NULL; i++) {
        struct putter p = { out, epw_rules[i]->name };
        if (epw_rules[i]->save != NULL)
            epw_rules[i]->save(rooms->audit, put, &p);
    }
}

static enum epw_err load(struct epw_state_rooms *rooms, json_t *fact)
{
    const char *name;
    json_t *inner;
    if (json_unpack(fact, "{s:s, s:o}", "name", &name, "fact", &inner) != 0)
        return EPW_EFORMAT;
    for (size_t i = 0; epw_rules[i] != NULL; i++)
        if (strcmp(epw_rules[i]->name, name) == 0 && epw_rules[i]->load != NULL)
            return epw_rules[i]->load(rooms->audit, inner);
    return EPW_ENOENT;
}

const struct epw_keeper epw_keeper_rules = { .kind = "rule", .save = save, .load = load };
