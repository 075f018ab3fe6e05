/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames in: saved captures (pcap, pcapng; plain, .gz, .zst; or standard
 * input), one or several merged into one timeline by their stamps.
 */
#ifndef EPW_CAPTURE_CAPTURE_H
#define EPW_CAPTURE_CAPTURE_H

#include "base/err.h"
#include "capture/frame.h"

#include <stddef.h>
#include <stdint.h>

struct epw_capture;

struct epw_capture_options {
    const char *const *files; /* file_count of them; "-" is standard input; borrowed */
    size_t file_count;
    const char *filter;   /* BPF filter in pcap-filter(7) syntax, NULL or "": none */
    uint64_t max_packets; /* stop after so many frames; 0: all */
};

/*
 * Opens all files and compiles the filter. A file that cannot be opened is
 * told to on_error and left out; the others are still read.
 *
 * on_error is kept: it hears of everything that went wrong with one file
 * later too (cut in the middle of a packet, absurd lengths, damaged
 * compression), as "FILE: what, at packet N, what was expected"; the frames
 * before that place were delivered.
 *
 * EPW_OK      at least one file is open
 * EPW_EFILTER the filter does not compile (in on_error: the compiler's words)
 * other       no file could be opened: the first one's error
 */
enum epw_err epw_capture_open(struct epw_capture **capture,
                              const struct epw_capture_options *options, epw_diag_fn on_error,
                              void *ctx);

/*
 * Refills the batch, in the order of the timeline: stamps of one file are
 * never reordered; between files the smaller stamp comes first. batch->end
 * tells the end of all input. A signal handler without SA_RESTART that
 * interrupts the wait for a pipe ends that file, which on_error hears of.
 */
void epw_capture_read(struct epw_capture *capture, struct epw_batch *batch);

struct epw_capture_progress {
    uint64_t bytes_read;  /* of the files as they are on disk (compressed) */
    uint64_t bytes_total; /* 0 when not known (a pipe) */
};
void epw_capture_progress(const struct epw_capture *capture, struct epw_capture_progress *progress);

/* NULL is fine. */
void epw_capture_close(struct epw_capture *capture);

#endif
