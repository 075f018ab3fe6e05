/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The site file: what the administrator declares of the network. Columns and
 * types: docs/site.md. Read whole or not at all, then immutable.
 */
#ifndef EPW_ANALYST_KNOWLEDGE_SITE_H
#define EPW_ANALYST_KNOWLEDGE_SITE_H

#include "analyst/catalogue/catalogue.h"
#include "base/err.h"
#include "base/ip.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct epw_site;

/*
 * Reads a site file against a catalogue (borrowed for the site's life).
 * Errors go to on_error as "FILE:LINE: column NAME: got 'x', expected ..."
 * with the known values listed; a line given twice is told too, but is no
 * error (code EPW_OK). Nothing is made of a file with an error.
 *
 * EPW_EFORMAT  at least one error was told
 * EPW_ENOENT, EPW_EACCES, EPW_EIO, EPW_ENOMEM
 */
enum epw_err epw_site_load(struct epw_site **site, const char *path,
                           const struct epw_catalogue *catalogue, epw_diag_fn on_error, void *ctx);
void epw_site_free(struct epw_site *site);

/* In all questions below site may be NULL: nothing is declared then. */

bool epw_site_has_internal(const struct epw_site *site);
/* In a network that is declared ours; without any such line: private addresses (RFC 1918, ...). */
bool epw_site_internal(const struct epw_site *site, const struct epw_ip *ip);

bool epw_site_has_deployed(const struct epw_site *site);
bool epw_site_deployed(const struct epw_site *site, const char *product);

/* The address is declared in this role of the product. */
bool epw_site_role(const struct epw_site *site, const struct epw_ip *ip, const char *product,
                   const char *role);
/* Any host, or name, is declared in this role of the product. */
bool epw_site_declares(const struct epw_site *site, const char *product, const char *role);
/* Any address is declared in this role of the product. */
bool epw_site_declares_address(const struct epw_site *site, const char *product, const char *role);
/* The host names declared in this role, one by one; NULL when index is beyond the last. */
const char *epw_site_name_at(const struct epw_site *site, const char *product, const char *role,
                             size_t index);
/* The host name is declared in this role of the product. name: lower case. */
bool epw_site_names(const struct epw_site *site, const char *name, const char *product,
                    const char *role);
/*
 * Whether nothing is declared that could say what two hosts' conversation is:
 * no role of either's address, no host name and no moved port at all.
 */
bool epw_site_is_silent(const struct epw_site *site, const struct epw_ip *a,
                        const struct epw_ip *b);
/* The first of: product and role declared of an address; false when none is. */
bool epw_site_known(const struct epw_site *site, const struct epw_ip *ip, const char **product,
                    const char **role);

/* Any function's ports are replaced. */
bool epw_site_has_moved(const struct epw_site *site);
/* Whether the function's ports are replaced, and then whether this port is one of the new. */
bool epw_site_moved(const struct epw_site *site, const struct epw_signature *sig);
bool epw_site_moved_has(const struct epw_site *site, const struct epw_signature *sig,
                        uint16_t port);
/* The signature's port, at its documented or its new place; false when it is not one of them. */
bool epw_site_has_port(const struct epw_site *site, const struct epw_signature *sig, uint16_t port);
/* The first of the signature's ports, at its documented or its new place; 0: it has none. */
uint16_t epw_site_first_port(const struct epw_site *site, const struct epw_signature *sig);
/* Signatures moved to this port, at most max into list; returns how many. */
size_t epw_site_moved_to(const struct epw_site *site, uint8_t proto, uint16_t port,
                         const struct epw_signature **list, size_t max);
/*
 * The signatures of a port, moved ones at their new place only: at most max
 * into list; returns how many.
 */
size_t epw_site_by_port(const struct epw_site *site, const struct epw_catalogue *catalogue,
                        uint8_t proto, uint16_t port, const struct epw_signature **list,
                        size_t max);

bool epw_site_proxy(const struct epw_site *site, const struct epw_ip *ip);
bool epw_site_scanner(const struct epw_site *site, const struct epw_ip *ip);
/* An accepted deviation: matches either address; kind is the finding's name. */
bool epw_site_ignores(const struct epw_site *site, const char *kind, const char *product,
                      const struct epw_ip *a, const struct epw_ip *b);

#endif
