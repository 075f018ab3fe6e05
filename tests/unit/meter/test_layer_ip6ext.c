/* SPDX-License-Identifier: Apache-2.0 */
/* What stands between an IP header and its transport: extension headers, fragments, AH. */
#include "test_decode_help.h"

#define PAIR6 "fd000000000000000000000000000001 fd000000000000000000000000000002 "
/* Payload length 0 for "the rest of the frame". */
#define IP6(next) "6000 0000 0000 " next " 40 " PAIR6

Test(layer_ip6ext, a_chain_is_walked_to_the_ports)
{
    struct epw_packet p = decode(RAW4, IP6("00") /* hop by hop: 8 bytes, pads */
                                 "2b00 0104 00000000 "
                                 /* routing: 24 bytes, one address, none left */
                                 "3c02 0000 00000000 fd000000000000000000000000000009 "
                                 "3300 0104 00000000 "                 /* destination options */
                                 "0604 0000 00000001 00000002 "        /* AH: 24 bytes */
                                 "000000000000000000000000 " TCP_SYN); /* check value */
    check_syn6(p);
    cr_assert_eq(p.tcp_flags, EPW_TCP_SYN);
}

Test(layer_ip6ext, a_jumbogram)
{
    struct epw_packet p = decode(RAW4, IP6("00") "0600 c204 00010000 " TCP_SYN "6162");
    check_syn6(p);
    cr_assert_eq(p.payload_len, 2);
}

Test(layer_ip6ext, cuts_and_lies)
{
    check_ending(decode(RAW4, IP6("00") "06"), EPW_END_TRUNCATED);
    check_ending(decode(RAW4, IP6("3c") "06ff 0104 00000000 " TCP_SYN), EPW_END_TRUNCATED);
    /* payload length 16 ends in the middle of an option header of 24 */
    check_ending(decode(RAW4, "6000 0000 0010 3c 40 " PAIR6 "0602 0104 00000000 0104 000000000000"),
                 EPW_END_MALFORMED);
}

Test(layer_ip6ext, means_nothing_in_ipv4)
{
    struct epw_packet p =
        decode(RAW4, "4500 001c 0000 0000 403c 0000 0a000001 0a000002 0600 0104 00000000");
    check_flow(p, "10.0.0.1", 0, "10.0.0.2", 0, 60);
    p = decode(RAW4, "4500 001c 0000 0000 402c 0000 0a000001 0a000002 0600 0104 00000000");
    check_flow(p, "10.0.0.1", 0, "10.0.0.2", 0, 44);
}

Test(layer_ip6ext, no_next_header_is_a_flow_without_ports)
{
    struct epw_packet p = decode(RAW4, IP6("3b"));
    check_flow(p, "fd00::1", 0, "fd00::2", 0, 59);
}

Test(layer_ip6frag, first_later_and_atomic)
{
    /* offset 0, more to come */
    struct epw_packet p = decode(RAW4, IP6("2c") "1100 0001 cafe0001 04d2 0035 03e8 0000 6162");
    check_flow(p, "fd00::1", 1234, "fd00::2", 53, 17);
    cr_assert_eq(p.fragment, EPW_FRAG_FIRST);
    cr_assert_eq(p.frag_id, 0xcafe0001);
    cr_assert_eq(p.payload_len, 2);
    cr_assert_eq(p.payload_wire, 992);
    cr_assert(p.cut);
    /* offset 181 * 8, the last */
    p = decode(RAW4, IP6("2c") "1100 05a8 cafe0001 04d2 0035 03e8 0000 6162");
    check_flow(p, "fd00::1", 0, "fd00::2", 0, 17);
    cr_assert_eq(p.fragment, EPW_FRAG_LATER);
    cr_assert_eq(p.frag_id, 0xcafe0001);
    /* the only one: a whole packet (RFC 6946) */
    p = decode(RAW4, IP6("2c") "0600 0000 cafe0001 " TCP_SYN);
    check_syn6(p);
    cr_assert_eq(p.fragment, EPW_FRAG_NONE);
    cr_assert_eq(p.frag_id, 0);
    check_ending(decode(RAW4, IP6("2c") "0600 0000 cafe"), EPW_END_TRUNCATED);
}

Test(layer_ah, in_ipv4_too)
{
    check_syn(decode(RAW4, "4500 0000 0000 0000 4033 0000 0a000001 0a000002 "
                           "0601 0000 00000001 00000002 " TCP_SYN));
    check_ending(decode(RAW4, "4500 0000 0000 0000 4033 0000 0a000001 0a000002 "
                              "0600 0000 00000001 " TCP_SYN),
                 EPW_END_MALFORMED); /* 8 bytes are no AH */
    check_ending(decode(RAW4, "4500 0000 0000 0000 4033 0000 0a000001 0a000002 0601 0000"),
                 EPW_END_TRUNCATED);
}
