/* SPDX-License-Identifier: Apache-2.0 */
/*
 * At the end of a run most flows lie in the table as they began, and few have to be moved. Others
 * end spread over time, so their stamps tell nearly where each belongs: they are dealt out to
 * buckets of some flows each, in which little is left to sort. Where they are not spread, a bucket
 * with many is sorted as qsort() does it.
 */
#include "meter/ends.h"

#include "meter/flow/table.h"

#include <stdlib.h>
#include <string.h>

/* Fewer are not worth the buckets. */
#define FEW 64u
/* Flows of a bucket, were they spread evenly. */
#define OF_BUCKET 4u
/* One step for so many flows is less than dealing them out; more would be in vain. */
#define MOVED 4u
/* More than these qsort() sorts better. */
#define INSERTED_MAX 16u

static int by_place(const void *a, const void *b)
{
    const struct epw_ending_flow *x = a, *y = b;
    if (x->ns != y->ns)
        return x->ns < y->ns ? -1 : 1;
    uint64_t p = epw_flow_cold(x->flow)->id, q = epw_flow_cold(y->flow)->id;
    return (p > q) - (p < q);
}

/* Moves each back to its place until that took more steps than this; false: some are left. */
static bool insert_all(struct epw_ending_flow *ends, size_t count, size_t steps)
{
    for (size_t i = 1; i < count; i++) {
        if (ends[i - 1].ns < ends[i].ns)
            continue;
        const struct epw_ending_flow one = ends[i];
        size_t at = i;
        for (; at > 0 && by_place(&ends[at - 1], &one) > 0; at--)
            ends[at] = ends[at - 1];
        ends[at] = one;
        if (i - at > steps)
            return false;
        steps -= i - at;
    }
    return true;
}

static void sort_bucket(struct epw_ending_flow *ends, size_t count)
{
    if (count > INSERTED_MAX)
        qsort(ends, count, sizeof(*ends), by_place);
    else
        insert_all(ends, count, SIZE_MAX);
}

/* Buckets are 1 << shift nanoseconds from least on, last of them the one of the latest stamp. */
struct spread {
    uint64_t least;
    unsigned shift;
    size_t last;
};

static struct spread spread_of(const struct epw_ending_flow *ends, size_t count)
{
    int64_t least = ends[0].ns, most = ends[0].ns;
    for (size_t i = 1; i < count; i++) {
        least = ends[i].ns < least ? ends[i].ns : least;
        most = ends[i].ns > most ? ends[i].ns : most;
    }
    struct spread spread = { .least = (uint64_t)least };
    uint64_t span = (uint64_t)most - (uint64_t)least;
    while (span >> spread.shift >= count / OF_BUCKET)
        spread.shift++;
    spread.last = (size_t)(span >> spread.shift);
    return spread;
}

static size_t bucket_of(const struct spread *spread, const struct epw_ending_flow *ending)
{
    return (size_t)(((uint64_t)ending->ns - spread->least) >> spread->shift);
}

/* from: room for the buckets and one more, zeros. */
static void deal(const struct spread *spread, const struct epw_ending_flow *ends, size_t count,
                 uint32_t *from, struct epw_ending_flow *dealt)
{
    for (size_t i = 0; i < count; i++)
        from[bucket_of(spread, &ends[i]) + 1]++;
    for (size_t b = 1; b <= spread->last; b++)
        from[b] += from[b - 1];
    for (size_t i = 0; i < count; i++)
        dealt[from[bucket_of(spread, &ends[i])]++] = ends[i];
    /* Each is where the next begins now. */
    for (size_t b = 0, begin = 0; b <= spread->last; begin = from[b++])
        sort_bucket(dealt + begin, from[b] - begin);
}

void epw_ends_sort(struct epw_ending_flow *ends, size_t count)
{
    if (count < FEW) {
        sort_bucket(ends, count);
        return;
    }
    if (insert_all(ends, count, count / MOVED))
        return;
    const struct spread spread = spread_of(ends, count);
    struct epw_ending_flow *dealt = malloc(count * sizeof(*dealt));
    uint32_t *from = calloc(spread.last + 2, sizeof(*from));
    if (dealt == NULL || from == NULL) {
        qsort(ends, count, sizeof(*ends), by_place);
    } else {
        deal(&spread, ends, count, from, dealt);
        memcpy(ends, dealt, count * sizeof(*ends));
    }
    free(dealt);
    free(from);
}
