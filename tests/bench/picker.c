/* SPDX-License-Identifier: Apache-2.0 */
#include "picker.h"

#include <stdlib.h>

/* The alias method (Vose 1991): a place is drawn evenly, then it or its alias by one threshold. */
struct place {
    uint32_t keep; /* of 2^32: how often the place itself */
    uint32_t alias;
};

struct picker {
    uint32_t count;
    struct place *place; /* NULL: all alike */
};

static void fill(struct place *place, double *share, uint32_t *todo, uint32_t count)
{
    uint32_t poor = 0, rich = count; /* two stacks that grow towards each other */
    for (uint32_t i = 0; i < count; i++) {
        place[i] = (struct place){ UINT32_MAX, i };
        if (share[i] < 1)
            todo[poor++] = i;
        else
            todo[--rich] = i;
    }
    while (poor > 0 && rich < count) {
        uint32_t small = todo[--poor], big = todo[rich];
        place[small] = (struct place){ (uint32_t)(share[small] * 4294967295.0), big };
        share[big] -= 1 - share[small];
        if (share[big] < 1) {
            rich++;
            todo[poor++] = big;
        }
    }
}

static bool fill_zipf(struct picker *picker)
{
    uint32_t count = picker->count;
    double *share = malloc(count * sizeof(*share));
    uint32_t *todo = malloc(count * sizeof(*todo));
    picker->place = malloc(count * sizeof(*picker->place));
    bool made = share != NULL && todo != NULL && picker->place != NULL;
    double all = 0;
    for (uint32_t i = 0; i < count; i++)
        all += 1.0 / (i + 1);
    for (uint32_t i = 0; made && i < count; i++)
        share[i] = count / all / (i + 1);
    if (made)
        fill(picker->place, share, todo, count);
    free(share);
    free(todo);
    return made;
}

struct picker *picker_new(uint32_t count, bool zipf)
{
    struct picker *picker = calloc(1, sizeof(*picker));
    if (picker == NULL)
        return NULL;
    picker->count = count;
    if (zipf && !fill_zipf(picker)) {
        picker_free(picker);
        return NULL;
    }
    return picker;
}

void picker_free(struct picker *picker)
{
    if (picker != NULL)
        free(picker->place);
    free(picker);
}

uint32_t picker_pick(const struct picker *picker, struct rng *rng)
{
    uint32_t at = rng_below(rng, picker->count);
    if (picker->place == NULL)
        return at;
    const struct place *place = &picker->place[at];
    return (uint32_t)rng_next(rng) <= place->keep ? at : place->alias;
}
