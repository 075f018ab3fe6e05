/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/doubles.h"

#include "base/hash.h"

#include <stdlib.h>

/* Chains, as many as packets: one in each on average. */
#define CHAINS EPW_DOUBLES_SLOTS

/* Looked at in a chain at most: no honest one is that long. */
#define CHAIN_MAX 64

struct slot {
    uint64_t print;
    int64_t ts_ns;
    uint64_t before; /* ticket of the packet before it in its chain */
};

/* Packets in the order they came: which are forgotten must not depend on the seed. */
struct epw_doubles {
    uint64_t seed;
    struct epw_stats *stats;
    uint64_t given;         /* tickets, so far; the first is 1 */
    uint64_t chain[CHAINS]; /* ticket of the newest; 0: none */
    struct slot slot[EPW_DOUBLES_SLOTS];
};

enum epw_err epw_doubles_new(struct epw_doubles **doubles, uint64_t seed, struct epw_stats *stats)
{
    *doubles = calloc(1, sizeof(**doubles));
    if (*doubles == NULL)
        return EPW_ENOMEM;
    (*doubles)->seed = seed;
    (*doubles)->stats = stats;
    return EPW_OK;
}

void epw_doubles_free(struct epw_doubles *doubles)
{
    free(doubles);
}

static uint64_t fingerprint(const struct epw_doubles *doubles, const struct epw_packet *p)
{
    const struct epw_key *key = &p->key;
    uint64_t h = epw_hash(key->ip, sizeof(key->ip), doubles->seed ^ p->side);
    h = epw_hash_mix(h ^ ((uint64_t)key->port[0] << 32 | (uint64_t)key->port[1] << 16 | p->ip_id),
                     EPW_HASH_K0 ^ ((uint64_t)p->seq << 32 | p->ack));
    h = epw_hash_mix(h ^ ((uint64_t)p->payload_wire << 32 | p->frag_id),
                     EPW_HASH_K1 ^ ((uint64_t)key->proto << 32 | (uint64_t)p->icmp_type << 24 |
                                    (uint64_t)p->icmp_code << 16 | (uint64_t)p->icmp_error << 8 |
                                    p->tcp_flags));
    return epw_hash(p->payload, p->payload_len, h) | 1;
}

static bool is_near(int64_t apart_ns)
{
    return apart_ns <= EPW_DOUBLES_NS && apart_ns >= -EPW_DOUBLES_NS;
}

static bool find(const struct epw_doubles *doubles, uint64_t ticket, uint64_t print, int64_t ts_ns)
{
    for (unsigned i = 0; i < CHAIN_MAX; i++) {
        if (ticket == 0 || doubles->given - ticket >= EPW_DOUBLES_SLOTS)
            return false;
        const struct slot *slot = &doubles->slot[ticket % EPW_DOUBLES_SLOTS];
        if (slot->print == print && is_near(ts_ns - slot->ts_ns))
            return true;
        if (ts_ns - slot->ts_ns > EPW_DOUBLES_NS) /* and so are those before it */
            return false;
        ticket = slot->before;
    }
    return false;
}

bool epw_doubles_seen(struct epw_doubles *doubles, const struct epw_packet *p)
{
    if (p->fragment == EPW_FRAG_LATER || (p->ip_id == 0 && p->payload_len == 0))
        return false;
    uint64_t print = fingerprint(doubles, p);
    uint64_t *chain = &doubles->chain[(print >> 1) % CHAINS];
    if (find(doubles, *chain, print, p->ts_ns))
        return true;
    struct slot *slot = &doubles->slot[++doubles->given % EPW_DOUBLES_SLOTS];
    doubles->stats->limited[EPW_LIMIT_DOUBLES] +=
        doubles->given > EPW_DOUBLES_SLOTS && is_near(p->ts_ns - slot->ts_ns);
    *slot = (struct slot){ .print = print, .ts_ns = p->ts_ns, .before = *chain };
    *chain = doubles->given;
    return false;
}
