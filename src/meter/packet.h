/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data header: one decoded packet, what decode/ hands to flow/ inside the meter.
 * All numbers in host byte order; pointers borrow the frame's bytes.
 */
#ifndef EPW_METER_PACKET_H
#define EPW_METER_PACKET_H

#include "base/ip.h"
#include "base/stats.h"

#include <stdbool.h>
#include <stdint.h>

/* TCP flag bits as on the wire (RFC 9293, 3.1). */
#define EPW_TCP_FIN 0x01
#define EPW_TCP_SYN 0x02
#define EPW_TCP_RST 0x04
#define EPW_TCP_PSH 0x08
#define EPW_TCP_ACK 0x10

/* VLAN tags kept of the innermost frame: 802.1Q inside 802.1ad is two. */
#define EPW_MAX_VLANS 2

enum epw_fragment {
    EPW_FRAG_NONE,  /* a whole datagram */
    EPW_FRAG_FIRST, /* offset 0, more to come: carries the ports */
    EPW_FRAG_LATER, /* offset above 0: no ports, frag_id ties it to its first */
    EPW_FRAG_WHOLE, /* made by flow/frag.h: a datagram put together from its fragments */
};

struct epw_packet {
    int64_t ts_ns;
    struct epw_ip src, dst; /* of the innermost IP header */
    uint16_t sport, dport;  /* 0 for protocols without ports */
    uint8_t proto;          /* IP protocol number of the innermost packet */
    uint8_t ending;         /* enum epw_ending; only EPW_END_COMPLETE has a flow */
    uint8_t tcp_flags;      /* 0 when not TCP or cut before them */
    uint8_t fragment;       /* enum epw_fragment */
    uint8_t vlan_count;
    uint8_t ttl;     /* TTL or hop limit */
    bool group_mac;  /* destination MAC is broadcast or multicast */
    bool has_mac;    /* src_mac, dst_mac are those of the innermost Ethernet frame */
    bool icmp_error; /* an ICMP error: src.. dport, proto are those of the packet it
                        QUOTES, so the flow found is the one it speaks of */
    bool frag_more;  /* a fragment, and not the last of its datagram */
    bool cut;        /* payload is shorter than on the wire: "not seen", no mismatch */
    uint8_t icmp_type, icmp_code;
    uint16_t vlan[EPW_MAX_VLANS]; /* VLAN ids, outer first */
    uint16_t ip_id;               /* IPv4 identification, 0 for IPv6 */
    uint16_t payload_at;          /* TCP, UDP: bytes of the header before payload; of a later
                                     fragment: where in its datagram payload belongs */
    uint32_t frag_id;             /* identification when fragment is not EPW_FRAG_NONE */
    uint32_t tunnel;              /* identity of the innermost tunnel, 0 outside of any */
    uint32_t seq, ack;            /* TCP */
    uint32_t wire_len;            /* original frame length */
    uint32_t payload_len;         /* bytes at payload (after TCP or UDP header; all that a later
                                     fragment brings), captured */
    uint32_t payload_wire;        /* bytes the headers claim; more than payload_len when cut */
    const uint8_t *payload;       /* NULL when there is none */
    struct epw_ip icmp_from;      /* who sent the ICMP error */
    uint8_t src_mac[6], dst_mac[6];
};

#endif
