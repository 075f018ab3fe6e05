/* SPDX-License-Identifier: Apache-2.0 */
/* TCP and UDP conversations: handshakes, data with sequence numbers, endings, ICMP errors. */
#include "scenario.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIN 0x01u
#define SYN 0x02u
#define RST 0x04u
#define PSH 0x08u
#define ACK 0x10u

struct convo *convo_new(struct scene *s, const char *name, uint8_t proto, struct host *client,
                        uint16_t client_port, struct host *server, uint16_t server_port)
{
    if (s->convo_count == MAX_CONVOS)
        die_at(s, "more than %d conversations", MAX_CONVOS);
    struct convo *c = &s->convo[s->convo_count++];
    *c = (struct convo){ .proto = proto,
                         .side = { client, server },
                         .port = { client_port, server_port } };
    c->seq[0] = scene_random(s); /* one after the other: an initialiser has no order */
    c->seq[1] = scene_random(s);
    snprintf(c->name, sizeof(c->name), "%s", name);
    if (client_port == 0) {
        c->port[0] = s->next_port;
        s->next_port = s->next_port == 65535 ? 49152 : (uint16_t)(s->next_port + 1);
    }
    s->current = c;
    return c;
}

static void segment(struct scene *s, struct convo *c, enum dir dir, unsigned flags, uint32_t seq,
                    const void *bytes, size_t len)
{
    struct buf l4 = { 0 };
    struct host *from = c->side[dir], *to = c->side[!dir];
    buf_be16(&l4, c->port[dir]);
    buf_be16(&l4, c->port[!dir]);
    buf_be32(&l4, seq);
    buf_be32(&l4, (flags & ACK) != 0 ? c->seq[!dir] : 0);
    buf_u8(&l4, (flags & SYN) != 0 ? 0x80 : 0x50);
    buf_u8(&l4, flags);
    buf_be16(&l4, (flags & RST) != 0 ? 0 : (flags & SYN) != 0 ? 64240 : 1026); /* scaled by 8 */
    buf_be32(&l4, 0);
    if ((flags & SYN) != 0) /* MSS 1460, window scale 8, SACK permitted */
        buf_hex(&l4, "020405b4 01030308 01010402");
    buf_add(&l4, bytes, len);
    wire_checksum(s, from, to, 6, &l4, 16);
    wire_send(s, from, to, 6, &l4, dir);
    buf_free(&l4);
}

/* A segment of its own without data; SYN and FIN take a sequence number. */
static void bare(struct scene *s, struct convo *c, enum dir dir, unsigned flags)
{
    segment(s, c, dir, flags, c->seq[dir], "", 0);
    c->seq[dir] += (flags & (SYN | FIN)) != 0;
    scene_step(s);
}

static void need_tcp(const struct scene *s, const struct convo *c)
{
    if (c->proto != 6)
        die_at(s, "this is for TCP conversations only");
}

void convo_open(struct scene *s, struct convo *c)
{
    if (c->proto != 6)
        return;
    bare(s, c, TO_SERVER, SYN);
    bare(s, c, TO_CLIENT, SYN | ACK);
    bare(s, c, TO_SERVER, ACK);
}

void convo_try(struct scene *s, struct convo *c, unsigned times)
{
    need_tcp(s, c);
    for (unsigned i = 0; i < times; i++) {
        segment(s, c, TO_SERVER, SYN, c->seq[0], "", 0);
        s->now_ns += NS_PER_S << (i < 5 ? i : 5); /* RFC 6298: 1 s, doubled */
    }
}

void convo_refuse(struct scene *s, struct convo *c)
{
    need_tcp(s, c);
    bare(s, c, TO_SERVER, SYN);
    bare(s, c, TO_CLIENT, RST | ACK);
}

static void say_udp(struct scene *s, struct convo *c, enum dir dir, const void *bytes, size_t len)
{
    struct buf l4 = { 0 };
    if (len > MAX_UDP)
        die_at(s, "%zu bytes are too many for one datagram", len);
    buf_be16(&l4, c->port[dir]);
    buf_be16(&l4, c->port[!dir]);
    buf_be16(&l4, (unsigned)(8 + len));
    buf_be16(&l4, 0);
    buf_add(&l4, bytes, len);
    wire_checksum(s, c->side[dir], c->side[!dir], 17, &l4, 6);
    wire_send(s, c->side[dir], c->side[!dir], 17, &l4, dir);
    buf_free(&l4);
    scene_step(s);
}

void convo_say(struct scene *s, struct convo *c, enum dir dir, const void *bytes, size_t len)
{
    if (c->proto == 17) {
        say_udp(s, c, dir, bytes, len);
        return;
    }
    size_t piece = s->segment != 0 ? s->segment : 1460;
    size_t count = (len + piece - 1) / piece;
    uint32_t first = c->seq[dir];
    for (size_t i = 0; i < count; i++) {
        size_t start = (s->segment_reversed ? count - 1 - i : i) * piece;
        size_t part = len - start < piece ? len - start : piece;
        unsigned flags = start + part == len ? PSH | ACK : ACK;
        c->last_dir = dir;
        c->last_seq = first + (uint32_t)start;
        c->last.len = 0;
        buf_add(&c->last, (const uint8_t *)bytes + start, part);
        segment(s, c, dir, flags, c->last_seq, c->last.at, c->last.len);
        c->seq[dir] = first + (uint32_t)(s->segment_reversed ? len : start + part);
        s->now_ns += 30000; /* segments of one message leave back to back */
        if (i % 4 == 3 && i + 1 < count && !s->segment_reversed)
            convo_ack(s, c, dir == TO_SERVER ? TO_CLIENT : TO_SERVER);
    }
    scene_step(s);
}

void convo_say_buf(struct scene *s, struct convo *c, enum dir dir, struct buf *b)
{
    convo_say(s, c, dir, b->at, b->len);
    buf_free(b);
}

void convo_text(struct scene *s, struct convo *c, enum dir dir, const char *fmt, ...)
{
    char text[MAX_LINE];
    va_list ap;
    va_start(ap, fmt);
    int len = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (len < 0 || (size_t)len >= sizeof(text))
        die_at(s, "a text of the exchange is too long");
    convo_say(s, c, dir, text, (size_t)len);
}

void convo_again(struct scene *s, struct convo *c)
{
    need_tcp(s, c);
    if (c->last.len == 0)
        die_at(s, "nothing was said yet that could be said again");
    segment(s, c, c->last_dir, PSH | ACK, c->last_seq, c->last.at, c->last.len);
    scene_step(s);
}

void convo_ack(struct scene *s, struct convo *c, enum dir dir)
{
    need_tcp(s, c);
    bare(s, c, dir, ACK);
}

void convo_close(struct scene *s, struct convo *c, enum dir first)
{
    enum dir second = first == TO_SERVER ? TO_CLIENT : TO_SERVER;
    if (c->proto != 6)
        return;
    bare(s, c, first, FIN | ACK);
    bare(s, c, second, FIN | ACK);
    bare(s, c, first, ACK);
}

void convo_reset(struct scene *s, struct convo *c, enum dir from)
{
    need_tcp(s, c);
    bare(s, c, from, RST | ACK);
}

void convo_unreachable(struct scene *s, struct convo *c, const char *what, struct host *by)
{
    static const struct {
        const char *name;
        uint8_t code4, code6;
    } codes[] = { { "net", 0, 0 },
                  { "host", 1, 3 },
                  { "protocol", 2, 4 },
                  { "port", 3, 4 },
                  { "admin", 13, 1 } };
    size_t i = 0, known = sizeof(codes) / sizeof(codes[0]);
    while (i < known && strcmp(codes[i].name, what) != 0)
        i++;
    if (i == known)
        die_at(s, "net, host, protocol, port or admin expected, not '%s'", what);
    if (s->last_ip.len == 0)
        die_at(s, "no packet was sent yet that could be unreachable");
    struct buf l4 = { 0 };
    size_t quote = by->v6 ? 48 : 28; /* RFC 792: the header and 8 bytes */
    buf_u8(&l4, by->v6 ? 1 : 3);
    buf_u8(&l4, by->v6 ? codes[i].code6 : codes[i].code4);
    buf_be16(&l4, 0);
    buf_be32(&l4, 0);
    buf_add(&l4, s->last_ip.at, s->last_ip.len < quote ? s->last_ip.len : quote);
    wire_checksum(s, by, c->side[0], by->v6 ? 58 : 1, &l4, 2);
    wire_send(s, by, c->side[0], by->v6 ? 58 : 1, &l4, TO_CLIENT);
    buf_free(&l4);
    scene_step(s);
}
