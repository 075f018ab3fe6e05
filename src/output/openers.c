/* SPDX-License-Identifier: Apache-2.0 */
#include "output/openers.h"

#include "base/hash.h"
#include "base/table.h"

#include <stdlib.h>
#include <string.h>

/* No padding: the key is compared as bytes. */
struct key {
    struct epw_ip ip;
    uint64_t product; /* hash of its id */
};

struct epw_opener {
    UT_hash_handle hh;
    struct key key;
    struct epw_ip by; /* the first that opened one */
    bool several;
};

static unsigned make_key(const struct epw_openers *openers, const char *product,
                         const struct epw_ip *ip, struct key *key)
{
    *key = (struct key){ *ip, epw_hash(product, strlen(product), openers->seed) };
    return (unsigned)epw_hash(key, sizeof(*key), openers->seed);
}

static struct epw_opener *find(const struct epw_openers *openers, const struct key *key,
                               unsigned hash)
{
    struct epw_opener *o;
    HASH_FIND_BYHASHVALUE(hh, openers->first, key, sizeof(*key), hash, o);
    return o;
}

enum epw_err epw_openers_note(struct epw_openers *openers, const char *product,
                              const struct epw_flow_record *r)
{
    struct key key;
    unsigned hash = make_key(openers, product, &r->ip[1], &key);
    struct epw_opener *o = find(openers, &key, hash);
    if (o != NULL) {
        o->several |= epw_ip_cmp(&o->by, &r->ip[0]) != 0;
        return EPW_OK;
    }
    if (HASH_COUNT(openers->first) >= EPW_OPENERS_MAX)
        return EPW_ELIMIT;
    o = calloc(1, sizeof(*o));
    if (o == NULL)
        return EPW_ENOMEM;
    o->key = key;
    o->by = r->ip[0];
    HASH_ADD_BYHASHVALUE(hh, openers->first, key, sizeof(o->key), hash, o);
    if (EPW_TABLE_ADDED(o))
        return EPW_OK;
    free(o);
    return EPW_ENOMEM;
}

const struct epw_ip *epw_openers_only(const struct epw_openers *openers, const char *product,
                                      const struct epw_ip *ip)
{
    struct key key;
    unsigned hash = make_key(openers, product, ip, &key);
    const struct epw_opener *o = find(openers, &key, hash);
    return o == NULL || o->several ? NULL : &o->by;
}

void epw_openers_free(struct epw_openers *openers)
{
    struct epw_opener *o, *next;
    HASH_ITER (hh, openers->first, o, next) {
        HASH_DEL(openers->first, o);
        free(o);
    }
}
