/* SPDX-License-Identifier: Apache-2.0 */
/* IP fragments on their way through the meter: who they belong to, and what they say together. */
#include "meter_help.h"

static struct run run;

static void setup(void)
{
    run_begin(&run);
}

static void teardown(void)
{
    run_end(&run);
}

TestSuite(meter_fragments, .init = setup, .fini = teardown);

/* An HTTP request whose Host is in the second half of its segment, which came in two fragments. */
Test(meter_fragments, a_request_in_fragments_is_read)
{
    run_shake(&run, 0);
    SEND(&run, CLIENT, .flags = PSH | ACK, .seq = 101, .id = 7, .more = true,
         .text = "GET / HTTP/1.1\r\nHost"); /* 20 of TCP and 20: the rest is at 40 */
    SEND(&run, CLIENT, .id = 7, .frag_at = 40, .text = ": sepm01.corp.example\r\n\r\n");
    const struct epw_stats *s = run_flush(&run);
    const struct epw_flow_record *r = run_only(&run);
    cr_assert_eq(r->evidence->app, EPW_APP_HTTP);
    cr_assert_eq(r->evidence->name_count, 1);
    cr_assert_not(r->evidence->cut);
    cr_assert_eq(s->datagrams_joined, 1);
}

/* Of a datagram whose rest never comes what was seen is known to be cut; of a whole one not. */
Test(meter_fragments, a_datagram_in_fragments_is_cut_until_it_is_whole)
{
    SEND(&run, UDP_CLIENT, .id = 7, .more = true, .text = "sixteen letters.");
    SEND(&run, UDP_CLIENT, .id = 7, .frag_at = 24, .text = "and the rest");
    SEND(&run, .at = 1, .src = "10.0.0.3", .sport = 40000, .dst = "10.0.0.2", .dport = 8014,
         .proto = UDP, .id = 8, .more = true, .text = "sixteen letters.");
    const struct epw_stats *s = run_flush(&run);
    cr_assert_eq(run.records, 2);
    cr_assert_not(run.record[0].evidence->cut);
    cr_assert(run.record[1].evidence->cut);
    cr_assert_eq(s->datagrams_joined, 1);
    cr_assert_eq(s->datagrams_dropped, 1);
}

Test(meter_fragments, fragments_belong_to_their_first)
{
    SEND(&run, .at = 0, UDP_CLIENT, .id = 5, .more = true, .len = 1472);
    SEND(&run, .at = 1, UDP_CLIENT, .id = 5, .frag_at = 1480, .len = 500);
    SEND(&run, .at = 2, UDP_CLIENT, .id = 6, .frag_at = 1480, .len = 500); /* before its first */
    SEND(&run, .at = 3, UDP_CLIENT, .id = 6, .more = true, .len = 1472);
    SEND(&run, .at = 4, UDP_CLIENT, .id = 7, .frag_at = 1480, .len = 500); /* never has one */
    const struct epw_stats *s = run_flush(&run);
    const struct epw_flow_record *r = run_only(&run);
    cr_assert_eq(r->packets[0], 4);
    cr_assert_eq(r->bytes[0], 2 * (34 + 1480) + 2 * (34 + 500));
    cr_assert_eq(s->fragments, 2);
    cr_assert_eq(s->fragments_orphan, 1);
    cr_assert_eq(s->ending[EPW_END_COMPLETE], 5, "the orphan stays visible");
}

/* So many that some share a place, so far apart that the later would take it: all in one round. */
Test(meter_fragments, what_comes_later_in_the_round_undoes_no_join)
{
    enum { DATAGRAMS = 100 };
    run.hold = true;
    for (unsigned i = 0; i < DATAGRAMS; i++) {
        uint16_t id = (uint16_t)(100 + i);
        SEND(&run, .at = 40 * i, UDP_CLIENT, .id = id, .more = true, .text = "sixteen letters.");
        SEND(&run, .at = 40 * i, UDP_CLIENT, .id = id, .frag_at = 24, .text = "and the rest");
    }
    run_go(&run);
    const struct epw_stats *s = run_flush(&run);
    cr_assert_eq(s->datagrams_joined, DATAGRAMS);
    cr_assert_eq(s->datagrams_dropped, 0);
}
