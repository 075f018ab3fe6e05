/* SPDX-License-Identifier: Apache-2.0 */
#include "frame.h"

#include "bytes.h"

#define FRAME_MIN       60 /* Ethernet's 64 without the check sequence */
#define ETHER_IPV4      0x0800
#define ETHER_IPV6      0x86dd
#define ETHER_VLAN      0x8100
#define GRE_ERSPAN      0x88be
#define PROTO_GRE       47
#define MIRROR_OVERHEAD 36 /* IPv4, GRE with sequence number, ERSPAN */

size_t frame_overhead(const struct peers *peers)
{
    return 14u + (peers->v6 ? 40u : 20u) + (peers->proto == PROTO_TCP ? 20u : 8u);
}

/* RFC 1071, over whole 16-bit words and a last odd byte. */
static uint32_t sum(const uint8_t *at, size_t len, uint32_t sum)
{
    uint64_t all = sum;
    for (; len >= 2; len -= 2, at += 2)
        all += (uint64_t)at[0] << 8 | at[1];
    if (len != 0)
        all += (uint64_t)at[0] << 8;
    while (all >> 16 != 0)
        all = (all & 65535) + (all >> 16);
    return (uint32_t)all;
}

static void put_ethernet(struct out *out, unsigned from, unsigned type)
{
    static const uint8_t mac[2][6] = { { 2, 0, 0, 0, 0, 1 }, { 2, 0, 0, 0, 0, 2 } };
    put_bytes(out, mac[1 - from], 6);
    put_bytes(out, mac[from], 6);
    put16(out, type);
}

static void put_ipv4(struct out *out, uint32_t src, uint32_t dst, unsigned proto, size_t len,
                     uint32_t id)
{
    size_t start = out->len;
    put16(out, 0x4500);
    put16(out, (unsigned)len + 20);
    put16(out, id & 65535);
    put16(out, 0x4000); /* not to be fragmented */
    put8(out, 64);
    put8(out, proto);
    put16(out, 0);
    put32(out, src);
    put32(out, dst);
    set16(out, start + 10, ~sum(out->at + start, 20, 0) & 65535);
}

static void put_ipv6(struct out *out, uint32_t src, uint32_t dst, unsigned proto, size_t len)
{
    static const uint8_t prefix[12] = { 0x20, 0x01, 0x0d, 0xb8 };
    put32(out, 0x60000000);
    put16(out, (unsigned)len);
    put8(out, proto);
    put8(out, 64);
    put_bytes(out, prefix, 12);
    put32(out, src);
    put_bytes(out, prefix, 12);
    put32(out, dst);
}

/* Ports to payload; the checksum's place is left 0. Returns where it is. */
static size_t put_transport(struct out *out, const struct peers *peers, const struct packet *p)
{
    size_t start = out->len;
    put16(out, peers->port[p->from]);
    put16(out, peers->port[1 - p->from]);
    if (peers->proto == PROTO_UDP) {
        put16(out, (unsigned)p->len + 8);
        put16(out, 0);
        put_bytes(out, p->payload, p->len);
        return start + 6;
    }
    bool option = (p->flags & SYN) != 0; /* a SYN says its segment size */
    put32(out, p->seq);
    put32(out, p->ack);
    put16(out, (option ? 0x6000 : 0x5000) | p->flags);
    put16(out, 0xfaf0);
    put32(out, 0);
    if (option)
        put32(out, 0x020405b4);
    put_bytes(out, p->payload, p->len);
    return start + 16;
}

static void put_packet(struct out *out, const struct peers *peers, const struct packet *p,
                       uint32_t number)
{
    uint32_t src = peers->host[p->from], dst = peers->host[1 - p->from];
    size_t len = p->len + (peers->proto == PROTO_UDP ? 8u : (p->flags & SYN) != 0 ? 24u : 20u);
    put_ethernet(out, p->from, peers->v6 ? ETHER_IPV6 : ETHER_IPV4);
    if (peers->v6)
        put_ipv6(out, src, dst, peers->proto, len);
    else
        put_ipv4(out, src, dst, peers->proto, len, number);
    size_t start = out->len, addresses = peers->v6 ? 32 : 8;
    size_t place = put_transport(out, peers, p);
    uint32_t pseudo = sum(out->at + start - addresses, addresses, (uint32_t)len + peers->proto);
    uint32_t check = ~sum(out->at + start, len, pseudo) & 65535;
    set16(out, place, check == 0 && peers->proto == PROTO_UDP ? 65535 : check);
    while (out->len < FRAME_MIN)
        put8(out, 0);
}

/* The inner frame is known by its length only when it is written: it goes first, at its place. */
size_t frame_write(uint8_t *at, const struct peers *peers, const struct packet *packet,
                   bool wrapped, uint32_t number)
{
    if (!wrapped) {
        struct out out = { at, 0 };
        put_packet(&out, peers, packet, number);
        return out.len;
    }
    size_t around = 18 + MIRROR_OVERHEAD;
    struct out inner = { at + around, 0 };
    put_packet(&inner, peers, packet, number);
    struct out out = { at, 0 };
    put_ethernet(&out, 0, ETHER_VLAN);
    put16(&out, 100); /* VLAN id */
    put16(&out, ETHER_IPV4);
    put_ipv4(&out, 0xc0000201, 0xc0000202, PROTO_GRE, inner.len + MIRROR_OVERHEAD - 20, number);
    put16(&out, 0x1000); /* with sequence number */
    put16(&out, GRE_ERSPAN);
    put32(&out, number);
    put16(&out, 0x1000 | 200); /* version 1, VLAN of the mirrored port */
    put16(&out, 1);            /* session */
    put32(&out, 0);
    return out.len + inner.len;
}
