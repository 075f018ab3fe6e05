/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/knowledge/fans.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

struct fan {
    struct fan *prev, *next; /* of all, the oldest first */
    struct host *host;
    uint32_t key, count;
    uint32_t peer[EPW_FAN_PEERS]; /* hashes */
};

/* What fan of which port; and whether it has all its peers: most have, and no more is asked. */
#define KEY(fan, proto, port) ((uint32_t)(port) | (uint32_t)(proto) << 16 | (uint32_t)(fan) << 24)
#define FULL                  (1u << 31)

/* A host's first ones: what malloc() has no smaller piece for. A power of two. */
#define ROOM 2

/* Of one address, the oldest first: keys stand side by side, as a busy one has dozens. */
struct host {
    struct fan **fan; /* room for ROOM or a greater power of two ... */
    uint32_t *key;    /* ... and, behind it in one piece, for as many */
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
    struct host *host = f->host;
    uint32_t at = 0;
    while (host->fan[at] != f)
        at++;
    host->count--;
    memmove(host->fan + at, host->fan + at + 1, (host->count - at) * sizeof(struct fan *));
    memmove(host->key + at, host->key + at + 1, (host->count - at) * sizeof(uint32_t));
    DL_DELETE(fans->all, f);
    fans->count--;
    free(f);
}

static void drop(void *ctx, void *part)
{
    struct host *host = part;
    while (host->count != 0)
        forget(ctx, host->fan[host->count - 1]);
    free(host->fan);
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

/* The place of a fan; the count when there is none. */
static uint32_t find(const struct host *host, uint32_t key)
{
    uint32_t at = host->count;
    while (at > 0 && (host->key[at - 1] & ~FULL) != key)
        at--;
    return at == 0 ? host->count : at - 1;
}

static bool make_room(struct host *host)
{
    if (host->count != 0 && (host->count < ROOM || (host->count & (host->count - 1)) != 0))
        return true;
    size_t room = host->count == 0 ? ROOM : 2 * (size_t)host->count;
    struct fan **fan = malloc(room * (sizeof(*fan) + sizeof(*host->key)));
    if (fan == NULL)
        return false;
    uint32_t *key = (void *)(fan + room);
    if (host->count != 0) {
        memcpy(fan, host->fan, host->count * sizeof(*fan));
        memcpy(key, host->key, host->count * sizeof(*key));
    }
    free(host->fan);
    host->fan = fan;
    host->key = key;
    return true;
}

/* At the end of the host's; false without memory. */
static bool add(struct epw_fans *fans, struct host *host, uint32_t key)
{
    uint32_t before = fans->count;
    if (host->count == EPW_FANS_OF_HOST)
        forget(fans, host->fan[0]);
    else if (fans->count == EPW_FANS_MAX)
        forget(fans, fans->all);
    fans->stats->limited[EPW_LIMIT_FANS] += fans->count != before;
    struct fan *f = make_room(host) ? calloc(1, sizeof(*f)) : NULL;
    if (f == NULL) {
        fans->stats->limited[EPW_LIMIT_MEMORY]++;
        return false;
    }
    f->host = host;
    f->key = key;
    host->key[host->count] = key;
    host->fan[host->count++] = f;
    DL_APPEND(fans->all, f);
    fans->count++;
    return true;
}

void epw_fans_add(struct epw_fans *fans, enum epw_fan fan, const struct epw_ip *ip, uint8_t proto,
                  uint16_t port, const struct epw_ip *peer)
{
    struct host *host = epw_addresses_get(fans->addresses, fans->place, ip);
    if (host == NULL)
        return;
    uint32_t key = KEY(fan, proto, port), at = find(host, key);
    if (at == host->count && !add(fans, host, key))
        return;
    at = at < host->count ? at : host->count - 1;
    if ((host->key[at] & FULL) != 0)
        return;
    struct fan *f = host->fan[at];
    f->count = epw_hash_add(f->peer, f->count, EPW_FAN_PEERS,
                            (uint32_t)epw_hash(peer, sizeof(*peer), fans->seed));
    if (f->count == EPW_FAN_PEERS)
        host->key[at] |= FULL;
}

unsigned epw_fans_count(const struct epw_fans *fans, enum epw_fan fan, const struct epw_ip *ip,
                        uint8_t proto, uint16_t port)
{
    const struct host *host = epw_addresses_find(fans->addresses, fans->place, ip);
    uint32_t at = host == NULL ? 0 : find(host, KEY(fan, proto, port));
    if (host == NULL || at == host->count)
        return 0;
    return (host->key[at] & FULL) != 0 ? EPW_FAN_PEERS : host->fan[at]->count;
}
