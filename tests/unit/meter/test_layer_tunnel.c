/* SPDX-License-Identifier: Apache-2.0 */
/* Tunnels: 192.0.2.1 and 192.0.2.2 are their ends; inside is 10.0.0.1:1234 -> 10.0.0.2:80. */
#include "test_decode_help.h"

/* Outer IPv4 headers, total length 0 for "the rest of the frame"; OUT one way, BACK the other. */
#define OUT(proto)       "4500 0000 0000 0000 40" proto "0000 c0000201 c0000202 "
#define BACK(proto)      "4500 0000 0000 0000 40" proto "0000 c0000202 c0000201 "
#define ELSEWHERE(proto) "4500 0000 0000 0000 40" proto "0000 c0000201 c0000203 "
/* Source port 40000; length 0 for "the rest". */
#define UDP_TO(port) "9c40 " port " 0000 0000 "

static uint32_t tunnel_of(const char *frame)
{
    struct epw_packet p = decode(RAW4, frame);
    check_syn(p);
    cr_assert_neq(p.key.tunnel, 0);
    return p.key.tunnel;
}

Test(layer_ipip, both_directions_are_one_tunnel)
{
    uint32_t out = tunnel_of(OUT("04") IP_SYN);
    cr_assert_eq(tunnel_of(BACK("04") IP_SYN), out);
    cr_assert_neq(tunnel_of(ELSEWHERE("04") IP_SYN), out);
    struct epw_packet p = decode(RAW4, OUT("29") IP6_SYN); /* IPv6 in IPv4 */
    check_syn6(p);
    cr_assert_eq(p.key.tunnel, out);
    check_ending(decode(RAW4, OUT("04") "60"), EPW_END_MALFORMED);
    check_ending(decode(RAW4, OUT("04")), EPW_END_TRUNCATED);
}

Test(layer_ipip, the_outside_leaves_nothing_behind)
{
    /* Outside: Ethernet with a tag to a group address, IP id 7. Inside: ESP, no ports. */
    struct epw_packet p =
        decode(ETHER, "030000000002 020000000001 8100 0064 0800 "
                      "4500 0000 0007 0000 4011 0000 c0000201 c0000202 " UDP_TO(
                          "12b5") "08000000 00002a00 020000000004 020000000003 0800 "
                                  "4500 0014 0000 0000 3f32 0000 0a000001 0a000002 ");
    check_flow(p, "10.0.0.1", 0, "10.0.0.2", 0, 50);
    cr_assert_eq(p.key.vlan_count, 0);
    cr_assert_not(p.group_mac);
    cr_assert_eq(p.macs[5], 4);
    cr_assert_eq(p.ip_id, 0);
    cr_assert_eq(p.ttl, 63);
    cr_assert_null(p.payload);
    cr_assert_eq(p.payload_wire, 0);
    p = decode(ETHER, "030000000002 020000000001 8100 0064 0800 " OUT("04") IP_SYN);
    check_syn(p);
    cr_assert_eq(p.key.vlan_count, 0);
    cr_assert_null(p.macs);
    cr_assert_not(p.group_mac);
}

Test(layer_ipip, an_outer_length_that_cuts_the_inner_header_is_a_lie)
{
    check_ending(decode(RAW4, "4500 0018 0000 0000 4004 0000 c0000201 c0000202 " IP_SYN),
                 EPW_END_MALFORMED);
}

Test(layer_gre, keys_and_ends_are_the_identity)
{
    uint32_t plain = tunnel_of(OUT("2f") "0000 0800 " IP_SYN);
    uint32_t keyed = tunnel_of(OUT("2f") "2000 0800 00000007 " IP_SYN);
    cr_assert_neq(plain, keyed);
    cr_assert_eq(tunnel_of(BACK("2f") "2000 0800 00000007 " IP_SYN), keyed);
    cr_assert_neq(tunnel_of(OUT("2f") "2000 0800 00000008 " IP_SYN), keyed);
    cr_assert_neq(tunnel_of(ELSEWHERE("2f") "2000 0800 00000007 " IP_SYN), keyed);
    cr_assert_neq(tunnel_of(OUT("04") IP_SYN), plain);
    /* checksum, key and sequence number; the checksum is not the identity's business */
    cr_assert_eq(tunnel_of(OUT("2f") "b000 0800 beef 0000 00000007 00000001 " IP_SYN), keyed);
}

Test(layer_gre, carries_frames_labels_and_ipv6)
{
    struct epw_packet p = decode(RAW4, OUT("2f") "0000 6558 " MACS "8100 0064 0800 " IP_SYN);
    check_syn(p);
    cr_assert_not_null(p.macs);
    cr_assert_eq(p.key.vlan[0], 100);
    check_syn6(decode(RAW4, OUT("2f") "0000 86dd " IP6_SYN));
    check_syn(decode(RAW4, OUT("2f") "0000 8847 00011140 " IP_SYN));
}

Test(layer_gre, what_it_refuses)
{
    check_ending(decode(RAW4, OUT("2f") "4000 0800 0000 0000 " IP_SYN), EPW_END_UNSUPPORTED);
    check_ending(decode(RAW4, OUT("2f") "0002 0800 " IP_SYN), EPW_END_UNSUPPORTED);
    check_ending(decode(RAW4, OUT("2f") "0000 2001 "), EPW_END_NOT_IP); /* NHRP */
    check_ending(decode(RAW4, OUT("2f") "2000 0800 0000"), EPW_END_TRUNCATED);
    check_ending(decode(RAW4, "4500 0016 0000 0000 402f 0000 c0000201 c0000202 0000"),
                 EPW_END_MALFORMED);
}

Test(layer_gre, pptp)
{
    /* key and sequence present, version 1; 44 bytes for call 5, number 9 */
    uint32_t out = tunnel_of(OUT("2f") "3001 880b 002c 0005 00000009 ff03 0021 " IP_SYN);
    /* the other way: call 6, with acknowledgement */
    cr_assert_eq(tunnel_of(BACK("2f") "3081 880b 002c 0006 00000009 00000001 ff03 0021 " IP_SYN),
                 out);
    /* only an acknowledgement: a packet of the tunnel's own flow */
    struct epw_packet p = decode(RAW4, OUT("2f") "2081 880b 0000 0005 00000009");
    check_flow(p, "192.0.2.1", 0, "192.0.2.2", 0, 47);
    cr_assert_eq(p.key.tunnel, 0);
    check_ending(decode(RAW4, OUT("2f") "3001 0800 002c 0005 00000009 "), EPW_END_UNSUPPORTED);
    check_ending(decode(RAW4, OUT("2f") "3001 880b 002c 0005"), EPW_END_TRUNCATED);
}

Test(layer_gre, in_udp)
{
    tunnel_of(OUT("11") UDP_TO("1292") "0000 0800 " IP_SYN);
    struct epw_packet p = decode(RAW4, OUT("11") UDP_TO("1292") "474554202f20"); /* text */
    check_flow(p, "192.0.2.1", 40000, "192.0.2.2", 4754, 17);
    cr_assert_eq(p.payload_len, 6);
    p = decode(RAW4, OUT("11") "9c40 1292 000a 0000 0000"); /* two bytes, by UDP's own length */
    check_flow(p, "192.0.2.1", 40000, "192.0.2.2", 4754, 17);
}

Test(layer_wccp, with_and_without_redirect_header)
{
    check_syn(decode(RAW4, OUT("2f") "0000 883e 00000000 " IP_SYN));
    check_syn(decode(RAW4, OUT("2f") "0000 883e " IP_SYN));
    check_ending(decode(RAW4, OUT("2f") "0000 883e 0000"), EPW_END_TRUNCATED);
}

Test(layer_vxlan, networks_are_the_identity)
{
    uint32_t seven = tunnel_of(OUT("11") UDP_TO("12b5") "08000000 00000700 " ETHER_SYN);
    cr_assert_eq(tunnel_of(BACK("11") UDP_TO("12b5") "08000000 00000700 " ETHER_SYN), seven);
    cr_assert_eq(tunnel_of(OUT("11") UDP_TO("2118") "08000000 00000700 " ETHER_SYN), seven);
    cr_assert_neq(tunnel_of(OUT("11") UDP_TO("12b5") "08000000 00000800 " ETHER_SYN), seven);
    /* group policy 5; generic protocol: IPv4, then Ethernet */
    cr_assert_eq(tunnel_of(OUT("11") UDP_TO("12b5") "88000005 00000700 " ETHER_SYN), seven);
    cr_assert_eq(tunnel_of(OUT("11") UDP_TO("12b6") "0c000001 00000700 " IP_SYN), seven);
    cr_assert_eq(tunnel_of(OUT("11") UDP_TO("12b6") "0c000003 00000700 " ETHER_SYN), seven);
}

Test(layer_vxlan, others_keep_their_udp_flow)
{
    struct epw_packet p = decode(RAW4, OUT("11") UDP_TO("12b5") "00000000 00000700 " ETHER_SYN);
    check_flow(p, "192.0.2.1", 40000, "192.0.2.2", 4789, 17);
    cr_assert_eq(p.payload_len, 8 + 54);
    cr_assert_eq(p.key.tunnel, 0);
    p = decode(RAW4, OUT("11") UDP_TO("2118") "08000000 000007ff " ETHER_SYN);
    check_flow(p, "192.0.2.1", 40000, "192.0.2.2", 8472, 17);
    p = decode(RAW4, OUT("11") "9c40 12b5 000c 0000 08000000"); /* 4 bytes, by UDP's own length */
    check_flow(p, "192.0.2.1", 40000, "192.0.2.2", 4789, 17);
    check_ending(decode(RAW4, OUT("11") UDP_TO("12b5") "0800"), EPW_END_TRUNCATED);
    check_ending(decode(RAW4, OUT("11") UDP_TO("12b6") "0c000004 00000700 "), EPW_END_UNSUPPORTED);
}

Test(layer_vxlan, from_the_tunnel_port_is_no_tunnel)
{
    struct epw_packet p =
        decode(RAW4, OUT("11") "12b5 9c40 0000 0000 08000000 00000700 " ETHER_SYN);
    check_flow(p, "192.0.2.1", 4789, "192.0.2.2", 40000, 17);
}

Test(layer_geneve, networks_are_the_identity)
{
    uint32_t seven = tunnel_of(OUT("11") UDP_TO("17c1") "0000 6558 000007 00 " ETHER_SYN);
    cr_assert_eq(tunnel_of(BACK("11") UDP_TO("17c1") "0000 0800 000007 00 " IP_SYN), seven);
    /* one option of 4 bytes and 4 of data */
    cr_assert_eq(
        tunnel_of(OUT("11") UDP_TO("17c1") "0240 6558 000007 00 0102 80 01 0a0b0c0d " ETHER_SYN),
        seven);
    cr_assert_neq(tunnel_of(OUT("11") UDP_TO("12b5") "08000000 00000700 " ETHER_SYN), seven);
}

Test(layer_geneve, others_keep_their_udp_flow)
{
    struct epw_packet p = decode(RAW4, OUT("11") UDP_TO("17c1") "4000 6558 000007 00 " ETHER_SYN);
    check_flow(p, "192.0.2.1", 40000, "192.0.2.2", 6081, 17);
    p = decode(RAW4, OUT("11") UDP_TO("17c1") "0000 0035 000007 00 " ETHER_SYN);
    check_flow(p, "192.0.2.1", 40000, "192.0.2.2", 6081, 17);
    /* a DNS answer without records: identification, flags, one question */
    p = decode(RAW4, OUT("11") UDP_TO("17c1") "1234 8183 0001 0000 0000 0000 0161 00 0001 0001");
    check_flow(p, "192.0.2.1", 40000, "192.0.2.2", 6081, 17);
    cr_assert_eq(p.payload_len, 19);
    check_ending(decode(RAW4, OUT("11") UDP_TO("17c1") "0000 894f 000007 00 0000"),
                 EPW_END_UNSUPPORTED);
    check_ending(decode(RAW4, OUT("11") UDP_TO("17c1") "0240 6558 000007 00 0102"),
                 EPW_END_TRUNCATED);
    check_ending(decode(RAW4, OUT("11") UDP_TO("17c1") "0000 65"), EPW_END_TRUNCATED);
}

/* AYIYA: 16 bytes of identity, 5 words of signature; forward; then what is inside. */
#define AYIYA(proto)                                                                               \
    "4152 11 " proto " 4af64bfd 20014978000f004c0000000000000001 "                                 \
    "00112233 44556677 8899aabb ccddeeff 00112233 "

Test(layer_ayiya, both_directions_are_one_tunnel)
{
    struct epw_packet p = decode(RAW4, OUT("11") UDP_TO("13d0") AYIYA("29") IP6_SYN);
    check_syn6(p);
    /* from the server's port to any */
    struct epw_packet back = decode(RAW4, BACK("11") "13d0 9c40 0000 0000 " AYIYA("29") IP6_SYN);
    check_syn6(back);
    cr_assert_neq(p.key.tunnel, 0);
    cr_assert_eq(back.key.tunnel, p.key.tunnel);
    check_syn(decode(RAW4, OUT("11") UDP_TO("13d0") AYIYA("04") IP_SYN));
    cr_assert_neq(tunnel_of(OUT("11") UDP_TO("13d0") AYIYA("04") IP_SYN),
                  tunnel_of(OUT("04") IP_SYN));
}

Test(layer_ayiya, others_keep_their_udp_flow)
{
    static const char *const others[] = {
        OUT("11") UDP_TO("13d0") "4152 10 29 4af64bfd 00",       /* no operation */
        OUT("11") UDP_TO("13d0") "4152 31 29 4af64bfd 00",       /* no such authentication */
        OUT("11") UDP_TO("13d0") "9152 11 29 4af64bfd 00",       /* an identity of 512 bytes */
        OUT("11") UDP_TO("13d0") "4152 11 06 4af64bfd 00",       /* TCP */
        OUT("11") UDP_TO("13d0") "0000 01 29 4af64bfd 00 45 00", /* what follows is not IPv6 */
    };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        struct epw_packet p = decode(RAW4, others[i]);
        check_flow(p, "192.0.2.1", 40000, "192.0.2.2", 5072, 17);
        cr_assert_eq(p.key.tunnel, 0, "%zu", i);
    }
    check_ending(decode(RAW4, OUT("11") UDP_TO("13d0") "4152 11"), EPW_END_TRUNCATED);
    check_ending(decode(RAW4, OUT("11") UDP_TO("13d0") AYIYA("29")), EPW_END_TRUNCATED);
    /* by its own length too short: an ordinary datagram */
    check_ending(decode(RAW4, OUT("11") "9c40 13d0 000b 0000 4152 11"), EPW_END_COMPLETE);
}

Test(tunnel, nested_ones_combine)
{
    uint32_t inner = tunnel_of(OUT("04") IP_SYN);
    uint32_t both = tunnel_of(OUT("2f") "2000 0800 00000007 " OUT("04") IP_SYN);
    cr_assert_neq(both, inner);
    cr_assert_neq(both, tunnel_of(OUT("2f") "2000 0800 00000008 " OUT("04") IP_SYN));
    cr_assert_eq(both, tunnel_of(BACK("2f") "2000 0800 00000007 " BACK("04") IP_SYN));
}

/* GRE with a sequence number, as types II and III come. */
#define GRE_SEQ(type) "1000 " type " 00000001 "

Test(layer_erspan, type_1_has_no_header)
{
    struct epw_packet p = decode(RAW4, OUT("2f") "0000 88be " ETHER_SYN);
    check_syn(p);
    cr_assert_eq(p.key.tunnel, 0, "a mirror's delivery is no overlay");
    cr_assert_eq(p.key.vlan_count, 0);
}

Test(layer_erspan, type_2_names_the_vlan_of_an_untagged_frame)
{
    /* version 1, VLAN 100, session 5; index 1 */
    struct epw_packet p = decode(RAW4, OUT("2f") GRE_SEQ("88be") "1064 0005 00000001 " ETHER_SYN);
    check_syn(p);
    cr_assert_eq(p.key.tunnel, 0);
    cr_assert_not_null(p.macs);
    cr_assert_eq(p.key.vlan_count, 1);
    cr_assert_eq(p.key.vlan[0], 100);
    p = decode(RAW4, OUT("2f") GRE_SEQ("88be") "1064 0005 00000001 " MACS "8100 00c8 0800 " IP_SYN);
    check_syn(p);
    cr_assert_eq(p.key.vlan_count, 1);
    cr_assert_eq(p.key.vlan[0], 200, "the frame's own tag counts");
    p = decode(RAW4, OUT("2f") GRE_SEQ("88be") "1000 0005 00000001 " ETHER_SYN);
    check_syn(p);
    cr_assert_eq(p.key.vlan_count, 0);
    p = decode(RAW4, OUT("2f") GRE_SEQ("88be") "1064 0005 00000001 " MACS "0800 " OUT("04") IP_SYN);
    check_syn(p);
    cr_assert_eq(p.key.vlan_count, 0, "a tunnel inside the mirrored frame restarts the tags");
    cr_assert_neq(p.key.tunnel, 0);
}

Test(layer_erspan, type_3_with_and_without_subheader)
{
    /* version 2, VLAN 100, session 5; time stamp; group 0, Ethernet */
    struct epw_packet p =
        decode(RAW4, OUT("2f") GRE_SEQ("22eb") "2064 0005 00000063 00000000 " ETHER_SYN);
    check_syn(p);
    cr_assert_eq(p.key.vlan[0], 100);
    cr_assert_eq(p.key.tunnel, 0);
    /* last bit: 8 bytes of platform subheader */
    check_syn(decode(RAW4, OUT("2f") GRE_SEQ("22eb") "2064 0005 00000063 00000001 "
                                                     "1400000000000000 " ETHER_SYN));
    /* frame type 2: an IP packet without Ethernet header */
    p = decode(RAW4, OUT("2f") GRE_SEQ("22eb") "2064 0005 00000063 00000800 " IP_SYN);
    check_syn(p);
    cr_assert_null(p.macs);
    cr_assert_eq(p.key.vlan[0], 100);
}

Test(layer_erspan, what_it_refuses)
{
    check_ending(decode(RAW4, OUT("2f") GRE_SEQ("88be") "7064 0005 00000001 " ETHER_SYN),
                 EPW_END_UNSUPPORTED);
    check_ending(decode(RAW4, OUT("2f") GRE_SEQ("22eb") "2064 0005 00000063 00001c00 " ETHER_SYN),
                 EPW_END_UNSUPPORTED); /* frame type 7 */
    check_ending(decode(RAW4, OUT("2f") GRE_SEQ("88be") "1064 0005 0000"), EPW_END_TRUNCATED);
    check_ending(decode(RAW4, OUT("2f") GRE_SEQ("22eb") "2064 0005 00000063 00000001 1400"),
                 EPW_END_TRUNCATED);
}
