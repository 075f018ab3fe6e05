/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QUIC long-header packets (RFC 9000, 17.2; RFC 9369 for version 2) and the
 * opening of a client's Initial, whose keys come from its connection id
 * (RFC 9001, 5.2): anyone on the path may read it.
 */
#ifndef EPW_METER_QUIC_PACKET_H
#define EPW_METER_QUIC_PACKET_H

#include "base/cursor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 9000, 17.2: longer ones are not of these versions. */
#define EPW_QUIC_CID_LEN 20

/* Largest Initial opened: a UDP datagram on Ethernet has 1472 bytes, jumbo paths rarely carry
 * Initials above their 1200. */
#define EPW_QUIC_INITIAL_BYTES 4096

struct epw_quic_version; /* salt and labels of a version, static */

/* NULL for a version whose Initials cannot be opened. */
const struct epw_quic_version *epw_quic_version(uint32_t number);

struct epw_quic_packet {
    const struct epw_quic_version *version;
    bool initial;         /* an Initial; else another type that has a length */
    uint8_t crypto_frame; /* type of the version's CRYPTO frames */
    const uint8_t *bytes; /* of the packet, head included */
    size_t len;           /* its end; the next coalesced packet begins there */
    size_t pn_offset;     /* where the protected packet number begins */
    const uint8_t *dcid;
    size_t dcid_len;
};

/*
 * Reads the next long-header packet of a datagram. False when there is none:
 * another header form, an unknown version, Retry, or lengths that lie.
 */
bool epw_quic_next(struct epw_cur *datagram, struct epw_quic_packet *packet);

/* Does the datagram begin with a long header of a known version, whatever comes of it? */
bool epw_quic_is_long(struct epw_cur datagram);

/*
 * Opens an Initial that a client sent, with the keys of this connection id.
 * Returns the length of the plain frames in out, 0 when the keys do not fit.
 */
size_t epw_quic_open(const struct epw_quic_packet *packet, const uint8_t *dcid, size_t dcid_len,
                     uint8_t out[EPW_QUIC_INITIAL_BYTES]);

/* A variable-length integer (RFC 9000, 16). */
uint64_t epw_quic_varint(struct epw_cur *c);

#endif
