/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/table.h"

#include <criterion/criterion.h>

static struct epw_table *table_of(uint32_t max_flows)
{
    struct epw_table *table;
    cr_assert_eq(epw_table_new(&table, max_flows), EPW_OK);
    return table;
}

/* A flow whose id is its tag. */
static struct epw_flow *add(struct epw_table *table, uint32_t tag)
{
    struct epw_flow *flow = epw_table_add(table, tag);
    if (flow != NULL)
        epw_flow_cold(flow)->id = tag;
    return flow;
}

static void take_out(struct epw_table *table, struct epw_flow *flow)
{
    epw_table_remove(table, flow, (uint32_t)epw_flow_cold(flow)->id);
}

/* Whether walking the tag comes by this flow, and by it once only. */
static bool has(const struct epw_table *table, uint32_t tag, const struct epw_flow *flow)
{
    struct epw_probe probe;
    unsigned met = 0;
    for (struct epw_flow *at = epw_table_first(table, tag, &probe); at != NULL;
         at = epw_table_next(table, tag, &probe)) {
        cr_assert_eq(epw_flow_cold(at)->id, tag);
        met += at == flow;
    }
    cr_assert_leq(met, 1u);
    return met == 1;
}

Test(table, of_no_flows_is_refused)
{
    struct epw_table *table;
    cr_assert_eq(epw_table_new(&table, 0), EPW_EUSAGE);
    cr_assert_null(table);
}

Test(table, adds_finds_and_removes)
{
    struct epw_table *table = table_of(10);
    struct epw_flow *a = add(table, 7), *b = add(table, 7);
    cr_assert_neq(a, b);
    cr_assert(has(table, 7, a) && has(table, 7, b));
    cr_assert_not(has(table, 8, a));
    cr_assert_eq(epw_table_at(table, epw_table_index(table, a)), a);
    take_out(table, a);
    cr_assert_not(has(table, 7, a));
    cr_assert(has(table, 7, b));
    cr_assert_eq(epw_table_count(table), 1);
    epw_table_free(table);
}

Test(table, a_flow_begins_zeroed_also_where_another_was)
{
    struct epw_table *table = table_of(10);
    struct epw_flow *flow = add(table, 7);
    flow->counts[1] = 99;
    epw_flow_cold(flow)->syns = 99;
    take_out(table, flow);
    flow = add(table, 8);
    cr_assert_eq(flow->counts[1], 0);
    cr_assert_eq(epw_flow_cold(flow)->syns, 0);
    epw_table_free(table);
}

Test(table, is_full_at_its_cap_and_not_before)
{
    struct epw_table *table = table_of(3);
    struct epw_flow *flow = NULL;
    for (uint32_t i = 0; i < 3; i++)
        cr_assert_not_null(flow = add(table, i));
    cr_assert_null(add(table, 9));
    take_out(table, flow);
    cr_assert_not_null(add(table, 9));
    epw_table_free(table);
}

Test(table, clusters_around_the_end_stay_whole)
{
    struct epw_table *table = table_of(100);
    struct epw_flow *flow[12];
    for (unsigned i = 0; i < 12; i++) /* homes 4093, 4094, 4095 of 4096 */
        flow[i] = add(table, 4093 + i % 3);
    for (unsigned gone = 0; gone < 12; gone += 2) {
        take_out(table, flow[gone]);
        for (unsigned i = 0; i < 12; i++)
            cr_assert_eq(has(table, 4093 + i % 3, flow[i]), i > gone || i % 2 == 1, "%u", i);
    }
    epw_table_free(table);
}

#define MANY 30000

/* Grows from 4096 buckets to 65536 with removals in between; nothing is lost or met twice. */
Test(table, keeps_every_flow_while_it_grows)
{
    static struct epw_flow *flow[MANY];
    static uint32_t tag[MANY];
    struct epw_table *table = table_of(MANY);
    uint64_t random = 1;
    uint32_t live = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        random = epw_hash_mix(random ^ EPW_HASH_K0, i ^ EPW_HASH_K1);
        tag[i] = (uint32_t)(random % 20000) * 77777u; /* some are shared */
        cr_assert_not_null(flow[i] = add(table, tag[i]));
        live++;
        uint32_t other = (uint32_t)(random >> 40) % (i + 1);
        if (random % 5 == 0 && flow[other] != NULL) {
            take_out(table, flow[other]);
            flow[other] = NULL;
            live--;
        }
        other = (uint32_t)(random >> 20) % (i + 1);
        if (flow[other] != NULL)
            cr_assert(has(table, tag[other], flow[other]), "%u lost at %u", other, i);
    }
    cr_assert_eq(epw_table_count(table), live);
    for (uint32_t i = 0; i < MANY; i++)
        if (flow[i] != NULL)
            cr_assert(has(table, tag[i], flow[i]), "%u", i);
    uint32_t at = 0, walked = 0;
    for (struct epw_flow *f; (f = epw_table_each(table, &at)) != NULL; walked++)
        take_out(table, f);
    cr_assert_eq(walked, live);
    cr_assert_eq(epw_table_count(table), 0);
    epw_table_free(table);
}

Test(table, warming_changes_nothing)
{
    struct epw_table *table = table_of(10);
    struct epw_flow *flow = add(table, 7);
    const uint32_t tags[] = { 7, 8, UINT32_MAX };
    epw_table_warm_buckets(table, tags, 3);
    struct epw_flow *found[3];
    epw_table_warm_flows(table, tags, 3, found);
    cr_assert(found[0] == flow && found[1] == NULL && found[2] == NULL);
    cr_assert(has(table, 7, flow));
    epw_table_free(table);
}
