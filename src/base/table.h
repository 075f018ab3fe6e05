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

/*
 * The chain that doubles the buckets (16 bytes each). uthash's own 10 comes to two or three items
 * in a bucket, and every one that a search passes is memory that no cache had. 5 comes to one in
 * two or three; so that a full table, where items come and go, does not grow on for chance's sake,
 * 10 stays where half of the buckets must be empty. An expression, as there is no other hook:
 * uthash asks where it put the item at the chain's head.
 */
#undef HASH_BKT_CAPACITY_THRESH
#define HASH_BKT_CAPACITY_THRESH                                                                   \
    (_ha_head->hh_head->tbl->num_buckets < 2 * _ha_head->hh_head->tbl->num_items ? 5U : 10U)

#define EPW_TABLE_ADDED(item) ((item)->hh.tbl != NULL)

#endif
