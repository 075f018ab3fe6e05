/* SPDX-License-Identifier: Apache-2.0 */
/* Builds TLS handshake messages and records for tests (RFC 8446, 4.1.2 and 5.1). */
#ifndef EPW_TESTS_TLS_BUILD_H
#define EPW_TESTS_TLS_BUILD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
    uint8_t at[40000];
    size_t len;
};

static inline void put_num(struct bytes *b, size_t size, uint64_t value)
{
    while (size-- > 0)
        b->at[b->len++] = (uint8_t)(value >> (8 * size));
}

static inline void put_raw(struct bytes *b, const void *from, size_t len)
{
    memcpy(b->at + b->len, from, len);
    b->len += len;
}

static inline void put_fill(struct bytes *b, uint8_t value, size_t len)
{
    memset(b->at + b->len, value, len);
    b->len += len;
}

/* Writes the bytes since from as the length that stands before them. */
static inline void put_len(struct bytes *b, size_t from, size_t size)
{
    size_t len = b->len - from;
    for (size_t i = 0; i < size; i++)
        b->at[from - 1 - i] = (uint8_t)(len >> (8 * i));
}

struct hello {
    const char *sni;  /* NULL: no such extension */
    const char *alpn; /* one id, NULL: none */
    size_t pad;       /* bytes of a key share before the server name */
    int ech;
};

static inline void put_ext(struct bytes *b, uint16_t type, size_t *from)
{
    put_num(b, 2, type);
    put_num(b, 2, 0);
    *from = b->len;
}

static inline struct bytes client_hello(struct hello h)
{
    struct bytes b = { .len = 0 };
    put_num(&b, 4, 0x01000000); /* ClientHello */
    put_num(&b, 2, 0x0303);
    put_fill(&b, 0xaa, 32); /* random */
    put_num(&b, 1, 0);      /* session id */
    put_num(&b, 4, 0x00021301);
    put_num(&b, 2, 0x0100); /* no compression */
    put_num(&b, 2, 0);
    size_t all = b.len, ext;
    if (h.pad != 0) {
        put_ext(&b, 51, &ext); /* key_share */
        put_fill(&b, 0xbb, h.pad);
        put_len(&b, ext, 2);
    }
    if (h.alpn != NULL) {
        put_ext(&b, 16, &ext);
        put_num(&b, 2, strlen(h.alpn) + 1);
        put_num(&b, 1, strlen(h.alpn));
        put_raw(&b, h.alpn, strlen(h.alpn));
        put_len(&b, ext, 2);
    }
    if (h.sni != NULL) {
        put_ext(&b, 0, &ext);
        put_num(&b, 2, strlen(h.sni) + 3);
        put_num(&b, 1, 0); /* host_name */
        put_num(&b, 2, strlen(h.sni));
        put_raw(&b, h.sni, strlen(h.sni));
        put_len(&b, ext, 2);
    }
    if (h.ech) {
        put_ext(&b, 0xfe0d, &ext);
        put_fill(&b, 0xcc, 20);
        put_len(&b, ext, 2);
    }
    put_len(&b, all, 2);
    put_len(&b, 4, 3);
    return b;
}

/* version 0x0304 is told by the extension, as TLS 1.3 does. */
static inline struct bytes server_hello(uint16_t version)
{
    struct bytes b = { .len = 0 };
    put_num(&b, 4, 0x02000000);
    put_num(&b, 2, 0x0303);
    put_fill(&b, 0xdd, 32);
    put_num(&b, 1, 0);
    put_num(&b, 3, 0x130100); /* suite, no compression */
    put_num(&b, 2, version == 0x0304 ? 6 : 0);
    if (version == 0x0304)
        put_num(&b, 6, 0x002b00020304);
    put_len(&b, 4, 3);
    return b;
}

static inline struct bytes certificate_message(const uint8_t *der, size_t len)
{
    struct bytes b = { .len = 0 };
    put_num(&b, 1, 11);
    put_num(&b, 3, len + 6);
    put_num(&b, 3, len + 3);
    put_num(&b, 3, len);
    put_raw(&b, der, len);
    return b;
}

/* Adds the message to out, in records of at most size bytes. */
static inline void put_records(struct bytes *out, const struct bytes *message, size_t size)
{
    for (size_t at = 0; at < message->len; at += size) {
        size_t len = message->len - at < size ? message->len - at : size;
        put_num(out, 3, 0x160301);
        put_num(out, 2, len);
        put_raw(out, message->at + at, len);
    }
}

static inline struct bytes records(const struct bytes *message, size_t size)
{
    struct bytes out = { .len = 0 };
    put_records(&out, message, size);
    return out;
}

#endif
