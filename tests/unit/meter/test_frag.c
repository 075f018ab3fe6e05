/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/frag.h"

#include <criterion/criterion.h>

#define S 1000000000LL

static struct epw_stats stats;
static struct epw_frags *frags;

static void setup(void)
{
    stats = (struct epw_stats){ 0 };
    cr_assert_eq(epw_frags_new(&frags, 42, &stats), EPW_OK);
}

static void teardown(void)
{
    epw_frags_free(frags);
}

TestSuite(frag, .init = setup, .fini = teardown);

static struct epw_packet fragment(enum epw_fragment which, uint32_t id, int64_t ts_ns)
{
    struct epw_packet p = { .ts_ns = ts_ns,
                            .key.proto = 17,
                            .fragment = (uint8_t)which,
                            .frag_id = id,
                            .wire_len = 1000,
                            .payload_wire = 900 };
    cr_assert(epw_ip_parse("10.0.0.1", &p.key.ip[0]) && epw_ip_parse("10.0.0.2", &p.key.ip[1]));
    if (which != EPW_FRAG_LATER) {
        p.key.port[0] = 5000;
        p.key.port[1] = 53;
    }
    return p;
}

Test(frag, whole_packets_pass)
{
    struct epw_packet p = fragment(EPW_FRAG_NONE, 0, 0);
    cr_assert(epw_frags_resolve(frags, &p));
    cr_assert_eq(stats.fragments, 0);
}

Test(frag, later_ones_get_the_ports_of_their_first)
{
    struct epw_packet first = fragment(EPW_FRAG_FIRST, 9, 0);
    struct epw_packet later = fragment(EPW_FRAG_LATER, 9, 1);
    cr_assert(epw_frags_resolve(frags, &first));
    cr_assert(epw_frags_resolve(frags, &later));
    cr_assert_eq(epw_packet_sport(&later), 5000);
    cr_assert_eq(epw_packet_dport(&later), 53);
    cr_assert_eq(stats.fragments, 1);
    epw_frags_flush(frags);
    cr_assert_eq(stats.fragments_orphan, 0);
}

Test(frag, others_do_not)
{
    struct epw_packet first = fragment(EPW_FRAG_FIRST, 9, 0);
    cr_assert(epw_frags_resolve(frags, &first));
    struct epw_packet other_id = fragment(EPW_FRAG_LATER, 10, 1);
    struct epw_packet other_proto = fragment(EPW_FRAG_LATER, 9, 1);
    struct epw_packet other_tunnel = fragment(EPW_FRAG_LATER, 9, 1);
    struct epw_packet other_way = fragment(EPW_FRAG_LATER, 9, 1);
    other_proto.key.proto = 6;
    other_tunnel.key.tunnel = 5;
    other_way.key.ip[0] = first.key.ip[1];
    other_way.key.ip[1] = first.key.ip[0];
    cr_assert_not(epw_frags_resolve(frags, &other_id));
    cr_assert_not(epw_frags_resolve(frags, &other_proto));
    cr_assert_not(epw_frags_resolve(frags, &other_tunnel));
    cr_assert_not(epw_frags_resolve(frags, &other_way));
    epw_frags_flush(frags);
    cr_assert_eq(stats.fragments_orphan, 4);
    cr_assert_eq(stats.fragments, 0);
}

Test(frag, those_before_their_first_wait_for_it)
{
    struct epw_packet a = fragment(EPW_FRAG_LATER, 9, 5), b = fragment(EPW_FRAG_LATER, 9, 3);
    struct epw_packet first = fragment(EPW_FRAG_FIRST, 9, 7);
    cr_assert_not(epw_frags_resolve(frags, &a));
    cr_assert_not(epw_frags_resolve(frags, &b));
    cr_assert(epw_frags_resolve(frags, &first));
    struct epw_parked parked = epw_frags_claim(frags, &first);
    cr_assert_eq(parked.packets, 2);
    cr_assert_eq(parked.bytes, 2000);
    cr_assert_eq(parked.payload, 0, "UDP's first claims all of it");
    cr_assert_eq(parked.first_ns, 3);
    cr_assert_eq(parked.last_ns, 5);
    cr_assert_eq(stats.fragments, 2);
    cr_assert_eq(epw_frags_claim(frags, &first).packets, 0, "handed over once");
    epw_frags_flush(frags);
    cr_assert_eq(stats.fragments_orphan, 0);
}

Test(frag, of_tcp_each_brings_its_own_payload)
{
    struct epw_packet a = fragment(EPW_FRAG_LATER, 9, 5), first = fragment(EPW_FRAG_FIRST, 9, 7);
    a.key.proto = first.key.proto = 6;
    cr_assert_not(epw_frags_resolve(frags, &a));
    cr_assert(epw_frags_resolve(frags, &first));
    cr_assert_eq(epw_frags_claim(frags, &first).payload, 900);
}

Test(frag, an_identification_is_forgotten_after_its_age)
{
    struct epw_packet first = fragment(EPW_FRAG_FIRST, 9, 0);
    struct epw_packet in_time = fragment(EPW_FRAG_LATER, 9, 30 * S);
    struct epw_packet late = fragment(EPW_FRAG_LATER, 9, 60 * S + 1);
    cr_assert(epw_frags_resolve(frags, &first));
    cr_assert(epw_frags_resolve(frags, &in_time));
    cr_assert_not(epw_frags_resolve(frags, &late));
}

Test(frag, a_first_that_comes_too_late_does_not_get_what_waited)
{
    struct epw_packet later = fragment(EPW_FRAG_LATER, 9, 0);
    struct epw_packet first = fragment(EPW_FRAG_FIRST, 9, 30 * S + 1);
    cr_assert_not(epw_frags_resolve(frags, &later));
    cr_assert(epw_frags_resolve(frags, &first));
    cr_assert_eq(stats.fragments_orphan, 1);
    cr_assert_eq(epw_frags_claim(frags, &first).packets, 0);
}

Test(frag, a_flood_displaces_the_oldest_and_is_counted)
{
    const uint32_t flood = 3 * EPW_FRAG_SETS * EPW_FRAG_WAYS;
    for (uint32_t i = 0; i < flood; i++) {
        struct epw_packet p = fragment(EPW_FRAG_LATER, i, i);
        cr_assert_not(epw_frags_resolve(frags, &p));
    }
    cr_assert_geq(stats.fragments_orphan, flood - EPW_FRAG_SETS * EPW_FRAG_WAYS);
    struct epw_packet newest = fragment(EPW_FRAG_FIRST, flood - 1, flood);
    cr_assert(epw_frags_resolve(frags, &newest));
    cr_assert_eq(epw_frags_claim(frags, &newest).packets, 1, "the newest is still there");
    epw_frags_flush(frags);
    cr_assert_eq(stats.fragments_orphan, flood - 1, "every packet is counted once");
}

Test(frag, a_first_that_was_displaced_gives_its_ports_to_nobody)
{
    struct epw_packet first = fragment(EPW_FRAG_FIRST, 1, 0);
    cr_assert(epw_frags_resolve(frags, &first));
    const uint32_t flood = 3 * EPW_FRAG_SETS * EPW_FRAG_WAYS;
    for (uint32_t i = 0; i < flood; i++) {
        struct epw_packet p = fragment(EPW_FRAG_LATER, 2 + i, 1 + i);
        cr_assert_not(epw_frags_resolve(frags, &p));
    }
    struct epw_packet later = fragment(EPW_FRAG_LATER, 1, flood);
    cr_assert_not(epw_frags_resolve(frags, &later));
    cr_assert_eq(epw_packet_sport(&later), 0);
    epw_frags_flush(frags);
    cr_assert_eq(stats.fragments_orphan, flood + 1);
    cr_assert_eq(stats.fragments, 0);
}
