/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A meter under test and packets in words: SEND(&run, .at = 1.5, CLIENT, .flags = SYN).
 * Every packet becomes an Ethernet frame and goes through the whole meter.
 */
#ifndef EPW_TESTS_METER_HELP_H
#define EPW_TESTS_METER_HELP_H

#include "meter/meter_state.h"
#include "meter/packet.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define FIN  EPW_TCP_FIN
#define SYN  EPW_TCP_SYN
#define RST  EPW_TCP_RST
#define PSH  EPW_TCP_PSH
#define ACK  EPW_TCP_ACK

#define TCP  6
#define UDP  17
#define ICMP 1

/* The usual pair; CLIENT sends to the server, SERVER to the client. */
#define CLIENT     .src = "10.0.0.1", .sport = 40000, .dst = "10.0.0.2", .dport = 8014
#define SERVER     .src = "10.0.0.2", .sport = 8014, .dst = "10.0.0.1", .dport = 40000
#define UDP_CLIENT CLIENT, .proto = UDP
#define UDP_SERVER SERVER, .proto = UDP

#define MAX_SEEN   4096
/* 2026-03-02 08:00 UTC: .at counts seconds from here. */
#define START_NS 1772438400000000000LL

struct shot {
    double at; /* seconds */
    const char *src, *dst;
    uint16_t sport, dport;
    uint8_t proto; /* 0 is TCP */
    uint8_t flags; /* TCP */
    uint32_t seq, ack;
    uint16_t id;   /* IP identification; 0 takes a new one each time */
    uint16_t vlan; /* 0: untagged */
    uint16_t len;  /* payload bytes; text may give them */
    const char *text;
    uint16_t frag_at;          /* fragment offset in bytes */
    bool more;                 /* more fragments follow */
    bool broadcast;            /* destination MAC */
    uint32_t cut;              /* bytes missing from the frame's end: caplen < wire length */
    const struct shot *quotes; /* ICMP error type 3 about this packet ... */
    uint8_t icmp_code;
};

struct run {
    struct epw_meter *meter;
    struct epw_flow_record record[MAX_SEEN];
    struct epw_evidence evidence[MAX_SEEN]; /* plain fields only are good */
    size_t records;
    struct epw_sighting sighting[16];
    size_t sightings;
    struct epw_round *round;
    struct epw_batch *batch; /* the round's */
    struct epw_pace pace;
    struct epw_stats stats;
    uint16_t next_id;
    bool hold;     /* gather packets, push them with run_go() */
    bool long_way; /* no packet is taken for one that is only counted */
};

static inline void run_record(void *ctx, const struct epw_flow_record *record)
{
    struct run *run = ctx;
    cr_assert_lt(run->records, MAX_SEEN);
    cr_assert_not_null(record->evidence);
    run->evidence[run->records] = *record->evidence;
    run->record[run->records] = *record;
    run->record[run->records].evidence = &run->evidence[run->records];
    run->records++;
}

static inline void run_sighting(void *ctx, const struct epw_sighting *sighting)
{
    struct run *run = ctx;
    if (sighting->kind != EPW_SIGHT_ICMP)
        return;
    cr_assert_lt(run->sightings, 16);
    run->sighting[run->sightings++] = *sighting;
}

static inline void run_begin_with(struct run *run, const struct epw_meter_options *options)
{
    memset(run, 0, sizeof(*run));
    struct epw_meter_sink sink = { run, run_record, run_sighting, NULL, NULL };
    cr_assert_eq(epw_meter_new(&run->meter, options, &sink), EPW_OK);
    run->round = calloc(1, sizeof(*run->round));
    cr_assert_not_null(run->round);
    run->batch = &run->round->batch;
}

static inline void run_begin(struct run *run)
{
    struct epw_meter_options options = EPW_METER_DEFAULTS;
    run_begin_with(run, &options);
}

static inline void run_go(struct run *run)
{
    epw_pace_round(&run->pace, run->round);
    epw_meter_decode(run->meter, run->round);
    for (uint32_t i = 0; run->long_way && i < run->batch->count; i++)
        run->meter->gist[i].way.all |= EPW_GIST_NEVER;
    epw_meter_push(run->meter, run->round);
    run->batch->count = run->batch->used = 0;
}

static inline uint8_t *put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
    return at + 2;
}

static inline uint8_t *put32(uint8_t *at, uint32_t value)
{
    return put16(put16(at, value >> 16), value & 0xffff);
}

static inline uint8_t *put_ip(uint8_t *at, const char *text)
{
    struct epw_ip ip;
    cr_assert(epw_ip_parse(text, &ip) && epw_ip_is4(&ip), "%s", text);
    memcpy(at, ip.b + 12, 4);
    return at + 4;
}

/* IPv4 and what it carries; returns its end. */
static inline uint8_t *put_packet(uint8_t *at, const struct shot *s, uint16_t id)
{
    uint8_t *ip = at, proto = s->proto == 0 ? TCP : s->proto;
    size_t len = s->text != NULL ? strlen(s->text) : s->len;
    at = put16(at, 0x4500);
    at = put16(at, 0); /* total length, below */
    at = put16(at, id);
    at = put16(at, (s->more ? 0x2000u : 0) | s->frag_at / 8u);
    *at++ = 64;
    *at++ = s->quotes != NULL ? ICMP : proto;
    at = put16(at, 0);
    at = put_ip(put_ip(at, s->src), s->dst);
    if (s->quotes != NULL) { /* destination unreachable, the code, and the quoted packet */
        at = put32(put32(at, 0x03000000u | (uint32_t)s->icmp_code << 16), 0);
        uint8_t *quoted = put_packet(at, s->quotes, 1);
        at = quoted < at + 28 ? quoted : at + 28;
    } else if (s->frag_at == 0 && proto == TCP) {
        at = put32(put32(put16(put16(at, s->sport), s->dport), s->seq), s->ack);
        at = put32(put32(at, 0x50000000u | (uint32_t)s->flags << 16 | 0xffff), 0);
    } else if (s->frag_at == 0 && proto == UDP) {
        at = put16(put16(at, s->sport), s->dport);
        at = put32(at, (uint32_t)(8 + len) << 16);
    }
    for (size_t i = 0; i < len; i++)
        *at++ = s->text != NULL ? (uint8_t)s->text[i] : 0xf0;
    put16(ip + 2, (unsigned)(at - ip));
    return at;
}

static inline void run_send(struct run *run, const struct shot *s)
{
    struct epw_batch *b = run->batch;
    uint8_t *frame = b->room + b->used, *at = frame;
    memcpy(at, "\x02\0\0\0\0\0\x02\0\0\0\0\0", 12);
    if (s->broadcast)
        memset(at, 0xff, 6);
    else
        at[5] = s->dport == 40000 ? 0xc1 : 0x5e;
    at[11] = s->sport == 40000 ? 0xc1 : 0x5e;
    at += 12;
    if (s->vlan != 0)
        at = put16(put16(at, 0x8100), s->vlan);
    at = put16(at, 0x0800);
    at = put_packet(at, s, s->id != 0 ? s->id : ++run->next_id);
    uint32_t len = (uint32_t)(at - frame);
    b->frame[b->count++] = (struct epw_frame){
        .bytes = frame,
        .ts_ns = START_NS + (int64_t)(s->at * 1e9),
        .caplen = len - s->cut,
        .wire_len = len,
        .linktype = 1,
    };
    b->used += len;
    if (!run->hold || b->count == EPW_BATCH_FRAMES)
        run_go(run);
}

#define SEND(run, ...) run_send(run, &(struct shot){ __VA_ARGS__ })

/* The meter's counters, and time's. */
static inline const struct epw_stats *run_stats(struct run *run)
{
    run->stats = *epw_meter_stats(run->meter);
    run->stats.time_steps = run->pace.steps;
    return &run->stats;
}

/* Ends the run's capture; its records stay to be looked at. */
static inline const struct epw_stats *run_flush(struct run *run)
{
    if (run->batch->count != 0)
        run_go(run);
    epw_meter_flush(run->meter);
    return run_stats(run);
}

static inline void run_end(struct run *run)
{
    epw_meter_free(run->meter);
    free(run->round);
}

/* The only record of the run. */
static inline const struct epw_flow_record *run_only(const struct run *run)
{
    cr_assert_eq(run->records, 1, "%zu records", run->records);
    return &run->record[0];
}

/* A handshake from .at on; the client's first data byte is 101, the server's 501. */
static inline void run_shake(struct run *run, double at)
{
    SEND(run, .at = at, CLIENT, .flags = SYN, .seq = 100);
    SEND(run, .at = at + 0.01, SERVER, .flags = SYN | ACK, .seq = 500, .ack = 101);
    SEND(run, .at = at + 0.02, CLIENT, .flags = ACK, .seq = 101, .ack = 501);
}

#endif
