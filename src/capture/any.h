/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which interface a packet of "any" came from. Linux cooked captures, version 2,
 * carry its index; here it becomes a name, and a small number for frame.source.
 */
#ifndef EPW_CAPTURE_ANY_H
#define EPW_CAPTURE_ANY_H

#include <stddef.h>
#include <stdint.h>

/* Names kept, "any" itself included: more than any machine watches whole; others are "any". */
#define EPW_ANY_NAMES 256

struct epw_any;

/* NULL: out of memory. fd is a socket, borrowed for life, to ask the kernel for names. */
struct epw_any *epw_any_new(int fd);
void epw_any_free(struct epw_any *any);

/* The number of the interface that a cooked frame (LINKTYPE_LINUX_SLL2) came from; 0 is "any". */
uint16_t epw_any_source(struct epw_any *any, const uint8_t *bytes, uint32_t len);

/*
 * EPW_ANY_NAMES names by number. One is set before its number is given out the first time, and
 * never after: another thread that was handed the number may read it.
 */
const char *const *epw_any_names(const struct epw_any *any);

#endif
