/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a keeper: it turns what one room has learned into facts, and
 * facts into what the room knows. A keeper is one file keep_NAME.c and one
 * line in state.c.
 */
#ifndef EPW_ANALYST_STATE_KEEPER_H
#define EPW_ANALYST_STATE_KEEPER_H

#include "analyst/state/state.h"
#include "base/ip.h"

#include <jansson.h>

struct epw_state_out;

struct epw_keeper {
    const char *kind; /* a line is {"kind": fact} */
    void (*save)(const struct epw_state_rooms *rooms, struct epw_state_out *out);
    /*
     * EPW_EFORMAT: not a fact of this kind. EPW_ENOENT: about a signature or a
     * role that is not loaded: it is left out. EPW_ENOMEM.
     */
    enum epw_err (*load)(struct epw_state_rooms *rooms, json_t *fact);
};

/* Writes a fact, and takes it over. NULL: there was no memory for it, which save() then tells. */
void epw_state_put(struct epw_state_out *out, const char *kind, json_t *fact);

/* The address that fact[key] is; false: it is none. */
bool epw_state_ip(json_t *fact, const char *key, struct epw_ip *ip);
/* A new reference, NULL without memory. */
json_t *epw_state_ip_text(const struct epw_ip *ip);

#endif
