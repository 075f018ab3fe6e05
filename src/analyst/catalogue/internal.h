/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the catalogue's own files share: the immutable set, the arena its texts
 * live in, host name masks, and the loader that rows report to. Nothing
 * outside this folder includes it, but its fuzz target.
 */
#ifndef EPW_ANALYST_CATALOGUE_INTERNAL_H
#define EPW_ANALYST_CATALOGUE_INTERNAL_H

#include "analyst/catalogue/catalogue.h"
#include "base/csvfile.h"

#include <stdio.h>

/* A failed insertion marks what was to be inserted; the caller looks and gives up. */
#define HASH_NONFATAL_OOM        1
#define uthash_nonfatal_oom(elt) ((elt)->lost = true)
#include <uthash.h>

/*
 * Limits. They are far above what people write and keep a file that is not a
 * signature file, or a hostile one, from taking the machine's memory.
 */
#define EPW_CAT_MAX_ROWS     1000000U
#define EPW_CAT_MAX_NAMES    1024U /* masks of a row; they are compared one by one on a hit */
#define EPW_CAT_MAX_RANGES   64U   /* port ranges of a row */
#define EPW_CAT_MAX_NETWORKS 1024U
#define EPW_CAT_MAX_IDS      64U        /* document rows that one signature covers */
#define EPW_CAT_MAX_ENTRIES  (8U << 20) /* ports times signatures: 64 MiB of index */

/* Memory that is given back all at once; grows in chunks. Zero is an empty one. */
struct epw_arena {
    struct epw_arena_chunk *head;
};

/* Zeroed, aligned for anything; NULL when out of memory. */
void *epw_arena_alloc(struct epw_arena *arena, size_t len);
/* A NUL-terminated copy; NULL when out of memory. */
const char *epw_arena_text(struct epw_arena *arena, const char *text, size_t len);
void epw_arena_free(struct epw_arena *arena);

/* The signature of an id. In the arena. */
struct epw_cat_id {
    const char *id;
    size_t index;
    bool lost; /* uthash had no memory for it */
    UT_hash_handle hh;
};

/* A text that many signatures share. In the arena. */
struct epw_cat_text {
    const char *text;
    bool lost;
    UT_hash_handle hh;
};

struct epw_cat_suffix; /* names.c */

#define EPW_CAT_PROTOS 2 /* tcp, udp */
#define EPW_CAT_PORTS  65536

/* The signatures of port p: list[first[p] .. first[p + 1]). */
struct epw_cat_ports {
    const struct epw_signature **list;
    uint32_t *first;
};

struct epw_catalogue {
    struct epw_arena arena;
    struct epw_signature *sig;
    size_t count, cap;
    struct epw_cat_id *ids;
    struct epw_cat_text *texts;
    struct epw_cat_suffix *names;
    struct epw_cat_ports by_port[EPW_CAT_PROTOS];
    const struct epw_signature **by_product; /* count of them: by product, then in file order */
    struct epw_cat_ports unnamed[EPW_CAT_PROTOS];  /* without those that only a name decides */
    uint8_t traits[EPW_CAT_PROTOS][EPW_CAT_PORTS]; /* enum epw_port_trait */
};

/* A load under way. */
struct epw_cat_loader {
    struct epw_catalogue *cat;
    struct epw_csv csv; /* csv.file is in the arena */
};

#define EPW_CAT_COLUMNS 21

/* The header's words, in order. */
extern const char *const epw_cat_column[EPW_CAT_COLUMNS];

/* *load must stay where it is: its csv points to it. */
void epw_cat_loader_start(struct epw_cat_loader *load, struct epw_catalogue *cat,
                          epw_diag_fn on_error, void *ctx);
/* Checks a row of EPW_CAT_COLUMNS cells, telling of every wrong one, and adds its signature. */
void epw_cat_row(struct epw_cat_loader *load, const struct epw_csv_cell *cell);
/* Builds the indexes; after that the catalogue is immutable. EPW_ENOMEM, EPW_ELIMIT. */
enum epw_err epw_cat_index_ports(struct epw_catalogue *cat);
enum epw_err epw_cat_index_products(struct epw_catalogue *cat);
enum epw_err epw_cat_index_names(struct epw_catalogue *cat);
void epw_cat_names_free(struct epw_catalogue *cat);

/*
 * Host name masks. A mask is labels of [a-z0-9_-], '*' (any characters) and '?'
 * (one character) inside a label; a leading "*." is one or more labels. The
 * last two labels are literal, so that no mask speaks for a whole top level.
 */
#define EPW_CAT_LITERAL_TAIL 2 /* labels: "*.com" would be everybody's */
bool epw_mask_valid(const char *mask);
/* name: lower case, no trailing dot. */
bool epw_mask_match(const char *mask, const char *name);
/* The longest tail of whole labels without '*' and '?'. */
const char *epw_mask_tail(const char *mask);

#endif
