/* SPDX-License-Identifier: Apache-2.0 */
#include "output/seen.h"

#include "base/hash.h"
#include "base/table.h"

#include <stdlib.h>

/* No padding: the key is compared as bytes. */
struct key {
    const void *of;
    struct epw_ip ip;
    uint64_t side;
};

struct epw_seen_host {
    struct key key;
    UT_hash_handle hh;
};

enum epw_err epw_seen_add(struct epw_seen *seen, const void *of, unsigned side,
                          const struct epw_ip *ip, bool *fresh)
{
    struct key key = { .of = of, .ip = *ip, .side = side };
    unsigned hash = (unsigned)epw_hash(&key, sizeof(key), seen->seed);
    struct epw_seen_host *host;
    *fresh = false;
    HASH_FIND_BYHASHVALUE(hh, seen->hosts, &key, sizeof(key), hash, host);
    if (host != NULL)
        return EPW_OK;
    if (HASH_COUNT(seen->hosts) >= EPW_SEEN_MAX) {
        seen->full = true;
        return EPW_OK;
    }
    host = calloc(1, sizeof(*host));
    if (host == NULL)
        return EPW_ENOMEM;
    host->key = key;
    HASH_ADD_BYHASHVALUE(hh, seen->hosts, key, sizeof(host->key), hash, host);
    if (!EPW_TABLE_ADDED(host)) {
        free(host);
        return EPW_ENOMEM;
    }
    *fresh = true;
    return EPW_OK;
}

void epw_seen_free(struct epw_seen *seen)
{
    struct epw_seen_host *host, *next;
    HASH_ITER (hh, seen->hosts, host, next) {
        HASH_DEL(seen->hosts, host);
        free(host);
    }
}
