/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/key.h"

#include <criterion/criterion.h>

static struct epw_packet packet(const char *src, uint16_t sport, const char *dst, uint16_t dport)
{
    struct epw_packet p = { .sport = sport, .dport = dport, .proto = 17 };
    cr_assert(epw_ip_parse(src, &p.src) && epw_ip_parse(dst, &p.dst));
    return p;
}

static struct epw_key key_of(const struct epw_packet *p)
{
    struct epw_key key;
    epw_key_make(&key, p, false);
    return key;
}

static void both_ways_are_one(const char *a, uint16_t a_port, const char *b, uint16_t b_port)
{
    struct epw_packet there = packet(a, a_port, b, b_port), back = packet(b, b_port, a, a_port);
    struct epw_key x, y;
    unsigned side = epw_key_make(&x, &there, false);
    cr_assert_eq(epw_key_make(&y, &back, false), 1 - side);
    cr_assert_eq(memcmp(&x, &y, sizeof(x)), 0);
    cr_assert_eq(epw_key_tag(&x, 99), epw_key_tag(&y, 99));
    cr_assert_eq(epw_ip_cmp(&x.ip[side], &there.src), 0);
    cr_assert_eq(x.port[side], a_port);
}

Test(key, both_directions_give_one_key)
{
    both_ways_are_one("10.0.0.1", 40000, "10.0.0.2", 53);
    both_ways_are_one("10.0.0.2", 53, "10.0.0.1", 40000);
    both_ways_are_one("127.0.0.1", 40000, "127.0.0.1", 53);
    both_ways_are_one("2001:db8::1", 1, "2001:db8::2", 2);
}

Test(key, everything_but_the_vlan_is_in_the_tag)
{
    struct epw_packet p = packet("10.0.0.1", 40000, "10.0.0.2", 53), q = p;
    struct epw_key key = key_of(&p), other;
    uint32_t tag = epw_key_tag(&key, 99);
    cr_assert_neq(epw_key_tag(&key, 98), tag, "the seed too");
    q.proto = 6;
    other = key_of(&q);
    cr_assert_neq(epw_key_tag(&other, 99), tag);
    cr_assert_not(epw_key_same_tuple(&key, &other));
    q = p;
    q.tunnel = 1;
    other = key_of(&q);
    cr_assert_neq(epw_key_tag(&other, 99), tag);
    cr_assert_not(epw_key_same_tuple(&key, &other));
    q = p;
    q.dport = 54;
    other = key_of(&q);
    cr_assert_neq(epw_key_tag(&other, 99), tag);
    q = p;
    q.vlan[q.vlan_count++] = 10;
    other = key_of(&q);
    cr_assert_eq(epw_key_tag(&other, 99), tag);
    cr_assert(epw_key_same_tuple(&key, &other));
    cr_assert_not(epw_key_same_vlans(&key, &other));
}

Test(key, vlan_zero_is_a_priority_and_no_vlan)
{
    struct epw_packet p = packet("10.0.0.1", 1, "10.0.0.2", 2);
    p.vlan_count = 2;
    p.vlan[1] = 20;
    struct epw_key key = key_of(&p);
    cr_assert_eq(key.vlan_count, 1);
    cr_assert_eq(key.vlan[0], 20);
    epw_key_make(&key, &p, true);
    cr_assert_eq(key.vlan_count, 0, "--ignore-vlan");
}

Test(key, flow_ids_fit_a_double_and_differ)
{
    struct epw_packet p = packet("10.0.0.1", 1, "10.0.0.2", 2);
    struct epw_key key = key_of(&p);
    uint64_t id = epw_key_flow_id(&key, 1000, 0);
    cr_assert_gt(id, 0);
    cr_assert_lt(id, 1ULL << 53);
    cr_assert_eq(epw_key_flow_id(&key, 1000, 0), id);
    cr_assert_neq(epw_key_flow_id(&key, 1001, 0), id);
    cr_assert_neq(epw_key_flow_id(&key, 1000, id), id);
    key.vlan[key.vlan_count++] = 10;
    cr_assert_neq(epw_key_flow_id(&key, 1000, 0), id);
}
