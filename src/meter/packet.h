/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data header: one decoded packet, what decode/ hands to flow/ inside the meter.
 * All numbers in host byte order; pointers borrow the frame's bytes.
 */
#ifndef EPW_METER_PACKET_H
#define EPW_METER_PACKET_H

#include "base/stats.h"
#include "meter/flow/key.h"

#include <stdbool.h>
#include <stdint.h>

/* TCP flag bits as on the wire (RFC 9293, 3.1). */
#define EPW_TCP_FIN 0x01
#define EPW_TCP_SYN 0x02
#define EPW_TCP_RST 0x04
#define EPW_TCP_PSH 0x08
#define EPW_TCP_ACK 0x10

enum epw_fragment {
    EPW_FRAG_NONE,  /* a whole datagram */
    EPW_FRAG_FIRST, /* offset 0, more to come: carries the ports */
    EPW_FRAG_LATER, /* offset above 0: no ports, frag_id ties it to its first */
    EPW_FRAG_WHOLE, /* made by flow/frag.h: a datagram put together from its fragments */
};

/*
 * Two cache lines: the first tells which flow it is of, and no packet needs the last 16 bytes
 * but ICMP errors.
 */
struct epw_packet {
    struct epw_key key; /* of its flow, in order once it is decoded */
    int64_t ts_ns;
    const uint8_t *payload; /* NULL when there is none */
    const uint8_t *macs;    /* of the innermost Ethernet frame: 6 bytes destination, 6 source;
                               NULL: not known */
    uint32_t seq, ack;      /* TCP */
    uint32_t wire_len;      /* original frame length */
    uint32_t payload_len;   /* bytes at payload (after TCP or UDP header; all that a later
                               fragment brings), captured */
    uint32_t payload_wire;  /* bytes the headers claim; more than payload_len when cut */
    uint16_t payload_at;    /* TCP, UDP: bytes of the header before payload; of a later
                               fragment: where in its datagram payload belongs */
    uint16_t ip_id;         /* IPv4 identification, 0 for IPv6 */
    uint8_t side;           /* of the key: who sent it */
    uint8_t ending;         /* enum epw_ending; only EPW_END_COMPLETE has a flow */
    uint8_t tcp_flags;      /* 0 when not TCP or cut before them */
    uint8_t ttl;            /* TTL or hop limit */
    /* From here up to icmp_from all is 0 of a usual packet. */
    uint8_t icmp_type, icmp_code;
    bool group_mac;   /* without macs: went to a broadcast or multicast MAC all the same */
    bool cut;         /* payload is shorter than on the wire: "not seen", no mismatch */
    uint32_t frag_id; /* identification when fragment is not EPW_FRAG_NONE */
    uint8_t fragment; /* enum epw_fragment */
    bool frag_more;   /* a fragment, and not the last of its datagram */
    bool icmp_error;  /* an ICMP error: the key is that of the packet it QUOTES, so the
                         flow found is the one it speaks of */
    bool zero;
    struct epw_ip icmp_from; /* who sent the ICMP error */
};

#define EPW_PACKET_USUAL offsetof(struct epw_packet, icmp_type)

static inline const struct epw_ip *epw_packet_src(const struct epw_packet *packet)
{
    return &packet->key.ip[packet->side];
}

static inline const struct epw_ip *epw_packet_dst(const struct epw_packet *packet)
{
    return &packet->key.ip[1 - packet->side];
}

static inline uint16_t epw_packet_sport(const struct epw_packet *packet)
{
    return packet->key.port[packet->side];
}

static inline uint16_t epw_packet_dport(const struct epw_packet *packet)
{
    return packet->key.port[1 - packet->side];
}

/* Whatever its key has become: in order again, with the sender's side. */
static inline void epw_packet_order(struct epw_packet *packet)
{
    packet->side ^= (uint8_t)epw_key_order(&packet->key);
}

static inline void epw_packet_set_ports(struct epw_packet *packet, uint16_t sport, uint16_t dport)
{
    packet->key.port[packet->side] = sport;
    packet->key.port[1 - packet->side] = dport;
}

#endif
