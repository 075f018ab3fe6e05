/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/expiry.h"

#include <criterion/criterion.h>

#define S     EPW_SECOND_NS
#define SLACK EPW_EXPIRY_SLACK_NS

static struct epw_expiry x;

static void setup(void)
{
    x = (struct epw_expiry){ 0 };
    cr_assert_eq(epw_table_new(&x.table, 100), EPW_OK);
    for (unsigned q = 0; q < EPW_QUEUES; q++)
        x.timeout_ns[q] = 10 * S;
    x.timeout_ns[EPW_QUEUE_TCP] = 100 * S;
}

static void teardown(void)
{
    epw_table_free(x.table);
}

TestSuite(expiry, .init = setup, .fini = teardown);

/* A flow whose only packet came at ts_s, queued then. */
static struct epw_flow *flow_at(enum epw_queue queue, int64_t ts_s)
{
    struct epw_flow *flow = epw_table_add(x.table, 1);
    flow->queue = queue & 7u;
    flow->last_ns = ts_s * S;
    epw_expiry_add(&x, flow, ts_s * S);
    return flow;
}

static void end(struct epw_flow *flow)
{
    epw_expiry_remove(&x, flow);
    epw_table_remove(x.table, flow, 1);
}

Test(expiry, a_silent_flow_is_due_after_its_timeout)
{
    struct epw_flow *flow = flow_at(EPW_QUEUE_UDP, 0);
    cr_assert_not(epw_expiry_idle(&x, flow, 10 * S));
    cr_assert(epw_expiry_idle(&x, flow, 10 * S + 1));
    cr_assert_null(epw_expiry_due(&x, 10 * S + SLACK));
    cr_assert_eq(epw_expiry_due(&x, 10 * S + SLACK + 1), flow);
    end(flow);
    cr_assert_null(epw_expiry_due(&x, 1000 * S));
}

Test(expiry, tells_how_long_nothing_can_be_due)
{
    cr_assert_eq(epw_expiry_wait(&x, 5 * S), INT64_MAX, "there is no flow");
    end(flow_at(EPW_QUEUE_TCP, 0));
    struct epw_flow *tcp = flow_at(EPW_QUEUE_TCP, 1), *udp = flow_at(EPW_QUEUE_UDP, 2);
    cr_assert_eq(epw_expiry_wait(&x, 2 * S), 10 * S + SLACK + 1);
    cr_assert_eq(epw_expiry_wait(&x, 13 * S + 1), 0);
    cr_assert_lt(epw_expiry_wait(&x, 50 * S), 0);
    cr_assert_eq(epw_expiry_due(&x, 13 * S + 1), udp);
    end(udp);
    cr_assert_eq(epw_expiry_wait(&x, 50 * S), 51 * S + SLACK + 1);
    end(tcp);
}

Test(expiry, an_active_flow_goes_back_to_the_tail)
{
    struct epw_flow *busy = flow_at(EPW_QUEUE_UDP, 0), *idle = flow_at(EPW_QUEUE_UDP, 1);
    busy->last_ns = 9 * S;
    cr_assert_eq(epw_expiry_due(&x, 12 * S + 1), idle);
    end(idle);
    cr_assert_null(epw_expiry_due(&x, 20 * S), "looked at again only one timeout later");
    cr_assert_eq(epw_expiry_due(&x, 24 * S), busy);
    end(busy);
}

Test(expiry, every_queue_has_its_own_time)
{
    struct epw_flow *tcp = flow_at(EPW_QUEUE_TCP, 0), *tried = flow_at(EPW_QUEUE_TCP_TRIED, 0);
    cr_assert_eq(epw_expiry_due(&x, 50 * S), tried);
    end(tried);
    cr_assert_null(epw_expiry_due(&x, 50 * S));
    epw_expiry_move(&x, tcp, EPW_QUEUE_CLOSED, 50 * S);
    cr_assert_null(epw_expiry_due(&x, 60 * S));
    cr_assert_eq(epw_expiry_due(&x, 62 * S), tcp);
    end(tcp);
}

Test(expiry, flows_leave_from_anywhere_in_a_queue)
{
    struct epw_flow *flow[5];
    for (int i = 0; i < 5; i++)
        flow[i] = flow_at(EPW_QUEUE_UDP, i);
    end(flow[2]);
    end(flow[0]);
    end(flow[4]);
    cr_assert_eq(epw_expiry_due(&x, 99 * S), flow[1]);
    end(flow[1]);
    cr_assert_eq(epw_expiry_due(&x, 99 * S), flow[3]);
    end(flow[3]);
    cr_assert_null(epw_expiry_due(&x, 99 * S));
}

Test(expiry, an_empty_table_has_no_victim)
{
    cr_assert_null(epw_expiry_victim(&x, 0));
}

Test(expiry, one_sided_flows_go_first_then_closed_then_the_rest)
{
    struct epw_flow *tcp = flow_at(EPW_QUEUE_TCP, 0), *udp = flow_at(EPW_QUEUE_UDP, 1);
    struct epw_flow *closed = flow_at(EPW_QUEUE_CLOSED, 2);
    struct epw_flow *one_way = flow_at(EPW_QUEUE_UDP_ONE_WAY, 3);
    struct epw_flow *tried = flow_at(EPW_QUEUE_TCP_TRIED, 4);
    struct epw_flow *half = flow_at(EPW_QUEUE_TCP_ONE_WAY, 5);
    struct epw_flow *const order[] = { one_way, tried, half, closed, tcp, udp };
    for (unsigned i = 0; i < 6; i++) {
        cr_assert_eq(epw_expiry_victim(&x, 6 * S), order[i], "%u", i);
        end(order[i]);
    }
}

Test(expiry, newcomers_have_a_share_of_a_full_table)
{
    struct epw_flow *going_on = flow_at(EPW_QUEUE_TCP, 0), *closed = flow_at(EPW_QUEUE_CLOSED, 1);
    for (unsigned i = 0; i < 2 * EPW_EVICT_NURSERY - 4; i++)
        flow_at(EPW_QUEUE_UDP, 3);
    struct epw_flow *older = flow_at(EPW_QUEUE_TCP_TRIED, 4);
    flow_at(EPW_QUEUE_UDP_ONE_WAY, 5);
    cr_assert_eq(epw_expiry_victim(&x, 6 * S), closed, "two of sixteen are not too many");
    end(closed);
    cr_assert_eq(epw_expiry_victim(&x, 6 * S), older, "two of fifteen are");
    end(older);
    cr_assert_eq(epw_expiry_victim(&x, 6 * S), going_on);
}

Test(expiry, an_active_flow_gets_another_chance)
{
    struct epw_flow *busy = flow_at(EPW_QUEUE_TCP, 0), *silent = flow_at(EPW_QUEUE_TCP, 1);
    busy->last_ns = 50 * S;
    cr_assert_eq(epw_expiry_victim(&x, 50 * S), silent);
}

Test(expiry, when_all_looked_at_are_active_the_quietest_goes)
{
    struct epw_flow *quietest = NULL;
    for (int i = 0; i < 2 * EPW_EVICT_CHANCES; i++) {
        struct epw_flow *flow = flow_at(EPW_QUEUE_TCP, 0);
        flow->last_ns = (100 - i) * S;
        if (i == EPW_EVICT_CHANCES - 1)
            quietest = flow; /* those after it are not looked at */
    }
    cr_assert_eq(epw_expiry_victim(&x, 100 * S), quietest);
}
