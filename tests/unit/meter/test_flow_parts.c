/* SPDX-License-Identifier: Apache-2.0 */
/* What does not fit into a flow's first part: long keys, large counters, times. */
#include "meter/flow/clock.h"
#include "meter/flow/count.h"
#include "meter/flow/lookup.h"

#include <criterion/criterion.h>

static struct epw_table *table;

static void setup(void)
{
    cr_assert_eq(epw_table_new(&table, 100), EPW_OK);
}

static void teardown(void)
{
    epw_table_free(table);
}

TestSuite(flow_parts, .init = setup, .fini = teardown);

static struct epw_key key_of(const char *low, const char *high)
{
    struct epw_key key = { .port = { 1, 2 }, .proto = 17 };
    cr_assert(epw_ip_parse(low, &key.ip[0]) && epw_ip_parse(high, &key.ip[1]));
    return key;
}

/* All under one tag, as if their hashes were the same. */
static struct epw_flow *add(const struct epw_key *key)
{
    struct epw_flow *flow = epw_table_add(table, 7);
    epw_flow_set_key(flow, key);
    return flow;
}

static struct epw_flow *find(const struct epw_key *key)
{
    struct epw_found found = epw_lookup_search(table, key, 7, 0);
    cr_assert(found.flow == NULL || found.how == EPW_FOUND_EXACT);
    return found.flow;
}

/* Keys whose briefs are all the same, and so all but their tags. */
Test(flow_parts, keys_that_differ_in_what_a_brief_leaves_out_are_two)
{
    struct epw_key key[6] = {
        key_of("10.0.0.1", "10.0.0.2"),
        key_of("2001:db8::a00:1", "2001:db8::a00:2"),
        key_of("2001:db8:1::a00:1", "2001:db8:1::a00:2"),
        key_of("2001:db8::a00:1", "2001:db8:1::a00:2"),
        key_of("10.0.0.1", "10.0.0.2"),
        key_of("2001:db8::a00:1", "2001:db8::a00:2"),
    };
    key[4].tunnel = 5;
    key[5].tunnel = 5;
    struct epw_flow *flow[6];
    for (unsigned i = 0; i < 6; i++) {
        struct epw_brief first = epw_brief_of(&key[0]), brief = epw_brief_of(&key[i]);
        cr_assert(epw_brief_same(&first, &brief));
        cr_assert_null(find(&key[i]), "%u is none before it", i);
        flow[i] = add(&key[i]);
    }
    for (unsigned i = 0; i < 6; i++) {
        cr_assert_eq(find(&key[i]), flow[i], "%u", i);
        cr_assert_eq(epw_lookup_quoted(table, &key[i], 7), flow[i]);
        for (unsigned side = 0; side < 2; side++) {
            struct epw_ip ip = epw_flow_ip(flow[i], side);
            cr_assert(epw_ip_equal(&ip, &key[i].ip[side]));
        }
        cr_assert_eq(epw_flow_tunnel(flow[i]), key[i].tunnel);
        struct epw_brief brief = epw_brief_of(&key[i]);
        cr_assert_eq(epw_flow_tag(flow[i], 42),
                     epw_brief_tag(&brief, &key[i], epw_key_is_wide(&key[i]), 42));
    }
}

Test(flow_parts, what_left_its_place_is_not_found)
{
    struct epw_key key = key_of("10.0.0.1", "10.0.0.2");
    struct epw_key wide = key_of("2001:db8::a00:1", "2001:db8::a00:2");
    struct epw_flow *flow = add(&wide);
    epw_table_remove(table, flow, 7);
    cr_assert_null(find(&wide));
    cr_assert_eq(add(&key), flow, "its place is used again");
    cr_assert_null(find(&wide));
    cr_assert_eq(find(&key), flow);
}

Test(flow_parts, two_vlans_are_kept_in_order)
{
    struct epw_key key = key_of("10.0.0.1", "10.0.0.2"), turned = key;
    key.vlan_count = turned.vlan_count = 2;
    key.vlan[0] = turned.vlan[1] = 4095;
    key.vlan[1] = turned.vlan[0] = 1;
    struct epw_brief a = epw_brief_of(&key), b = epw_brief_of(&turned);
    cr_assert_not(epw_brief_same(&a, &b));
    cr_assert(epw_brief_same_tuple(&a, &b));
    cr_assert(epw_brief_vlan(&a, 0) == 4095 && epw_brief_vlan(&a, 1) == 1);
    cr_assert(epw_brief_vlan(&b, 0) == 1 && epw_brief_vlan(&b, 1) == 4095);
    cr_assert_eq(epw_brief_proto(&a), 17);
    epw_brief_take_vlans(&a, &b);
    cr_assert(epw_brief_same(&a, &b));
}

static void expect_count(const struct epw_flow *flow, unsigned side, uint64_t packets,
                         uint64_t bytes, uint64_t payload)
{
    struct epw_count count = epw_flow_count(flow, side);
    cr_assert_eq(count.packets, packets);
    cr_assert_eq(count.bytes, bytes);
    cr_assert_eq(count.payload, payload);
}

Test(flow_parts, counters_go_on_beyond_what_the_flow_itself_holds)
{
    struct epw_key key = key_of("10.0.0.1", "10.0.0.2");
    struct epw_flow *flow = add(&key);
    for (unsigned i = 0; i < 200000; i++)
        epw_flow_count_packet(flow, 1, 65000, 64960, 1u << i % 8 & 0x55);
    expect_count(flow, 1, 200000, 200000 * 65000ULL, 200000 * 64960ULL);
    cr_assert_eq(epw_flow_tcp_flags(flow, 1), 0x55);
    expect_count(flow, 0, 0, 0, 0);
    epw_flow_count_packet(flow, 0, UINT32_MAX, UINT32_MAX - 7, 0x12);
    epw_flow_count_packet(flow, 0, UINT32_MAX, 0, 0);
    expect_count(flow, 0, 2, 2 * (uint64_t)UINT32_MAX, UINT32_MAX - 7);
    cr_assert_eq(epw_flow_tcp_flags(flow, 0), 0x12);
    epw_flow_count_none(flow);
    cr_assert_eq(epw_flow_tcp_flags(flow, 0), 0x12, "of all records");
    for (unsigned side = 0; side < 2; side++)
        expect_count(flow, side, 0, 0, 0);
    epw_flow_count_far(flow, 1, (struct epw_count){ 3, 2, 1 });
    epw_flow_count_packet(flow, 1, 60, 20, 0);
    expect_count(flow, 1, 4, 62, 21);
    expect_count(flow, 0, 0, 0, 0);
}

/* Each counter by itself comes to its last bit, and none into another. */
Test(flow_parts, counters_are_full_one_by_one)
{
    struct epw_key key = key_of("10.0.0.1", "10.0.0.2");
    struct epw_flow *flow = add(&key);
    static const uint32_t brings[][2] = {
        { 0, 0 }, { EPW_COUNT_MOST, 0 }, { 0, EPW_COUNT_MOST }, { EPW_COUNT_MOST, EPW_COUNT_MOST }
    };
    uint64_t packets = 0, bytes = 0, payload = 0;
    for (unsigned i = 0; i < sizeof(brings) / sizeof(brings[0]); i++)
        for (unsigned k = 0; k < 3000; k++) {
            epw_flow_count_packet(flow, 0, brings[i][0], brings[i][1], 0xff);
            bytes += brings[i][0];
            payload += brings[i][1];
            expect_count(flow, 0, ++packets, bytes, payload);
        }
    expect_count(flow, 1, 0, 0, 0);
}

#define NS_S 1000000000LL

Test(flow_parts, a_record_has_its_first_stamp_to_the_nanosecond)
{
    struct epw_key key = key_of("10.0.0.1", "10.0.0.2");
    struct epw_flow *flow = add(&key);
    static const int64_t stamps[] = { 0,
                                      1,
                                      (1LL << EPW_TICK_BITS) - 1,
                                      1LL << EPW_TICK_BITS,
                                      1700000000123456789LL,
                                      EPW_CLOCK_MAX_NS };
    for (unsigned i = 0; i < sizeof(stamps) / sizeof(stamps[0]); i++) {
        epw_flow_begin_record(flow, stamps[i], true);
        cr_assert_eq(epw_flow_first_ns(flow), stamps[i]);
        cr_assert(flow->queue == 0 && flow->init_side == 0 && flow->isn_known == 0);
    }
}

Test(flow_parts, a_record_may_begin_before_or_after_its_flow)
{
    struct epw_key key = key_of("10.0.0.1", "10.0.0.2");
    struct epw_flow *flow = add(&key);
    epw_flow_begin_record(flow, 100 * NS_S, true);
    flow->last_ns = 100 * NS_S;
    epw_flow_stamp(flow, 105 * NS_S);
    epw_flow_stamp(flow, 103 * NS_S);
    cr_assert_eq(epw_flow_first_ns(flow), 100 * NS_S);
    epw_flow_stamp(flow, 99 * NS_S);
    cr_assert_eq(epw_flow_first_ns(flow), 99 * NS_S);
    cr_assert_eq(flow->last_ns, 105 * NS_S);
    cr_assert_eq(epw_flow_start(flow), 100 * NS_S, "which packet was first does not change");
    cr_assert_not(epw_flow_is_longer(flow, 109 * NS_S, 10 * NS_S));
    cr_assert(epw_flow_is_longer(flow, 109 * NS_S + 1, 10 * NS_S));
    cr_assert_not(epw_flow_is_longer(flow, 98 * NS_S, 10 * NS_S));
    epw_flow_begin_record(flow, 110 * NS_S, false);
    cr_assert_eq(epw_flow_first_ns(flow), 110 * NS_S);
    cr_assert_eq(epw_flow_start(flow), 100 * NS_S);
}
