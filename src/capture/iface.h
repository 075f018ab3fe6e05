/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One network interface as frames, through libpcap's ring in the kernel
 * (TPACKET_V3): nothing here waits, and nothing is lost on this side of the ring.
 */
#ifndef EPW_CAPTURE_IFACE_H
#define EPW_CAPTURE_IFACE_H

#include "base/err.h"
#include "capture/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct epw_iface_options {
    const char *filter; /* pcap-filter(7), NULL or "": none */
    uint32_t snaplen;   /* bytes of a packet, at most EPW_MAX_SNAPLEN */
    uint32_t buffer_kib;
    bool promiscuous;
    /*
     * The kernel hands a block of the ring over when it is full or after this time. A packet
     * shows after twice that at the latest: the block may have been opened between two of the
     * timer's ticks. A ring of 64 MiB has 256 blocks: so often this time is also how long a quiet
     * link may go unread.
     */
    uint32_t block_ms;
};

struct epw_iface;

/*
 * name is borrowed for the interface's life. EPW_EACCES, EPW_ENOENT (no such
 * interface), EPW_EDOWN, EPW_EIO, EPW_EFILTER, EPW_EUSAGE (a ring too small for one packet,
 * or too large), EPW_ENOMEM; in diag as "NAME: what; what was expected".
 */
enum epw_err epw_iface_open(struct epw_iface **iface, const char *name,
                            const struct epw_iface_options *options, struct epw_diag *diag);
/* NULL is fine. */
void epw_iface_close(struct epw_iface *iface);

/* Names by frame->source: its own, or those that "any" stands for (any.h). */
const char *const *epw_iface_names(const struct epw_iface *iface, size_t *count);

/* Readable when there may be something to take. */
int epw_iface_fd(const struct epw_iface *iface);

/*
 * Appends up to max of the frames that are there to the batch, as far as it has room for
 * the largest, in the order of the ring; frame->source is 0, but of "any" the place of the real
 * interface's name among epw_iface_names(). Returns how many, -1 when the
 * interface failed or is no longer there (diag).
 */
int epw_iface_take(struct epw_iface *iface, struct epw_batch *batch, uint32_t max,
                   struct epw_diag *diag);

enum epw_iface_state { EPW_IFACE_UP, EPW_IFACE_DOWN, EPW_IFACE_GONE };
/* Asks the kernel. Down: switched off or without a carrier; packets come again when it is up. */
enum epw_iface_state epw_iface_state(const struct epw_iface *iface);

/* Packets lost so far: no room in the ring; in the interface itself, where its driver tells. */
void epw_iface_drops(struct epw_iface *iface, uint64_t *kernel, uint64_t *interface);

#endif
