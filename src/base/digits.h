/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decimal digits by hand, two at a time, for what is written once a flow: the C library's way
 * through printf() costs as much as all else of a line. Each returns where the next goes; no NUL.
 */
#ifndef EPW_BASE_DIGITS_H
#define EPW_BASE_DIGITS_H

#include <stdint.h>
#include <string.h>

/* Of 64 bits in decimal. */
#define EPW_DIGITS_MAX 20

/* Two digits of a value below 100. */
static inline char *epw_digits_pair(char *at, uint32_t value)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    memcpy(at, pairs + 2 * (size_t)value, 2);
    return at + 2;
}

/* As many as it has; at: EPW_DIGITS_MAX bytes at most. */
static inline char *epw_digits_u64(char *at, uint64_t value)
{
    char digits[EPW_DIGITS_MAX];
    char *end = digits + sizeof(digits), *first = end;
    for (; value >= 100; value /= 100)
        epw_digits_pair(first -= 2, (uint32_t)(value % 100));
    if (value >= 10)
        epw_digits_pair(first -= 2, (uint32_t)value);
    else
        *--first = (char)('0' + value);
    memcpy(at, first, (size_t)(end - first));
    return at + (end - first);
}

#endif
