/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/knowledge/questions.h"

#include "base/hash.h"
#include "base/table.h"

#include <stdlib.h>
#include <string.h>

#define MISSED_NS (EPW_QUESTIONS_MISSED_S * 1000000000LL)

/* RFC 1035, 3.2.2 and RFC 3596, 2.1; others (ANY, HTTPS) may give addresses of both families. */
#define TYPE_A    1
#define TYPE_AAAA 28

/* Names are kept by their hashes: two of one hash would only hide a doubt. */
struct key {
    struct epw_ip client;
    uint64_t name;
};

/* An answer that was not seen whole. */
struct awaited {
    int64_t since_ns;
    uint16_t id, type; /* type 0: a free place */
};

struct question {
    UT_hash_handle hh; /* insertion order is the order of eviction */
    struct key key;
    int64_t first_ns, until_ns; /* of the answers seen, with TTL and grace */
    bool full;
    uint8_t count, alias_count;
    struct awaited awaited[EPW_QUESTIONS_OPEN];
    uint64_t alias[EPW_QUESTIONS_ALIASES]; /* hashes as in the key */
    struct epw_ip *address;                /* room for a power of two of them */
};

struct epw_questions {
    uint64_t seed;
    struct epw_stats *stats;
    struct question *first;
};

enum epw_err epw_questions_new(struct epw_questions **questions, uint64_t seed,
                               struct epw_stats *stats)
{
    *questions = calloc(1, sizeof(**questions));
    if (*questions == NULL)
        return EPW_ENOMEM;
    (*questions)->seed = seed;
    (*questions)->stats = stats;
    return EPW_OK;
}

static void free_question(struct question *q)
{
    free(q->address);
    free(q);
}

void epw_questions_free(struct epw_questions *questions)
{
    struct question *q, *next;
    if (questions == NULL)
        return;
    HASH_ITER (hh, questions->first, q, next) {
        HASH_DEL(questions->first, q);
        free_question(q);
    }
    free(questions);
}

static uint64_t hash_name(const struct epw_questions *questions, const char *name)
{
    return epw_hash(name, strlen(name), questions->seed);
}

static struct question *find(const struct epw_questions *questions, const struct key *key)
{
    struct question *q;
    unsigned hash = (unsigned)epw_hash(key, sizeof(*key), questions->seed);
    HASH_FIND_BYHASHVALUE(hh, questions->first, key, sizeof(*key), hash, q);
    return q;
}

/* To the end of the order: what was asked lately stays. NULL: out of memory. */
static struct question *touch(struct epw_questions *questions, const struct key *key, int64_t ts_ns)
{
    struct question *q = find(questions, key);
    if (q != NULL) {
        HASH_DEL(questions->first, q);
    } else if (HASH_COUNT(questions->first) >= EPW_QUESTIONS_MAX) {
        q = questions->first;
        HASH_DEL(questions->first, q);
        free(q->address);
        /* One whose answers are old is no loss. */
        questions->stats->limited[EPW_LIMIT_QUESTIONS] += q->until_ns >= ts_ns;
        memset(q, 0, sizeof(*q));
    } else {
        q = calloc(1, sizeof(*q));
    }
    if (q == NULL)
        return NULL;
    q->key = *key;
    unsigned hash = (unsigned)epw_hash(key, sizeof(*key), questions->seed);
    HASH_ADD_BYHASHVALUE(hh, questions->first, key, sizeof(q->key), hash, q);
    if (!EPW_TABLE_ADDED(q)) {
        free_question(q);
        return NULL;
    }
    return q;
}

static void add_address(struct epw_questions *questions, struct question *q,
                        const struct epw_ip *address)
{
    for (size_t i = 0; i < q->count; i++)
        if (epw_ip_cmp(&q->address[i], address) == 0)
            return;
    bool grows = (q->count & (q->count - 1)) == 0;
    struct epw_ip *more = q->address;
    if (q->count < EPW_QUESTIONS_TOLD && grows)
        more = realloc(q->address, (q->count == 0 ? 1U : 2U * q->count) * sizeof(*more));
    questions->stats->limited[EPW_LIMIT_MEMORY] += more == NULL && grows;
    if (q->count == EPW_QUESTIONS_TOLD || more == NULL) {
        q->full = true;
        return;
    }
    q->address = more;
    q->address[q->count++] = *address;
}

static void learn_address(struct epw_questions *questions, struct question *q,
                          const struct epw_sighting *s, int64_t until_ns)
{
    if (q->count == 0 || s->ts_ns < q->first_ns)
        q->first_ns = s->ts_ns;
    if (q->count == 0 || until_ns > q->until_ns)
        q->until_ns = until_ns;
    add_address(questions, q, &s->address);
}

static void learn_alias(struct question *q, uint64_t alias)
{
    for (size_t i = 0; i < q->alias_count; i++)
        if (q->alias[i] == alias)
            return;
    if (q->alias_count < EPW_QUESTIONS_ALIASES)
        q->alias[q->alias_count++] = alias;
    else
        q->full = true;
}

static bool is_over(const struct awaited *a, int64_t ts_ns)
{
    return a->type == 0 || ts_ns - a->since_ns > MISSED_NS;
}

/* A question that is asked again is the same one; with all places taken the first ones stay. */
static void await(struct question *q, const struct epw_sighting *s)
{
    struct awaited *place = NULL;
    for (size_t i = 0; i < EPW_QUESTIONS_OPEN; i++) {
        struct awaited *a = &q->awaited[i];
        if (!is_over(a, s->ts_ns) && a->id == s->dns_id && a->type == s->dns_type)
            return;
        if (place == NULL && is_over(a, s->ts_ns))
            place = a;
    }
    if (place != NULL)
        *place = (struct awaited){ s->ts_ns, s->dns_id, s->dns_type };
}

static void answered(struct question *q, const struct epw_sighting *s)
{
    for (size_t i = 0; i < EPW_QUESTIONS_OPEN; i++)
        if (q->awaited[i].id == s->dns_id && q->awaited[i].type == s->dns_type)
            q->awaited[i].type = 0;
}

void epw_questions_learn(struct epw_questions *questions, const struct epw_sighting *s,
                         int64_t until_ns)
{
    const struct key key = { s->client, hash_name(questions, s->name) };
    bool answer = s->kind == EPW_SIGHT_ANSWERED;
    struct question *q = answer ? find(questions, &key) : touch(questions, &key, s->ts_ns);
    if (q == NULL && !answer)
        questions->stats->limited[EPW_LIMIT_MEMORY]++;
    if (q == NULL)
        return;
    if (s->kind == EPW_SIGHT_ADDRESS)
        learn_address(questions, q, s, until_ns);
    if (s->kind == EPW_SIGHT_ASKED)
        await(q, s);
    if (s->kind == EPW_SIGHT_ANSWERED)
        answered(q, s);
    if (s->canonical[0] != '\0' && strcmp(s->canonical, s->name) != 0)
        learn_alias(q, hash_name(questions, s->canonical));
}

/* An answer that could have given an address of this family was missed, and may still be used. */
static bool is_missed(const struct question *q, bool ip4, int64_t ts_ns)
{
    for (size_t i = 0; i < EPW_QUESTIONS_OPEN; i++) {
        const struct awaited *a = &q->awaited[i];
        if (!is_over(a, ts_ns) && ts_ns >= a->since_ns && a->type != (ip4 ? TYPE_AAAA : TYPE_A))
            return true;
    }
    return false;
}

/* What a question, or one for a name that stands for it, says of an address. */
struct said {
    bool yes, family, doubt;
};

static void ask(const struct question *q, const struct epw_ip *address, int64_t ts_ns,
                struct said *said)
{
    bool ip4 = epw_ip_is4(address);
    for (size_t i = 0; i < q->count; i++) {
        said->yes |= epw_ip_cmp(&q->address[i], address) == 0;
        said->family |= epw_ip_is4(&q->address[i]) == ip4;
    }
    said->doubt |= q->full || is_missed(q, ip4, ts_ns);
}

enum epw_told epw_questions_told(const struct epw_questions *questions, const struct epw_ip *client,
                                 const char *name, const struct epw_ip *address, int64_t ts_ns)
{
    struct key key = { *client, hash_name(questions, name) };
    const struct question *q = find(questions, &key);
    struct said said = { 0 };
    if (q == NULL)
        return EPW_TOLD_UNKNOWN;
    ask(q, address, ts_ns, &said);
    for (size_t i = 0; i < q->alias_count; i++) {
        key.name = q->alias[i];
        const struct question *alias = find(questions, &key);
        if (alias == NULL)
            continue;
        ask(alias, address, ts_ns, &said);
        /* It may stand for a further name, which this client asked for by itself too. */
        for (size_t k = 0; k < alias->alias_count; k++) {
            key.name = alias->alias[k];
            const struct question *further = find(questions, &key);
            if (further != NULL)
                ask(further, address, ts_ns, &said);
        }
    }
    if (said.yes)
        return EPW_TOLD_YES;
    bool in_time = q->count != 0 && ts_ns >= q->first_ns && ts_ns <= q->until_ns;
    return in_time && said.family && !said.doubt ? EPW_TOLD_NO : EPW_TOLD_UNKNOWN;
}
