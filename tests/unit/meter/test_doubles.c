/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/doubles.h"

#include <criterion/criterion.h>

static struct epw_stats stats;
static struct epw_doubles *doubles;
static struct epw_packet packet;
static const uint8_t payload[] = "GET / HTTP/1.1";

static void setup(void)
{
    stats = (struct epw_stats){ 0 };
    cr_assert_eq(epw_doubles_new(&doubles, 42, &stats), EPW_OK);
    packet = (struct epw_packet){ .ts_ns = 1000000000,
                                  .key = { .port = { 50000, 80 }, .proto = 6 },
                                  .tcp_flags = EPW_TCP_ACK,
                                  .ip_id = 7,
                                  .seq = 100,
                                  .payload = payload,
                                  .payload_len = sizeof(payload),
                                  .payload_wire = sizeof(payload) };
    epw_ip_parse("10.0.0.1", &packet.key.ip[0]);
    epw_ip_parse("10.0.0.2", &packet.key.ip[1]);
    cr_assert_not(epw_doubles_seen(doubles, &packet));
}

static void teardown(void)
{
    epw_doubles_free(doubles);
}

TestSuite(doubles, .init = setup, .fini = teardown);

Test(doubles, a_routed_copy_is_a_double)
{
    packet.ts_ns += 200000;
    packet.key.vlan_count = 1;
    packet.key.vlan[0] = 20;
    packet.ttl = 63;
    packet.macs = payload;
    cr_assert(epw_doubles_seen(doubles, &packet));
}

Test(doubles, another_packet_is_none)
{
    packet.ip_id = 8;
    cr_assert_not(epw_doubles_seen(doubles, &packet), "a retransmission has an id of its own");
    packet.ip_id = 7;
    packet.seq = 101;
    cr_assert_not(epw_doubles_seen(doubles, &packet));
    packet.seq = 100;
    packet.payload_len--;
    cr_assert_not(epw_doubles_seen(doubles, &packet));
}

Test(doubles, the_same_the_other_way_is_none)
{
    packet.side = 1;
    cr_assert_not(epw_doubles_seen(doubles, &packet));
}

Test(doubles, what_comes_later_is_none)
{
    packet.ts_ns += EPW_DOUBLES_NS + 1;
    cr_assert_not(epw_doubles_seen(doubles, &packet));
    packet.ts_ns += EPW_DOUBLES_NS;
    cr_assert(epw_doubles_seen(doubles, &packet), "but it is the one that is remembered now");
}

Test(doubles, alike_by_nature_are_none)
{
    packet.ip_id = 0;
    packet.payload_len = packet.payload_wire = 0;
    cr_assert_not(epw_doubles_seen(doubles, &packet));
    cr_assert_not(epw_doubles_seen(doubles, &packet), "IPv6 ACKs");
    packet.ip_id = 7;
    packet.fragment = EPW_FRAG_LATER;
    cr_assert_not(epw_doubles_seen(doubles, &packet));
    cr_assert_not(epw_doubles_seen(doubles, &packet), "fragments of one datagram");
}

Test(doubles, the_oldest_is_forgotten_and_counted_while_its_time_is_not_over)
{
    const struct epw_packet first = packet;
    for (uint32_t i = 1; i < EPW_DOUBLES_SLOTS; i++) {
        packet.seq = 1000 + i;
        cr_assert_not(epw_doubles_seen(doubles, &packet));
    }
    cr_expect_eq(stats.limited[EPW_LIMIT_DOUBLES], 0);
    cr_expect(epw_doubles_seen(doubles, &first), "all slots are full of others");
    packet.seq = 1;
    cr_assert_not(epw_doubles_seen(doubles, &packet));
    cr_expect_eq(stats.limited[EPW_LIMIT_DOUBLES], 1);
    cr_expect_not(epw_doubles_seen(doubles, &first));
    cr_expect_eq(stats.limited[EPW_LIMIT_DOUBLES], 2);
    for (uint32_t i = 0; i < 100; i++) {
        packet.seq = 1000000000 + i;
        packet.ts_ns += EPW_DOUBLES_NS + 1;
        cr_assert_not(epw_doubles_seen(doubles, &packet));
    }
    cr_expect_eq(stats.limited[EPW_LIMIT_DOUBLES], 2, "the time of those was over");
}
