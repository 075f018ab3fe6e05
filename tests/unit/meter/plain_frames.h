/* SPDX-License-Identifier: Apache-2.0 */
/* Plain frames of all kinds, for what takes them in one step. */
#ifndef EPW_TESTS_PLAIN_FRAMES_H
#define EPW_TESTS_PLAIN_FRAMES_H

#include "test_decode_help.h"

#define PAIR  "0a000001 0a000002 "
#define PAIR6 "fd000000000000000000000000000001 fd000000000000000000000000000002 "
/* 1234 -> 5000, length 12, payload deadbeef */
#define UDP "04d2 1388 000c 0000 deadbeef "

/* A mirror's delivery: GRE with a sequence number, ERSPAN of type II. All that is there, and all
 * but padding. */
#define MIRROR(len, vlan)                                                                          \
    "8100 0009 0800 4500 " len " 0000 0000 40 2f 0000 c0000201 c0000202 "                          \
    "1000 88be 00000001 1" vlan " 0005 00000001 "

static const char *const plain[] = {
    ETHER_SYN,
    /* a short packet's padding */
    ETHER_SYN "000000000000 ",
    /* IP id 0x1234, don't fragment; options of 4 bytes, payload of 4 */
    MACS "0800 4500 0030 1234 4000 40 06 0000 " PAIR
         "04d2 0050 00000007 00000009 6018 ffff 0000 0000 02040578 deadbeef ",
    MACS "0800 4500 0020 0000 0000 40 11 0000 " PAIR UDP,
    /* to everybody, VLAN 100, then VLANs 100 and 200, then a priority tag and VLAN 7 */
    "ffffffffffff 020000000001 8100 0064 0800 4500 0020 0000 0000 40 11 0000 " PAIR UDP,
    MACS "88a8 0064 8100 00c8 0800 " IP_SYN,
    MACS "8100 e000 8100 0007 0800 " IP_SYN,
    MACS "86dd " IP6_SYN,
    MACS "86dd 6000 0000 000c 11 40 " PAIR6 UDP,
    /* mirrored: of VLAN 100; of none; with a tag of its own */
    MACS MIRROR("005a", "064") "020000000012 020000000011 0800 " IP_SYN,
    MACS MIRROR("0052",
                "000") "020000000012 020000000011 0800 4500 0020 0000 0000 40 11 0000 " PAIR UDP
                       "0000 ",
    MACS MIRROR("005e", "064") "020000000012 020000000011 8100 00c8 0800 " IP_SYN,
};

#endif
