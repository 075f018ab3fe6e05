/* SPDX-License-Identifier: Apache-2.0 */
/* Who began a TCP connection, what became of it, and what is one connection. */
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

TestSuite(tcp, .init = setup, .fini = teardown);

/* Ends the run and gives its only record, which client (10.0.0.1) began. */
static const struct epw_flow_record *only_from_client(void)
{
    run_flush(&run);
    const struct epw_flow_record *r = run_only(&run);
    cr_assert_eq(r->port[0], 40000);
    cr_assert_eq(r->port[1], 8014);
    return r;
}

Test(tcp, a_whole_connection)
{
    run_shake(&run, 0);
    SEND(&run, .at = 0.1, CLIENT, .flags = PSH | ACK, .seq = 101, .ack = 501, .len = 10);
    SEND(&run, .at = 0.2, SERVER, .flags = PSH | ACK, .seq = 501, .ack = 111, .len = 30);
    SEND(&run, .at = 0.3, CLIENT, .flags = FIN | ACK, .seq = 111, .ack = 531);
    SEND(&run, .at = 0.4, SERVER, .flags = FIN | ACK, .seq = 531, .ack = 112);
    const struct epw_flow_record *r = only_from_client();
    cr_assert_eq(r->state, EPW_FLOW_CLOSED);
    cr_assert_eq(r->how, EPW_INIT_HANDSHAKE);
    cr_assert_eq(r->reason, EPW_REASON_FORCED);
    cr_assert_not(r->midstream);
    cr_assert(r->first_record);
    cr_assert_eq(r->packets[EPW_TO_SERVER], 4);
    cr_assert_eq(r->packets[EPW_TO_CLIENT], 3);
    cr_assert_eq(r->bytes[EPW_TO_SERVER], 4 * 54 + 10);
    cr_assert_eq(r->bytes[EPW_TO_CLIENT], 3 * 54 + 30);
    cr_assert_eq(r->payload_bytes[EPW_TO_SERVER], 10);
    cr_assert_eq(r->payload_bytes[EPW_TO_CLIENT], 30);
    cr_assert_eq(r->tcp_flags[EPW_TO_SERVER], SYN | ACK | PSH | FIN);
    cr_assert_eq(r->syns, 1);
    cr_assert_eq(r->first_ns, START_NS);
    cr_assert_eq(r->last_ns, START_NS + 400000000);
    cr_assert(r->has_mac);
    cr_assert_eq(r->mac[0][5], 0xc1);
    cr_assert_eq(r->mac[1][5], 0x5e);
}

Test(tcp, a_half_closed_connection_is_still_established)
{
    run_shake(&run, 0);
    SEND(&run, .at = 0.3, CLIENT, .flags = FIN | ACK, .seq = 101, .ack = 501);
    SEND(&run, .at = 0.4, SERVER, .flags = PSH | ACK, .seq = 501, .ack = 102, .len = 30);
    cr_assert_eq(only_from_client()->state, EPW_FLOW_ESTABLISHED);
}

Test(tcp, a_syn_ack_is_no_connection_yet)
{
    SEND(&run, .at = 0, CLIENT, .flags = SYN, .seq = 100);
    SEND(&run, .at = 0.1, SERVER, .flags = SYN | ACK, .seq = 500, .ack = 101);
    cr_assert_eq(only_from_client()->state, EPW_FLOW_NEW);
}

Test(tcp, a_syn_just_sent_is_new_and_an_old_one_unanswered)
{
    SEND(&run, .at = 0, CLIENT, .flags = SYN, .seq = 100);
    SEND(&run, .at = 50, .src = "10.0.0.3", .dst = "10.0.0.2", .sport = 1, .dport = 2,
         .flags = SYN);
    SEND(&run, .at = 60.5, .src = "10.0.0.3", .dst = "10.0.0.2", .sport = 3, .dport = 2,
         .flags = SYN);
    run_flush(&run);
    cr_assert_eq(run.records, 3);
    cr_assert_eq(run.record[0].state, EPW_FLOW_UNANSWERED);
    cr_assert_eq(run.record[0].reason, EPW_REASON_TIMEOUT);
    cr_assert_eq(run.record[1].state, EPW_FLOW_NEW);
    cr_assert_eq(run.record[1].reason, EPW_REASON_FORCED);
}

Test(tcp, retried_syns_are_one_attempt)
{
    static const double at[] = { 0, 1, 3, 7, 15, 31, 63 };
    for (size_t i = 0; i < 7; i++)
        SEND(&run, .at = at[i], CLIENT, .flags = SYN, .seq = 100);
    const struct epw_flow_record *r = only_from_client();
    cr_assert_eq(r->syns, 7);
    cr_assert_eq(r->packets[0], 7);
    cr_assert_eq(run_stats(&run)->flows, 1);
}

Test(tcp, a_retry_with_another_number_is_the_same_attempt_while_nobody_answers)
{
    SEND(&run, .at = 0, CLIENT, .flags = SYN, .seq = 100);
    SEND(&run, .at = 3, CLIENT, .flags = SYN, .seq = 900);
    cr_assert_eq(only_from_client()->syns, 2);
}

Test(tcp, a_reset_in_answer_to_the_syn_refuses)
{
    SEND(&run, .at = 0, CLIENT, .flags = SYN, .seq = 100);
    SEND(&run, .at = 0.1, SERVER, .flags = RST | ACK, .ack = 101);
    SEND(&run, .at = 0.6, CLIENT, .flags = SYN, .seq = 100);
    SEND(&run, .at = 0.7, SERVER, .flags = RST | ACK, .ack = 101);
    const struct epw_flow_record *r = only_from_client();
    cr_assert_eq(r->state, EPW_FLOW_REFUSED);
    cr_assert_eq(r->syns, 2, "the same number is the same attempt");
}

Test(tcp, refused_then_accepted_is_a_connection)
{
    SEND(&run, .at = 0, CLIENT, .flags = SYN, .seq = 100);
    SEND(&run, .at = 0.1, SERVER, .flags = RST | ACK, .ack = 101);
    run_shake(&run, 0.6);
    cr_assert_eq(only_from_client()->state, EPW_FLOW_ESTABLISHED);
}

Test(tcp, a_refused_port_tried_anew_is_another_flow)
{
    SEND(&run, .at = 0, CLIENT, .flags = SYN, .seq = 100);
    SEND(&run, .at = 0.1, SERVER, .flags = RST | ACK, .ack = 101);
    SEND(&run, .at = 5, CLIENT, .flags = SYN, .seq = 777);
    run_flush(&run);
    cr_assert_eq(run.records, 2);
    cr_assert_eq(run.record[0].reason, EPW_REASON_END);
    cr_assert_eq(run.record[0].state, EPW_FLOW_REFUSED);
    cr_assert_eq(run.record[1].state, EPW_FLOW_NEW);
    cr_assert_neq(run.record[0].flow_id, run.record[1].flow_id);
}

Test(tcp, a_half_open_scan_is_closed_not_refused)
{
    SEND(&run, .at = 0, CLIENT, .flags = SYN, .seq = 100);
    SEND(&run, .at = 0.1, SERVER, .flags = SYN | ACK, .seq = 500, .ack = 101);
    SEND(&run, .at = 0.2, CLIENT, .flags = RST, .seq = 101);
    cr_assert_eq(only_from_client()->state, EPW_FLOW_CLOSED);
}

Test(tcp, a_client_that_gives_up_alone_was_not_answered)
{
    SEND(&run, .at = 0, CLIENT, .flags = SYN, .seq = 100);
    SEND(&run, .at = 1, CLIENT, .flags = RST, .seq = 101);
    SEND(&run, .at = 100, .src = "10.9.9.9", .dst = "10.0.0.2", .sport = 9, .dport = 9,
         .proto = UDP);
    run_flush(&run);
    cr_assert_eq(run.record[0].state, EPW_FLOW_UNANSWERED);
}

Test(tcp, the_syn_ack_first_names_its_receiver_the_initiator)
{
    SEND(&run, .at = 0, SERVER, .flags = SYN | ACK, .seq = 500, .ack = 101);
    SEND(&run, .at = 0.001, CLIENT, .flags = SYN, .seq = 100);
    SEND(&run, .at = 0.002, CLIENT, .flags = ACK, .seq = 101, .ack = 501);
    const struct epw_flow_record *r = only_from_client();
    cr_assert_eq(r->how, EPW_INIT_HANDSHAKE);
    cr_assert_not(r->midstream);
    cr_assert_eq(r->state, EPW_FLOW_ESTABLISHED);
}

Test(tcp, the_reset_before_its_syn_is_still_a_refusal)
{
    SEND(&run, .at = 0, SERVER, .flags = RST | ACK, .ack = 101);
    SEND(&run, .at = 0.001, CLIENT, .flags = SYN, .seq = 100);
    const struct epw_flow_record *r = only_from_client();
    cr_assert_eq(r->how, EPW_INIT_HANDSHAKE);
    cr_assert_not(r->midstream);
    cr_assert_eq(r->state, EPW_FLOW_REFUSED);
}

Test(tcp, a_refusal_alone_tells_who_asked)
{
    SEND(&run, .at = 0, .src = "10.0.0.2", .sport = 50000, .dst = "10.0.0.1", .dport = 40000,
         .flags = RST | ACK, .ack = 101);
    run_flush(&run);
    cr_assert_eq(run_only(&run)->port[0], 40000, "although the lower port");
    cr_assert_eq(run_only(&run)->state, EPW_FLOW_REFUSED);
    cr_assert_eq(run_only(&run)->how, EPW_INIT_INFERRED);
}

Test(tcp, midstream_is_guessed_from_the_ports_and_marked)
{
    static const struct {
        uint16_t from, to, responder;
    } cases[] = {
        { 40000, 8014, 8014 }, { 8014, 40000, 8014 },   { 443, 8014, 443 },
        { 2222, 3000, 2222 },  { 60000, 50000, 50000 }, { 7000, 7000, 7000 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        SEND(&run, .at = (double)i, .src = "10.0.0.1", .sport = cases[i].from, .dst = "10.0.0.2",
             .dport = cases[i].to, .flags = ACK, .seq = 5, .ack = 6);
    run_flush(&run);
    cr_assert_eq(run.records, 6);
    for (size_t i = 0; i < 6; i++) {
        cr_assert_eq(run.record[i].port[1], cases[i].responder, "case %zu", i);
        cr_assert_eq(run.record[i].how, EPW_INIT_INFERRED);
        cr_assert(run.record[i].midstream);
        cr_assert_eq(run.record[i].state, EPW_FLOW_ESTABLISHED);
    }
}

Test(tcp, a_request_seen_midstream_beats_the_ports)
{
    /* The ports say that 2000 serves; the request says that 40000 does. */
    SEND(&run, .at = 0, .src = "10.0.0.1", .sport = 2000, .dst = "10.0.0.2", .dport = 40000,
         .flags = PSH | ACK, .seq = 5, .ack = 6,
         .text = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
    SEND(&run, .at = 1, .src = "10.0.0.2", .sport = 40000, .dst = "10.0.0.1", .dport = 2000,
         .flags = ACK, .seq = 6, .ack = 40);
    run_flush(&run);
    const struct epw_flow_record *r = run_only(&run);
    cr_assert_eq(r->port[1], 40000);
    cr_assert_eq(r->how, EPW_INIT_EVIDENCE);
    cr_assert(r->midstream);
    cr_assert_eq(r->payload_bytes[EPW_TO_SERVER], 35);
    cr_assert_eq(r->evidence->requester, EPW_TO_SERVER);
    cr_assert(r->evidence->payload_seen[EPW_TO_SERVER]);
    cr_assert_not(r->evidence->payload_seen[EPW_TO_CLIENT]);
    cr_assert_eq(r->evidence->app_side[EPW_TO_SERVER], EPW_APP_HTTP);
}

Test(tcp, probes_without_ack_are_no_connection)
{
    SEND(&run, .at = 0, CLIENT, .flags = FIN, .seq = 1);
    SEND(&run, .at = 0.1, SERVER, .flags = RST | ACK, .ack = 2);
    run_flush(&run);
    cr_assert_eq(run_only(&run)->state, EPW_FLOW_REFUSED);
}

Test(tcp, a_syn_never_turns_an_old_midstream_flow_but_begins_another)
{
    SEND(&run, .at = 0, SERVER, .flags = ACK, .seq = 5, .ack = 6, .len = 10);
    SEND(&run, .at = 9, SERVER, .flags = SYN, .seq = 100);
    run_flush(&run);
    cr_assert_eq(run.records, 2);
    cr_assert_eq(run.record[0].port[0], 40000);
    cr_assert(run.record[0].midstream);
    cr_assert_eq(run.record[0].packets[1], 1);
    cr_assert_eq(run.record[1].port[0], 8014);
    cr_assert_not(run.record[1].midstream);
}

Test(tcp, ports_used_again_after_closing_are_another_flow)
{
    run_shake(&run, 0);
    SEND(&run, .at = 0.3, SERVER, .flags = RST, .seq = 501);
    run_shake(&run, 0.5); /* the same number: a late copy */
    SEND(&run, .at = 0.6, CLIENT, .flags = SYN, .seq = 9000);
    run_flush(&run);
    cr_assert_eq(run.records, 2);
    cr_assert_eq(run.record[0].packets[0] + run.record[0].packets[1], 7);
    cr_assert_eq(run.record[0].reason, EPW_REASON_END);
    cr_assert_eq(run.record[1].packets[0], 1);
}

Test(tcp, a_new_number_restarts_an_idle_connection_not_a_busy_one)
{
    run_shake(&run, 0);
    SEND(&run, .at = 0.5, CLIENT, .flags = SYN, .seq = 7000);
    SEND(&run, .at = 0.6, CLIENT, .flags = ACK, .seq = 101, .ack = 501);
    cr_assert_eq(run_stats(&run)->flows, 1, "stray SYN");
    SEND(&run, .at = 1.61, CLIENT, .flags = SYN, .seq = 8000);
    cr_assert_eq(run_stats(&run)->flows, 2, "silent for a second");
}

Test(tcp, one_direction_of_a_connection)
{
    SEND(&run, .at = 0, CLIENT, .flags = SYN, .seq = 100);
    SEND(&run, .at = 0.1, CLIENT, .flags = ACK, .seq = 101, .ack = 501);
    SEND(&run, .at = 0.2, CLIENT, .flags = PSH | ACK, .seq = 101, .ack = 501, .len = 20);
    cr_assert_eq(only_from_client()->state, EPW_FLOW_ESTABLISHED, "its ACK shows the answer");
    cr_assert_eq(run_stats(&run)->tcp_flows_data, 1);
    cr_assert_eq(run_stats(&run)->tcp_flows_one_way, 1);
}

Test(tcp, one_direction_closed_by_its_own_fin)
{
    SEND(&run, .at = 0, SERVER, .flags = SYN | ACK, .seq = 500, .ack = 101);
    SEND(&run, .at = 0.1, SERVER, .flags = ACK, .seq = 501, .ack = 131);
    SEND(&run, .at = 0.2, SERVER, .flags = FIN | ACK, .seq = 501, .ack = 131);
    cr_assert_eq(only_from_client()->state, EPW_FLOW_CLOSED);
}

Test(tcp, attempts_are_not_one_way_traffic)
{
    SEND(&run, .at = 0, CLIENT, .flags = SYN, .seq = 100);
    run_flush(&run);
    cr_assert_eq(run_stats(&run)->tcp_flows_data, 0);
    cr_assert_eq(run_stats(&run)->tcp_flows_one_way, 0);
}

Test(tcp, both_directions_are_not_one_way)
{
    run_shake(&run, 0);
    run_flush(&run);
    cr_assert_eq(run_stats(&run)->tcp_flows_data, 1);
    cr_assert_eq(run_stats(&run)->tcp_flows_one_way, 0);
}

Test(tcp, a_reset_right_after_the_first_request_is_early)
{
    run_shake(&run, 0);
    SEND(&run, .at = 0.1, CLIENT, .flags = PSH | ACK, .seq = 101, .ack = 501, .len = 200);
    SEND(&run, .at = 0.2, SERVER, .flags = RST | ACK, .seq = 501, .ack = 301);
    const struct epw_flow_record *r = only_from_client();
    cr_assert(r->reset_early);
    cr_assert_eq(r->state, EPW_FLOW_CLOSED);
}

Test(tcp, a_reset_after_the_answer_is_not_early)
{
    run_shake(&run, 0);
    SEND(&run, .at = 0.1, CLIENT, .flags = PSH | ACK, .seq = 101, .ack = 501, .len = 200);
    SEND(&run, .at = 0.2, SERVER, .flags = PSH | ACK, .seq = 501, .ack = 301, .len = 9);
    SEND(&run, .at = 0.3, SERVER, .flags = RST | ACK, .seq = 510, .ack = 301);
    cr_assert_not(only_from_client()->reset_early);
}

Test(tcp, a_reset_by_the_client_or_without_a_request_is_not_early)
{
    run_shake(&run, 0);
    SEND(&run, .at = 0.1, CLIENT, .flags = PSH | ACK, .seq = 101, .ack = 501, .len = 200);
    SEND(&run, .at = 0.2, CLIENT, .flags = RST | ACK, .seq = 301, .ack = 501);
    SEND(&run, .at = 0.3, .src = "10.0.0.3", .dst = "10.0.0.2", .sport = 1024, .dport = 99,
         .flags = SYN, .seq = 1);
    SEND(&run, .at = 0.4, .src = "10.0.0.2", .dst = "10.0.0.3", .sport = 99, .dport = 1024,
         .flags = RST | ACK, .ack = 2);
    run_flush(&run);
    cr_assert_not(run.record[0].reset_early);
    cr_assert_not(run.record[1].reset_early);
}

Test(tcp, a_reset_after_a_long_upload_is_not_early)
{
    run_shake(&run, 0);
    for (uint32_t i = 0; i < 17; i++)
        SEND(&run, .at = 0.1 + i / 100.0, CLIENT, .flags = ACK, .seq = 101 + 1000 * i, .ack = 501,
             .len = 1000);
    SEND(&run, .at = 0.5, SERVER, .flags = RST, .seq = 501);
    cr_assert_not(only_from_client()->reset_early);
}
