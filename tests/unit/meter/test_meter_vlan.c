/* SPDX-License-Identifier: Apache-2.0 */
/* VLANs tell flows apart, except where a span port tagged one direction only. */
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

TestSuite(meter_vlan, .init = setup, .fini = teardown);

Test(meter_vlan, the_same_addresses_in_two_vlans_are_two_flows)
{
    SEND(&run, .at = 0, UDP_CLIENT, .vlan = 10, .len = 1);
    SEND(&run, .at = 1, UDP_CLIENT, .vlan = 20, .len = 1);
    SEND(&run, .at = 2, UDP_SERVER, .vlan = 20, .len = 1);
    SEND(&run, .at = 3, UDP_SERVER, .vlan = 10, .len = 1);
    run_flush(&run);
    cr_assert_eq(run.records, 2);
    cr_assert_eq(run.record[0].vlan_count, 1);
    cr_assert_eq(run.record[0].vlan[0], 10);
    cr_assert_eq(run.record[0].packets[1], 1);
    cr_assert_eq(run.record[1].vlan[0], 20);
    cr_assert_eq(run.record[1].packets[1], 1);
    cr_assert_neq(run.record[0].flow_id, run.record[1].flow_id);
}

Test(meter_vlan, can_be_ignored)
{
    struct epw_meter_options options = EPW_METER_DEFAULTS;
    options.ignore_vlan = true;
    run_end(&run);
    run_begin_with(&run, &options);
    SEND(&run, .at = 0, UDP_CLIENT, .vlan = 10, .len = 1);
    SEND(&run, .at = 1, UDP_CLIENT, .vlan = 20, .len = 1);
    run_flush(&run);
    cr_assert_eq(run_only(&run)->packets[0], 2);
}

static void is_one_joined_flow(void)
{
    run_flush(&run);
    const struct epw_flow_record *r = run_only(&run);
    cr_assert_eq(r->vlan_count, 1);
    cr_assert_eq(r->vlan[0], 10);
    cr_assert_eq(r->packets[0], 2);
    cr_assert_eq(r->packets[1], 2);
    cr_assert_eq(run_stats(&run)->vlan_joined, 1, "counted once a flow");
}

Test(meter_vlan, an_untagged_answer_joins_its_tagged_question)
{
    SEND(&run, .at = 0, UDP_CLIENT, .vlan = 10, .len = 1);
    SEND(&run, .at = 1, UDP_SERVER, .len = 1);
    SEND(&run, .at = 2, UDP_CLIENT, .vlan = 10, .len = 1);
    SEND(&run, .at = 3, UDP_SERVER, .len = 1);
    is_one_joined_flow();
}

Test(meter_vlan, a_tagged_answer_joins_its_untagged_question)
{
    SEND(&run, .at = 0, UDP_CLIENT, .len = 1);
    SEND(&run, .at = 1, UDP_SERVER, .vlan = 10, .len = 1);
    SEND(&run, .at = 2, UDP_CLIENT, .len = 1);
    SEND(&run, .at = 3, UDP_SERVER, .vlan = 10, .len = 1);
    is_one_joined_flow();
}

/* All at one stamp: the first began as the last does, and was tagged by its answer. */
Test(meter_vlan, a_flow_beside_a_joined_one_has_an_id_of_its_own)
{
    SEND(&run, .at = 0, UDP_CLIENT, .len = 1);
    SEND(&run, .at = 0, UDP_SERVER, .vlan = 10, .len = 1);
    SEND(&run, .at = 0, UDP_SERVER, .len = 1);
    run_flush(&run);
    cr_assert_eq(run.records, 2);
    cr_assert_eq(run.record[0].first_ns, run.record[1].first_ns);
    cr_assert_neq(run.record[0].flow_id, run.record[1].flow_id);
}

Test(meter_vlan, the_same_direction_does_not_join)
{
    SEND(&run, .at = 0, UDP_CLIENT, .vlan = 10, .len = 1);
    SEND(&run, .at = 1, UDP_CLIENT, .len = 1);
    run_flush(&run);
    cr_assert_eq(run.records, 2);
    cr_assert_eq(run_stats(&run)->vlan_joined, 0);
}

Test(meter_vlan, a_flow_complete_in_its_vlan_takes_in_nobody)
{
    SEND(&run, .at = 0, UDP_CLIENT, .vlan = 10, .len = 1);
    SEND(&run, .at = 1, UDP_SERVER, .vlan = 10, .len = 1);
    SEND(&run, .at = 2, UDP_SERVER, .len = 1);
    run_flush(&run);
    cr_assert_eq(run.records, 2);
    cr_assert_eq(run_stats(&run)->vlan_joined, 0);
}

Test(meter_vlan, another_vlan_is_no_other_half)
{
    SEND(&run, .at = 0, UDP_CLIENT, .vlan = 10, .len = 1);
    SEND(&run, .at = 1, UDP_SERVER, .vlan = 20, .len = 1);
    run_flush(&run);
    cr_assert_eq(run.records, 2);
}

Test(meter_vlan, of_two_halves_the_one_active_last_is_joined)
{
    SEND(&run, .at = 0, UDP_CLIENT, .vlan = 10, .len = 1);
    SEND(&run, .at = 1, UDP_CLIENT, .vlan = 20, .len = 1);
    SEND(&run, .at = 2, UDP_SERVER, .len = 1);
    run_flush(&run);
    cr_assert_eq(run.records, 2);
    cr_assert_eq(run.record[0].packets[1], 0);
    cr_assert_eq(run.record[1].packets[1], 1);
}

Test(meter_vlan, a_joined_flow_takes_in_only_its_own_untagged_half)
{
    SEND(&run, .at = 0, UDP_CLIENT, .vlan = 10, .len = 1);
    SEND(&run, .at = 1, UDP_SERVER, .len = 1);
    SEND(&run, .at = 2, UDP_CLIENT, .len = 1);             /* the client is its tagged half */
    SEND(&run, .at = 3, UDP_SERVER, .vlan = 20, .len = 1); /* joins the one just begun */
    SEND(&run, .at = 4, UDP_CLIENT, .vlan = 30, .len = 1); /* both are complete */
    run_flush(&run);
    cr_assert_eq(run.records, 3);
    cr_assert_eq(run_stats(&run)->vlan_joined, 2);
    cr_assert(run.record[0].packets[0] == 1 && run.record[0].packets[1] == 1);
    cr_assert_eq(run.record[0].vlan[0], 10);
}

Test(meter_vlan, a_half_whose_time_is_over_is_not_joined)
{
    SEND(&run, .at = 0, UDP_CLIENT, .len = 1);
    SEND(&run, .at = 121, UDP_SERVER, .vlan = 10, .len = 1);
    run_flush(&run);
    cr_assert_eq(run.records, 2);
    cr_assert_eq(run.record[0].vlan_count, 0);
    cr_assert_eq(run_stats(&run)->vlan_joined, 0);
}

Test(meter_vlan, a_priority_tag_is_no_vlan)
{
    SEND(&run, .at = 0, UDP_CLIENT, .len = 1);
    SEND(&run, .at = 1, UDP_SERVER, .vlan = 0x6000, .len = 1); /* priority 3, VLAN 0 */
    run_flush(&run);
    cr_assert_eq(run_only(&run)->vlan_count, 0);
    cr_assert_eq(run_stats(&run)->vlan_joined, 0);
}

Test(meter_vlan, made_up_vlans_are_folded_beyond_the_limit)
{
    for (uint16_t i = 0; i < 100; i++)
        SEND(&run, .at = i / 100.0, UDP_CLIENT, .vlan = (uint16_t)(1 + i), .len = 1);
    cr_assert_eq(run_stats(&run)->flows, 32);
    cr_assert_eq(run_stats(&run)->vlan_variants, 1);
    SEND(&run, .at = 2, UDP_CLIENT, .vlan = 5, .len = 1);
    run_flush(&run);
    cr_assert_eq(run.record[4].packets[0], 2, "a known VLAN still finds its own");
    cr_assert_eq(run.record[31].packets[0], 1 + 68, "the last takes in the others");
}

Test(meter_vlan, an_icmp_error_finds_its_flow_across_vlans)
{
    const struct shot there = { UDP_CLIENT };
    SEND(&run, .at = 0, UDP_CLIENT, .vlan = 10, .len = 1);
    SEND(&run, .at = 1, .src = "10.0.0.254", .dst = "10.0.0.1", .vlan = 30, .quotes = &there,
         .icmp_code = 3);
    run_flush(&run);
    cr_assert(run_only(&run)->icmp_error);
    cr_assert_eq(run_stats(&run)->icmp_orphan, 0);
}
