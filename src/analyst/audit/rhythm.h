/* SPDX-License-Identifier: Apache-2.0 */
/* The rhythm of one agent's conversations: turns, and the times between them. */
#ifndef EPW_ANALYST_AUDIT_RHYTHM_H
#define EPW_ANALYST_AUDIT_RHYTHM_H

#include <stdbool.h>
#include <stdint.h>

/* Starts kept: the newest tell the rhythm. */
#define EPW_RHYTHM_STARTS 64

/* Conversations closer than this are one turn: agents open several at once. */
#define EPW_RHYTHM_TURN_NS (10 * 1000000000LL)

/* Turns that make a rhythm, when none is longer apart than twice the closest. */
#define EPW_RHYTHM_TURNS 5

/* Zero is an empty one. */
struct epw_rhythm {
    uint32_t count, room;
    int64_t *start; /* room of them: most agents are seen a few times only */
};

/* When a conversation began; in any order. False: no memory, it is not kept. */
bool epw_rhythm_add(struct epw_rhythm *rhythm, int64_t start_ns);
void epw_rhythm_free(struct epw_rhythm *rhythm);
/*
 * The longest time between two turns, 0 when there are not two. *steady (may
 * be NULL): it kept a rhythm.
 */
int64_t epw_rhythm_longest(struct epw_rhythm *rhythm, bool *steady);

#endif
