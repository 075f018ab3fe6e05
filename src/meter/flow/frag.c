/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/frag.h"

#include "base/hash.h"
#include "meter/flow/datagram.h"

#include <stdlib.h>

#define PROTO_UDP 17

/* Without padding: it is hashed and compared as bytes. */
struct frag_key {
    struct epw_ip src, dst;
    uint32_t id, tunnel, proto;
};

struct entry {
    struct frag_key key;
    bool used, has_ports;
    uint16_t sport, dport;
    int64_t ts_ns;   /* of its newest fragment */
    uint64_t ticket; /* of its bytes */
    struct epw_parked parked;
};

struct epw_frags {
    uint64_t seed;
    struct epw_stats *stats;
    struct epw_datagrams *datagrams;
    struct entry entry[EPW_FRAG_SETS][EPW_FRAG_WAYS];
};

enum epw_err epw_frags_new(struct epw_frags **frags, uint64_t seed, struct epw_stats *stats)
{
    *frags = calloc(1, sizeof(**frags));
    if (*frags == NULL)
        return EPW_ENOMEM;
    (*frags)->seed = seed;
    (*frags)->stats = stats;
    enum epw_err err = epw_datagrams_new(&(*frags)->datagrams, stats);
    if (err != EPW_OK) {
        free(*frags);
        *frags = NULL;
    }
    return err;
}

void epw_frags_free(struct epw_frags *frags)
{
    if (frags != NULL)
        epw_datagrams_free(frags->datagrams);
    free(frags);
}

static void give_up(struct epw_frags *f, struct entry *e)
{
    f->stats->fragments_orphan += e->parked.packets;
    epw_datagram_drop(f->datagrams, &e->ticket);
    *e = (struct entry){ .used = false };
}

static bool too_old(const struct entry *e, int64_t ts_ns)
{
    return ts_ns - e->ts_ns > EPW_FRAG_AGE_NS;
}

/* The datagram's entry; when there is none, NULL or, with make, a fresh one in the worst's place.
 */
static struct entry *entry_of(struct epw_frags *f, const struct epw_packet *p, bool make)
{
    struct frag_key key = { .src = *epw_packet_src(p),
                            .dst = *epw_packet_dst(p),
                            .id = p->frag_id,
                            .tunnel = p->key.tunnel,
                            .proto = p->key.proto };
    struct entry *set = f->entry[epw_hash(&key, sizeof(key), f->seed) % EPW_FRAG_SETS];
    struct entry *worst = &set[0];
    for (unsigned i = 0; i < EPW_FRAG_WAYS; i++) {
        struct entry *e = &set[i];
        if (e->used && too_old(e, p->ts_ns))
            give_up(f, e);
        if (e->used && memcmp(&e->key, &key, sizeof(key)) == 0)
            return e;
        if (worst->used && (!e->used || e->ts_ns < worst->ts_ns))
            worst = e;
    }
    if (!make)
        return NULL;
    give_up(f, worst);
    worst->used = true;
    worst->key = key;
    worst->ts_ns = p->ts_ns;
    return worst;
}

static void park(struct epw_parked *parked, const struct epw_packet *p)
{
    if (parked->packets == 0 || p->ts_ns < parked->first_ns)
        parked->first_ns = p->ts_ns;
    if (parked->packets == 0 || p->ts_ns > parked->last_ns)
        parked->last_ns = p->ts_ns;
    parked->packets++;
    parked->bytes += p->wire_len;
    parked->payload += p->payload_wire;
}

bool epw_frags_resolve(struct epw_frags *frags, struct epw_packet *packet)
{
    if (packet->fragment == EPW_FRAG_NONE)
        return true;
    struct entry *e = entry_of(frags, packet, true);
    if (packet->ts_ns > e->ts_ns)
        e->ts_ns = packet->ts_ns;
    if (packet->fragment == EPW_FRAG_FIRST) {
        e->has_ports = true;
        e->sport = epw_packet_sport(packet);
        e->dport = epw_packet_dport(packet);
        return true;
    }
    if (packet->key.proto == PROTO_UDP) /* its first has claimed them all */
        packet->payload_wire = 0;
    if (!e->has_ports) {
        struct epw_packet whole; /* not without its first */
        park(&e->parked, packet);
        epw_datagram_add(frags->datagrams, &e->ticket, packet, &whole);
        return false;
    }
    epw_packet_set_ports(packet, e->sport, e->dport);
    epw_packet_order(packet);
    frags->stats->fragments++;
    return true;
}

struct epw_parked epw_frags_claim(struct epw_frags *frags, const struct epw_packet *packet)
{
    struct entry *e = entry_of(frags, packet, false);
    if (e == NULL)
        return (struct epw_parked){ .packets = 0 };
    struct epw_parked parked = e->parked;
    e->parked = (struct epw_parked){ .packets = 0 };
    frags->stats->fragments += parked.packets;
    return parked;
}

bool epw_frags_join(struct epw_frags *frags, const struct epw_packet *packet,
                    struct epw_packet *whole)
{
    struct entry *e = entry_of(frags, packet, false);
    return e != NULL && epw_datagram_add(frags->datagrams, &e->ticket, packet, whole);
}

void epw_frags_flush(struct epw_frags *frags)
{
    for (unsigned s = 0; s < EPW_FRAG_SETS; s++)
        for (unsigned w = 0; w < EPW_FRAG_WAYS; w++)
            give_up(frags, &frags->entry[s][w]);
}
