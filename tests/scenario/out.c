/* SPDX-License-Identifier: Apache-2.0 */
/* The capture files, byte by byte: no library's version may change what is committed. */
#include "scenario.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_time(const void *left, const void *right)
{
    const struct packet *a = (const struct packet *)left, *b = (const struct packet *)right;
    if (a->ts_ns != b->ts_ns)
        return a->ts_ns < b->ts_ns ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static void put32(struct buf *out, bool big, uint32_t value)
{
    if (big)
        buf_be32(out, value);
    else
        buf_le32(out, value);
}

static void put_pcap(const struct scene *s, struct buf *out)
{
    bool big = s->format == FORMAT_PCAP_BE, ns = s->format == FORMAT_PCAP_NS;
    put32(out, big, ns ? 0xa1b23c4d : 0xa1b2c3d4);
    put32(out, big, big ? 0x00020004 : 0x00040002); /* version 2.4, two 16-bit words */
    put32(out, big, 0);
    put32(out, big, 0);
    put32(out, big, (uint32_t)s->snaplen);
    put32(out, big, s->iface_link[0]);
    for (size_t i = 0; i < s->packet_count; i++) {
        const struct packet *p = &s->packet[i];
        put32(out, big, (uint32_t)(p->ts_ns / NS_PER_S));
        put32(out, big, (uint32_t)(p->ts_ns % NS_PER_S / (ns ? 1 : 1000)));
        put32(out, big, (uint32_t)p->caplen);
        put32(out, big, (uint32_t)p->origlen);
        buf_add(out, p->bytes, p->caplen);
    }
}

/* A pcapng block: type, length, body padded to 4, length again. */
static void put_block(struct buf *out, uint32_t type, struct buf *body)
{
    buf_fill(body, 0, (4 - body->len % 4) % 4);
    buf_le32(out, type);
    buf_le32(out, (uint32_t)body->len + 12);
    buf_join(out, body);
    buf_le32(out, (uint32_t)body->len + 12);
    buf_free(body);
}

static void put_pcapng(const struct scene *s, struct buf *out)
{
    struct buf body = { 0 };
    buf_le32(&body, 0x1a2b3c4d);
    buf_le32(&body, 1); /* version 1.0 */
    buf_fill(&body, 0xff, 8);
    put_block(out, 0x0a0d0d0a, &body);
    for (size_t i = 0; i < s->iface_count; i++) {
        buf_le16(&body, s->iface_link[i]);
        buf_le16(&body, 0);
        buf_le32(&body, (uint32_t)s->snaplen);
        buf_hex(&body, "0900 0100 09000000 0000 0000"); /* if_tsresol: nanoseconds; end */
        put_block(out, 1, &body);
    }
    for (size_t i = 0; i < s->packet_count; i++) {
        const struct packet *p = &s->packet[i];
        buf_le32(&body, p->iface);
        buf_le32(&body, (uint32_t)((uint64_t)p->ts_ns >> 32));
        buf_le32(&body, (uint32_t)p->ts_ns);
        buf_le32(&body, (uint32_t)p->caplen);
        buf_le32(&body, (uint32_t)p->origlen);
        buf_add(&body, p->bytes, p->caplen);
        put_block(out, 6, &body);
    }
}

bool out_write(struct scene *s, const char *path)
{
    struct buf out = { 0 };
    if (!s->as_written && s->packet_count != 0)
        qsort(s->packet, s->packet_count, sizeof(*s->packet), by_time);
    if (s->format == FORMAT_PCAPNG)
        put_pcapng(s, &out);
    else
        put_pcap(s, &out);
    FILE *f = strcmp(path, "-") == 0 ? stdout : fopen(path, "wb");
    bool ok = f != NULL && fwrite(out.at, 1, out.len, f) == out.len;
    ok = f != NULL && fclose(f) == 0 && ok;
    buf_free(&out);
    return ok;
}
