/* SPDX-License-Identifier: Apache-2.0 */
/* ICMP errors are tied to the flow they quote: 10.0.0.1:1234 -> 10.0.0.2:80. */
#include "test_decode_help.h"

/* From the router 192.0.2.9 to the sender of the quoted packet; the rest of the frame is ICMP. */
#define ERROR4 "4500 0000 0009 0000 ff01 0000 c0000209 0a000001 "
#define ERROR6                                                                                     \
    "6000 0000 0000 3a ff fd000000000000000000000000000009 fd000000000000000000000000000001 "
/* As RFC 792 quotes at least: the IP header (of a packet of 1500 bytes) and 8 bytes more. */
#define QUOTE "4500 05dc 0007 4000 3f06 0000 0a000001 0a000002 04d2 0050 00000001 "

Test(layer_icmp, an_error_is_tied_to_the_flow_it_quotes)
{
    struct epw_packet p = decode(ETHER, MACS "0800 " ERROR4 "0301 0000 00000000 " QUOTE);
    check_syn(p);
    cr_assert(p.icmp_error);
    cr_assert_eq(p.icmp_type, 3);
    cr_assert_eq(p.icmp_code, 1);
    cr_assert(is_ip(&p.icmp_from, "192.0.2.9"));
    cr_assert_eq(p.seq, 1);
    cr_assert_eq(p.ip_id, 7);
    cr_assert_null(p.payload);
    cr_assert_eq(p.payload_wire, 0);
    cr_assert(p.cut);
    cr_assert_null(p.macs, "the MAC addresses are not those of the quoted packet");
}

Test(layer_icmp, a_long_quote_hands_out_no_payload)
{
    struct epw_packet p = decode(RAW4, ERROR4 "0b00 0000 00000000 "
                                              "4500 0040 0007 4000 3f11 0000 0a000001 0a000002 "
                                              "04d2 0050 002c 0000 6162636465666768");
    check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 80, 17);
    cr_assert(p.icmp_error);
    cr_assert_null(p.payload);
    cr_assert_eq(p.payload_len, 0);
}

Test(layer_icmp, a_spoiled_total_length_of_a_quote_does_no_harm)
{
    struct epw_packet p = decode(RAW4, ERROR4 "0303 0000 00000000 "
                                              "4500 0010 0007 4000 3f11 0000 0a000001 0a000002 "
                                              "04d2 0050 0003 0000");
    check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 80, 17);
    cr_assert(p.icmp_error);
}

Test(layer_icmp, version_6)
{
    struct epw_packet p = decode(RAW4, ERROR6 "0104 0000 00000000 " IP6_SYN);
    check_syn6(p);
    cr_assert(p.icmp_error);
    cr_assert_eq(p.icmp_type, 1);
    cr_assert_eq(p.icmp_code, 4);
    cr_assert(is_ip(&p.icmp_from, "fd00::9"));
    /* neighbour solicitation: no error */
    p = decode(RAW4, ERROR6 "8700 0000 00000000 fd000000000000000000000000000001");
    check_flow(p, "fd00::9", 0, "fd00::1", 0, 58);
    cr_assert_not(p.icmp_error);
    cr_assert_eq(p.icmp_type, 135);
}

Test(layer_icmp, others_are_flows_of_their_own)
{
    struct epw_packet p = decode(RAW4, ERROR4 "0800 0000 00010001 6162");
    check_flow(p, "192.0.2.9", 0, "10.0.0.1", 0, 1);
    cr_assert_not(p.icmp_error);
    cr_assert_eq(p.icmp_type, 8);
    /* a redirect quotes, but nothing failed */
    p = decode(RAW4, ERROR4 "0501 0000 c0000208 " QUOTE);
    check_flow(p, "192.0.2.9", 0, "10.0.0.1", 0, 1);
    cr_assert_not(p.icmp_error);
}

Test(layer_icmp, a_quoted_fragment)
{
    struct epw_packet p = decode(RAW4, ERROR4 "0b01 0000 00000000 "
                                              "4500 05dc 0007 00b9 3f11 0000 0a000001 0a000002 "
                                              "6162636465666768");
    check_flow(p, "10.0.0.1", 0, "10.0.0.2", 0, 17);
    cr_assert(p.icmp_error);
    cr_assert_eq(p.fragment, EPW_FRAG_LATER);
    cr_assert_eq(p.frag_id, 7);
}

Test(layer_icmp, quotes_are_not_followed_into_tunnels)
{
    /* quoted: GRE with an IP packet inside, VXLAN, an ICMP error */
    struct epw_packet p = decode(RAW4, ERROR4 "0301 0000 00000000 "
                                              "4500 0000 0007 0000 3f2f 0000 0a000001 0a000002 "
                                              "0000 0800 " IP_SYN);
    check_flow(p, "10.0.0.1", 0, "10.0.0.2", 0, 47);
    cr_assert_eq(p.key.tunnel, 0);
    p = decode(RAW4, ERROR4 "0301 0000 00000000 "
                            "4500 0000 0007 0000 3f11 0000 0a000001 0a000002 "
                            "04d2 12b5 0000 0000 08000000 00000700 " ETHER_SYN);
    check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 4789, 17);
    cr_assert_eq(p.key.tunnel, 0);
    p = decode(RAW4, ERROR4 "0301 0000 00000000 "
                            "4500 0000 0007 0000 3f01 0000 0a000001 0a000002 "
                            "0301 0000 00000000 " QUOTE);
    check_flow(p, "10.0.0.1", 0, "10.0.0.2", 0, 1);
    cr_assert(is_ip(&p.icmp_from, "192.0.2.9"));
}

Test(layer_icmp, cuts_and_lies)
{
    check_ending(decode(RAW4, ERROR4 "03"), EPW_END_TRUNCATED);
    check_ending(decode(RAW4, ERROR4 "0301 0000"), EPW_END_TRUNCATED);
    check_ending(decode(RAW4, ERROR4 "0301 0000 00000000 4500 05dc 0007"), EPW_END_TRUNCATED);
    check_ending(decode(RAW4, ERROR4 "0301 0000 00000000 6500 05dc 0007 4000 3f06 0000 0a000001 "
                                     "0a000002 04d2 0050"),
                 EPW_END_MALFORMED);
    /* the error's own total length leaves one byte of ICMP */
    check_ending(decode(RAW4, "4500 0015 0009 0000 ff01 0000 c0000209 0a000001 03"),
                 EPW_END_MALFORMED);
}
