/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The catalogue: all signatures, read once, then immutable. Look-ups cost the
 * same for ten signatures and for a hundred thousand.
 */
#ifndef EPW_ANALYST_CATALOGUE_CATALOGUE_H
#define EPW_ANALYST_CATALOGUE_CATALOGUE_H

#include "analyst/catalogue/signature.h"
#include "base/err.h"

struct epw_catalogue;

/*
 * Reads CSV files, or all *.csv of a folder in name order. Every error is told
 * to on_error as "FILE:LINE: column NAME: what, expected what"; reading goes on
 * so that all are seen, but the result is made only when there was none.
 *
 * EPW_EFORMAT  at least one error was told
 * EPW_ENOENT, EPW_EACCES, EPW_EIO  a path could not be read (told too)
 * EPW_ENOMEM
 */
enum epw_err epw_catalogue_load(struct epw_catalogue **catalogue, const char *const *paths,
                                size_t path_count, epw_diag_fn on_error, void *ctx);
void epw_catalogue_free(struct epw_catalogue *catalogue);

size_t epw_catalogue_count(const struct epw_catalogue *catalogue);
/* index < count; in file order. Valid until the catalogue is freed, like all below. */
const struct epw_signature *epw_catalogue_at(const struct epw_catalogue *catalogue, size_t index);
/* NULL when there is none of that id. */
const struct epw_signature *epw_catalogue_find(const struct epw_catalogue *catalogue,
                                               const char *id);

/*
 * The signatures of a responder port, in file order: returns how many and
 * points *list at them (valid until the catalogue is freed).
 */
size_t epw_catalogue_by_port(const struct epw_catalogue *catalogue, uint8_t proto, uint16_t port,
                             const struct epw_signature *const **list);

/*
 * Those of them that something else than a name could decide: the rest need a
 * name of their own, or never label and are known by names. In file order.
 */
size_t epw_catalogue_unnamed(const struct epw_catalogue *catalogue, uint8_t proto, uint16_t port,
                             const struct epw_signature *const **list);

/*
 * What a port's signatures are like, told at one look, as bits: most flows are of ports that have
 * none, or none that could decide anything.
 */
enum epw_port_trait {
    EPW_PORT_ROWS = 1, /* it has any */
    /* Of those that something else than a name could decide: */
    EPW_PORT_UNNAMED = 2,
    EPW_PORT_OWN = 4,     /* the port alone may, or the network that an address is in */
    EPW_PORT_MANAGER = 8, /* the initiator's role may */
    EPW_PORT_CROWD = 16,  /* there are more of them than EPW_PORT_MANY */
};
#define EPW_PORT_MANY 128
unsigned epw_catalogue_port(const struct epw_catalogue *catalogue, uint8_t proto, uint16_t port);

/* The signatures of a product (id), in file order; as above. */
size_t epw_catalogue_by_product(const struct epw_catalogue *catalogue, const char *product,
                                const struct epw_signature *const **list);

/*
 * The signatures one of whose name masks the name matches, in file order, at
 * most max of them into list; returns how many there are. name: lower case,
 * no trailing dot. One pass over the name's labels, whatever the catalogue's size.
 */
size_t epw_catalogue_by_name(const struct epw_catalogue *catalogue, const char *name,
                             const struct epw_signature **list, size_t max);
/* The same; *mask of each (max of them; may be NULL) is its first mask that matches. */
size_t epw_catalogue_by_mask(const struct epw_catalogue *catalogue, const char *name,
                             const struct epw_signature **list, const char **mask, size_t max);

/* Only a name could decide it, or refute it. */
bool epw_signature_by_name(const struct epw_signature *sig);
/* Whether the signature has a mask that the name matches; *mask (may be NULL) is that mask. */
bool epw_signature_names(const struct epw_signature *sig, const char *name, const char **mask);
bool epw_signature_has_port(const struct epw_signature *sig, uint16_t port);

#endif
