/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pcapng stream made level, so that libpcap reads files with several kinds of
 * interfaces. libpcap gives up at the second interface whose link type or
 * snapshot length differs from the first one's (its issues #1252, #1259, #1321),
 * and compares a DLT_ with a LINKTYPE_ value while at it. Blocks pass through
 * with three changes:
 *
 *   Interface Description: every link type becomes EPW_NG_LINKTYPE, every
 *       snapshot length EPW_MAX_SNAPLEN
 *   Simple Packet: becomes an Enhanced Packet of interface 0, because its
 *       captured length is defined by the snapshot length that was changed
 *
 * and the real link type of each packet block waits in a queue for whoever
 * reads the packets. What is not well formed passes as it is: libpcap has the
 * words for it. Format: draft-ietf-opsawg-pcapng, either byte order.
 */
#ifndef EPW_CAPTURE_NG_LEVEL_H
#define EPW_CAPTURE_NG_LEVEL_H

#include "capture/stream.h"

#include <stdbool.h>
#include <stdint.h>

/* LINKTYPE_USER0: one that libpcap knows no special treatment for. */
#define EPW_NG_LINKTYPE 147

/* Interfaces of one section; a host has dozens. Their table is 8 KiB. */
#define EPW_NG_MAX_INTERFACES 4096

struct epw_ng_level;

/* Owns below from then on, also when it fails (NULL: out of memory). */
struct epw_ng_level *epw_ng_level_new(struct epw_stream *below);

/* The stream to read from and to close; it is the leveller itself. */
struct epw_stream *epw_ng_level_stream(struct epw_ng_level *level);

struct epw_ng_packet {
    uint16_t linktype; /* LINKTYPE_ of its interface, 0 if it has none (libpcap says so) */
    bool no_stamp;     /* a Simple Packet: its time stamp was not recorded */
};

/*
 * What belongs to the next packet block, in the order of the stream: one call
 * a packet that libpcap returns. False when there is none.
 */
bool epw_ng_level_next(struct epw_ng_level *level, struct epw_ng_packet *packet);

/*
 * libpcap reads one byte order only: before a section of the other one the
 * stream ends. This lets it go on there, for libpcap to be opened anew; false
 * when the stream's end is the end.
 */
bool epw_ng_level_resume(struct epw_ng_level *level);

/* LINKTYPE_ of the first interface, -1 before it passed. */
int32_t epw_ng_level_first_linktype(const struct epw_ng_level *level);

/* Whether bytes were added so far: places in the output are then not those of the input. */
bool epw_ng_level_moved(const struct epw_ng_level *level);

#endif
