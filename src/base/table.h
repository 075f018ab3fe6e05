/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uthash as epwatch uses it: running out of memory is no exit. After an add,
 * EPW_TABLE_ADDED(item) tells whether the item is in the table. Hash values
 * are computed by the caller with epw_hash() and the run's seed, and given to
 * the ..._BYHASHVALUE macros, so that nobody outside can choose colliding keys.
 */
#ifndef EPW_BASE_TABLE_H
#define EPW_BASE_TABLE_H

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#define EPW_TABLE_ADDED(item) ((item)->hh.tbl != NULL)

#endif
