/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/catalogue/internal.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
    const struct epw_signature *const *x = a, *const *y = b;
    int order = strcmp((*x)->product, (*y)->product);
    return order != 0 ? order : (*x)->index < (*y)->index ? -1 : (*x)->index > (*y)->index;
}

enum epw_err epw_cat_index_products(struct epw_catalogue *cat)
{
    cat->by_product = calloc(cat->count + 1, sizeof(cat->by_product[0]));
    if (cat->by_product == NULL)
        return EPW_ENOMEM;
    for (size_t i = 0; i < cat->count; i++)
        cat->by_product[i] = &cat->sig[i];
    qsort(cat->by_product, cat->count, sizeof(cat->by_product[0]), compare);
    return EPW_OK;
}

/* The first whose product is not before this one, or past it where after is 1. */
static size_t bound(const struct epw_catalogue *cat, const char *product, int after)
{
    size_t low = 0, high = cat->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(cat->by_product[middle]->product, product) < after)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t epw_catalogue_by_product(const struct epw_catalogue *catalogue, const char *product,
                                const struct epw_signature *const **list)
{
    size_t first = bound(catalogue, product, 0);
    *list = catalogue->by_product + first;
    return bound(catalogue, product, 1) - first;
}
