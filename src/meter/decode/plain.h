/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plain frame in one step: Ethernet, up to two VLAN tags, IPv4 without
 * options or IPv6, TCP or UDP, whole and with lengths that agree. Most frames
 * are, and asking the layers one by one for them costs twice as much. What
 * comes out is what the layers would say; whatever is not plain is theirs.
 */
#ifndef EPW_METER_DECODE_PLAIN_H
#define EPW_METER_DECODE_PLAIN_H

#include "meter/decode/layer.h"

/*
 * d stands at an Ethernet header. True: it was a plain frame and *next says
 * what a layer would. False: it is not; d still stands there, and what was
 * written into its packet the layers write again.
 */
bool epw_plain(struct epw_descent *d, enum epw_next *next);

#endif
