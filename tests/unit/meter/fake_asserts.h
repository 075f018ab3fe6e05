/* SPDX-License-Identifier: Apache-2.0 */
/* What every source owes on bytes that are cut: see fake_finder.h. */
#ifndef EPW_TESTS_FAKE_ASSERTS_H
#define EPW_TESTS_FAKE_ASSERTS_H

#include "fake_finder.h"

#include <criterion/criterion.h>

/*
 * No prefix of a stream is taken for something else (NO, BAD) while more can
 * come; the whole is recognised, and so it is when it comes byte by byte.
 */
static inline void assert_prefixes(const struct epw_source *source, struct epw_opening o,
                                   const void *bytes, size_t len)
{
    struct epw_finder f;
    for (size_t have = 1; have <= len; have++) {
        fake_clear(&f);
        enum epw_look said = fake_look(&f, source, o, bytes, have);
        cr_assert(said == EPW_LOOK_MORE || said == EPW_LOOK_MINE || said == EPW_LOOK_DONE,
                  "%s: %zu of %zu bytes: %d", source->name, have, len, (int)said);
        cr_assert(have < len || said != EPW_LOOK_MORE, "%s: not recognised", source->name);
    }
    fake_clear(&f);
    enum epw_look said = fake_grow(&f, source, o, bytes, len, NULL);
    cr_assert(said == EPW_LOOK_MINE || said == EPW_LOOK_DONE, "%s: grown: %d", source->name,
              (int)said);
}

/* Nothing is found in any true prefix of a datagram. */
static inline void assert_no_prefix(const struct epw_source *source, struct epw_opening o,
                                    const void *bytes, size_t len)
{
    struct epw_finder f;
    for (size_t have = 0; have < len; have++) {
        fake_clear(&f);
        enum epw_look said = fake_look(&f, source, o, bytes, have);
        cr_assert(said == EPW_LOOK_NO || said == EPW_LOOK_BAD, "%s: %zu of %zu bytes: %d",
                  source->name, have, len, (int)said);
        cr_assert_eq(f.names + f.sights, 0);
    }
}

/*
 * With any one of the first n bytes inverted it is not recognised at once; the
 * bytes whose value is free are in the mask (bit i: byte i), n is at most 64.
 */
static inline void assert_near_misses(const struct epw_source *source, struct epw_opening o,
                                      const void *bytes, size_t len, size_t n, uint64_t free_bytes)
{
    struct epw_finder f;
    uint8_t copy[512];
    cr_assert_leq(len, sizeof(copy));
    for (size_t i = 0; i < n; i++) {
        if ((free_bytes >> i & 1) != 0)
            continue;
        memcpy(copy, bytes, len);
        copy[i] ^= 0xff;
        fake_clear(&f);
        enum epw_look said = fake_look(&f, source, o, copy, len);
        cr_assert(said == EPW_LOOK_NO || said == EPW_LOOK_MORE || said == EPW_LOOK_BAD,
                  "%s: byte %zu inverted: %d", source->name, i, (int)said);
        cr_assert_eq(f.ev.requester, EPW_REQUESTER_UNKNOWN, "%s: byte %zu", source->name, i);
    }
}

/* Bits for assert_near_misses: bytes from..to (inclusive). */
static inline uint64_t bytes_from_to(unsigned from, unsigned to)
{
    return (to >= 63 ? ~(uint64_t)0 : ((uint64_t)1 << (to + 1)) - 1) & ~(((uint64_t)1 << from) - 1);
}

#endif
