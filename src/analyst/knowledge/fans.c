/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/knowledge/fans.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

struct fan {
    struct fan *prev, *next; /* of all, the oldest first */
    struct host *host;
    uint32_t count;
    uint32_t peer[EPW_FAN_PEERS]; /* hashes */
};

/* What fan of which port; and whether it has all its peers: most have, and no more is asked. */
#define KEY(fan, proto, port) ((uint32_t)(port) | (uint32_t)(proto) << 16 | (uint32_t)(fan) << 24)
#define FULL                  (1u << 31)

/* A host's first ones: an even number, as is its double. */
#define ROOM 4

/* Fans that memory is asked for at a time; those forgotten are used again. */
#define CHUNK 64

/* Ports known to have all their peers that stand with the host itself: most have fewer. */
#define FULL_PORTS 4

/* Of one address, the oldest first: keys stand side by side, as a busy one has dozens. */
struct ports {
    uint32_t count, room;
    uint32_t key[]; /* room of them, and as many fans behind: fans_of() */
};

struct host {
    struct ports *ports; /* NULL until the first */
    /* Of the keys those that were last seen to be full: nothing else is read for them. */
    uint32_t full[FULL_PORTS];
};

struct chunk {
    struct chunk *next;
    struct fan fan[CHUNK];
};

struct epw_fans {
    uint64_t seed;
    struct epw_stats *stats;
    struct epw_addresses *addresses;
    size_t place;            /* of struct host */
    struct fan *all, *spare; /* spare: tied by next alone */
    struct chunk *chunks;
    uint32_t count;
};

static struct fan **fans_of(struct ports *ports)
{
    return (void *)(ports->key + ports->room);
}

static void forget(struct epw_fans *fans, struct fan *f)
{
    struct ports *ports = f->host->ports;
    struct fan **fan = fans_of(ports);
    uint32_t at = 0;
    while (fan[at] != f)
        at++;
    ports->count--;
    memmove(fan + at, fan + at + 1, (ports->count - at) * sizeof(*fan));
    memmove(ports->key + at, ports->key + at + 1, (ports->count - at) * sizeof(*ports->key));
    memset(f->host->full, 0, sizeof(f->host->full));
    DL_DELETE(fans->all, f);
    fans->count--;
    LL_PREPEND(fans->spare, f);
}

static void drop(void *ctx, void *part)
{
    struct ports *ports = ((struct host *)part)->ports;
    while (ports != NULL && ports->count != 0)
        forget(ctx, fans_of(ports)[ports->count - 1]);
    free(ports);
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
    struct chunk *chunk, *next;
    LL_FOREACH_SAFE(fans == NULL ? NULL : fans->chunks, chunk, next)
    free(chunk);
    free(fans);
}

static bool is_full(const struct host *host, uint32_t key)
{
    for (size_t i = 0; i < FULL_PORTS; i++)
        if (host->full[i] == (key | FULL))
            return true;
    return false;
}

static void note_full(struct host *host, uint32_t key)
{
    memmove(host->full + 1, host->full, sizeof(host->full) - sizeof(host->full[0]));
    host->full[0] = key | FULL;
}

/* Its place among the keys; NULL when there is none. */
static uint32_t *find(struct ports *ports, uint32_t key)
{
    for (uint32_t at = ports == NULL ? 0 : ports->count; at > 0; at--)
        if ((ports->key[at - 1] & ~FULL) == key)
            return &ports->key[at - 1];
    return NULL;
}

static bool make_room(struct host *host)
{
    struct ports *old = host->ports;
    if (old != NULL && old->count < old->room)
        return true;
    uint32_t room = old == NULL ? ROOM : 2 * old->room;
    struct ports *ports =
        malloc(sizeof(*ports) + room * (sizeof(struct fan *) + sizeof(ports->key[0])));
    if (ports == NULL)
        return false;
    *ports = (struct ports){ .room = room };
    if (old != NULL) {
        ports->count = old->count;
        memcpy(ports->key, old->key, old->count * sizeof(old->key[0]));
        memcpy(fans_of(ports), fans_of(old), old->count * sizeof(struct fan *));
    }
    free(old);
    host->ports = ports;
    return true;
}

/* Zeros; NULL without memory. */
static struct fan *make(struct epw_fans *fans)
{
    if (fans->spare == NULL) {
        struct chunk *chunk = malloc(sizeof(*chunk));
        if (chunk == NULL)
            return NULL;
        LL_PREPEND(fans->chunks, chunk);
        for (size_t i = 0; i < CHUNK; i++)
            LL_PREPEND(fans->spare, &chunk->fan[i]);
    }
    struct fan *f = fans->spare;
    fans->spare = f->next;
    memset(f, 0, sizeof(*f));
    return f;
}

/* At the end of the host's: its place among the keys, NULL without memory. */
static uint32_t *add(struct epw_fans *fans, struct host *host, uint32_t key)
{
    uint32_t before = fans->count;
    if (host->ports != NULL && host->ports->count == EPW_FANS_OF_HOST)
        forget(fans, fans_of(host->ports)[0]);
    else if (fans->count == EPW_FANS_MAX)
        forget(fans, fans->all);
    fans->stats->limited[EPW_LIMIT_FANS] += fans->count != before;
    struct fan *f = make_room(host) ? make(fans) : NULL;
    if (f == NULL) {
        fans->stats->limited[EPW_LIMIT_MEMORY]++;
        return NULL;
    }
    struct ports *ports = host->ports;
    f->host = host;
    DL_APPEND(fans->all, f);
    fans->count++;
    fans_of(ports)[ports->count] = f;
    ports->key[ports->count] = key;
    return &ports->key[ports->count++];
}

static void count_peer(const struct epw_fans *fans, const struct host *host, uint32_t *key,
                       const struct epw_ip *peer)
{
    struct fan *f = fans_of(host->ports)[key - host->ports->key];
    f->count = epw_hash_add(f->peer, f->count, EPW_FAN_PEERS,
                            (uint32_t)epw_hash(peer, sizeof(*peer), fans->seed));
    if (f->count == EPW_FAN_PEERS)
        *key |= FULL;
}

void epw_fans_add(struct epw_fans *fans, enum epw_fan fan, const struct epw_ip *ip, uint8_t proto,
                  uint16_t port, const struct epw_ip *peer)
{
    struct host *host = epw_addresses_get(fans->addresses, fans->place, ip);
    uint32_t key = KEY(fan, proto, port);
    if (host == NULL || is_full(host, key))
        return;
    uint32_t *at = find(host->ports, key);
    if (at == NULL)
        at = add(fans, host, key);
    if (at != NULL && (*at & FULL) == 0)
        count_peer(fans, host, at, peer);
    if (at != NULL && (*at & FULL) != 0)
        note_full(host, key);
}

unsigned epw_fans_count(const struct epw_fans *fans, enum epw_fan fan, const struct epw_ip *ip,
                        uint8_t proto, uint16_t port)
{
    const struct host *host = epw_addresses_find(fans->addresses, fans->place, ip);
    uint32_t key = KEY(fan, proto, port);
    if (host != NULL && is_full(host, key))
        return EPW_FAN_PEERS;
    const uint32_t *at = host == NULL ? NULL : find(host->ports, key);
    if (at == NULL)
        return 0;
    return (*at & FULL) != 0 ? EPW_FAN_PEERS : fans_of(host->ports)[at - host->ports->key]->count;
}
