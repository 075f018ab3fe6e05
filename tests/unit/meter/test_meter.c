/* SPDX-License-Identifier: Apache-2.0 */
/* The meter as a whole: time, ends of flows, the cap, what is counted. */
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

TestSuite(meter, .init = setup, .fini = teardown);

/* Begins the run anew with other options. */
static void restart(const struct epw_meter_options *options)
{
    run_end(&run);
    run_begin_with(&run, options);
}

Test(meter, impossible_options_are_refused)
{
    struct epw_meter *meter;
    struct epw_meter_sink sink = { &run, run_record, run_sighting, NULL, NULL };
    struct epw_meter_options options = EPW_METER_DEFAULTS;
    options.max_flows = 0;
    cr_assert_eq(epw_meter_new(&meter, &options, &sink), EPW_EUSAGE);
    uint32_t *const timeouts[] = { &options.timeouts.tcp, &options.timeouts.udp,
                                   &options.timeouts.closed, &options.timeouts.unanswered,
                                   &options.timeouts.active };
    for (size_t i = 0; i < 5; i++) {
        options = (struct epw_meter_options)EPW_METER_DEFAULTS;
        *timeouts[i] = 0;
        cr_assert_eq(epw_meter_new(&meter, &options, &sink), EPW_EUSAGE, "timeout %zu", i);
        cr_assert_null(meter);
    }
}

Test(meter, nothing_in_nothing_out)
{
    run_go(&run);
    run_flush(&run);
    cr_assert_eq(run.records, 0);
}

Test(meter, the_first_udp_packet_tells_who_began)
{
    SEND(&run, .at = 0, UDP_CLIENT, .len = 10);
    SEND(&run, .at = 1, UDP_SERVER, .len = 20);
    run_flush(&run);
    const struct epw_flow_record *r = run_only(&run);
    cr_assert_eq(r->port[0], 40000);
    cr_assert_eq(r->how, EPW_INIT_FIRST);
    cr_assert_eq(r->state, EPW_FLOW_ESTABLISHED);
    cr_assert_eq(r->payload_bytes[0], 10);
    cr_assert_eq(r->payload_bytes[1], 20);
    cr_assert_not(r->group);
}

Test(meter, a_reply_whose_query_was_missed_is_seen_as_one)
{
    SEND(&run, .at = 0, .src = "10.0.0.2", .sport = 161, .dst = "10.0.0.1", .dport = 40000,
         .proto = UDP, .len = 10);
    run_flush(&run);
    const struct epw_flow_record *r = run_only(&run);
    cr_assert_eq(r->port[1], 161);
    cr_assert_eq(r->how, EPW_INIT_INFERRED);
    cr_assert_eq(r->packets[EPW_TO_CLIENT], 1);
    cr_assert_eq(r->state, EPW_FLOW_NEW, "the responder did speak");
}

Test(meter, broadcast_and_multicast_have_a_group_for_responder)
{
    SEND(&run, .at = 0, .src = "10.0.0.1", .sport = 137, .dst = "10.0.0.255", .dport = 13700,
         .proto = UDP, .broadcast = true, .len = 9);
    SEND(&run, .at = 1, .src = "10.0.0.1", .sport = 99, .dst = "239.1.1.1", .dport = 2000,
         .proto = UDP, .len = 9);
    SEND(&run, .at = 2, .src = "10.0.0.1", .sport = 99, .dst = "255.255.255.255", .dport = 2001,
         .proto = UDP, .len = 9);
    run_flush(&run);
    cr_assert_eq(run.records, 3);
    for (size_t i = 0; i < 3; i++) {
        cr_assert(run.record[i].group);
        cr_assert_eq(run.record[i].how, EPW_INIT_FIRST);
        cr_assert_leq(run.record[i].port[0], 137, "a group never began anything");
    }
}

Test(meter, protocols_without_ports_are_flows)
{
    SEND(&run, .at = 0, .src = "10.0.0.1", .dst = "10.0.0.2", .proto = 50, .len = 40);
    SEND(&run, .at = 1, .src = "10.0.0.2", .dst = "10.0.0.1", .proto = 50, .len = 40);
    run_flush(&run);
    cr_assert_eq(run_only(&run)->proto, 50);
    cr_assert_eq(run_only(&run)->state, EPW_FLOW_ESTABLISHED);
}

Test(meter, silence_longer_than_the_timeout_splits_a_flow_exactly)
{
    SEND(&run, .at = 0, UDP_CLIENT, .len = 1);
    SEND(&run, .at = 120, UDP_CLIENT, .len = 1);
    cr_assert_eq(run_stats(&run)->flows, 1, "120 s are the timeout");
    SEND(&run, .at = 240.001, UDP_CLIENT, .len = 1);
    cr_assert_eq(run_stats(&run)->flows, 2);
    run_flush(&run);
    cr_assert_eq(run.records, 2);
    cr_assert_eq(run.record[0].reason, EPW_REASON_TIMEOUT);
    cr_assert_eq(run.record[0].packets[0], 2);
    cr_assert_eq(run.record[1].reason, EPW_REASON_FORCED);
    cr_assert_neq(run.record[0].flow_id, run.record[1].flow_id);
}

Test(meter, idle_flows_are_written_while_others_go_on)
{
    SEND(&run, .at = 0, UDP_CLIENT, .len = 1);
    for (int i = 1; i < 300; i++)
        SEND(&run, .at = i, .src = "10.0.0.3", .sport = 9999, .dst = "10.0.0.4", .dport = 9000,
             .proto = UDP, .len = 1);
    const struct epw_flow_record *r = run_only(&run);
    cr_assert_eq(r->port[1], 8014);
    cr_assert_eq(r->reason, EPW_REASON_TIMEOUT);
    cr_assert_eq(r->state, EPW_FLOW_UNANSWERED);
}

Test(meter, closed_flows_end_soon_and_late_copies_still_join)
{
    run_shake(&run, 0);
    SEND(&run, .at = 1, SERVER, .flags = RST, .seq = 501);
    SEND(&run, .at = 5, CLIENT, .flags = ACK, .seq = 101, .ack = 501);
    SEND(&run, .at = 14, CLIENT, .flags = ACK, .seq = 101, .ack = 501);
    SEND(&run, .at = 60, .src = "10.0.0.3", .sport = 1, .dst = "10.0.0.4", .dport = 2,
         .proto = UDP);
    const struct epw_flow_record *r = run_only(&run);
    cr_assert_eq(r->reason, EPW_REASON_END);
    cr_assert_eq(r->state, EPW_FLOW_CLOSED);
    cr_assert_eq(r->packets[0], 4);
}

Test(meter, a_long_flow_is_recorded_piece_by_piece)
{
    struct epw_meter_options options = EPW_METER_DEFAULTS;
    options.timeouts.active = 10;
    restart(&options);
    run_shake(&run, 0);
    for (int i = 1; i <= 25; i++)
        SEND(&run, .at = i, CLIENT, .flags = ACK, .seq = 101, .ack = 501);
    run_flush(&run);
    cr_assert_eq(run.records, 3);
    uint64_t packets = 0;
    for (size_t i = 0; i < 3; i++) {
        const struct epw_flow_record *r = &run.record[i];
        cr_assert_eq(r->reason, i < 2 ? EPW_REASON_ACTIVE : EPW_REASON_FORCED);
        cr_assert_eq(r->first_record, i == 0);
        cr_assert_eq(r->syns, i == 0 ? 1 : 0);
        cr_assert_eq(r->state, EPW_FLOW_ESTABLISHED);
        cr_assert_eq(r->flow_id, run.record[0].flow_id);
        packets += r->packets[0] + r->packets[1];
    }
    cr_assert_eq(packets, 28);
    cr_assert_eq(run.record[0].last_ns, START_NS + 10 * 1000000000LL);
    cr_assert_eq(run.record[1].first_ns, START_NS + 11 * 1000000000LL);
    cr_assert_eq(run_stats(&run)->flows, 1);
    cr_assert_eq(run_stats(&run)->tcp_flows_data, 1, "conversations, not records");
}

Test(meter, connections_survive_a_flood_of_attempts)
{
    struct epw_meter_options options = EPW_METER_DEFAULTS;
    options.max_flows = 50;
    restart(&options);
    run_shake(&run, 0);
    for (int i = 0; i < 1000; i++)
        SEND(&run, .at = 1 + i / 1000.0, .src = "10.6.6.6", .sport = (uint16_t)(1000 + i),
             .dst = "10.0.0.2", .dport = 80, .flags = SYN, .seq = 1);
    SEND(&run, .at = 3, SERVER, .flags = PSH | ACK, .seq = 501, .ack = 101, .len = 5);
    cr_assert_eq(run_stats(&run)->flows, 1001, "the connection was still known");
    cr_assert_eq(run_stats(&run)->flows_evicted, 951);
    cr_assert_eq(run.records, 951, "who is evicted is written");
    for (size_t i = 0; i < run.records; i++) {
        cr_assert_eq(run.record[i].reason, EPW_REASON_EVICTED);
        cr_assert_eq(run.record[i].port[1], 80);
        cr_assert_eq(run.record[i].port[0], 1000 + i, "the oldest first");
        cr_assert_eq(run.record[i].state, EPW_FLOW_NEW);
    }
}

Test(meter, one_flow_at_a_time_works_too)
{
    struct epw_meter_options options = EPW_METER_DEFAULTS;
    options.max_flows = 1;
    restart(&options);
    for (int i = 0; i < 10; i++)
        SEND(&run, .at = i, .src = "10.0.0.1", .sport = (uint16_t)(1 + i), .dst = "10.0.0.2",
             .dport = 99, .proto = UDP, .len = 1);
    run_flush(&run);
    cr_assert_eq(run.records, 10);
    cr_assert_eq(run_stats(&run)->flows_evicted, 9);
}

Test(meter, what_is_still_open_comes_out_in_order_of_its_start)
{
    run.hold = true;
    for (unsigned i = 0; i < 300; i++)
        SEND(&run, .at = (i * 7919 % 300) / 100.0, .src = "10.0.0.1", .sport = (uint16_t)(1000 + i),
             .dst = "10.0.0.2", .dport = 99, .proto = UDP);
    run_flush(&run);
    cr_assert_eq(run.records, 300);
    for (size_t i = 1; i < run.records; i++)
        cr_assert_lt(run.record[i - 1].first_ns, run.record[i].first_ns);
    cr_assert_gt(run_stats(&run)->time_steps, 0);
}

Test(meter, flows_of_one_stamp_come_out_in_order_of_their_ids)
{
    for (unsigned i = 0; i < 50; i++)
        SEND(&run, .at = 0, .src = "10.0.0.1", .sport = (uint16_t)(1000 + i), .dst = "10.0.0.2",
             .dport = 99, .proto = UDP);
    run_flush(&run);
    for (size_t i = 1; i < run.records; i++)
        cr_assert_lt(run.record[i - 1].flow_id, run.record[i].flow_id);
}

Test(meter, two_flows_of_one_key_and_stamp_have_two_ids)
{
    SEND(&run, .at = 0, CLIENT, .flags = SYN, .seq = 100);
    SEND(&run, .at = 0, SERVER, .flags = RST | ACK, .ack = 101);
    SEND(&run, .at = 0, CLIENT, .flags = SYN, .seq = 200);
    SEND(&run, .at = 0, SERVER, .flags = RST | ACK, .ack = 201);
    SEND(&run, .at = 0, CLIENT, .flags = SYN, .seq = 300);
    run_flush(&run);
    cr_assert_eq(run.records, 3);
    cr_assert_neq(run.record[0].flow_id, run.record[1].flow_id);
    cr_assert_neq(run.record[1].flow_id, run.record[2].flow_id);
    cr_assert_neq(run.record[0].flow_id, run.record[2].flow_id);
}

Test(meter, stamps_that_go_back_are_counted_and_used)
{
    SEND(&run, .at = 5, UDP_CLIENT, .len = 1);
    SEND(&run, .at = 4, UDP_SERVER, .len = 1);
    run_flush(&run);
    const struct epw_flow_record *r = run_only(&run);
    cr_assert_eq(r->first_ns, START_NS + 4000000000LL);
    cr_assert_eq(r->last_ns, START_NS + 5000000000LL);
    cr_assert_eq(run_stats(&run)->time_steps, 1);
}

Test(meter, one_broken_stamp_ends_no_flow)
{
    run.hold = true;
    SEND(&run, .at = 0, UDP_CLIENT, .len = 1);
    SEND(&run, .at = 1, .src = "10.0.0.3", .sport = 1, .dst = "10.0.0.4", .dport = 2, .proto = UDP);
    SEND(&run, .at = 9e6, .src = "10.0.0.3", .sport = 1, .dst = "10.0.0.4", .dport = 2,
         .proto = UDP);
    SEND(&run, .at = 2, UDP_CLIENT, .len = 1);
    SEND(&run, .at = 3, UDP_SERVER, .len = 1);
    run_flush(&run);
    cr_assert_eq(run.records, 2);
    cr_assert_eq(run.record[0].packets[0], 2);
    cr_assert_eq(run.record[1].packets[0], 2);
    cr_assert_eq(run.record[1].last_ns, START_NS + 1000000000LL);
    cr_assert_eq(run_stats(&run)->time_steps, 1);
}

Test(meter, a_quiet_night_is_believed)
{
    run.hold = true;
    SEND(&run, .at = 0, UDP_CLIENT, .len = 1);
    SEND(&run, .at = 40000, UDP_CLIENT, .len = 1);
    SEND(&run, .at = 40001, UDP_SERVER, .len = 1);
    run_flush(&run);
    cr_assert_eq(run.records, 2);
    cr_assert_eq(run.record[1].first_ns, START_NS + 40000 * 1000000000LL);
    cr_assert_eq(run_stats(&run)->time_steps, 0);
}

Test(meter, every_frame_has_one_ending)
{
    SEND(&run, .at = 0, UDP_CLIENT, .len = 9);
    SEND(&run, .at = 0, UDP_CLIENT, .len = 9, .cut = 5);  /* of the payload */
    SEND(&run, .at = 0, UDP_CLIENT, .len = 9, .cut = 20); /* before the ports */
    const struct epw_stats *s = run_stats(&run);
    cr_assert_eq(s->ending[EPW_END_COMPLETE], 2);
    cr_assert_eq(s->ending[EPW_END_TRUNCATED], 1);
    cr_assert_eq(s->cut_frames, 2);
    run_flush(&run);
    cr_assert_eq(run_only(&run)->packets[0], 2);
    cr_assert_eq(run_only(&run)->bytes[0], 2 * (42 + 9), "as on the wire");
    cr_assert_eq(run_only(&run)->payload_bytes[0], 18);
}

static void icmp_about(const struct shot *quoted, double at, uint8_t code)
{
    SEND(&run, .at = at, .src = "10.0.0.254", .dst = quoted->src, .quotes = quoted,
         .icmp_code = code);
}

Test(meter, an_icmp_error_refuses_what_it_quotes)
{
    const struct shot syn = { CLIENT, .flags = SYN, .seq = 100 };
    SEND(&run, .at = 0, CLIENT, .flags = SYN, .seq = 100);
    icmp_about(&syn, 0.1, 1);
    const struct epw_stats *s = run_flush(&run);
    const struct epw_flow_record *r = run_only(&run);
    cr_assert(r->icmp_error);
    cr_assert_eq(r->state, EPW_FLOW_REFUSED);
    cr_assert_eq(r->icmp_type, 3);
    cr_assert_eq(r->icmp_code, 1);
    cr_assert_eq(r->icmp_from.b[15], 254);
    cr_assert_eq(r->packets[0] + r->packets[1], 1, "the error is no packet of the flow");
    cr_assert_eq(s->icmp_errors, 1);
    cr_assert_eq(s->icmp_orphan, 0);
    cr_assert_eq(run.sightings, 1);
    const struct epw_sighting *seen = &run.sighting[0];
    cr_assert_eq(seen->client.b[15], 1);
    cr_assert_eq(seen->server.b[15], 2);
    cr_assert_eq(seen->address.b[15], 254);
    cr_assert_eq(seen->port, 8014);
    cr_assert_eq(seen->proto, TCP);
    cr_assert_eq(seen->flow_id, r->flow_id);
}

Test(meter, an_icmp_error_about_an_unknown_flow_is_told_too)
{
    const struct shot syn = { CLIENT, .flags = SYN, .seq = 100 };
    icmp_about(&syn, 0.1, 1);
    const struct epw_stats *s = run_flush(&run);
    cr_assert_eq(run.records, 0);
    cr_assert_eq(s->icmp_errors, 1);
    cr_assert_eq(s->icmp_orphan, 1);
    cr_assert_eq(run.sightings, 1);
    cr_assert_eq(run.sighting[0].flow_id, 0);
}

Test(meter, an_icmp_error_does_not_refuse_who_was_answered)
{
    const struct shot there = { UDP_CLIENT }, back = { UDP_SERVER };
    SEND(&run, .at = 0, UDP_CLIENT, .len = 9);
    SEND(&run, .at = 1, UDP_SERVER, .len = 9);
    icmp_about(&there, 2, 3);
    icmp_about(&back, 3, 3);
    run_flush(&run);
    cr_assert(run_only(&run)->icmp_error);
    cr_assert_eq(run_only(&run)->state, EPW_FLOW_ESTABLISHED);
}

Test(meter, too_big_is_no_refusal)
{
    const struct shot there = { UDP_CLIENT };
    SEND(&run, .at = 0, UDP_CLIENT, .len = 9);
    icmp_about(&there, 1, 4);
    run_flush(&run);
    cr_assert(run_only(&run)->icmp_error);
    cr_assert_eq(run_only(&run)->state, EPW_FLOW_NEW);
}

Test(meter, a_late_too_big_does_not_cover_up_a_refusal)
{
    const struct shot syn = { CLIENT, .flags = SYN, .seq = 100 };
    SEND(&run, .at = 0, CLIENT, .flags = SYN, .seq = 100);
    icmp_about(&syn, 0.1, 1);
    icmp_about(&syn, 0.2, 4);
    const struct epw_stats *s = run_flush(&run);
    cr_assert_eq(run_only(&run)->state, EPW_FLOW_REFUSED);
    cr_assert_eq(run_only(&run)->icmp_code, 1);
    cr_assert_eq(s->icmp_errors, 2);
    cr_assert_eq(run.sightings, 2, "both are told");
}

/* Where a flow was when the round began another may be when its packet's turn comes. */
Test(meter, a_place_may_change_hands_within_a_round)
{
    struct epw_meter_options options = EPW_METER_DEFAULTS;
    options.max_flows = 1;
    restart(&options);
    SEND(&run, .at = 0, UDP_CLIENT, .len = 1);
    run_go(&run);
    SEND(&run, .at = 1, .src = "10.0.0.3", .sport = 3000, .dst = "10.0.0.4", .dport = 2000,
         .proto = UDP, .len = 1);
    SEND(&run, .at = 2, UDP_CLIENT, .len = 1);
    SEND(&run, .at = 3, UDP_SERVER, .len = 1);
    const struct epw_stats *s = run_flush(&run);
    cr_assert_eq(run.records, 3);
    cr_assert_eq(s->flows_evicted, 2);
    cr_assert_eq(run.record[1].port[1], 2000);
    cr_assert(run.record[2].packets[0] == 1 && run.record[2].packets[1] == 1);
}

Test(meter, a_meter_thrown_away_in_the_middle_frees_all)
{
    run_shake(&run, 0);
    SEND(&run, .at = 1, CLIENT, .flags = ACK | PSH, .seq = 101, .ack = 501, .text = "GET / HT");
}
