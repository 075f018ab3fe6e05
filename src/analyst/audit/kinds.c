/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/kinds.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

/* A signature's side, as the lists are sorted. */
struct side {
    const struct epw_signature *sig;
    const char *role;
    unsigned side;
};

struct place {
    uint32_t kind, function;
};

struct epw_kinds {
    struct epw_kind *kind;
    struct epw_kind_function *function;
    struct place (*place)[2]; /* by signature index and side */
};

static int by_function(const void *a, const void *b)
{
    const struct side *x = a, *y = b;
    int order = strcmp(x->sig->product, y->sig->product);
    if (order == 0)
        order = strcmp(x->role, y->role);
    return order != 0 ? order : strcmp(x->sig->function, y->sig->function);
}

static bool expected(const struct epw_signature *sig)
{
    return sig->status == EPW_STATUS_CURRENT && sig->scope != EPW_SCOPE_LOCALHOST &&
           sig->needs != EPW_NEEDS_NEVER;
}

/* From the sides in order: a kind for each product and role, a function for each of its own. */
static void fill(struct epw_kinds *k, const struct side *list, size_t count)
{
    size_t kinds = 0, functions = 0;
    for (size_t i = 0; i < count; i++) {
        const struct epw_signature *sig = list[i].sig;
        bool same_kind = i != 0 && strcmp(list[i - 1].sig->product, sig->product) == 0 &&
                         strcmp(list[i - 1].role, list[i].role) == 0;
        if (!same_kind)
            k->kind[kinds++] = (struct epw_kind){ .product = sig->product,
                                                  .role = list[i].role,
                                                  .neighbour = sig->neighbour,
                                                  .function = &k->function[functions] };
        if (!same_kind || strcmp(list[i - 1].sig->function, sig->function) != 0) {
            k->function[functions++] = (struct epw_kind_function){ .function = sig->function };
            k->kind[kinds - 1].function_count++;
        }
        k->function[functions - 1].expected |= expected(sig);
        k->place[sig->index][list[i].side] =
            (struct place){ (uint32_t)(kinds - 1),
                            (uint32_t)(k->kind[kinds - 1].function_count - 1) };
    }
}

enum epw_err epw_kinds_new(struct epw_kinds **kinds, const struct epw_catalogue *catalogue)
{
    size_t count = epw_catalogue_count(catalogue), sides = 0;
    struct epw_kinds *k = calloc(1, sizeof(*k));
    struct side *list = calloc(2 * count + 1, sizeof(list[0]));
    *kinds = k;
    if (k != NULL) {
        k->kind = calloc(2 * count + 1, sizeof(k->kind[0]));
        k->function = calloc(2 * count + 1, sizeof(k->function[0]));
        k->place = calloc(count + 1, sizeof(k->place[0]));
    }
    if (k == NULL || list == NULL || k->kind == NULL || k->function == NULL || k->place == NULL) {
        free(list);
        epw_kinds_free(k);
        *kinds = NULL;
        return EPW_ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        const struct epw_signature *sig = epw_catalogue_at(catalogue, i);
        const char *const role[2] = { sig->initiator, sig->responder };
        for (unsigned side = 0; side < 2; side++) {
            k->place[sig->index][side].kind = NONE;
            if (role[side][0] != '\0')
                list[sides++] = (struct side){ sig, role[side], side };
        }
    }
    qsort(list, sides, sizeof(list[0]), by_function);
    fill(k, list, sides);
    free(list);
    return EPW_OK;
}

void epw_kinds_free(struct epw_kinds *kinds)
{
    if (kinds == NULL)
        return;
    free(kinds->kind);
    free(kinds->function);
    free(kinds->place);
    free(kinds);
}

const struct epw_kind *epw_kinds_of(const struct epw_kinds *kinds, const struct epw_signature *sig,
                                    unsigned side, size_t *function)
{
    const struct place *place = &kinds->place[sig->index][side];
    if (place->kind == NONE)
        return NULL;
    *function = place->function;
    return &kinds->kind[place->kind];
}
