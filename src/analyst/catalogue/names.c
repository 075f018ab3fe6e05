/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Masks are filed under their literal tail ("upd.example.com" for
 * "s??.upd.example.com"), so that a name is looked up once a label whatever
 * the number of masks.
 */
#include "analyst/catalogue/internal.h"

struct mask_ref {
    const struct epw_signature *sig;
    size_t at; /* which of sig's masks */
    bool sure; /* the tail is all the mask asks for */
    struct mask_ref *next;
};

struct epw_cat_suffix {
    const char *tail;
    struct mask_ref *exact; /* masks that are this name */
    struct mask_ref *below; /* masks with something before it */
    bool lost;              /* uthash had no memory for it */
    UT_hash_handle hh;
};

static struct epw_cat_suffix *suffix_of(struct epw_catalogue *cat, const char *tail)
{
    struct epw_cat_suffix *suffix = NULL;
    HASH_FIND_STR(cat->names, tail, suffix);
    if (suffix != NULL)
        return suffix;
    suffix = epw_arena_alloc(&cat->arena, sizeof(*suffix));
    if (suffix == NULL)
        return NULL;
    suffix->tail = tail;
    HASH_ADD_KEYPTR(hh, cat->names, suffix->tail, strlen(tail), suffix);
    return suffix->lost ? NULL : suffix;
}

static enum epw_err file_mask(struct epw_catalogue *cat, const struct epw_signature *sig, size_t at)
{
    const char *mask = sig->name[at], *tail = epw_mask_tail(mask);
    struct epw_cat_suffix *suffix = suffix_of(cat, tail);
    struct mask_ref *ref = epw_arena_alloc(&cat->arena, sizeof(*ref));
    if (suffix == NULL || ref == NULL)
        return EPW_ENOMEM;
    struct mask_ref **list = tail == mask ? &suffix->exact : &suffix->below;
    *ref = (struct mask_ref){
        .sig = sig,
        .at = at,
        .sure = tail == mask || (tail == mask + 2 && mask[0] == '*'),
        .next = *list,
    };
    *list = ref;
    return EPW_OK;
}

enum epw_err epw_cat_index_names(struct epw_catalogue *cat)
{
    for (size_t i = 0; i < cat->count; i++)
        for (size_t at = 0; at < cat->sig[i].name_count; at++) {
            enum epw_err err = file_mask(cat, &cat->sig[i], at);
            if (err != EPW_OK)
                return err;
        }
    return EPW_OK;
}

void epw_cat_names_free(struct epw_catalogue *cat)
{
    HASH_CLEAR(hh, cat->names);
}

/* Whether the name hits this mask and none of the same signature before it: counts it once. */
static bool hits(const struct mask_ref *ref, const char *name)
{
    if (!ref->sure && !epw_mask_match(ref->sig->name[ref->at], name))
        return false;
    for (size_t i = 0; i < ref->at; i++)
        if (epw_mask_match(ref->sig->name[i], name))
            return false;
    return true;
}

/* Keeps list the first max signatures in file order. */
static void keep(const struct epw_signature **list, size_t max, size_t count,
                 const struct epw_signature *sig)
{
    size_t at = count < max ? count : max;
    if (at == max && (max == 0 || list[--at]->index < sig->index))
        return;
    for (; at > 0 && list[at - 1]->index > sig->index; at--)
        list[at] = list[at - 1];
    list[at] = sig;
}

size_t epw_catalogue_by_name(const struct epw_catalogue *catalogue, const char *name,
                             const struct epw_signature **list, size_t max)
{
    size_t left = strlen(name), count = 0;
    if (left == 0 || left >= EPW_NAME_LEN || *name == '.')
        return 0;
    for (const char *at = name; at != NULL;) {
        struct epw_cat_suffix *suffix = NULL;
        HASH_FIND(hh, catalogue->names, at, left, suffix);
        const struct mask_ref *ref = NULL;
        if (suffix != NULL)
            ref = at == name ? suffix->exact : suffix->below;
        for (; ref != NULL; ref = ref->next)
            if (hits(ref, name))
                keep(list, max, count++, ref->sig);
        const char *dot = memchr(at, '.', left);
        if (dot == NULL || dot[1] == '\0')
            break;
        left -= (size_t)(dot + 1 - at);
        at = dot + 1;
    }
    return count;
}
