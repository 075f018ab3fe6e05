/* SPDX-License-Identifier: Apache-2.0 */
#include "output/openers.h"

#include "base/table.h"

#include <stdlib.h>
#include <string.h>

struct key {
    struct epw_ip ip;
    const char *product;
};

struct epw_opener {
    UT_hash_handle hh;
    struct key key;
    struct epw_ip by; /* the first that opened one */
    bool several;
};

static struct epw_opener *find(const struct epw_openers *openers, const char *product,
                               const struct epw_ip *ip)
{
    struct key key;
    struct epw_opener *o;
    memset(&key, 0, sizeof(key)); /* padding is part of what is compared */
    key.ip = *ip;
    key.product = product;
    HASH_FIND(hh, openers->first, &key, sizeof(key), o);
    return o;
}

void epw_openers_note(struct epw_openers *openers, const char *product,
                      const struct epw_flow_record *r)
{
    struct epw_opener *o = find(openers, product, &r->ip[1]);
    if (o != NULL) {
        o->several |= epw_ip_cmp(&o->by, &r->ip[0]) != 0;
        return;
    }
    o = HASH_COUNT(openers->first) >= EPW_OPENERS_MAX ? NULL : calloc(1, sizeof(*o));
    if (o == NULL)
        return;
    o->key.ip = r->ip[1];
    o->key.product = product;
    o->by = r->ip[0];
    HASH_ADD(hh, openers->first, key, sizeof(o->key), o);
    if (!EPW_TABLE_ADDED(o))
        free(o);
}

const struct epw_ip *epw_openers_only(const struct epw_openers *openers, const char *product,
                                      const struct epw_ip *ip)
{
    const struct epw_opener *o = find(openers, product, ip);
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
