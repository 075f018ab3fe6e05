/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plain frame in one step: Ethernet, up to two VLAN tags, IPv4 without
 * options or IPv6, TCP or UDP, whole and with lengths that agree; also inside
 * of the usual remote mirror's delivery. Most frames are, and asking the layers
 * one by one for them costs many times as much. What comes out is what the
 * layers would say; whatever is not plain is theirs.
 */
#ifndef EPW_METER_DECODE_PLAIN_H
#define EPW_METER_DECODE_PLAIN_H

#include "capture/frame.h"
#include "meter/decode/layer.h"

/*
 * Frames from their beginnings, packets may be anything before: as many as are plain before the
 * first that is not; returns how many. All of their packets is written but icmp_from, which is
 * only read of errors. tunnel: by UDP port, not 0 where a tunnel goes on, which is not plain.
 */
uint32_t epw_plain_run(const uint8_t *tunnel, const struct epw_frame *frame,
                       struct epw_packet *packet, uint32_t count);

/* epw_decode_pair() */
uint64_t epw_plain_pair(const uint8_t *tunnel, uint64_t seed, const struct epw_frame *frame);

/*
 * d stands at an Ethernet header inside of others. True: it was a plain frame
 * and *next says what a layer would. False: it is not; d still stands there, and
 * its packet is as it was.
 */
bool epw_plain(struct epw_descent *d, enum epw_next *next);

#endif
