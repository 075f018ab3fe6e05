/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A road under test: a capture written on the spot, and a sink that writes
 * down, line by line, everything it is told and in which order.
 */
#ifndef EPW_TESTS_ROAD_HELP_H
#define EPW_TESTS_ROAD_HELP_H

#include "base/hash.h"
#include "base/text.h"
#include "road/road.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A capture file under construction: pcap, microseconds, Ethernet. */
struct tape {
    char path[32];
    FILE *file;
    uint64_t usec; /* of the next packet */
};

static inline void tape_le32(FILE *file, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        putc((int)(value >> 8 * i & 255), file);
}

static inline void tape_begin(struct tape *tape)
{
    strcpy(tape->path, "/tmp/epw-road-XXXXXX");
    int fd = mkstemp(tape->path);
    cr_assert_geq(fd, 0);
    tape->file = fdopen(fd, "wb");
    tape->usec = 1772438400000000;
    fwrite("\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\1\0\0\0", 1, 24, tape->file);
}

/* bytes: from its IPv4 header on. */
static inline void tape_packet(struct tape *tape, const uint8_t *bytes, uint32_t len)
{
    static const uint8_t ether[14] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00 };
    uint32_t frame_len = (uint32_t)sizeof(ether) + len;
    tape_le32(tape->file, (uint32_t)(tape->usec / 1000000));
    tape_le32(tape->file, (uint32_t)(tape->usec % 1000000));
    tape_le32(tape->file, frame_len);
    tape_le32(tape->file, frame_len);
    fwrite(ether, 1, sizeof(ether), tape->file);
    fwrite(bytes, 1, len, tape->file);
}

/* 20 bytes of IPv4: 10.0.0.src to 10.0.0.dst, len bytes in all; frag: flags and offset as on the
 * wire. */
static inline void tape_ip(uint8_t *at, uint8_t proto, uint8_t src, uint8_t dst, uint8_t len,
                           uint16_t id, uint16_t frag)
{
    const uint8_t ip[20] = { 0x45,
                             0,
                             0,
                             len,
                             (uint8_t)(id >> 8),
                             (uint8_t)id,
                             (uint8_t)(frag >> 8),
                             (uint8_t)frag,
                             64,
                             proto,
                             0,
                             0,
                             10,
                             0,
                             0,
                             src,
                             10,
                             0,
                             0,
                             dst };
    memcpy(at, ip, sizeof(ip));
}

/* UDP from port 5000 + src to 5000 + dst with 4 bytes of payload. */
static inline void tape_udp(struct tape *tape, uint8_t src, uint8_t dst)
{
    uint8_t p[32] = { 0 };
    tape_ip(p, 17, src, dst, 32, 1, 0);
    const uint8_t udp[12] = {
        0x13, (uint8_t)(0x88 + src % 64), 0x13, (uint8_t)(0x88 + dst % 64), 0, 12, 0, 0, 1, 2, 3, 4
    };
    memcpy(p + 20, udp, sizeof(udp));
    tape_packet(tape, p, sizeof(p));
}

/* A TCP SYN, from port 40000 to 8014. */
static inline void tape_syn(struct tape *tape, uint8_t src, uint8_t dst)
{
    uint8_t p[40] = { 0 };
    tape_ip(p, 6, src, dst, 40, 2, 0);
    const uint8_t tcp[20] = { 0x9c, 0x40, 0x1f, 0x4e, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 255, 255 };
    memcpy(p + 20, tcp, sizeof(tcp));
    tape_packet(tape, p, sizeof(p));
}

/* dst tells src that the UDP packet above reached nobody. */
static inline void tape_unreachable(struct tape *tape, uint8_t src, uint8_t dst)
{
    uint8_t p[56] = { 0 };
    tape_ip(p, 1, dst, src, 56, 3, 0);
    p[20] = 3;
    p[21] = 3;
    tape_ip(p + 28, 17, src, dst, 32, 1, 0);
    const uint8_t udp[8] = {
        0x13, (uint8_t)(0x88 + src % 64), 0x13, (uint8_t)(0x88 + dst % 64), 0, 12, 0, 0
    };
    memcpy(p + 48, udp, sizeof(udp));
    tape_packet(tape, p, sizeof(p));
}

/* A fragment behind the first of a UDP datagram, whose first never comes. */
static inline void tape_fragment(struct tape *tape, uint8_t src, uint8_t dst, uint16_t id)
{
    uint8_t p[28] = { 0 };
    tape_ip(p, 17, src, dst, 28, id, 0x2001);
    tape_packet(tape, p, sizeof(p));
}

/* Every kind of packet between a few dozen hosts, always the same; gaps let flows end. */
static inline void tape_mixed(struct tape *tape, unsigned packets)
{
    uint64_t random = 7;
    for (unsigned i = 0; i < packets; i++) {
        random = epw_hash_mix(random ^ EPW_HASH_K0, i ^ EPW_HASH_K1);
        uint8_t src = (uint8_t)(1 + random % 40), dst = (uint8_t)(1 + (random >> 8) % 40);
        tape->usec += random >> 16 & 0x3ff;
        if ((random >> 28 & 0x3ff) == 0)
            tape->usec += 30000000;
        switch (random >> 40 & 7) {
        case 0:
            tape_syn(tape, src, dst);
            break;
        case 1:
            tape_unreachable(tape, src, dst);
            break;
        case 2:
            tape_fragment(tape, src, dst, (uint16_t)(random >> 48));
            break;
        default:
            tape_udp(tape, src, dst);
            break;
        }
    }
}

/* What came of it. */
struct journey {
    struct epw_str told; /* a line for each call on the receiver's side */
    uint64_t ticks, flows, batches;
    uint64_t stop_after_ticks, stop_after_batches; /* 0: never */
    uint64_t slow_us;                              /* a pause with each flow */
    int64_t now_ns;
    pthread_t receiver;
    bool strange; /* a call came from another thread than the one before, or time went back */
    uint64_t wait_at_batch; /* until the receiver has stopped; 0: none */
    atomic_bool stopped;
    atomic_bool reading;
    atomic_bool crossed;        /* two batches at a time */
    uint64_t foretold, came;    /* flows told ahead, and those of them that came then */
    uint8_t expected[256][256]; /* by the last bytes of their addresses: told and not come */
    enum epw_err err;
    struct epw_stats stats;
};

static inline void journey_on_receiver(struct journey *j)
{
    if (j->flows + j->ticks + j->told.len == 0)
        j->receiver = pthread_self();
    j->strange |= !pthread_equal(j->receiver, pthread_self());
}

static inline void journey_soon(void *ctx, const struct epw_ip ip[2 * EPW_SOON_FLOWS])
{
    struct journey *j = ctx;
    for (unsigned i = 0; i < 2 * EPW_SOON_FLOWS; i += 2) {
        uint8_t a = ip[i].b[15], b = ip[i + 1].b[15];
        j->expected[a < b ? a : b][a < b ? b : a]++;
        j->foretold++;
    }
}

static inline void journey_flow(void *ctx, const struct epw_flow_record *r)
{
    struct journey *j = ctx;
    journey_on_receiver(j);
    j->flows++;
    uint8_t a = r->ip[0].b[15], b = r->ip[1].b[15];
    uint8_t *expected = &j->expected[a < b ? a : b][a < b ? b : a];
    if (*expected != 0) {
        --*expected;
        j->came++;
    }
    epw_str_addf(&j->told, "flow %" PRIu64 " %u %" PRId64 " %" PRId64 " %" PRIu64 " %d %d\n",
                 r->flow_id, r->port[1], r->first_ns, r->last_ns, r->packets[0] + r->packets[1],
                 (int)r->state, (int)r->reason);
    if (j->slow_us != 0)
        usleep((useconds_t)j->slow_us);
}

static inline void journey_sighting(void *ctx, const struct epw_sighting *s)
{
    struct journey *j = ctx;
    journey_on_receiver(j);
    epw_str_addf(&j->told, "sighting %d %" PRId64 " %" PRIu64 "\n", (int)s->kind, s->ts_ns,
                 s->flow_id);
}

static inline void journey_time(void *ctx, int64_t now_ns)
{
    struct journey *j = ctx;
    journey_on_receiver(j);
    j->strange |= now_ns <= j->now_ns || now_ns % EPW_POINT_NS != 0;
    j->now_ns = now_ns;
    epw_str_addf(&j->told, "time %" PRId64 "\n", now_ns);
}

static inline bool journey_tick(void *ctx, const struct epw_road_tick *tick)
{
    struct journey *j = ctx;
    journey_on_receiver(j);
    j->strange |= tick->now_ns < j->now_ns;
    if (++j->ticks == j->stop_after_ticks)
        atomic_store(&j->stopped, true);
    return j->ticks != j->stop_after_ticks;
}

static inline bool journey_batch(void *ctx, const struct epw_batch *batch)
{
    struct journey *j = ctx;
    if (atomic_exchange(&j->reading, true))
        atomic_store(&j->crossed, true);
    bool more = ++j->batches != j->stop_after_batches && batch->count <= EPW_BATCH_FRAMES;
    for (unsigned ms = 0; j->batches == j->wait_at_batch && ms < 20000; ms++) {
        if (atomic_load(&j->stopped))
            break;
        usleep(1000);
    }
    atomic_store(&j->reading, false);
    return more;
}

static inline struct epw_capture *tape_open(struct tape *tape)
{
    struct epw_capture *capture;
    const char *file = tape->path;
    struct epw_capture_options options = { .files = &file, .file_count = 1 };
    cr_assert_eq(epw_capture_open(&capture, &options, NULL, NULL), EPW_OK);
    return capture;
}

/* Rewinds the tape and leads it down a road. */
static inline void journey_go(struct journey *j, struct tape *tape, unsigned threads, bool live)
{
    struct epw_road_options options = { .threads = threads,
                                        .live = live,
                                        .meter = EPW_METER_DEFAULTS };
    const struct epw_road_sink sink = {
        .ctx = j,
        .flow = journey_flow,
        .sighting = journey_sighting,
        .time = journey_time,
        .tick = journey_tick,
        .batch = journey_batch,
        .soon = journey_soon,
    };
    struct epw_road *road;
    fflush(tape->file);
    options.meter.seed = threads * 12345;
    cr_assert_eq(epw_road_new(&road, &options, &sink), EPW_OK);
    struct epw_capture *capture = tape_open(tape);
    j->err = epw_road_run(road, capture);
    epw_road_stats(road, &j->stats);
    epw_capture_close(capture);
    epw_road_free(road);
    cr_assert_not(j->strange, "%u threads", threads);
    cr_assert_not(atomic_load(&j->crossed), "%u threads", threads);
    cr_assert_not(j->told.failed);
}

static inline void journey_end(struct journey *j)
{
    epw_str_free(&j->told);
    memset(j, 0, sizeof(*j));
}

static inline void tape_end(struct tape *tape)
{
    fclose(tape->file);
    unlink(tape->path);
}

#endif
