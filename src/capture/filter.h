/* SPDX-License-Identifier: Apache-2.0 */
/* A BPF filter in pcap-filter(7) syntax, compiled once for every link type that comes up. */
#ifndef EPW_CAPTURE_FILTER_H
#define EPW_CAPTURE_FILTER_H

#include "base/err.h"
#include "capture/frame.h"

#include <stdbool.h>
#include <stdint.h>

/* Different link types (in either byte order) of one run; real captures have a handful. */
#define EPW_FILTER_MAX_TYPES 64

struct epw_filter;

/* text is borrowed for the filter's life. NULL: out of memory. */
struct epw_filter *epw_filter_new(const char *text);

/* NULL is fine. */
void epw_filter_free(struct epw_filter *filter);

/*
 * Compiles for a link type (LINKTYPE_ value; swapped: the file's byte order is
 * not this machine's, which the loopback types depend on), unless that was done.
 * EPW_OK, EPW_EFILTER with libpcap's words in diag, EPW_ELIMIT, EPW_ENOMEM.
 */
enum epw_err epw_filter_compile(struct epw_filter *filter, uint16_t linktype, bool swapped,
                                struct epw_diag *diag);

enum epw_filter_result {
    EPW_FILTER_PASS,
    EPW_FILTER_DROP,
    /* It does not compile for the frame's link type, whose frames all drop: diag says so, once. */
    EPW_FILTER_CANNOT,
};
enum epw_filter_result epw_filter_frame(struct epw_filter *filter, const struct epw_frame *frame,
                                        bool swapped, struct epw_diag *diag);

#endif
