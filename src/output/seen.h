/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses that were counted already, each once for each thing it is counted for. */
#ifndef EPW_OUTPUT_SEEN_H
#define EPW_OUTPUT_SEEN_H

#include "base/err.h"
#include "base/ip.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Addresses remembered in all, 8 MiB: a scan with forged senders must not fill the memory. A
 * network has fewer hosts than that.
 */
#define EPW_SEEN_MAX 500000

/* Start with { .seed = ... }, end with epw_seen_free(). */
struct epw_seen {
    uint64_t seed;
    uint64_t *slot; /* hashes; 0: free */
    size_t mask;    /* slots less one */
    size_t count;
    uint64_t missed; /* times that an address was not remembered, nor counted, as too many are */
};

/*
 * *fresh: the address was not given before with this `of` and side. `of` is any number that stays
 * the same and is nobody else's. EPW_ENOMEM: *fresh is false.
 */
enum epw_err epw_seen_add(struct epw_seen *seen, uint64_t of, unsigned side,
                          const struct epw_ip *ip, bool *fresh);
/* Whether it was added. */
bool epw_seen_has(const struct epw_seen *seen, uint64_t of, unsigned side, const struct epw_ip *ip);
void epw_seen_free(struct epw_seen *seen);

#endif
