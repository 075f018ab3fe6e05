/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/datagram.h"

#include "base/cursor.h"
#include "meter/evidence/assembly.h"

#include <stdlib.h>

/* The largest TCP header. */
#define HEADER_MAX 60u
#define PROTO_TCP  6
#define PROTO_UDP  17

struct datagram {
    uint64_t ticket; /* 0: free; its bytes may still be lent out */
    struct epw_asm bytes;
    struct epw_packet first; /* with has_first; neither its payload nor macs are to be read */
    uint32_t end;            /* of the datagram, with has_end */
    bool has_first, has_end;
    bool broken; /* further fragments of it are not worth looking at */
};

struct epw_datagrams {
    struct epw_stats *stats;
    struct epw_asm_pool pool;
    uint64_t given; /* tickets, so far */
    struct datagram slot[EPW_DATAGRAMS];
};

enum epw_err epw_datagrams_new(struct epw_datagrams **datagrams, struct epw_stats *stats)
{
    *datagrams = calloc(1, sizeof(**datagrams));
    if (*datagrams == NULL)
        return EPW_ENOMEM;
    (*datagrams)->stats = stats;
    (*datagrams)->pool.cap = (size_t)EPW_DATAGRAMS * EPW_DATAGRAM_BYTES;
    (*datagrams)->pool.lost = &stats->limited[EPW_LIMIT_MEMORY];
    return EPW_OK;
}

void epw_datagrams_free(struct epw_datagrams *datagrams)
{
    for (unsigned i = 0; datagrams != NULL && i < EPW_DATAGRAMS; i++)
        epw_asm_free(&datagrams->slot[i].bytes, &datagrams->pool);
    free(datagrams);
}

static struct datagram *slot_of(struct epw_datagrams *d, uint64_t ticket)
{
    return &d->slot[ticket % EPW_DATAGRAMS];
}

static void clear(struct epw_datagrams *d, struct datagram *slot)
{
    epw_asm_free(&slot->bytes, &d->pool);
    *slot = (struct datagram){ .ticket = 0 };
}

void epw_datagram_drop(struct epw_datagrams *datagrams, uint64_t *ticket)
{
    struct datagram *slot = slot_of(datagrams, *ticket);
    if (*ticket != 0 && slot->ticket == *ticket) {
        datagrams->stats->datagrams_dropped += !slot->broken;
        clear(datagrams, slot);
    }
    *ticket = 0;
}

/* The ticket's datagram; a fresh one, in the place of the oldest, when it has none. */
static struct datagram *datagram_of(struct epw_datagrams *d, uint64_t *ticket)
{
    struct datagram *slot = slot_of(d, *ticket);
    if (*ticket != 0 && slot->ticket == *ticket)
        return slot;
    *ticket = ++d->given;
    slot = slot_of(d, *ticket);
    d->stats->datagrams_dropped += slot->ticket != 0 && !slot->broken;
    clear(d, slot);
    slot->ticket = *ticket;
    return slot;
}

static bool spoil(struct epw_datagrams *d, struct datagram *slot)
{
    d->stats->datagrams_dropped += !slot->broken;
    slot->broken = true;
    epw_asm_free(&slot->bytes, &d->pool);
    return false;
}

static bool put(struct epw_datagrams *d, struct datagram *slot, const struct epw_packet *p,
                uint32_t at, const uint8_t *bytes, uint32_t len)
{
    if (at >= EPW_DATAGRAM_BYTES || len == 0)
        return true;
    if (len > EPW_DATAGRAM_BYTES - at)
        len = EPW_DATAGRAM_BYTES - at;
    if (!epw_ip_is4(&p->key.ip[0]) && !epw_asm_agrees(&slot->bytes, at, bytes, len))
        return false;
    return epw_asm_put(&slot->bytes, &d->pool, at, bytes, len, EPW_DATAGRAM_BYTES);
}

/* The transport header stands for nothing but its length: *first has read it. */
static bool put_first(struct epw_datagrams *d, struct datagram *slot, const struct epw_packet *p)
{
    static const uint8_t header[HEADER_MAX];
    const struct epw_asm *held = &slot->bytes;
    if (slot->has_first)
        return true;
    /* Without all of the header nothing is known of the bytes behind it. */
    if (p->payload_at == 0 || p->payload_at > HEADER_MAX ||
        (held->pieces != 0 && held->piece[0].from < p->payload_at))
        return false;
    slot->first = *p;
    slot->has_first = true;
    return epw_asm_put(&slot->bytes, &d->pool, 0, header, p->payload_at, EPW_DATAGRAM_BYTES);
}

/* Where the datagram ends, as its last fragment says and no other may contradict. */
static bool fits_end(struct datagram *slot, const struct epw_packet *p, uint32_t to)
{
    if (to > UINT16_MAX || (slot->has_end && to > slot->end))
        return false;
    if (p->frag_more)
        return true;
    if (p->cut) /* nobody knows how long the last one is */
        return true;
    if (slot->has_end && to != slot->end)
        return false;
    slot->end = to;
    slot->has_end = true;
    return true;
}

static bool is_complete(const struct datagram *slot)
{
    uint32_t want = slot->end < EPW_DATAGRAM_BYTES ? slot->end : EPW_DATAGRAM_BYTES;
    return slot->has_first && slot->has_end && slot->end > slot->first.payload_at &&
           slot->bytes.len >= want;
}

/* What the fragments' packet would have been had it come in one. */
static void make_whole(const struct datagram *slot, const struct epw_packet *last,
                       struct epw_packet *whole)
{
    const struct epw_packet *first = &slot->first;
    struct epw_cur c = epw_cur(slot->bytes.bytes, slot->bytes.len);
    epw_cur_skip(&c, first->payload_at);
    uint32_t wire = slot->end - first->payload_at, claimed = first->payload_wire;
    /* What UDP's length leaves over belongs to nobody. */
    if (first->key.proto == PROTO_UDP && claimed != 0 && claimed < wire)
        wire = claimed;
    *whole = *first;
    whole->ts_ns = last->ts_ns;
    whole->macs = NULL;
    whole->fragment = EPW_FRAG_WHOLE;
    whole->frag_more = false;
    whole->payload_wire = wire;
    whole->payload_len = epw_cur_left(&c) < wire ? (uint32_t)epw_cur_left(&c) : wire;
    whole->payload = epw_cur_bytes(&c, whole->payload_len);
    whole->cut = whole->payload_len < wire;
}

bool epw_datagram_add(struct epw_datagrams *datagrams, uint64_t *ticket,
                      const struct epw_packet *fragment, struct epw_packet *whole)
{
    if (fragment->key.proto != PROTO_TCP && fragment->key.proto != PROTO_UDP)
        return false;
    struct datagram *slot = datagram_of(datagrams, ticket);
    if (slot->broken)
        return false;
    bool first = fragment->fragment == EPW_FRAG_FIRST;
    uint32_t at = fragment->payload_at, len = fragment->payload_len;
    if ((first && !put_first(datagrams, slot, fragment)) ||
        (!first && slot->has_first && at < slot->first.payload_at) ||
        (!first && !fits_end(slot, fragment, at + len)) ||
        (slot->has_end && at + len > slot->end) ||
        !put(datagrams, slot, fragment, at, fragment->payload, len))
        return spoil(datagrams, slot);
    if (!is_complete(slot))
        return false;
    make_whole(slot, fragment, whole);
    datagrams->stats->datagrams_joined++;
    slot->ticket = 0; /* free; the bytes stay until the place is used again */
    *ticket = 0;
    return true;
}
