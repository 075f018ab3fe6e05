/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A flow record in as few bytes as are worth the time: most of its numbers are
 * small, and most flows have no texts. A third of a copy, of which many wait.
 */
#ifndef EPW_ANALYST_RECORD_PACK_H
#define EPW_ANALYST_RECORD_PACK_H

#include "meter/flow_record.h"

#include <stddef.h>

/* Read beyond a packed record, never used: the last bytes of memory are not for one. */
#define EPW_PACK_SLACK 8

/* Room to take it apart; the texts stay where they are packed. */
struct epw_unpacked {
    struct epw_flow_record record;
    struct epw_evidence evidence;
    struct epw_flow_name name[EPW_FLOW_NAMES];
};

/* Bytes that it takes at most; a record has EPW_FLOW_NAMES names, or fewer. */
size_t epw_record_pack_max(const struct epw_flow_record *record);
/* Returns the bytes taken at `at`. */
size_t epw_record_pack(const struct epw_flow_record *record, unsigned char *at);
/* into->record is what was packed, with its evidence; it lives as long as both. */
void epw_record_unpack(const unsigned char *at, struct epw_unpacked *into);

#endif
