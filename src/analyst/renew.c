/* SPDX-License-Identifier: Apache-2.0 */
/* What an analyst hands to another one: by a file to that of a later run, or in place. */
#include "analyst/analyst_inside.h"

#include <stdlib.h>

enum epw_err epw_analyst_save(const struct epw_analyst *a, FILE *stream)
{
    struct epw_knowledge know = a->know;
    const struct epw_state_rooms rooms = { &know, a->inventory, a->audit };
    return epw_state_save(&rooms, stream);
}

enum epw_err epw_analyst_load(struct epw_analyst *a, FILE *stream, struct epw_state_count *count,
                              struct epw_diag *diag)
{
    struct epw_state_rooms rooms = { &a->know, a->inventory, a->audit };
    return epw_state_load(&rooms, stream, count, diag);
}

/* By way of the text, so that there is one way from what was learned to what is known. */
static enum epw_err learn_from(struct epw_analyst *a, const struct epw_analyst *old)
{
    struct epw_state_count count;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    enum epw_err err = out == NULL ? EPW_ENOMEM : epw_analyst_save(old, out);
    if (out != NULL && fclose(out) != 0 && err == EPW_OK)
        err = EPW_ENOMEM;
    FILE *in = err == EPW_OK ? fmemopen(text, len, "r") : NULL;
    if (in != NULL)
        err = epw_analyst_load(a, in, &count, NULL);
    else if (err == EPW_OK)
        err = EPW_ENOMEM;
    if (in != NULL)
        fclose(in);
    free(text);
    return err;
}

enum epw_err epw_analyst_adopt(struct epw_analyst *a, struct epw_analyst *old)
{
    enum epw_err err = learn_from(a, old);
    if (err != EPW_OK)
        return err;
    epw_audit_adopt(a->audit, old->audit);
    a->stats = old->stats;
    a->clock_ns = old->clock_ns;
    a->unnamed = old->unnamed;
    a->line = old->line;
    old->line = (struct epw_waiting_line){ 0 };
    /* What no row came near before, one may now; and what was kept of addresses is old's. */
    for (struct epw_waiting *w = a->line.oldest; w != NULL; w = w->next) {
        w->idle = w->unmasked = w->plain = false;
        w->address[0] = w->address[1] = NULL;
    }
    return EPW_OK;
}
