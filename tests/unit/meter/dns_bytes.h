/* SPDX-License-Identifier: Apache-2.0 */
/* A DNS query and its answer, and what shows one to the DNS source. */
#ifndef DNS_BYTES_H
#define DNS_BYTES_H

#include "fake_asserts.h"

#include <string.h>

extern const struct epw_source epw_source_dns;

static struct epw_finder f; /* what the last one found */

static void clear(void)
{
    fake_clear(&f);
}

/* Standard query 0x1234, recursion desired: A? WWW.example.com */
static const uint8_t query[] = {
    0x12, 0x34, 0x01, 0x00, 0,   1,   0,   0,   0, 0, 0, 0, /* id, flags, 1 question */
    3,    'W',  'W',  'W',                                  /* name */
    7,    'e',  'x',  'a',  'm', 'p', 'l', 'e',             /* */
    3,    'c',  'o',  'm',  0,                              /* */
    0,    1,    0,    1,                                    /* type A, class IN */
};

/* Its answer, aliases after the address: cdn CNAME edge, edge A 192.0.2.7, www CNAME cdn */
static const uint8_t answer[] = {
    0x12, 0x34, 0x81, 0x80, 0,    1,    0,   4,   0,   0,   0,   0,   /* response, 4 answers */
    3,    'w',  'w',  'w',  7,    'e',  'x', 'a', 'm', 'p', 'l', 'e', /* offset 12 */
    3,    'c',  'o',  'm',  0,                                        /* offset 24, ends at 29 */
    0,    1,    0,    1,                                              /* A, IN */
    3,    'c',  'd',  'n',  0xc0, 16,                     /* offset 33: cdn.example.com */
    0,    5,    0,    1,    0,    0,    0,   60,  0,   7, /* CNAME, TTL 60 */
    4,    'e',  'd',  'g',  'e',  0xc0, 16,               /* offset 49: edge.example.com */
    0xc0, 49,   0,    1,    0,    1,    0,   0,   1,   44,  0,   4,  /* A, TTL 300 */
    192,  0,    2,    7,                                             /* */
    0xc0, 12,   0,    5,    0,    1,    0,   0,   0,   90,  0,   2,  /* www CNAME, TTL 90 */
    0xc0, 33,                                                        /* cdn.example.com */
    0xc0, 49,   0,    28,   0,    1,    0,   0,   1,   44,  0,   16, /* AAAA, TTL 300 */
    0x20, 0x01, 0x0d, 0xb8, 0,    0,    0,   0,   0,   0,   0,   0,   0, 0, 0, 7, /* 2001:db8::7 */
};

static enum epw_look udp(uint16_t port, enum epw_dir dir, const void *bytes, size_t len)
{
    return fake_look(&f, &epw_source_dns, fake_opening(17, 40000, port, dir), bytes, len);
}

#endif
