/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping a flow record beyond the call that brought it. */
#ifndef EPW_ANALYST_RECORD_COPY_H
#define EPW_ANALYST_RECORD_COPY_H

#include "meter/flow_record.h"

#include <stddef.h>

/*
 * A copy with its evidence and all strings in one block of memory: free() it.
 * NULL when out of memory.
 */
struct epw_flow_record *epw_record_copy(const struct epw_flow_record *record);

/* The same in memory of the caller's: at is aligned as malloc() does, and has copy_len bytes. */
size_t epw_record_copy_len(const struct epw_flow_record *record);
struct epw_flow_record *epw_record_copy_to(const struct epw_flow_record *record, void *at);

#endif
