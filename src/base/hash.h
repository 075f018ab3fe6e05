/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fast keyed hash for tables whose keys come from the network. The seed is
 * drawn once a run, so nobody outside can choose keys that collide. Not for
 * anything that needs a cryptographic hash.
 */
#ifndef EPW_BASE_HASH_H
#define EPW_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Folds the 128-bit product of two words: every input bit reaches every output bit. */
static inline uint64_t epw_hash_mix(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Odd constants with a balanced bit pattern, so that a zero word does not cancel the product. */
#define EPW_HASH_K0 0xa0761d6478bd642fULL
#define EPW_HASH_K1 0xe7037ed1a0b428dbULL

static inline uint64_t epw_hash_word(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    return word;
}

/*
 * The last 0 to 15 bytes as two words, filled up with zero. Read in overlapping pieces: bytes
 * copied to a buffer and read back as words cost more than the rest of a short hash.
 */
static inline void epw_hash_tail(const uint8_t *at, size_t left, uint64_t tail[2])
{
    uint32_t first, last;
    tail[0] = tail[1] = 0;
    if (left >= 8) {
        tail[0] = epw_hash_word(at);
        if (left > 8)
            tail[1] = epw_hash_word(at + left - 8) >> (8 * (16 - left));
    } else if (left >= 4) {
        memcpy(&first, at, sizeof(first));
        memcpy(&last, at + left - 4, sizeof(last));
        tail[0] = first | (uint64_t)last << (8 * (left - 4));
    } else if (left != 0) {
        tail[0] = at[0] | (uint64_t)at[left / 2] << (8 * (left / 2)) |
                  (uint64_t)at[left - 1] << (8 * (left - 1));
    }
}

/* len bytes from at; at may be NULL when len is 0. */
static inline uint64_t epw_hash(const void *at, size_t len, uint64_t seed)
{
    const uint8_t *p = (const uint8_t *)at;
    uint64_t h = seed ^ EPW_HASH_K0;
    size_t left = len;
    for (; left >= 16; left -= 16, p += 16)
        h = epw_hash_mix(epw_hash_word(p) ^ EPW_HASH_K1, epw_hash_word(p + 8) ^ h);
    uint64_t tail[2];
    epw_hash_tail(p, left, tail);
    h = epw_hash_mix(tail[0] ^ EPW_HASH_K1, tail[1] ^ h);
    return epw_hash_mix(h ^ (uint64_t)len, EPW_HASH_K1);
}

/* Adds a hash to a small set of at most max; a full one stays as it is. Returns the set's size. */
static inline uint32_t epw_hash_add(uint32_t *set, uint32_t count, uint32_t max, uint32_t hash)
{
    for (uint32_t i = 0; i < count; i++)
        if (set[i] == hash)
            return count;
    if (count < max)
        set[count++] = hash;
    return count;
}

/* A seed from the system's random source; falls back on clock and address space layout. */
uint64_t epw_hash_new_seed(void);

#endif
