/* SPDX-License-Identifier: Apache-2.0 */
/* Who opened conversations of a product with an address: one host alone, or several. */
#ifndef EPW_OUTPUT_OPENERS_H
#define EPW_OUTPUT_OPENERS_H

#include "base/err.h"
#include "meter/flow_record.h"

/* Addresses remembered, some 100 bytes each; of others nothing is known (limits.openers). */
#define EPW_OPENERS_MAX 65536

struct epw_opener;

/* Start with { .seed = ... }, end with epw_openers_free(). */
struct epw_openers {
    uint64_t seed;
    struct epw_opener *first;
};

/* EPW_ELIMIT: there are too many, it is not noted. EPW_ENOMEM. */
enum epw_err epw_openers_note(struct epw_openers *openers, const char *product,
                              const struct epw_flow_record *record);
/* The one that opened all of the product's conversations with ip; NULL: several, or not known. */
const struct epw_ip *epw_openers_only(const struct epw_openers *openers, const char *product,
                                      const struct epw_ip *ip);
void epw_openers_free(struct epw_openers *openers);

#endif
