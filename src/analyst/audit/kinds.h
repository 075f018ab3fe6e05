/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the catalogue documents of roles: every (product, role) with the
 * functions it takes part in. Made once, so that a flow finds its own by index.
 */
#ifndef EPW_ANALYST_AUDIT_KINDS_H
#define EPW_ANALYST_AUDIT_KINDS_H

#include "analyst/catalogue/catalogue.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct epw_kind_function {
    const char *function;
    bool expected; /* could be seen of a current product on a network: not obsolete, not
                      localhost-only, no infrastructure that nothing labels */
};

/* Texts belong to the catalogue. */
struct epw_kind {
    const char *product, *role;
    bool neighbour;
    size_t function_count;
    const struct epw_kind_function *function; /* by id */
};

struct epw_kinds;

/* catalogue is borrowed for life. EPW_ENOMEM. */
enum epw_err epw_kinds_new(struct epw_kinds **kinds, const struct epw_catalogue *catalogue);
void epw_kinds_free(struct epw_kinds *kinds);

/*
 * The kind that a side of the signature has (0 initiator, 1 responder), and
 * which of its functions the signature is of; NULL when the role is not stated.
 */
const struct epw_kind *epw_kinds_of(const struct epw_kinds *kinds, const struct epw_signature *sig,
                                    unsigned side, size_t *function);

#endif
