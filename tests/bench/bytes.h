/* SPDX-License-Identifier: Apache-2.0 */
/* What the benchmark's traffic is written with: a seeded random source, numbers in wire order. */
#ifndef EPW_BENCH_BYTES_H
#define EPW_BENCH_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The finalizer of splitmix64: neighbouring numbers give unrelated ones. */
static inline uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

struct rng {
    uint64_t state;
};

static inline uint64_t rng_next(struct rng *rng)
{
    rng->state += 0x9e3779b97f4a7c15ULL;
    return mix(rng->state);
}

/* 0 to limit - 1. */
static inline uint32_t rng_below(struct rng *rng, uint32_t limit)
{
    return (uint32_t)(((rng_next(rng) >> 32) * limit) >> 32);
}

/* Appends in network byte order; the writer made sure of the room. */
struct out {
    uint8_t *at;
    size_t len;
};

static inline void put8(struct out *out, unsigned value)
{
    out->at[out->len++] = (uint8_t)value;
}

static inline void put16(struct out *out, unsigned value)
{
    put8(out, value >> 8 & 255);
    put8(out, value & 255);
}

static inline void put32(struct out *out, uint32_t value)
{
    put16(out, value >> 16);
    put16(out, value & 65535);
}

static inline void put_bytes(struct out *out, const void *bytes, size_t len)
{
    memcpy(out->at + out->len, bytes, len);
    out->len += len;
}

static inline void put_text(struct out *out, const char *text)
{
    put_bytes(out, text, strlen(text));
}

/* len bytes that depend on seed alone. */
static inline void put_noise(struct out *out, uint64_t seed, size_t len)
{
    for (uint64_t word = seed; len != 0; word++) {
        uint64_t noise = mix(word);
        size_t now = len < 8 ? len : 8;
        for (size_t i = 0; i < now; i++)
            put8(out, noise >> 8 * i & 255);
        len -= now;
    }
}

/* Writes a 16-bit number into a place left for it. */
static inline void set16(struct out *out, size_t at, size_t value)
{
    out->at[at] = (uint8_t)(value >> 8 & 255);
    out->at[at + 1] = (uint8_t)(value & 255);
}

#endif
