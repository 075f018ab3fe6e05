/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/doubles.h"

#include "base/hash.h"

#include <stdlib.h>

struct slot {
    uint64_t print; /* 0: empty */
    int64_t ts_ns;
};

struct epw_doubles {
    uint64_t seed;
    struct epw_stats *stats;
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

bool epw_doubles_seen(struct epw_doubles *doubles, const struct epw_packet *p)
{
    if (p->fragment == EPW_FRAG_LATER || (p->ip_id == 0 && p->payload_len == 0))
        return false;
    uint64_t print = fingerprint(doubles, p);
    struct slot *slot = &doubles->slot[(print >> 1) % EPW_DOUBLES_SLOTS];
    int64_t apart_ns = p->ts_ns - slot->ts_ns;
    bool in_time = slot->print != 0 && apart_ns <= EPW_DOUBLES_NS && apart_ns >= -EPW_DOUBLES_NS;
    if (in_time && slot->print == print)
        return true;
    doubles->stats->limited[EPW_LIMIT_DOUBLES] += in_time;
    *slot = (struct slot){ .print = print, .ts_ns = p->ts_ns };
    return false;
}
