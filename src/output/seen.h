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
 * Addresses remembered in all, about 100 bytes each: a scan with forged
 * senders must not fill the memory. A network has fewer hosts than that.
 */
#define EPW_SEEN_MAX 500000

struct epw_seen_host;

/* Start with { .seed = ... }, end with epw_seen_free(). */
struct epw_seen {
    uint64_t seed;
    struct epw_seen_host *hosts;
    bool full; /* an address was not remembered, nor counted, because too many are */
};

/*
 * *fresh: the address was not given before with this `of` and side. `of` is
 * any address that stays the same. EPW_ENOMEM: *fresh is false.
 */
enum epw_err epw_seen_add(struct epw_seen *seen, const void *of, unsigned side,
                          const struct epw_ip *ip, bool *fresh);
void epw_seen_free(struct epw_seen *seen);

#endif
