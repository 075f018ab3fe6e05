/* SPDX-License-Identifier: Apache-2.0 */
/* What lies below IP: link types, tags, labels, PPP. */
#include "test_decode_help.h"

Test(layer_llc, snap_carries_ip)
{
    /* length 48; SNAP, organisation 0, IPv4; then two bytes of padding */
    struct epw_packet p = decode(ETHER, MACS "0030 aaaa03 000000 0800 " IP_SYN "0000");
    check_syn(p);
    p = decode(ETHER, MACS "8100 0064 0030 aaaa03 0000f8 0800 " IP_SYN);
    check_syn(p);
    cr_assert_eq(p.key.vlan[0], 100);
}

Test(layer_llc, everything_else_is_not_ip)
{
    /* spanning tree */
    check_ending(decode(ETHER, MACS "0026 424203 0000 0000 00"), EPW_END_NOT_IP);
    /* Cisco's discovery protocol: its organisation's own numbers */
    check_ending(decode(ETHER, MACS "0026 aaaa03 00000c 2000 02b4"), EPW_END_NOT_IP);
    /* a number that is no EtherType must not come round to LLC again */
    check_ending(decode(ETHER, MACS "0026 aaaa03 000000 0004 aaaa03"), EPW_END_NOT_IP);
    check_ending(decode(ETHER, MACS "0026 aaaa"), EPW_END_TRUNCATED);
    check_ending(decode(ETHER, MACS "0002 aaaa 0300"), EPW_END_MALFORMED);
    /* 1501 is neither a length nor a type */
    check_ending(decode(ETHER, MACS "05dd aaaa03 000000 0800 " IP_SYN), EPW_END_NOT_IP);
}

Test(layer_opaque, what_may_carry_ip_is_not_called_not_ip)
{
    check_ending(decode(ETHER, MACS "894f 0000"), EPW_END_UNSUPPORTED);
    check_ending(decode(ETHER, MACS "88e5 0000"), EPW_END_UNSUPPORTED);
    check_ending(decode(ETHER, MACS "88cc 0207"), EPW_END_NOT_IP); /* LLDP */
}

Test(layer_fabric, headers_of_switches_are_passed)
{
    check_syn(decode(ETHER, MACS "8926 00000000 0800 " IP_SYN));      /* VN-Tag */
    check_syn(decode(ETHER, MACS "893f 000000000000 0800 " IP_SYN));  /* E-Tag */
    check_syn(decode(ETHER, MACS "892f 0000 0001 0800 " IP_SYN));     /* HSR */
    check_syn(decode(ETHER, MACS "8909 01010001 000a 0800 " IP_SYN)); /* metadata: group 10 */
    check_syn(decode(RAW4, "4500 0000 0000 0000 402f 0000 c0000201 c0000202 " /* GRE: type first */
                           "0000 8909 0800 0101 0001 000a " IP_SYN));
    check_ending(decode(ETHER, MACS "8909 0101"), EPW_END_TRUNCATED);
    struct epw_packet p = decode(ETHER, "0180c2000002 0180c2000001 8903 0020 " ETHER_SYN);
    check_syn(p);
    cr_assert_eq(p.macs[0], 2, "the MAC addresses are those of the frame inside");
    check_ending(decode(ETHER, MACS "8926 0000"), EPW_END_TRUNCATED);
}

Test(layer_mpls, labels_are_passed_and_are_no_identity)
{
    /* labels 16 and 17, the second is the last */
    struct epw_packet p = decode(ETHER, MACS "8847 00010040 00011140 " IP_SYN);
    check_syn(p);
    cr_assert_eq(p.key.tunnel, 0);
    check_syn6(decode(ETHER, MACS "8848 00011140 " IP6_SYN));
}

Test(layer_mpls, pseudowires_with_and_without_control_word)
{
    struct epw_packet p = decode(ETHER, MACS "8100 0064 8847 00011140 00000000 "
                                             "020000000004 020000000003 8100 00c8 0800 " IP_SYN);
    check_syn(p);
    cr_assert_eq(p.key.vlan_count, 1, "the tag outside is not the frame's own");
    cr_assert_eq(p.key.vlan[0], 200);
    cr_assert_eq(p.macs[5], 4);
    p = decode(ETHER, MACS "8847 00011140 020000000004 020000000003 0800 " IP_SYN);
    check_syn(p);
    cr_assert_eq(p.macs[5], 4);
    /* a MAC address that begins like IPv6 */
    p = decode(ETHER, MACS "8847 00011140 605718ffff04 020000000003 0800 " IP_SYN);
    check_syn(p);
    cr_assert_eq(p.macs[0], 0x60);
}

Test(layer_mpls, what_cannot_be_told)
{
    check_ending(decode(ETHER, MACS "8847 00011140 10000000 00000000 00000000 0000"),
                 EPW_END_NOT_IP); /* an associated channel */
    check_ending(decode(ETHER, MACS "8847 00011140 f0000000 00000000 00000000 0000"),
                 EPW_END_UNSUPPORTED);
    check_ending(decode(ETHER, MACS "8847 00011140"), EPW_END_TRUNCATED);
    check_ending(decode(ETHER, MACS "8847 0001"), EPW_END_TRUNCATED);
    check_ending(decode(ETHER, MACS "8847 00011140 f000"), EPW_END_TRUNCATED);
    /* a packet with a lying length is a bad packet, no frame */
    check_ending(
        decode(ETHER, MACS "8847 00011140 4500 0010 0000 0000 4006 0000 0a000001 0a000002"),
        EPW_END_MALFORMED);
}

Test(layer_pppoe, sessions_are_identities)
{
    /* version 1, type 1, session data, session 7, 42 bytes */
    struct epw_packet p = decode(ETHER, MACS "8100 0064 8864 11 00 0007 002a 0021 " IP_SYN "0000");
    check_syn(p);
    cr_assert_neq(p.key.tunnel, 0);
    cr_assert_eq(p.key.vlan_count, 1, "the tag is the frame's own");
    cr_assert_not_null(p.macs);
    uint32_t seven = p.key.tunnel;
    p = decode(ETHER, MACS "8864 11 00 0008 003e 0057 " IP6_SYN);
    check_syn6(p);
    cr_assert_neq(p.key.tunnel, seven);
    p = decode(51, "11 00 0007 002a 0021 " IP_SYN);
    check_syn(p);
    cr_assert_eq(p.key.tunnel, seven);
}

Test(layer_pppoe, others_end)
{
    check_ending(decode(ETHER, MACS "8864 11 00 0007 000a c021 0100"), EPW_END_NOT_IP); /* LCP */
    check_ending(decode(ETHER, MACS "8864 11 a7 0007 0000"), EPW_END_NOT_IP); /* termination */
    check_ending(decode(ETHER, MACS "8864 21 00 0007 002a 0021 " IP_SYN), EPW_END_MALFORMED);
    check_ending(decode(ETHER, MACS "8864 11 00 0007 0001 0021 " IP_SYN), EPW_END_MALFORMED);
    check_ending(decode(ETHER, MACS "8864 11 00 00"), EPW_END_TRUNCATED);
    check_ending(decode(ETHER, MACS "8863 11 09 0000 0000"), EPW_END_NOT_IP); /* discovery */
}

Test(layer_ppp, all_spellings)
{
    check_syn(decode(9, "ff03 0021 " IP_SYN));
    check_syn(decode(9, "0021 " IP_SYN));
    check_syn(decode(50, "ff03 21 " IP_SYN)); /* number shortened to one byte */
    check_syn6(decode(50, "57 " IP6_SYN));
    check_syn(decode(9, "0281 00011140 " IP_SYN)); /* MPLS */
    check_syn(decode(9, "0f00 0800 " IP_SYN));     /* Cisco's HDLC under PPP's link type */
    check_ending(decode(9, "ff03 00fd 1234"), EPW_END_UNSUPPORTED); /* compressed */
    check_ending(decode(9, "ff03 c021 0101"), EPW_END_NOT_IP);
    check_ending(decode(9, "ff03 00"), EPW_END_TRUNCATED);
}

Test(layer_chdlc, ethertypes_follow)
{
    check_syn(decode(104, "0f00 0800 " IP_SYN));
    check_ending(decode(104, "8f00 8035 00000000"), EPW_END_NOT_IP); /* SLARP */
    check_ending(decode(104, "8f00 0004 aaaa03"), EPW_END_NOT_IP);
    check_ending(decode(104, "8f00"), EPW_END_TRUNCATED);
}

Test(layer_sll, version_1)
{
    /* to us, Ethernet, address of 6 bytes padded to 8, IPv4 */
    struct epw_packet p = decode(113, "0000 0001 0006 0200000000010000 0800 " IP_SYN);
    check_syn(p);
    cr_assert_null(p.macs);
    cr_assert_not(p.group_mac);
    p = decode(113, "0001 0001 0006 0200000000010000 8100 0064 0800 " IP_SYN);
    check_syn(p);
    cr_assert(p.group_mac, "broadcast");
    cr_assert_eq(p.key.vlan[0], 100);
    check_syn(decode(113, "0000 0001 0006 0200000000010000 0004 aaaa03 000000 0800 " IP_SYN));
    check_ending(decode(113, "0000 0001 0006 0200000000010000 08"), EPW_END_TRUNCATED);
    /* netlink: the last field is a family, not an EtherType */
    check_ending(decode(113, "0004 0338 0000 0000000000000000 0004 aaaa03 000000 0800 " IP_SYN),
                 EPW_END_NOT_IP);
}

Test(layer_sll, version_2)
{
    /* IPv6, reserved, interface 3, Ethernet, multicast, address of 6 bytes */
    struct epw_packet p = decode(276, "86dd 0000 00000003 0001 02 06 0200000000010000 " IP6_SYN);
    check_syn6(p);
    cr_assert(p.group_mac);
    p = decode(276, "0800 0000 00000003 0001 04 06 0200000000010000 " IP_SYN);
    check_syn(p);
    cr_assert_not(p.group_mac);
    check_ending(decode(276, "0800 0000 00000003 0001 04 06 02"), EPW_END_TRUNCATED);
}

Test(layer_null, families_in_both_orders)
{
    check_syn(decode(0, "02000000 " IP_SYN));
    check_syn(decode(0, "00000002 " IP_SYN));
    check_syn(decode(108, "00000002 " IP_SYN));
    check_syn6(decode(0, "0a000000 " IP6_SYN));   /* Linux */
    check_syn6(decode(0, "17000000 " IP6_SYN));   /* Windows */
    check_syn6(decode(0, "00000018 " IP6_SYN));   /* NetBSD, OpenBSD */
    check_syn6(decode(108, "0000001c " IP6_SYN)); /* FreeBSD */
    check_syn6(decode(0, "1e000000 " IP6_SYN));   /* macOS */
    check_ending(decode(0, "07000000 " IP_SYN), EPW_END_NOT_IP);
    check_ending(decode(0, "0200"), EPW_END_TRUNCATED);
}

Test(layer_raw, the_version_tells)
{
    static const uint16_t linktypes[] = { 12, 14, 101, 228, 229 };
    for (size_t i = 0; i < sizeof(linktypes) / sizeof(linktypes[0]); i++) {
        check_syn(decode(linktypes[i], IP_SYN));
        check_syn6(decode(linktypes[i], IP6_SYN));
    }
    check_ending(decode(101, "50"), EPW_END_MALFORMED);
    check_ending(decode(101, ""), EPW_END_TRUNCATED);
}
