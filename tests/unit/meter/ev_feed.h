/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds one flow's bytes to an evidence engine, for tests: in order (feed_tcp,
 * feed_udp) or at an offset of the side's stream (feed_at).
 */
#ifndef EPW_TESTS_EV_FEED_H
#define EPW_TESTS_EV_FEED_H

#include "meter/evidence/engine.h"

#include <stdlib.h>
#include <string.h>

/* Sequence numbers wrap inside the first bytes of every test. */
#define FEED_ISN 0xfffffff0u

struct feed {
    struct epw_stats stats;
    struct epw_ev_engine *engine;
    struct epw_ev_kept kept;
    struct epw_ev_who who;
    uint32_t sent[2]; /* bytes of each side so far */
    bool more;        /* what feed_show() last said */
    int sightings;
    struct epw_sighting sighting; /* the last one */
};

static inline void feed_sight(void *ctx, const struct epw_sighting *s)
{
    struct feed *feed = ctx;
    feed->sightings++;
    feed->sighting = *s;
}

static inline struct feed *feed_new(void)
{
    static const uint8_t client[4] = { 10, 0, 0, 7 }, server[4] = { 192, 0, 2, 5 };
    struct feed *feed = calloc(1, sizeof(*feed));
    if (feed == NULL || epw_ev_engine_new(&feed->engine, &feed->stats, feed_sight, feed) != EPW_OK)
        abort();
    feed->who = (struct epw_ev_who){
        .flow_id = 42,
        .ip = { epw_ip_from4(client), epw_ip_from4(server) },
        .port = { 51000, 443 },
        .isn_known = { true, true },
        .isn = { FEED_ISN, FEED_ISN },
    };
    return feed;
}

static inline void feed_free(struct feed *feed)
{
    epw_ev_flow_free(feed->engine, &feed->kept);
    epw_ev_engine_free(feed->engine);
    free(feed);
}

/* As the meter does; kept: the feed's or another one's. */
static inline bool feed_show(struct feed *feed, struct epw_ev_kept *kept,
                             const struct epw_packet *packet, enum epw_dir dir)
{
    const struct epw_ev_bytes begin = {
        .bytes = packet->payload,
        .len = packet->payload_len,
        .seq = packet->seq + ((packet->tcp_flags & EPW_TCP_SYN) != 0),
        .isn = feed->who.isn[dir],
        .isn_known = feed->who.isn_known[dir],
        .midstream = feed->who.midstream,
        .proto = packet->key.proto,
        .port = { packet->key.port[0], packet->key.port[1] },
        .dir = dir,
    };
    bool whole = packet->fragment == EPW_FRAG_NONE && packet->payload_wire != 0 &&
                 packet->payload_len == packet->payload_wire;
    unsigned said = whole ? epw_ev_glance(feed->engine, kept, &begin) : EPW_EV_LOOK;
    return said == EPW_EV_LOOK ? epw_ev_packet(feed->engine, kept, &feed->who, packet, dir)
                               : (said & EPW_EV_OVER) == 0;
}

/* The payload is copied to memory of its exact size, so that a read beyond it is seen. */
static inline void feed_packet(struct feed *feed, enum epw_dir dir, uint8_t proto, uint32_t offset,
                               uint32_t ack, const void *bytes, size_t len, size_t wire)
{
    uint8_t *copy = malloc(len == 0 ? 1 : len);
    if (copy == NULL)
        abort();
    memcpy(copy, bytes, len);
    struct epw_packet packet = {
        .ts_ns = 1000,
        .key = { .proto = proto, .port = { feed->who.port[0], feed->who.port[1] } },
        .tcp_flags = EPW_TCP_ACK,
        .seq = FEED_ISN + 1 + offset,
        .ack = FEED_ISN + 1 + ack,
        .payload = copy,
        .payload_len = (uint32_t)len,
        .payload_wire = (uint32_t)wire,
        .cut = len < wire,
    };
    feed->more = feed_show(feed, &feed->kept, &packet, dir);
    free(copy);
}

static inline void feed_at(struct feed *feed, enum epw_dir dir, uint32_t offset, const void *bytes,
                           size_t len)
{
    feed_packet(feed, dir, 6, offset, 0, bytes, len, len);
}

static inline void feed_tcp(struct feed *feed, enum epw_dir dir, const void *bytes, size_t len)
{
    feed_at(feed, dir, feed->sent[dir], bytes, len);
    feed->sent[dir] += (uint32_t)len;
}

static inline void feed_text(struct feed *feed, enum epw_dir dir, const char *text)
{
    feed_tcp(feed, dir, text, strlen(text));
}

static inline void feed_udp(struct feed *feed, enum epw_dir dir, const void *bytes, size_t len)
{
    feed_packet(feed, dir, 17, 0, 0, bytes, len, len);
}

static inline const struct epw_evidence *feed_result(const struct feed *feed)
{
    return epw_ev_result(&feed->kept);
}

/* The first name of that source, "" when there is none. */
static inline const char *feed_name(const struct feed *feed, enum epw_name_source source)
{
    const struct epw_evidence *ev = feed_result(feed);
    for (uint8_t i = 0; i < ev->name_count; i++)
        if (ev->name[i].source == source)
            return ev->name[i].text;
    return "";
}

#endif
