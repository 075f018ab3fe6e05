/* SPDX-License-Identifier: Apache-2.0 */
#include "test_decode_help.h"

/* Raw IP frames: addresses 10.0.0.1 -> 10.0.0.2 in all of them. */
#define PAIR "0a000001 0a000002 "

Test(layer_tcp, reads_ports_numbers_flags_and_payload)
{
    struct epw_packet p = decode(RAW4, "4500 0030 1234 0000 40 06 0000 " PAIR /* total length 48 */
                                       "04d2 0050 00000007 00000009 6018 ffff 0000 0000 "
                                       "02040578 " /* one option: maximum segment size */
                                       "deadbeef ");
    check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 80, 6);
    cr_assert_eq(p.seq, 7);
    cr_assert_eq(p.ack, 9);
    cr_assert_eq(p.tcp_flags, EPW_TCP_ACK | EPW_TCP_PSH);
    cr_assert_eq(p.payload_len, 4);
    cr_assert_eq(p.payload_wire, 4);
    cr_assert_eq(p.payload[0], 0xde);
    cr_assert_not(p.cut);
}

Test(layer_tcp, a_segment_without_payload_has_none)
{
    struct epw_packet p = decode(RAW4, "4500 0028 0000 0000 40 06 0000 " PAIR TCP_SYN);
    check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 80, 6);
    cr_assert_eq(p.tcp_flags, EPW_TCP_SYN);
    cr_assert_null(p.payload);
    cr_assert_eq(p.payload_len, 0);
    cr_assert_not(p.cut);
}

Test(layer_tcp, ports_are_enough_for_a_flow)
{
    static const char frame[] = "4500 0064 0000 0000 40 06 0000 " PAIR TCP_SYN;
    struct epw_packet p = decode_cut(RAW4, frame, 20 + 4);
    check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 80, 6);
    cr_assert_eq(p.tcp_flags, 0);
    cr_assert(p.cut);
    cr_assert_eq(p.payload_wire, 60, "total length 100 less two headers of 20");
    p = decode_cut(RAW4, frame, 20 + 3);
    check_ending(p, EPW_END_TRUNCATED);
}

Test(layer_tcp, options_cut_by_the_snaplen)
{
    struct epw_packet p = decode(RAW4, "4500 0064 0000 0000 40 06 0000 " PAIR
                                       "04d2 0050 00000007 00000009 f018 ffff 0000 0000 0101");
    check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 80, 6);
    cr_assert_eq(p.tcp_flags, EPW_TCP_ACK | EPW_TCP_PSH);
    cr_assert(p.cut);
    cr_assert_eq(p.payload_wire, 20, "total length 100 less 20 less 60");
}

Test(layer_tcp, a_data_offset_below_the_minimum_is_malformed)
{
    struct epw_packet p = decode(RAW4, "4500 0028 0000 0000 40 06 0000 " PAIR
                                       "04d2 0050 00000001 00000000 4002 ffff 0000 0000 ");
    check_ending(p, EPW_END_MALFORMED);
}

Test(layer_tcp, a_data_offset_beyond_the_packet_is_malformed)
{
    struct epw_packet p = decode(RAW4, "4500 0028 0000 0000 40 06 0000 " PAIR
                                       "04d2 0050 00000001 00000000 6002 ffff 0000 0000 ");
    check_ending(p, EPW_END_MALFORMED);
}

Test(layer_tcp, a_header_that_the_total_length_cuts_is_malformed)
{
    struct epw_packet p = decode(RAW4, "4500 0020 0000 0000 40 06 0000 " PAIR TCP_SYN);
    check_ending(p, EPW_END_MALFORMED);
}

Test(layer_udp, payload_ends_where_its_length_says)
{
    struct epw_packet p = decode(RAW4, "4500 0020 0000 0000 40 11 0000 " PAIR
                                       "04d2 0035 000a 0000 " /* length 10: two bytes */
                                       "cafe 0000 ");
    check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 53, 17);
    cr_assert_eq(p.payload_len, 2);
    cr_assert_eq(p.payload_wire, 2);
    cr_assert_eq(p.payload[1], 0xfe);
    cr_assert_not(p.cut);
}

Test(layer_udp, length_zero_reaches_to_the_end)
{
    struct epw_packet p =
        decode(RAW4, "4500 0020 0000 0000 40 11 0000 " PAIR "04d2 0035 0000 0000 cafebabe ");
    check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 53, 17);
    cr_assert_eq(p.payload_len, 4);
}

Test(layer_udp, lengths_that_cannot_be_are_malformed)
{
    struct epw_packet p =
        decode(RAW4, "4500 0020 0000 0000 40 11 0000 " PAIR "04d2 0035 0007 0000 cafebabe ");
    check_ending(p, EPW_END_MALFORMED);
    p = decode(RAW4, "4500 0020 0000 0000 40 11 0000 " PAIR
                     "04d2 0035 000d 0000 cafebabe "); /* 13 in an IP payload of 12 */
    check_ending(p, EPW_END_MALFORMED);
    p = decode(RAW4, "4500 001a 0000 0000 40 11 0000 " PAIR "04d2 0035 0008"); /* IP payload of 6 */
    check_ending(p, EPW_END_MALFORMED);
}

Test(layer_udp, cut_payload_is_told_from_a_short_one)
{
    static const char frame[] = "4500 0020 0000 0000 40 11 0000 " PAIR "04d2 0035 000c 0000 "
                                "cafebabe ";
    struct epw_packet p = decode_cut(RAW4, frame, 30);
    check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 53, 17);
    cr_assert_eq(p.payload_len, 2);
    cr_assert_eq(p.payload_wire, 4);
    cr_assert(p.cut);
    p = decode_cut(RAW4, frame, 25);
    check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 53, 17);
    cr_assert_null(p.payload);
    cr_assert_eq(p.payload_wire, 4);
    cr_assert(p.cut);
}

Test(layer_none, protocols_without_a_layer_are_flows_without_ports)
{
    struct epw_packet p =
        decode(RAW4, "4500 0018 0000 0000 40 32 0000 " PAIR "00000001 "); /* ESP */
    check_flow(p, "10.0.0.1", 0, "10.0.0.2", 0, 50);
    cr_assert_null(p.payload);
}
