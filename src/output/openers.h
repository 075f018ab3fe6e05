/* SPDX-License-Identifier: Apache-2.0 */
/* Who opened conversations of a product with an address: one host alone, or several. */
#ifndef EPW_OUTPUT_OPENERS_H
#define EPW_OUTPUT_OPENERS_H

#include "meter/flow_record.h"

/* Addresses remembered, some 100 bytes each; of others nothing is known. */
#define EPW_OPENERS_MAX 65536

struct epw_opener;

/* Zero is an empty one. */
struct epw_openers {
    struct epw_opener *first;
};

/* product: a text that outlives the list, compared by its address. */
void epw_openers_note(struct epw_openers *openers, const char *product,
                      const struct epw_flow_record *record);
/* The one that opened all of the product's conversations with ip; NULL: several, or not known. */
const struct epw_ip *epw_openers_only(const struct epw_openers *openers, const char *product,
                                      const struct epw_ip *ip);
void epw_openers_free(struct epw_openers *openers);

#endif
