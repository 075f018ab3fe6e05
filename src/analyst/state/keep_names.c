/* SPDX-License-Identifier: Apache-2.0 */
/* Names that DNS gave addresses. */
#include "analyst/state/keeper.h"

#include <string.h>

extern const struct epw_keeper epw_keeper_names;

#define SECOND_NS 1000000000LL

static void put(void *ctx, const struct epw_kept_name *name)
{
    epw_state_put(ctx, epw_keeper_names.kind,
                  json_pack("{s:o, s:o, s:s, s:s, s:I, s:b}", "address",
                            epw_state_ip_text(name->address), "client",
                            epw_state_ip_text(name->client), "name", name->name, "canonical",
                            name->canonical, "until_ns", (json_int_t)name->until_ns, "passing",
                            (int)name->passing));
}

static void save(const struct epw_state_rooms *rooms, struct epw_state_out *out)
{
    epw_names_each(rooms->know->names, put, out);
}

static bool copy(char to[EPW_NAME_LEN], const char *from)
{
    size_t len = strlen(from);
    if (len >= EPW_NAME_LEN)
        return false;
    memcpy(to, from, len + 1);
    return true;
}

/* Learned again, as an answer that was good for the rest of its time. */
static enum epw_err load(struct epw_state_rooms *rooms, json_t *fact)
{
    const char *name, *canonical;
    json_int_t until_ns;
    int passing;
    struct epw_sighting s = { .kind = EPW_SIGHT_ADDRESS };
    if (json_unpack(fact, "{s:s, s:s, s:I, s:b}", "name", &name, "canonical", &canonical,
                    "until_ns", &until_ns, "passing", &passing) != 0 ||
        !epw_state_ip(fact, "address", &s.address) || !epw_state_ip(fact, "client", &s.client) ||
        until_ns < EPW_NAMES_GRACE_S * SECOND_NS || !copy(s.name, name) ||
        !copy(s.canonical, canonical))
        return EPW_EFORMAT;
    s.ts_ns = until_ns - EPW_NAMES_GRACE_S * SECOND_NS;
    s.passing = passing != 0;
    epw_names_learn(rooms->know->names, &s);
    return EPW_OK;
}

const struct epw_keeper epw_keeper_names = { .kind = "name", .save = save, .load = load };
