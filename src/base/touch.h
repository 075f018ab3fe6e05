/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory brought near before it is needed, by reading it: requests to fetch are not heard where the
 * address of the page is not at hand either, which in large tables is the rule. Nothing waits for
 * what is read here, so the reads of several calls in a row are under way together.
 */
#ifndef EPW_BASE_TOUCH_H
#define EPW_BASE_TOUCH_H

#include <stddef.h>

#define EPW_CACHE_LINE 64

/* at: len bytes, at least one. */
static inline void epw_touch(const void *at, size_t len)
{
    const volatile unsigned char *byte = at;
    for (size_t i = 0; i < len; i += EPW_CACHE_LINE)
        (void)byte[i];
    (void)byte[len - 1];
}

#endif
