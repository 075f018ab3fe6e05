/* SPDX-License-Identifier: Apache-2.0 */
/* Builds DTLS handshake messages and records for tests (RFC 6347, 4.1 and 4.2). */
#ifndef EPW_TESTS_DTLS_BUILD_H
#define EPW_TESTS_DTLS_BUILD_H

#include "tls_build.h"

/* A record's head; its bytes follow. */
static inline void dtls_record(struct bytes *b, uint8_t type, uint16_t epoch, size_t len)
{
    put_num(b, 1, type);
    put_num(b, 2, 0xfefd);
    put_num(b, 2, epoch);
    put_num(b, 6, 0);
    put_num(b, 2, len);
}

/* The body of a ClientHello, without a message's head, with a cookie of so many bytes. */
static inline struct bytes dtls_hello(struct hello h, size_t cookie)
{
    const size_t before = 2 + 32 + 1; /* version, random, no session id */
    struct bytes tls = client_hello(h), b = { .len = 0 };
    put_num(&b, 2, 0xfefd);
    put_raw(&b, tls.at + 4 + 2, before - 2);
    put_num(&b, 1, cookie);
    put_fill(&b, 0xee, cookie);
    put_raw(&b, tls.at + 4 + before, tls.len - 4 - before);
    return b;
}

/* A record with one fragment of a message. */
static inline void dtls_fragment_of(struct bytes *b, uint8_t type, const struct bytes *message,
                                    uint16_t number, size_t from, size_t to)
{
    dtls_record(b, 22, 0, 12 + to - from);
    put_num(b, 1, type);
    put_num(b, 3, message->len);
    put_num(b, 2, number);
    put_num(b, 3, from);
    put_num(b, 3, to - from);
    put_raw(b, message->at + from, to - from);
}

static inline void dtls_fragment(struct bytes *b, const struct bytes *hello, uint16_t number,
                                 size_t from, size_t to)
{
    dtls_fragment_of(b, 1, hello, number, from, to);
}

#endif
