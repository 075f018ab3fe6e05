/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/brief.h"
#include "meter/packet.h"

#include <criterion/criterion.h>

static struct epw_key key(const char *src, uint16_t sport, const char *dst, uint16_t dport)
{
    struct epw_key k = { .port = { sport, dport }, .proto = 17 };
    cr_assert(epw_ip_parse(src, &k.ip[0]) && epw_ip_parse(dst, &k.ip[1]));
    return k;
}

static uint32_t tag(const struct epw_key *k, uint64_t seed)
{
    const struct epw_brief brief = epw_brief_of(k);
    return epw_brief_tag(&brief, k, epw_key_is_wide(k), seed);
}

static void both_ways_are_one(const char *a, uint16_t a_port, const char *b, uint16_t b_port)
{
    struct epw_packet there = { .key = key(a, a_port, b, b_port) };
    struct epw_packet back = { .key = key(b, b_port, a, a_port) };
    struct epw_ip src = there.key.ip[0];
    epw_packet_order(&there);
    epw_packet_order(&back);
    cr_assert_eq(there.side, 1 - back.side);
    cr_assert(epw_key_same(&there.key, &back.key));
    cr_assert_eq(tag(&there.key, 99), tag(&back.key, 99));
    cr_assert_leq(epw_ip_cmp(&there.key.ip[0], &there.key.ip[1]), 0);
    cr_assert(epw_ip_equal(epw_packet_src(&there), &src));
    cr_assert(epw_ip_equal(epw_packet_dst(&back), &src));
    cr_assert_eq(epw_packet_sport(&there), a_port);
    cr_assert_eq(epw_packet_dport(&there), b_port);
    epw_packet_order(&there);
    cr_assert_eq(epw_packet_sport(&there), a_port, "what is in order stays so");
}

Test(key, both_directions_give_one_key)
{
    both_ways_are_one("10.0.0.1", 40000, "10.0.0.2", 53);
    both_ways_are_one("10.0.0.2", 53, "10.0.0.1", 40000);
    both_ways_are_one("127.0.0.1", 40000, "127.0.0.1", 53);
    both_ways_are_one("2001:db8::1", 1, "2001:db8::2", 2);
}

Test(key, ports_that_come_late_may_change_the_order)
{
    struct epw_packet p = { .key = key("10.0.0.1", 0, "10.0.0.1", 0) };
    epw_packet_order(&p);
    epw_packet_set_ports(&p, 50, 20);
    epw_packet_order(&p);
    cr_assert(p.key.port[0] == 20 && p.key.port[1] == 50 && p.side == 1);
}

Test(key, everything_but_the_vlan_is_in_the_tag)
{
    struct epw_key k = key("10.0.0.1", 40000, "10.0.0.2", 53), other = k;
    uint32_t of_it = tag(&k, 99);
    cr_assert_neq(tag(&k, 98), of_it, "the seed too");
    other.proto = 6;
    cr_assert_neq(tag(&other, 99), of_it);
    cr_assert_not(epw_key_same_tuple(&k, &other));
    other = k;
    other.tunnel = 1;
    cr_assert_neq(tag(&other, 99), of_it);
    cr_assert_not(epw_key_same_tuple(&k, &other));
    other = k;
    other.port[1] = 54;
    cr_assert_neq(tag(&other, 99), of_it);
    other = key("10.0.0.1", 40000, "10.0.0.3", 53);
    cr_assert_neq(tag(&other, 99), of_it);
    other = k;
    other.vlan[other.vlan_count++] = 10;
    cr_assert_eq(tag(&other, 99), of_it);
    cr_assert(epw_key_same_tuple(&k, &other));
    cr_assert_not(epw_key_same_vlans(&k, &other));
    epw_key_clear_vlans(&other);
    cr_assert(epw_key_same(&k, &other));
}

Test(key, all_of_both_addresses_is_in_the_hash_of_a_pair)
{
    const struct epw_key k = key("2001:db8::1", 1, "2001:db8:1::2", 2);
    uint64_t pair = epw_key_pair(&k, 99);
    cr_assert_neq(epw_key_pair(&k, 98), pair);
    for (unsigned side = 0; side < 2; side++)
        for (unsigned i = 0; i < 16; i++) {
            struct epw_key other = k;
            other.ip[side].b[i] ^= 1;
            cr_assert_neq(epw_key_pair(&other, 99), pair, "byte %u of side %u", i, side);
        }
    struct epw_key other = k;
    other.port[0] = 7;
    other.proto = 6;
    other.tunnel = 5;
    cr_assert_eq(epw_key_pair(&other, 99), pair, "and nothing else");
}

Test(key, flow_ids_fit_a_double_and_differ)
{
    struct epw_key k = key("10.0.0.1", 1, "10.0.0.2", 2);
    uint64_t id = epw_key_flow_id(&k, 1000, 0);
    cr_assert_gt(id, 0);
    cr_assert_lt(id, 1ULL << 53);
    cr_assert_eq(epw_key_flow_id(&k, 1000, 0), id);
    cr_assert_neq(epw_key_flow_id(&k, 1001, 0), id);
    cr_assert_neq(epw_key_flow_id(&k, 1000, id), id);
    k.vlan[k.vlan_count++] = 10;
    cr_assert_neq(epw_key_flow_id(&k, 1000, 0), id);
}
