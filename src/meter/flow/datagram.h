/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Datagrams put together from IP fragments (RFC 791, RFC 8200 4.5), for what
 * their first bytes say and nothing else: a few at a time, each up to a limit.
 * flow/frag.h knows which fragments belong together; here are their bytes.
 *
 * Where two fragments have other bytes for the same place, an IPv6 datagram is
 * dropped (RFC 5722); of IPv4 the first to come counts, as in the systems that
 * matter. Fragments that reach into the transport header are dropped with
 * their datagram (RFC 3128).
 */
#ifndef EPW_METER_FLOW_DATAGRAM_H
#define EPW_METER_FLOW_DATAGRAM_H

#include "base/err.h"
#include "base/stats.h"
#include "meter/packet.h"

/*
 * Bytes put together of one datagram: multicast DNS allows 9000 (RFC 6762, 17), nothing that is
 * read here is larger. The rest of a larger one is "not seen".
 */
#define EPW_DATAGRAM_BYTES 16384u

/*
 * Datagrams at a time. Fragments follow each other closely, so this is far above real traffic;
 * a flood displaces the oldest, and holds EPW_DATAGRAM_BYTES of memory for each at most.
 */
#define EPW_DATAGRAMS 64

struct epw_datagrams;

/* stats is borrowed (datagrams_joined, datagrams_dropped). EPW_ENOMEM. */
enum epw_err epw_datagrams_new(struct epw_datagrams **datagrams, struct epw_stats *stats);
void epw_datagrams_free(struct epw_datagrams *datagrams);

/*
 * Keeps the bytes of a fragment. *ticket is the datagram's, 0 before its first fragment comes
 * here; it is never a pointer, and one that is out of date means "none". False when the datagram
 * is not complete (yet, or ever).
 *
 * When it is, *whole is its first fragment with all of its payload, good until the next call of
 * this function, and *ticket is 0 again.
 */
bool epw_datagram_add(struct epw_datagrams *datagrams, uint64_t *ticket,
                      const struct epw_packet *fragment, struct epw_packet *whole);

/* Gives up what the ticket stands for, if anything, and sets it to 0. */
void epw_datagram_drop(struct epw_datagrams *datagrams, uint64_t *ticket);

#endif
