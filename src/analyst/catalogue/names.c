/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Masks are filed under their literal tail ("upd.example.com" for
 * "s??.upd.example.com"), so that a name is looked up once a label whatever
 * the number of masks: in one pass from its end, which hashes every tail. The
 * last labels of each are there as well: most names end otherwise.
 */
#include "analyst/catalogue/internal.h"

struct mask_ref {
    const struct epw_signature *sig;
    size_t at;   /* which of sig's masks */
    bool sure;   /* the tail is all the mask asks for */
    bool beside; /* an earlier mask of sig may match the same name */
    struct mask_ref *next;
};

struct epw_cat_suffix {
    const char *tail;
    struct mask_ref *exact; /* masks that are this name */
    struct mask_ref *below; /* masks with something before it */
    bool lost;              /* uthash had no memory for it */
    UT_hash_handle hh;
};

/* Taken from the end of a name, so that one pass hashes all of its tails. */
static uint64_t hash_char(uint64_t hash, char c)
{
    return (hash ^ (unsigned char)c) * 0x9e3779b97f4a7c15ULL;
}

/* The high bits are the mixed ones; the table takes the low ones. */
static unsigned hash_end(uint64_t hash)
{
    return (unsigned)(hash >> 32);
}

static unsigned hash_tail(const char *tail)
{
    uint64_t hash = 0;
    for (size_t i = strlen(tail); i > 0; i--)
        hash = hash_char(hash, tail[i - 1]);
    return hash_end(hash);
}

static struct epw_cat_suffix *suffix_of(struct epw_catalogue *cat, const char *tail)
{
    struct epw_cat_suffix *suffix = NULL;
    unsigned hash = hash_tail(tail);
    HASH_FIND_BYHASHVALUE(hh, cat->names, tail, strlen(tail), hash, suffix);
    if (suffix != NULL)
        return suffix;
    suffix = epw_arena_alloc(&cat->arena, sizeof(*suffix));
    if (suffix == NULL)
        return NULL;
    suffix->tail = tail;
    HASH_ADD_KEYPTR_BYHASHVALUE(hh, cat->names, suffix->tail, strlen(tail), hash, suffix);
    return suffix->lost ? NULL : suffix;
}

/* Of a mask's tail, which has that many labels at least. */
static const char *last_labels(const char *tail)
{
    const char *at = tail + strlen(tail);
    for (size_t labels = 0; at > tail; at--)
        if (at[-1] == '.' && ++labels == EPW_CAT_LITERAL_TAIL)
            break;
    return at;
}

/* A name has both tails only when one is the end of the other. */
static bool may_meet(const char *a, const char *b)
{
    size_t a_len = strlen(a), b_len = strlen(b);
    return a_len < b_len ? strcmp(b + (b_len - a_len), a) == 0
                         : strcmp(a + (a_len - b_len), b) == 0;
}

static bool meets_earlier(const struct epw_signature *sig, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (may_meet(epw_mask_tail(sig->name[i]), epw_mask_tail(sig->name[at])))
            return true;
    return false;
}

static enum epw_err file_mask(struct epw_catalogue *cat, const struct epw_signature *sig, size_t at)
{
    const char *mask = sig->name[at], *tail = epw_mask_tail(mask);
    struct epw_cat_suffix *suffix = suffix_of(cat, tail);
    struct mask_ref *ref = epw_arena_alloc(&cat->arena, sizeof(*ref));
    if (suffix == NULL || ref == NULL || suffix_of(cat, last_labels(tail)) == NULL)
        return EPW_ENOMEM;
    struct mask_ref **list = tail == mask ? &suffix->exact : &suffix->below;
    *ref = (struct mask_ref){
        .sig = sig,
        .at = at,
        .sure = tail == mask || (tail == mask + 2 && mask[0] == '*'),
        .beside = meets_earlier(sig, at),
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
    for (size_t i = 0; ref->beside && i < ref->at; i++)
        if (epw_mask_match(ref->sig->name[i], name))
            return false;
    return true;
}

struct found {
    const struct epw_signature **list;
    const char **mask; /* NULL: not asked for */
    size_t max, count;
};

/* Keeps the first max signatures in file order. */
static void keep(struct found *f, const struct mask_ref *ref)
{
    size_t at = f->count < f->max ? f->count : f->max;
    f->count++;
    if (at == f->max && (f->max == 0 || f->list[--at]->index < ref->sig->index))
        return;
    for (; at > 0 && f->list[at - 1]->index > ref->sig->index; at--) {
        f->list[at] = f->list[at - 1];
        if (f->mask != NULL)
            f->mask[at] = f->mask[at - 1];
    }
    f->list[at] = ref->sig;
    if (f->mask != NULL)
        f->mask[at] = ref->sig->name[ref->at];
}

size_t epw_catalogue_by_mask(const struct epw_catalogue *catalogue, const char *name,
                             const struct epw_signature **list, const char **mask, size_t max)
{
    struct found found = { .list = list, .mask = mask, .max = max };
    size_t len = strlen(name), labels = 0;
    uint64_t hash = 0;
    if (len >= EPW_NAME_LEN || *name == '.')
        return 0;
    for (size_t at = len; at-- > 0;) {
        hash = hash_char(hash, name[at]);
        if (at != 0 && name[at - 1] != '.')
            continue;
        if (++labels < EPW_CAT_LITERAL_TAIL)
            continue;
        struct epw_cat_suffix *suffix = NULL;
        HASH_FIND_BYHASHVALUE(hh, catalogue->names, name + at, len - at, hash_end(hash), suffix);
        if (suffix == NULL && labels == EPW_CAT_LITERAL_TAIL)
            return 0;
        const struct mask_ref *ref = NULL;
        if (suffix != NULL)
            ref = at == 0 ? suffix->exact : suffix->below;
        for (; ref != NULL; ref = ref->next)
            if (hits(ref, name))
                keep(&found, ref);
    }
    return found.count;
}

size_t epw_catalogue_by_name(const struct epw_catalogue *catalogue, const char *name,
                             const struct epw_signature **list, size_t max)
{
    return epw_catalogue_by_mask(catalogue, name, list, NULL, max);
}
