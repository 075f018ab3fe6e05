/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the reader of a site file (site_load.c) files here for those who ask
 * (site.c): each line under the address prefix, the name or the function that
 * it speaks of. Nothing else includes this.
 */
#ifndef EPW_ANALYST_KNOWLEDGE_SITE_LINES_H
#define EPW_ANALYST_KNOWLEDGE_SITE_LINES_H

#include "analyst/knowledge/site.h"
#include "base/csvfile.h"
#include "base/table.h"

enum epw_site_type {
    EPW_SITE_INTERNAL,
    EPW_SITE_DEPLOYED,
    EPW_SITE_HOST,
    EPW_SITE_NAME,
    EPW_SITE_PORT,
    EPW_SITE_PROXY,
    EPW_SITE_SCANNER,
    EPW_SITE_IGNORE,
    EPW_SITE_TYPES
};

/* What a line says beside the address or name that it is filed under. */
struct epw_site_line {
    struct epw_site_line *next; /* under the same address or name, in file order */
    enum epw_site_type type;
    uint32_t number;     /* of the line in the file */
    const char *product; /* the catalogue's, "" when the line is of every product */
    const char *key;     /* role (the catalogue's) or kind of finding (the rule's), else "" */
};

/* A prefix, a single address included, with its lines. */
struct epw_site_net {
    UT_hash_handle hh;
    struct epw_prefix prefix; /* 17 bytes, no padding: a key as it is */
    struct epw_site_line *first, *last;
    bool holds_internal; /* a network that is declared ours is part of it; known to the check */
};

struct epw_site_host_name {
    UT_hash_handle hh;
    struct epw_site_line *first, *last;
    char name[]; /* lower case */
};

/* A function's new ports; several lines of one function add up. */
struct epw_site_move {
    const char *product, *function; /* the catalogue's */
    uint32_t number;                /* of the line in the file */
    uint8_t proto;
    struct epw_port_range range;
};

/* Moved functions are looked through one by one: more than any product has. */
#define EPW_SITE_MOVES   1024U

#define EPW_SITE_LENGTHS 129 /* of prefixes: 0 to 128 bits */

struct epw_site {
    const struct epw_catalogue *catalogue;
    struct epw_site_net *nets;
    size_t of_length[EPW_SITE_LENGTHS]; /* nets of each prefix length: which to try */
    struct epw_site_host_name *names;
    struct epw_site_line *deployed, *deployed_last;
    struct epw_site_move *move;
    size_t move_count;
    bool *moved; /* by signature: its ports are replaced */
    const struct epw_signature **moved_sig;
    size_t moved_sig_count;
    size_t count[EPW_SITE_TYPES];
};

/*
 * Files a line; next is set here. product and key are kept as they are: the
 * catalogue's and the rules' own texts. False: out of memory.
 */
bool epw_site_add_net(struct epw_site *site, const struct epw_prefix *prefix,
                      const struct epw_site_line *line);
bool epw_site_add_name(struct epw_site *site, const char *text, const struct epw_site_line *line);
bool epw_site_add_deployed(struct epw_site *site, const struct epw_site_line *line);
/* EPW_ENOMEM, EPW_ELIMIT, or EPW_EFORMAT: the function has no signature of that transport. */
enum epw_err epw_site_add_move(struct epw_site *site, const struct epw_site_move *move);

/*
 * Walks the lines that hold a prefix, those of the longest prefixes first.
 * Start with { .bits = prefix.bits + 1 }. NULL: no more.
 */
struct epw_site_walk {
    unsigned bits; /* of the net that line is of */
    const struct epw_site_line *line;
    struct epw_site_net *net;
};
const struct epw_site_line *epw_site_next(const struct epw_site *site, const struct epw_ip *ip,
                                          struct epw_site_walk *walk);

/*
 * Looks for lines that contradict each other, once all were filed: site_check.c.
 * What cannot be is told as an error, what is probably a mistake as a warning.
 */
void epw_site_check(struct epw_site *site, struct epw_csv *csv);

/* Whether the move is of this signature. */
bool epw_site_move_is_of(const struct epw_site_move *move, const struct epw_signature *sig);

#endif
