/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the analyst has learned, as text that outlives it: one JSON object a
 * line, the first of which tells the version, the last how many there are, so
 * that a file that was cut is known as such. Format: docs/formats.md, State.
 */
#ifndef EPW_ANALYST_STATE_STATE_H
#define EPW_ANALYST_STATE_STATE_H

#include "analyst/audit/audit.h"
#include "analyst/audit/inventory.h"
#include "analyst/knowledge/knowledge.h"
#include "base/err.h"

#include <stdio.h>

/* Changed when a line means something else than before; unknown kinds of lines need no change. */
#define EPW_STATE_VERSION 1

/* The rooms that facts come from and go to. */
struct epw_state_rooms {
    struct epw_knowledge *know;
    struct epw_inventory *inventory;
    struct epw_audit *audit;
};

/* How many facts were taken in, and how many were about what is not loaded (any more). */
struct epw_state_count {
    uint64_t kept, left_out;
};

/* EPW_ENOMEM, EPW_EIO. The stream is flushed, not closed. */
enum epw_err epw_state_save(const struct epw_state_rooms *rooms, FILE *stream);

/*
 * Adds what the stream says to rooms, which may have taken in a part of it
 * when this fails. *diag tells the line and what was expected there.
 * EPW_EFORMAT, EPW_ETRUNC (its end is missing), EPW_EUNSUP (of another
 * version), EPW_EIO, EPW_ENOMEM.
 */
enum epw_err epw_state_load(struct epw_state_rooms *rooms, FILE *stream,
                            struct epw_state_count *count, struct epw_diag *diag);

#endif
