/* SPDX-License-Identifier: Apache-2.0 */
/* From what a host says to the packets a capture shows of it: IP, fragments, losses, doubles. */
#include "scenario.h"

#include <stdlib.h>
#include <string.h>

static void keep(struct scene *s, const struct buf *frame, int64_t ts_ns)
{
    if (s->packet_count == MAX_PACKETS)
        die_at(s, "more than %d packets", MAX_PACKETS);
    if (s->packet_count == s->packet_cap) {
        s->packet_cap = s->packet_cap * 2 + 64;
        s->packet = realloc(s->packet, s->packet_cap * sizeof(*s->packet));
        if (s->packet == NULL)
            die_at(s, "out of memory");
    }
    struct packet *p = &s->packet[s->packet_count];
    *p = (struct packet){ .ts_ns = ts_ns,
                          .order = s->packet_count,
                          .origlen = frame->len,
                          .caplen = frame->len < s->snaplen ? frame->len : s->snaplen,
                          .iface = (unsigned)s->iface_count - 1 };
    p->bytes = malloc(frame->len + 1);
    if (p->bytes == NULL)
        die_at(s, "out of memory");
    if (frame->len != 0)
        memcpy(p->bytes, frame->at, frame->len);
    s->packet_count++;
}

void wire_keep(struct scene *s, const struct buf *frame)
{
    keep(s, frame, s->now_ns);
}

void wire_checksum(const struct scene *s, const struct host *from, const struct host *to,
                   uint8_t proto, struct buf *l4, size_t where)
{
    struct buf pseudo = { 0 };
    size_t len = from->v6 ? 16 : 4;
    buf_add(&pseudo, from->ip, len);
    buf_add(&pseudo, to->ip, len);
    buf_be32(&pseudo, (uint32_t)l4->len);
    buf_be32(&pseudo, proto);
    uint16_t start = (uint16_t)~wrap_sum(pseudo.at, pseudo.len, 0);
    uint16_t sum = wrap_sum(l4->at, l4->len, proto == 1 ? 0 : start);
    if (sum == 0 && proto == 17)
        sum = 0xffff;
    buf_put16(l4, where, s->bad_checksum ? sum ^ 0x5a5au : sum);
    buf_free(&pseudo);
}

static void put_ip4(const struct scene *s, const struct host *from, const struct host *to,
                    uint8_t proto, unsigned id, unsigned flags, uint8_t ttl, struct buf *packet)
{
    struct buf h = { 0 };
    buf_be16(&h, 0x4500);
    buf_be16(&h, s->length_zero ? 0 : (unsigned)(20 + packet->len));
    buf_be16(&h, id);
    buf_be16(&h, flags);
    buf_u8(&h, ttl);
    buf_u8(&h, proto);
    buf_be16(&h, 0);
    buf_add(&h, from->ip, 4);
    buf_add(&h, to->ip, 4);
    buf_put16(&h, 10, wrap_sum(h.at, h.len, 0));
    buf_prepend(packet, h.at, h.len);
    buf_free(&h);
}

static void put_ip6(const struct scene *s, const struct host *from, const struct host *to,
                    uint8_t next, uint8_t ttl, struct buf *packet)
{
    struct buf h = { 0 };
    if (s->extension_on) {
        /* Hop-by-hop, routing (type 0, no segments left) or destination options: 8 bytes. */
        uint8_t ext[8] = { next, 0, 1, 4, 0, 0, 0, 0 };
        if (s->extension == 43) {
            ext[2] = 0;
            ext[3] = 0;
        }
        buf_prepend(packet, ext, sizeof(ext));
        next = s->extension;
    }
    buf_be32(&h, 0x60000000);
    buf_be16(&h, (unsigned)packet->len);
    buf_u8(&h, next);
    buf_u8(&h, ttl);
    buf_add(&h, from->ip, 16);
    buf_add(&h, to->ip, 16);
    buf_prepend(packet, h.at, h.len);
    buf_free(&h);
}

/* One IP packet of [from, to) of the payload, framed and kept, doubled where the span doubles. */
static void send_piece(struct scene *s, struct host *from, struct host *to, uint8_t proto,
                       const struct buf *l4, size_t start, size_t end, unsigned id, enum dir dir)
{
    bool whole = start == 0 && end == l4->len;
    unsigned more = end < l4->len;
    for (unsigned copy = 0; copy < (s->twice_ns != 0 ? 2u : 1u); copy++) {
        struct buf packet = { 0 };
        uint8_t ttl = (uint8_t)(from->ttl - (s->twice_routed ? copy : 0));
        buf_add(&packet, l4->at + start, end - start);
        if (!from->v6) {
            unsigned flags = whole ? 0x4000 : (unsigned)(start / 8) | (more ? 0x2000u : 0);
            put_ip4(s, from, to, proto, id, flags, ttl, &packet);
        } else {
            if (!whole) {
                struct buf f = { 0 };
                buf_u8(&f, proto);
                buf_u8(&f, 0);
                buf_be16(&f, (unsigned)start | more);
                buf_be32(&f, id);
                buf_prepend(&packet, f.at, f.len);
                buf_free(&f);
            }
            put_ip6(s, from, to, whole ? proto : 44, ttl, &packet);
        }
        if (start == 0 && proto != 1 && proto != 58) {
            s->last_ip.len = 0;
            buf_join(&s->last_ip, &packet);
        }
        wrap_frame(s, from, to, &packet, dir);
        if (s->twice_routed && copy == 1 && s->iface_link[s->iface_count - 1] == 1)
            packet.at[6 + 5] ^= 0x80; /* a router's MAC on the second sight */
        keep(s, &packet, s->now_ns + (int64_t)copy * s->twice_ns);
        buf_free(&packet);
    }
}

void wire_send(struct scene *s, struct host *from, struct host *to, uint8_t proto,
               const struct buf *l4, enum dir dir)
{
    unsigned id = from->ip_id++;
    if (from->v6 != to->v6)
        die_at(s, "%s and %s are not of the same IP version", from->name, to->name);
    if (s->lose[dir] || s->lose_next > 0) {
        s->lose_next -= s->lose_next > 0 && !s->lose[dir];
        return;
    }
    if (l4->len > 65000 && !s->length_zero)
        die_at(s, "%zu bytes are too many for one IP packet", l4->len);
    size_t piece = s->fragment;
    if (piece == 0 || l4->len <= piece) {
        send_piece(s, from, to, proto, l4, 0, l4->len, id, dir);
        return;
    }
    size_t count = (l4->len + piece - 1) / piece;
    for (size_t i = 0; i < count; i++) {
        size_t start = (s->fragment_reversed ? count - 1 - i : i) * piece;
        size_t end = start + piece < l4->len ? start + piece : l4->len;
        send_piece(s, from, to, proto, l4, start, end, id, dir);
        s->now_ns += 20000; /* fragments leave back to back */
    }
}
