/* SPDX-License-Identifier: Apache-2.0 */
#include "test_decode_help.h"

#define PAIR "0a000001 0a000002 " /* 10.0.0.1 -> 10.0.0.2 */
#define IPV4 MACS "0800 "
#define IPV6 MACS "86dd "
#define PAIR6                                                                                      \
    "fd000000000000000000000000000001 " /* fd00::1 -> fd00::2 */                                   \
    "fd000000000000000000000000000002 "

Test(layer_ether, keeps_addresses_and_sees_groups)
{
    struct epw_packet p = decode(ETHER, IPV4 "4500 0028 0000 0000 40 06 0000 " PAIR TCP_SYN);
    check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 80, 6);
    cr_assert_not_null(p.macs);
    cr_assert_eq(p.macs[0], 2);
    cr_assert_eq(p.macs[11], 1);
    cr_assert_eq(p.macs[5], 2);
    cr_assert_eq(p.ts_ns, 7);
    cr_assert_eq(p.wire_len, 54);
    p = decode(ETHER, "ffffffffffff 020000000001 0806 0001");
    check_ending(p, EPW_END_NOT_IP);
    cr_assert_eq(p.macs[0], 0xff);
}

Test(layer_ether, a_runt_is_truncated)
{
    check_ending(decode(ETHER, ""), EPW_END_TRUNCATED);
    check_ending(decode(ETHER, "020000000002 0200"), EPW_END_TRUNCATED);
    check_ending(decode(ETHER, MACS "08"), EPW_END_TRUNCATED);
}

Test(layer_vlan, keeps_two_tags_outer_first)
{
    struct epw_packet p = decode(ETHER, MACS "88a8 0064 8100 60c8 " /* 100, then 200 priority 3 */
                                             "0800 4500 0028 0000 0000 40 06 0000 " PAIR TCP_SYN);
    check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 80, 6);
    cr_assert_eq(p.key.vlan_count, 2);
    cr_assert_eq(p.key.vlan[0], 100);
    cr_assert_eq(p.key.vlan[1], 200);
}

Test(layer_vlan, all_tag_types_and_a_third_tag)
{
    struct epw_packet p = decode(ETHER, MACS "9100 0001 9200 0002 8100 0003 "
                                             "0800 4500 0028 0000 0000 40 06 0000 " PAIR TCP_SYN);
    check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 80, 6);
    cr_assert_eq(p.key.vlan_count, 2);
    cr_assert_eq(p.key.vlan[1], 2);
}

Test(layer_vlan, a_priority_tag_is_no_vlan)
{
    struct epw_packet p =
        decode(ETHER, MACS "8100 e000 0800 4500 0028 0000 0000 40 06 0000 " PAIR TCP_SYN);
    check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 80, 6);
    cr_assert_eq(p.key.vlan_count, 0);
}

Test(layer_vlan, cut_in_the_tag_is_truncated)
{
    check_ending(decode(ETHER, MACS "8100 0064 08"), EPW_END_TRUNCATED);
}

Test(layer_ipv4, options_are_passed)
{
    struct epw_packet p =
        decode(ETHER, IPV4 "4600 002c beef 4000 3f 06 0000 " PAIR "94040000 " /* router alert */
               TCP_SYN);
    check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 80, 6);
    cr_assert_eq(p.ip_id, 0xbeef);
    cr_assert_eq(p.ttl, 63);
    cr_assert_eq(p.fragment, EPW_FRAG_NONE, "do not fragment is no fragment");
}

Test(layer_ipv4, padding_is_no_payload)
{
    struct epw_packet p =
        decode(ETHER, IPV4 "4500 0028 0000 0000 40 06 0000 " PAIR TCP_SYN "0000 0000 0000");
    check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 80, 6);
    cr_assert_eq(p.payload_len, 0);
    cr_assert_eq(p.payload_wire, 0);
    cr_assert_not(p.cut);
}

Test(layer_ipv4, total_length_zero_is_an_offloaded_packet)
{
    struct epw_packet p =
        decode_cut(ETHER, IPV4 "4500 0000 0000 0000 40 06 0000 " PAIR TCP_SYN "0102 0304 0506", 58);
    check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 80, 6);
    cr_assert_eq(p.payload_len, 4);
    cr_assert_eq(p.payload_wire, 6, "the rest of the frame as it was on the wire");
    cr_assert(p.cut);
}

Test(layer_ipv4, a_super_frame_of_64_kib)
{
    static uint8_t bytes[14 + 65535];
    size_t head = hex(IPV4 "4500 ffff 0000 0000 40 06 0000 " PAIR TCP_SYN, bytes);
    memset(bytes + head, 0x61, sizeof(bytes) - head);
    struct epw_packet p = decode_bytes(ETHER, bytes, sizeof(bytes), sizeof(bytes));
    check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 80, 6);
    cr_assert_eq(p.payload_len, 65495);
    cr_assert_not(p.cut);
}

Test(layer_ipv4, lies_are_malformed)
{
    /* header of 16 bytes */
    check_ending(decode(ETHER, IPV4 "4400 0028 0000 0000 40 06 0000 " PAIR TCP_SYN),
                 EPW_END_MALFORMED);
    /* version 5 */
    check_ending(decode(ETHER, IPV4 "5500 0028 0000 0000 40 06 0000 " PAIR TCP_SYN),
                 EPW_END_MALFORMED);
    /* total length 19 */
    check_ending(decode(ETHER, IPV4 "4500 0013 0000 0000 40 06 0000 " PAIR TCP_SYN),
                 EPW_END_MALFORMED);
    /* header of 60 bytes in a packet of 40 */
    check_ending(decode(ETHER, IPV4 "4f00 0028 0000 0000 40 06 0000 " PAIR TCP_SYN TCP_SYN TCP_SYN),
                 EPW_END_MALFORMED);
}

Test(layer_ipv4, a_total_length_beyond_the_frame_is_a_cut)
{
    struct epw_packet p = decode(ETHER, IPV4 "4500 05dc 0000 0000 40 06 0000 " PAIR TCP_SYN "61");
    check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 80, 6);
    cr_assert_eq(p.payload_len, 1);
    cr_assert_eq(p.payload_wire, 1460);
    cr_assert(p.cut);
    check_ending(decode(ETHER, IPV4 "4500 05dc 0000 0000 40 06 0000 " PAIR "04d2"),
                 EPW_END_TRUNCATED);
}

Test(layer_ipv4, fragments)
{
    /* first of a UDP datagram of 1000 bytes: its length speaks of the whole */
    struct epw_packet p = decode(ETHER, IPV4 "4500 0024 0042 2000 40 11 0000 " PAIR
                                             "04d2 0035 03e8 0000 6162636465666768");
    check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 53, 17);
    cr_assert_eq(p.fragment, EPW_FRAG_FIRST);
    cr_assert_eq(p.frag_id, 0x42);
    cr_assert_eq(p.payload_len, 8);
    cr_assert_eq(p.payload_wire, 992);
    cr_assert(p.cut && p.frag_more);
    cr_assert_eq(p.payload_at, 8);
    /* a later one, 16 bytes into the datagram */
    p = decode(ETHER, IPV4 "4500 001c 0042 2002 40 11 0000 " PAIR "6162636465666768");
    check_flow(p, "10.0.0.1", 0, "10.0.0.2", 0, 17);
    cr_assert_eq(p.fragment, EPW_FRAG_LATER);
    cr_assert_eq(p.frag_id, 0x42);
    cr_assert_eq(p.payload_at, 16);
    cr_assert_eq(p.payload_len, 8);
    cr_assert_eq(p.payload_wire, 8);
    cr_assert(p.frag_more && !p.cut);
    /* a first one too small for the TCP header: the ports are there */
    p = decode(ETHER, IPV4 "4500 001c 0042 2000 40 06 0000 " PAIR "04d2 0050 00000001");
    check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 80, 6);
    cr_assert(p.cut);
    cr_assert_eq(p.payload_at, 0);
}

Test(layer_ipv6, reads_addresses_and_cuts_padding)
{
    struct epw_packet p =
        decode(ETHER, IPV6 "6000 0000 000c 11 40 " PAIR6 "04d2 0035 000c 0000 61626364 0000");
    check_flow(p, "fd00::1", 1234, "fd00::2", 53, 17);
    cr_assert_eq(p.ttl, 64);
    cr_assert_eq(p.payload_len, 4);
    cr_assert_eq(p.ip_id, 0);
}

Test(layer_ipv6, payload_length_zero_reaches_to_the_end)
{
    struct epw_packet p = decode(ETHER, IPV6 "6000 0000 0000 06 40 " PAIR6 TCP_SYN "6162");
    check_flow(p, "fd00::1", 1234, "fd00::2", 80, 6);
    cr_assert_eq(p.payload_len, 2);
}

Test(layer_ipv6, lies_and_cuts)
{
    check_ending(decode(ETHER, IPV6 "4000 0000 0014 06 40 " PAIR6 TCP_SYN), EPW_END_MALFORMED);
    check_ending(decode(ETHER, IPV6 "6000 0000 0004 06 40 " PAIR6 "04d2 0050"), EPW_END_MALFORMED);
    check_ending(decode(ETHER, IPV6 "6000 0000 0014 06 40 fd00"), EPW_END_TRUNCATED);
}
