/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/knowledge/names.h"

#include "base/hash.h"
#include "base/table.h"

#include <stdlib.h>
#include <string.h>

struct answer {
    struct epw_ip client;
    int64_t until_ns; /* no longer fresh after this */
    /* Of the name, which it stands for: that two have one is no more likely than a bad memory cell,
     * and the 32 texts of an address are each somewhere else. */
    uint64_t hash;
    bool passing, marked;
    char *name; /* with the canonical name behind its NUL */
    const char *canonical;
};

struct address {
    UT_hash_handle hh; /* insertion order is the order of eviction */
    struct epw_ip ip;
    size_t count, marked;
    size_t next; /* the slot that a further answer takes when all are full */
    struct answer *answer;
};

struct client {
    UT_hash_handle hh;
    struct epw_ip ip;
};

struct epw_names {
    struct epw_names_brief brief;
    uint64_t seed;
    struct epw_stats *stats;
    struct address *addresses;
    size_t answers;                                     /* of all addresses */
    bool (*matters)(const void *ctx, const char *name); /* NULL: none does */
    const void *ctx;
    struct client *clients;
    struct epw_questions *questions;
};

enum epw_err epw_names_new(struct epw_names **names, uint64_t seed, struct epw_stats *stats)
{
    *names = calloc(1, sizeof(**names));
    if (*names == NULL)
        return EPW_ENOMEM;
    if (epw_questions_new(&(*names)->questions, seed, stats) != EPW_OK) {
        free(*names);
        *names = NULL;
        return EPW_ENOMEM;
    }
    (*names)->seed = seed;
    (*names)->stats = stats;
    return EPW_OK;
}

static void free_address(struct epw_names *names, struct address *a)
{
    names->answers -= a->count;
    for (size_t i = 0; i < a->count; i++)
        free(a->answer[i].name);
    free(a->answer);
    free(a);
}

void epw_names_free(struct epw_names *names)
{
    if (names == NULL)
        return;
    struct address *a, *next_a;
    HASH_ITER (hh, names->addresses, a, next_a) {
        HASH_DEL(names->addresses, a);
        free_address(names, a);
    }
    struct client *c, *next_c;
    HASH_ITER (hh, names->clients, c, next_c) {
        HASH_DEL(names->clients, c);
        free(c);
    }
    epw_questions_free(names->questions);
    free(names);
}

static unsigned hash_ip(const struct epw_names *names, const struct epw_ip *ip)
{
    return (unsigned)epw_hash(ip->b, sizeof(ip->b), names->seed);
}

static struct address *find(const struct epw_names *names, const struct epw_ip *ip)
{
    struct address *a = NULL;
    HASH_FIND_BYHASHVALUE(hh, names->addresses, ip, sizeof(*ip), hash_ip(names, ip), a);
    return a;
}

static struct address *find_or_add(struct epw_names *names, const struct epw_ip *ip, bool passing)
{
    struct address *a = find(names, ip);
    if (passing && (a != NULL || HASH_COUNT(names->addresses) >= EPW_NAMES_ADDRESSES))
        return a;
    if (a != NULL) {
        /* To the end of the order: recently answered addresses stay. */
        HASH_DEL(names->addresses, a);
    } else {
        if (HASH_COUNT(names->addresses) >= EPW_NAMES_ADDRESSES) {
            struct address *oldest = names->addresses;
            HASH_DEL(names->addresses, oldest);
            free_address(names, oldest);
            names->stats->names_evicted++;
        }
        a = calloc(1, sizeof(*a));
        if (a == NULL)
            return NULL;
        a->ip = *ip;
    }
    names->brief.learned = true;
    HASH_ADD_BYHASHVALUE(hh, names->addresses, ip, sizeof(a->ip), hash_ip(names, ip), a);
    if (!EPW_TABLE_ADDED(a)) {
        free_address(names, a);
        return NULL;
    }
    return a;
}

static void note_client(struct epw_names *names, const struct epw_ip *ip)
{
    struct client *c;
    unsigned hash = hash_ip(names, ip);
    HASH_FIND_BYHASHVALUE(hh, names->clients, ip, sizeof(*ip), hash, c);
    if (c != NULL)
        return;
    if (HASH_COUNT(names->clients) >= EPW_NAMES_CLIENTS) {
        names->stats->limited[EPW_LIMIT_DNS_CLIENTS]++;
        return;
    }
    c = calloc(1, sizeof(*c));
    if (c != NULL) {
        c->ip = *ip;
        HASH_ADD_BYHASHVALUE(hh, names->clients, ip, sizeof(c->ip), hash, c);
    }
    if (c != NULL && EPW_TABLE_ADDED(c))
        return;
    names->stats->limited[EPW_LIMIT_MEMORY]++;
    free(c);
}

static char *join_names(const char *name, const char *canonical)
{
    size_t name_len = strlen(name), canonical_len = strlen(canonical);
    char *both = malloc(name_len + canonical_len + 2);
    if (both == NULL)
        return NULL;
    memcpy(both, name, name_len + 1);
    memcpy(both + name_len + 1, canonical, canonical_len + 1);
    return both;
}

static uint64_t hash_name(const struct epw_names *names, const char *name)
{
    return epw_hash(name, strlen(name), names->seed);
}

static struct answer *own_slot(struct address *a, const struct epw_sighting *s, uint64_t hash)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->answer[i].hash == hash && epw_ip_equal(&a->answer[i].client, &s->client))
            return &a->answer[i];
    return NULL;
}

/* All slots are taken: one that was told in passing makes room, or the oldest. */
static struct answer *slot_to_reuse(struct address *a)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->answer[i].passing)
            return &a->answer[i];
    struct answer *oldest = &a->answer[a->next];
    a->next = (a->next + 1) % EPW_NAMES_PER_ADDRESS;
    return oldest;
}

/* Of all answers there are too many: the address that nobody was told of for longest goes. */
static void make_room(struct epw_names *names, const struct address *keep)
{
    while (names->answers >= EPW_NAMES_ANSWERS) {
        struct address *oldest = names->addresses;
        if (oldest == keep)
            oldest = oldest->hh.next;
        names->stats->names_evicted += oldest->count;
        HASH_DEL(names->addresses, oldest);
        free_address(names, oldest);
    }
}

/* The slot that an answer goes to. NULL: out of memory, or no room for one in passing. */
static struct answer *slot_for(struct epw_names *names, struct address *a,
                               const struct epw_sighting *s, uint64_t hash)
{
    struct answer *own = own_slot(a, s, hash);
    if (own != NULL)
        return own;
    if (a->count == EPW_NAMES_PER_ADDRESS) {
        if (s->passing)
            return NULL;
        names->stats->names_evicted++;
        return slot_to_reuse(a);
    }
    if (s->passing && names->answers >= EPW_NAMES_ANSWERS)
        return NULL;
    make_room(names, a);
    /* Most addresses carry one name: room grows by doubling from one. */
    if ((a->count & (a->count - 1)) == 0) {
        size_t room = a->count == 0 ? 1 : a->count * 2;
        struct answer *more = realloc(a->answer, room * sizeof(*more));
        if (more == NULL)
            return NULL;
        a->answer = more;
    }
    a->answer[a->count] = (struct answer){ .name = NULL };
    names->answers++;
    return &a->answer[a->count++];
}

void epw_names_learn(struct epw_names *names, const struct epw_sighting *sighting)
{
    if (sighting->kind != EPW_SIGHT_ADDRESS) {
        epw_questions_learn(names->questions, sighting, 0);
        return;
    }
    int64_t until_ns =
        sighting->ts_ns + ((int64_t)sighting->ttl_s + EPW_NAMES_GRACE_S) * 1000000000;
    /* A referral is no sign that this client asks for the names it uses where it is seen. */
    if (!sighting->passing) {
        note_client(names, &sighting->client);
        epw_questions_learn(names->questions, sighting, until_ns);
    }
    uint64_t hash = hash_name(names, sighting->name);
    struct address *a = find_or_add(names, &sighting->address, sighting->passing);
    if (sighting->passing && a != NULL && own_slot(a, sighting, hash) != NULL)
        return;
    char *both = a == NULL ? NULL : join_names(sighting->name, sighting->canonical);
    struct answer *answer = both == NULL ? NULL : slot_for(names, a, sighting, hash);
    if (answer == NULL) {
        bool full = sighting->passing && (a == NULL || both != NULL);
        free(both);
        if (full)
            names->stats->names_evicted++;
        else
            names->stats->limited[EPW_LIMIT_MEMORY]++;
        return;
    }
    if (answer->name == NULL || answer->hash != hash) {
        a->marked -= answer->marked;
        answer->marked = names->matters != NULL && names->matters(names->ctx, both);
        a->marked += answer->marked;
    }
    free(answer->name);
    answer->name = both;
    answer->canonical = both + strlen(both) + 1;
    answer->client = sighting->client;
    answer->hash = hash;
    answer->passing = sighting->passing;
    answer->until_ns = until_ns;
}

static bool listed(const struct answer *const *list, size_t count, const struct answer *answer)
{
    for (size_t i = 0; i < count; i++)
        if (list[i]->hash == answer->hash)
            return true;
    return false;
}

/* Names being listed, each once. */
struct names_list {
    struct epw_learned_name *name;
    size_t count, max;
    const struct answer **taken; /* count of them */
    uint64_t hashes; /* a bit for each of those taken: most that are new are told by it */
};

static void take(struct names_list *list, const struct answer *answer, bool own, int64_t ts_ns)
{
    uint64_t bit = 1ULL << (answer->hash & 63);
    if (list->count == list->max ||
        ((list->hashes & bit) != 0 && listed(list->taken, list->count, answer)))
        return;
    list->hashes |= bit;
    list->taken[list->count] = answer;
    list->name[list->count++] = (struct epw_learned_name){
        .name = answer->name,
        .canonical = answer->canonical,
        .own = own,
        .fresh = !answer->passing && ts_ns <= answer->until_ns,
        .passing = answer->passing,
    };
}

/* What was told to the client comes first, then what others were told, then the rest. */
static size_t list_names(const struct address *a, const struct epw_ip *client, int64_t ts_ns,
                         struct epw_learned_name *list, size_t max)
{
    const struct answer *others[EPW_NAMES_PER_ADDRESS], *passing[EPW_NAMES_PER_ADDRESS];
    const struct answer *taken[EPW_NAMES_PER_ADDRESS];
    struct names_list names_list = { .name = list, .max = max, .taken = taken };
    size_t other_count = 0, passing_count = 0;
    for (size_t i = 0; i < a->count; i++) {
        const struct answer *answer = &a->answer[i];
        if (answer->passing)
            passing[passing_count++] = answer;
        else if (epw_ip_equal(&answer->client, client))
            take(&names_list, answer, true, ts_ns);
        else
            others[other_count++] = answer;
    }
    for (size_t i = 0; i < other_count; i++)
        take(&names_list, others[i], false, ts_ns);
    for (size_t i = 0; i < passing_count; i++)
        take(&names_list, passing[i], false, ts_ns);
    return names_list.count;
}

size_t epw_names_of(const struct epw_names *names, const struct epw_ip *address,
                    const struct epw_ip *client, int64_t ts_ns, struct epw_learned_name *list,
                    size_t max)
{
    const struct address *a = find(names, address);
    return a == NULL ? 0 : list_names(a, client, ts_ns, list, max);
}

void epw_names_mark(struct epw_names *names, bool (*matters)(const void *ctx, const char *name),
                    const void *ctx)
{
    names->matters = matters;
    names->ctx = ctx;
}

bool epw_names_marked(const struct epw_names *names, const struct epw_ip *address)
{
    const struct address *a = find(names, address);
    return a != NULL && a->marked != 0;
}

bool epw_names_has(const struct epw_names *names, const struct epw_ip *address)
{
    return find(names, address) != NULL;
}

enum epw_told epw_names_told(const struct epw_names *names, const struct epw_ip *client,
                             const char *name, const struct epw_ip *address, int64_t ts_ns)
{
    return epw_questions_told(names->questions, client, name, address, ts_ns);
}

const struct epw_ip *epw_names_teller(const struct epw_names *names, const char *name,
                                      const struct epw_ip *address, size_t *at)
{
    const struct address *a = find(names, address);
    while (a != NULL && *at < a->count) {
        const struct answer *answer = &a->answer[(*at)++];
        if (!answer->passing && strcmp(answer->name, name) == 0)
            return &answer->client;
    }
    return NULL;
}

void epw_names_each(const struct epw_names *names,
                    void (*each)(void *ctx, const struct epw_kept_name *name), void *ctx)
{
    for (const struct address *a = names->addresses; a != NULL; a = a->hh.next)
        for (size_t i = 0; i < a->count; i++) {
            const struct answer *answer = &a->answer[i];
            const struct epw_kept_name name = {
                .address = &a->ip,
                .client = &answer->client,
                .name = answer->name,
                .canonical = answer->canonical,
                .until_ns = answer->until_ns,
                .passing = answer->passing,
            };
            each(ctx, &name);
        }
}

bool epw_names_any(const struct epw_names *names)
{
    return names->clients != NULL;
}

bool epw_names_visible(const struct epw_names *names, const struct epw_ip *client)
{
    struct client *c;
    HASH_FIND_BYHASHVALUE(hh, names->clients, client, sizeof(*client), hash_ip(names, client), c);
    return c != NULL;
}
