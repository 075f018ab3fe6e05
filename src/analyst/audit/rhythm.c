/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/rhythm.h"

#include <stdlib.h>
#include <string.h>

void epw_rhythm_add(struct epw_rhythm *rhythm, int64_t start_ns)
{
    if (rhythm->count == EPW_RHYTHM_STARTS) {
        memmove(rhythm->start, rhythm->start + EPW_RHYTHM_STARTS / 2, sizeof(rhythm->start) / 2);
        rhythm->count /= 2;
    }
    rhythm->start[rhythm->count++] = start_ns;
}

static int by_time(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

int64_t epw_rhythm_longest(struct epw_rhythm *rhythm, bool *steady)
{
    int64_t shortest = INT64_MAX, longest = 0, turn = 0;
    size_t turns = 0;
    qsort(rhythm->start, rhythm->count, sizeof(rhythm->start[0]), by_time);
    for (size_t i = 0; i < rhythm->count; i++) {
        int64_t gap = rhythm->start[i] - turn;
        if (i != 0 && gap < EPW_RHYTHM_TURN_NS)
            continue;
        if (turns++ != 0) {
            shortest = gap < shortest ? gap : shortest;
            longest = gap > longest ? gap : longest;
        }
        turn = rhythm->start[i];
    }
    if (steady != NULL)
        *steady = turns >= EPW_RHYTHM_TURNS && longest <= 2 * shortest;
    return longest;
}
