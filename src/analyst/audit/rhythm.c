/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/rhythm.h"

#include <stdlib.h>
#include <string.h>

/* The first room; doubled while it is full, up to EPW_RHYTHM_STARTS. */
#define ROOM_MIN 4

static bool grow(struct epw_rhythm *rhythm)
{
    uint32_t room = rhythm->room == 0 ? ROOM_MIN : 2 * rhythm->room;
    int64_t *start = realloc(rhythm->start, room * sizeof(*start));
    if (start == NULL)
        return false;
    rhythm->start = start;
    rhythm->room = room;
    return true;
}

bool epw_rhythm_add(struct epw_rhythm *rhythm, int64_t start_ns)
{
    if (rhythm->count == EPW_RHYTHM_STARTS) {
        rhythm->count /= 2;
        memmove(rhythm->start, rhythm->start + rhythm->count,
                rhythm->count * sizeof(rhythm->start[0]));
    }
    if (rhythm->count == rhythm->room && !grow(rhythm))
        return false;
    rhythm->start[rhythm->count++] = start_ns;
    return true;
}

void epw_rhythm_free(struct epw_rhythm *rhythm)
{
    free(rhythm->start);
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
    if (rhythm->count != 0)
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
