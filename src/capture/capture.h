/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames in: saved captures (pcap, pcapng; plain, .gz, .zst; or standard
 * input) or network interfaces, one or several merged into one timeline by
 * their stamps. One thread reads a capture; several interfaces have threads of
 * their own besides, which begin with the first read and end with the capture.
 */
#ifndef EPW_CAPTURE_CAPTURE_H
#define EPW_CAPTURE_CAPTURE_H

#include "base/err.h"
#include "capture/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct epw_capture;

/* The ring in the kernel: its own 2 MiB last for a tenth of a second of a busy link's packets. */
#define EPW_CAPTURE_BUFFER_KIB 65536

struct epw_capture_options {
    const char *const *files; /* file_count of them; "-" is standard input; borrowed */
    size_t file_count;
    const char *const *interfaces; /* in place of files: interface_count of them; borrowed */
    size_t interface_count;
    bool promiscuous;     /* interfaces: also what is not for this machine */
    uint32_t snaplen;     /* interfaces: bytes of a packet, 1 to EPW_MAX_SNAPLEN */
    uint32_t buffer_kib;  /* interfaces: the kernel's ring, of each */
    const char *filter;   /* BPF filter in pcap-filter(7) syntax, NULL or "": none */
    uint64_t max_packets; /* stop after so many frames; 0: all */
};

/*
 * Opens all files and compiles the filter. A file that cannot be opened is
 * told to on_error and left out; the others are still read. Interfaces are
 * opened all or none.
 *
 * on_error is kept: it hears of everything that went wrong with one file
 * later too (cut in the middle of a packet, absurd lengths, damaged
 * compression), as "FILE: what, at packet N, what was expected"; the frames
 * before that place were delivered. Of interfaces it hears that one was
 * removed, which ends the timeline, and, with code EPW_OK, that one went down
 * or came up again, which does not.
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
 *
 * Interfaces: waits for packets, a signal (no SA_RESTART) or a tenth of a
 * second, and may so return without frames before the end. While one interface
 * is silent, packets of the others are held back for less than that.
 */
void epw_capture_read(struct epw_capture *capture, struct epw_batch *batch);

/*
 * From now on frames may lie in the capture's own memory, where they need not be copied from: they
 * are valid until the next epw_capture_read() into whichever batch.
 */
void epw_capture_lend(struct epw_capture *capture);

/*
 * Interfaces: what was received up to now is still read, then comes the end.
 * Files are at their end at once.
 */
void epw_capture_stop(struct epw_capture *capture);

/*
 * Packets lost so far by all interfaces: the kernel had no room in the ring; the
 * interface itself, where its driver tells. Some system calls an interface; on
 * the reading thread.
 */
void epw_capture_drops(struct epw_capture *capture, uint64_t *kernel, uint64_t *interface);

/*
 * Interfaces: names by frame.source, at most *count; valid for the capture's life. Those given, or
 * of "any" those of the interfaces that packets came from. One may be read by whoever was handed a
 * frame of it.
 */
const char *const *epw_capture_interfaces(const struct epw_capture *capture, size_t *count);

struct epw_capture_progress {
    uint64_t bytes_read;  /* of the files as they are on disk (compressed) */
    uint64_t bytes_total; /* 0 when not known (a pipe) */
};
void epw_capture_progress(const struct epw_capture *capture, struct epw_capture_progress *progress);

/* NULL is fine. */
void epw_capture_close(struct epw_capture *capture);

#endif
