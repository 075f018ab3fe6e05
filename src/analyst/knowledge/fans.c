/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/knowledge/fans.h"

#include "base/hash.h"

#include <stdlib.h>
#include <utlist.h>

struct fan {
    struct fan *after;       /* the next older one of the address */
    struct fan *prev, *next; /* of all, the oldest first */
    struct host *host;
    uint16_t port;
    uint8_t proto, fan;
    uint32_t count;
    uint32_t peer[EPW_FAN_PEERS]; /* hashes */
};

/* Of one address: it has few, and they are asked for with everything else of it. */
struct host {
    struct fan *newest;
    uint32_t count;
};

struct epw_fans {
    uint64_t seed;
    struct epw_stats *stats;
    struct epw_addresses *addresses;
    size_t place; /* of struct host */
    struct fan *all;
    uint32_t count;
};

static void forget(struct epw_fans *fans, struct fan *f)
{
    struct fan **at = &f->host->newest;
    while (*at != f)
        at = &(*at)->after;
    *at = f->after;
    f->host->count--;
    DL_DELETE(fans->all, f);
    fans->count--;
    free(f);
}

static void drop(void *ctx, void *part)
{
    struct host *host = part;
    while (host->newest != NULL)
        forget(ctx, host->newest);
}

enum epw_err epw_fans_new(struct epw_fans **fans, struct epw_addresses *addresses, uint64_t seed,
                          struct epw_stats *stats)
{
    struct epw_fans *made = calloc(1, sizeof(*made));
    *fans = made;
    if (made == NULL)
        return EPW_ENOMEM;
    const struct epw_address_part part = { .size = sizeof(struct host), .drop = drop, .ctx = made };
    made->seed = seed;
    made->stats = stats;
    made->addresses = addresses;
    made->place = epw_addresses_add(addresses, &part);
    return EPW_OK;
}

void epw_fans_free(struct epw_fans *fans)
{
    free(fans);
}

static struct fan *find(const struct host *host, enum epw_fan fan, uint8_t proto, uint16_t port)
{
    struct fan *f = host == NULL ? NULL : host->newest;
    while (f != NULL && (f->port != port || f->fan != fan || f->proto != proto))
        f = f->after;
    return f;
}

static struct fan *oldest_of(const struct host *host)
{
    struct fan *f = host->newest;
    while (f->after != NULL)
        f = f->after;
    return f;
}

static struct fan *add(struct epw_fans *fans, struct host *host)
{
    uint32_t before = fans->count;
    if (host->count == EPW_FANS_OF_HOST)
        forget(fans, oldest_of(host));
    else if (fans->count == EPW_FANS_MAX)
        forget(fans, fans->all);
    fans->stats->limited[EPW_LIMIT_FANS] += fans->count != before;
    struct fan *f = calloc(1, sizeof(*f));
    if (f == NULL) {
        fans->stats->limited[EPW_LIMIT_MEMORY]++;
        return NULL;
    }
    f->host = host;
    f->after = host->newest;
    host->newest = f;
    host->count++;
    DL_APPEND(fans->all, f);
    fans->count++;
    return f;
}

void epw_fans_add(struct epw_fans *fans, enum epw_fan fan, const struct epw_ip *ip, uint8_t proto,
                  uint16_t port, const struct epw_ip *peer)
{
    struct host *host = epw_addresses_get(fans->addresses, fans->place, ip);
    struct fan *f = find(host, fan, proto, port);
    if (f == NULL && host != NULL)
        f = add(fans, host);
    if (f == NULL || f->count == EPW_FAN_PEERS)
        return;
    f->port = port;
    f->proto = proto;
    f->fan = (uint8_t)fan;
    f->count = epw_hash_add(f->peer, f->count, EPW_FAN_PEERS,
                            (uint32_t)epw_hash(peer, sizeof(*peer), fans->seed));
}

unsigned epw_fans_count(const struct epw_fans *fans, enum epw_fan fan, const struct epw_ip *ip,
                        uint8_t proto, uint16_t port)
{
    const struct host *host = epw_addresses_find(fans->addresses, fans->place, ip);
    const struct fan *f = find(host, fan, proto, port);
    return f == NULL ? 0 : f->count;
}
