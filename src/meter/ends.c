/* SPDX-License-Identifier: Apache-2.0 */
/*
 * At the end of a run most flows lie in the table as they began: the few that do not are sorted and
 * put between them. Others end spread over time, so their stamps tell nearly where each belongs:
 * they are dealt out to buckets of some flows each, in which little is left to sort. Where they are
 * not spread, a bucket with many is sorted as qsort() does it.
 */
#include "meter/ends.h"

#include "meter/flow/table.h"

#include <stdlib.h>
#include <string.h>

/* Fewer are not worth the trouble. */
#define FEW 64u
/* Flows of a bucket, were they spread evenly. */
#define OF_BUCKET 4u
/* Of so many flows one may be out of place, else all are dealt out. */
#define LATE_OF 8u
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

static void insert(struct epw_ending_flow *ends, size_t i)
{
    const struct epw_ending_flow one = ends[i];
    size_t at = i;
    for (; at > 0 && by_place(&ends[at - 1], &one) > 0; at--)
        ends[at] = ends[at - 1];
    ends[at] = one;
}

static void sort_bucket(struct epw_ending_flow *ends, size_t count)
{
    if (count > INSERTED_MAX) {
        qsort(ends, count, sizeof(*ends), by_place);
        return;
    }
    for (size_t i = 1; i < count; i++)
        insert(ends, i);
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

static void deal_out(struct epw_ending_flow *ends, size_t count)
{
    if (count < FEW) {
        sort_bucket(ends, count);
        return;
    }
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

/*
 * Those that end later than what is behind them, up to so many, are taken out; the others come in
 * order to the end of the array. One step back is no reason to be taken: flows of one stamp lie as
 * they came, and end by id. Returns how many were taken, or SIZE_MAX: too many, all are to be
 * sorted.
 */
static size_t take_late(struct epw_ending_flow *ends, size_t count, struct epw_ending_flow *late,
                        size_t room)
{
    size_t taken = 0, first = count, left = count;
    for (; left > 0 && taken < room; left--) {
        const struct epw_ending_flow one = ends[left - 1];
        if (first == count || by_place(&one, &ends[first]) <= 0) {
            ends[--first] = one;
        } else if (first + 1 == count || by_place(&one, &ends[first + 1]) <= 0) {
            ends[first - 1] = ends[first];
            ends[first--] = one;
        } else {
            late[taken++] = one;
        }
    }
    if (left != 0)
        memcpy(ends + left, late, taken * sizeof(*late));
    return left != 0 ? SIZE_MAX : taken;
}

/* Puts them back, in order, to the others behind them. */
static void merge(struct epw_ending_flow *ends, size_t count, const struct epw_ending_flow *late,
                  size_t taken)
{
    for (size_t to = 0, from = taken, next = 0; next < taken; to++)
        if (from < count && by_place(&ends[from], &late[next]) < 0)
            ends[to] = ends[from++];
        else
            ends[to] = late[next++];
}

void epw_ends_sort(struct epw_ending_flow *ends, size_t count)
{
    size_t room = count < FEW ? 0 : count / LATE_OF, taken = SIZE_MAX;
    struct epw_ending_flow *late = room == 0 ? NULL : malloc(room * sizeof(*late));
    if (late != NULL)
        taken = take_late(ends, count, late, room);
    if (taken == SIZE_MAX) {
        deal_out(ends, count);
    } else {
        deal_out(late, taken);
        merge(ends, count, late, taken);
    }
    free(late);
}
