/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP addresses and prefixes. One type for both families: IPv4 is kept in its
 * IPv4-mapped form (RFC 4291, 2.5.5.2), so compare, hash and copy are the same.
 */
#ifndef EPW_BASE_IP_H
#define EPW_BASE_IP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct epw_ip {
    uint8_t b[16]; /* network order; ::ffff:a.b.c.d for IPv4 */
};

struct epw_prefix {
    struct epw_ip ip; /* host bits are zero */
    uint8_t bits;     /* 0..128, counted in the 16-byte form: 10.0.0.0/8 has 104 */
};

/* Longest text of an address with its NUL. */
#define EPW_IP_STRLEN 46

/* bytes: 4 in network order. */
static inline struct epw_ip epw_ip_from4(const uint8_t *bytes)
{
    struct epw_ip ip = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0 } };
    memcpy(ip.b + 12, bytes, 4);
    return ip;
}

/* The same from the number that the four bytes are; written in two words, as it is read. */
static inline struct epw_ip epw_ip_from_number4(uint32_t number)
{
    struct epw_ip ip;
    uint64_t high = 0, low = 0x0000ffff00000000 | number;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    low = __builtin_bswap64(low);
#endif
    memcpy(ip.b, &high, sizeof(high));
    memcpy(ip.b + 8, &low, sizeof(low));
    return ip;
}

/* bytes: 16 in network order. */
static inline struct epw_ip epw_ip_from6(const uint8_t *bytes)
{
    struct epw_ip ip;
    memcpy(ip.b, bytes, 16);
    return ip;
}

/* Eight bytes of an address from at, as a number. */
static inline uint64_t epw_ip_half(const struct epw_ip *ip, size_t at)
{
    const uint8_t *b = ip->b + at;
    return (uint64_t)b[0] << 56 | (uint64_t)b[1] << 48 | (uint64_t)b[2] << 40 |
           (uint64_t)b[3] << 32 | (uint64_t)b[4] << 24 | (uint64_t)b[5] << 16 |
           (uint64_t)b[6] << 8 | b[7];
}

/* As memcmp() of the bytes: below, at or above 0. */
static inline int epw_ip_cmp(const struct epw_ip *a, const struct epw_ip *b)
{
    uint64_t x = epw_ip_half(a, 0), y = epw_ip_half(b, 0);
    if (x == y) {
        x = epw_ip_half(a, 8);
        y = epw_ip_half(b, 8);
    }
    return (x > y) - (x < y);
}

static inline bool epw_ip_equal(const struct epw_ip *a, const struct epw_ip *b)
{
    return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

static inline bool epw_ip_is4(const struct epw_ip *ip)
{
    return epw_ip_half(ip, 0) == 0 && epw_ip_half(ip, 8) >> 32 == 0xffff;
}

bool epw_ip_is_loopback(const struct epw_ip *ip); /* 127.0.0.0/8, ::1 */

/* 224.0.0.0/4, ff00::/8 */
static inline bool epw_ip_is_multicast(const struct epw_ip *ip)
{
    return epw_ip_is4(ip) ? (ip->b[12] & 0xf0) == 0xe0 : ip->b[0] == 0xff;
}

/* 255.255.255.255 */
static inline bool epw_ip_is_limited_broadcast(const struct epw_ip *ip)
{
    return epw_ip_half(ip, 0) == 0 && epw_ip_half(ip, 8) == 0xffffffffffff;
}

/* Private, link-local, unique-local or loopback: RFC 1918, 3927, 4193, 4291, 6598. */
bool epw_ip_is_private(const struct epw_ip *ip);

/* Parses the whole of a NUL-terminated text (no port, no prefix). False when it is no address. */
bool epw_ip_parse(const char *text, struct epw_ip *ip);

/* Writes the shortest usual form with NUL; returns out. IPv4 comes out dotted. */
char *epw_ip_format(const struct epw_ip *ip, char out[EPW_IP_STRLEN]);

/* "10.0.0.0/8", "fd00::/8" or a single address. False when wrong or host bits are set. */
bool epw_prefix_parse(const char *text, struct epw_prefix *prefix);
bool epw_prefix_has(const struct epw_prefix *prefix, const struct epw_ip *ip);

#endif
