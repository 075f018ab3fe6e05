/* SPDX-License-Identifier: Apache-2.0 */
/* From a frame to a packet: the bounded walk down its layers. */
#ifndef EPW_METER_DECODE_DECODE_H
#define EPW_METER_DECODE_DECODE_H

#include "base/err.h"
#include "capture/frame.h"
#include "meter/packet.h"

#include <stdbool.h>

/*
 * Layers in one frame. An ERSPAN mirror of a QinQ, MPLS, VXLAN packet with
 * IPv6 extension headers needs about 14; more than 32 is an attack or a loop.
 */
#define EPW_DECODE_MAX_LAYERS 32

/* Dispatch tables, read-only once made; one for all meters. */
struct epw_decoder;

enum epw_err epw_decoder_new(struct epw_decoder **decoder); /* EPW_ENOMEM */
void epw_decoder_free(struct epw_decoder *decoder);

/* Whether frames of this LINKTYPE_ can be decoded at all. */
bool epw_decoder_knows(const struct epw_decoder *decoder, uint16_t linktype);

/*
 * Fills packets from frames, one each. Always succeeds: packet->ending says how far
 * it came. Pointers in a packet borrow its frame's bytes.
 */
void epw_decode(const struct epw_decoder *decoder, const struct epw_frame *frame,
                struct epw_packet *packet, uint32_t count);

/*
 * epw_key_pair() of what epw_decode() would make of a frame, where a look at the addresses of a
 * plain one tells it; EPW_PAIR_UNKNOWN where only decoding does. The frame may still be one that
 * cannot be decoded.
 */
#define EPW_PAIR_UNKNOWN 0
uint64_t epw_decode_pair(const struct epw_decoder *decoder, uint64_t seed,
                         const struct epw_frame *frame);

/* By UDP port, 65536 of them, not 0 where a tunnel may go on. The decoder's. */
const uint8_t *epw_decoder_tunnels(const struct epw_decoder *decoder);

#endif
