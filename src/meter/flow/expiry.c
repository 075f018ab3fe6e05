/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/expiry.h"

void epw_expiry_add(struct epw_expiry *x, struct epw_flow *flow, int64_t now_ns)
{
    uint32_t index = epw_table_index(x->table, flow), tail = x->queue[flow->queue].tail;
    *epw_flow_link(flow) = (struct epw_flow_link){ .prev = tail, .queued_ns = now_ns };
    if (tail != 0)
        epw_table_link_at(x->table, tail)->next = index;
    else
        x->queue[flow->queue].head = index;
    x->queue[flow->queue].tail = index;
    x->queue[flow->queue].count++;
}

void epw_expiry_remove(struct epw_expiry *x, struct epw_flow *flow)
{
    const struct epw_flow_link *link = epw_flow_link(flow);
    if (link->prev != 0)
        epw_table_link_at(x->table, link->prev)->next = link->next;
    else
        x->queue[flow->queue].head = link->next;
    if (link->next != 0)
        epw_table_link_at(x->table, link->next)->prev = link->prev;
    else
        x->queue[flow->queue].tail = link->prev;
    x->queue[flow->queue].count--;
}

void epw_expiry_forget(struct epw_expiry *x)
{
    memset(x->queue, 0, sizeof(x->queue));
}

void epw_expiry_warm(const struct epw_expiry *x, const struct epw_flow *flow)
{
    const struct epw_flow_link *link = epw_flow_link(flow);
    if (link->prev != 0)
        __builtin_prefetch(epw_table_link_at(x->table, link->prev), 1);
    if (link->next != 0)
        __builtin_prefetch(epw_table_link_at(x->table, link->next), 1);
}

void epw_expiry_move(struct epw_expiry *x, struct epw_flow *flow, enum epw_queue queue,
                     int64_t now_ns)
{
    if (flow->queue == queue)
        return;
    epw_expiry_remove(x, flow);
    flow->queue = queue & 7u;
    epw_expiry_add(x, flow, now_ns);
}

static struct epw_flow *head_of(const struct epw_expiry *x, unsigned queue)
{
    uint32_t head = x->queue[queue].head;
    return head == 0 ? NULL : epw_table_at(x->table, head);
}

static void to_tail(struct epw_expiry *x, struct epw_flow *flow, int64_t now_ns)
{
    epw_expiry_remove(x, flow);
    epw_expiry_add(x, flow, now_ns);
}

struct epw_flow *epw_expiry_due(struct epw_expiry *x, int64_t now_ns)
{
    for (unsigned q = 0; q < EPW_QUEUES; q++) {
        int64_t limit = x->timeout_ns[q] + EPW_EXPIRY_SLACK_NS;
        /* Ends: who goes to the tail is queued now, and so not due again. */
        for (struct epw_flow *flow; (flow = head_of(x, q)) != NULL; to_tail(x, flow, now_ns)) {
            if (now_ns - epw_flow_link(flow)->queued_ns <= limit)
                break;
            if (now_ns - flow->last_ns > limit)
                return flow;
        }
    }
    return NULL;
}

int64_t epw_expiry_wait(const struct epw_expiry *x, int64_t now_ns)
{
    int64_t least = INT64_MAX;
    for (unsigned q = 0; q < EPW_QUEUES; q++) {
        const struct epw_flow *flow = head_of(x, q);
        if (flow == NULL)
            continue;
        int64_t queued_ns = epw_flow_link(flow)->queued_ns;
        int64_t wait = x->timeout_ns[q] + EPW_EXPIRY_SLACK_NS + 1 - (now_ns - queued_ns);
        least = wait < least ? wait : least;
    }
    return least;
}

static struct epw_flow *victim_in(struct epw_expiry *x, unsigned queue, int64_t now_ns)
{
    struct epw_flow *quietest = NULL;
    for (unsigned i = 0; i < EPW_EVICT_CHANCES; i++) {
        struct epw_flow *flow = head_of(x, queue);
        if (flow == NULL || flow->last_ns <= epw_flow_link(flow)->queued_ns)
            return flow;
        if (quietest == NULL || flow->last_ns < quietest->last_ns)
            quietest = flow;
        to_tail(x, flow, now_ns);
    }
    return quietest;
}

static int64_t queued_at(const struct epw_expiry *x, unsigned queue)
{
    const struct epw_flow *head = head_of(x, queue);
    return head == NULL ? INT64_MAX : epw_flow_link(head)->queued_ns;
}

static const unsigned groups[][3] = {
    { EPW_QUEUE_TCP_TRIED, EPW_QUEUE_TCP_ONE_WAY, EPW_QUEUE_UDP_ONE_WAY },
    { EPW_QUEUE_CLOSED, EPW_QUEUE_CLOSED, EPW_QUEUE_CLOSED },
    { EPW_QUEUE_TCP, EPW_QUEUE_UDP, EPW_QUEUE_UDP },
};

static struct epw_flow *victim_of(struct epw_expiry *x, const unsigned group[3], int64_t now_ns)
{
    unsigned oldest = group[0];
    for (unsigned i = 1; i < 3; i++)
        if (queued_at(x, group[i]) < queued_at(x, oldest))
            oldest = group[i];
    return victim_in(x, oldest, now_ns);
}

static bool nursery_is_full(const struct epw_expiry *x)
{
    uint64_t all = 0, young = 0;
    for (unsigned q = 0; q < EPW_QUEUES; q++)
        all += x->queue[q].count;
    for (unsigned i = 0; i < 3; i++)
        young += x->queue[groups[0][i]].count;
    return young * EPW_EVICT_NURSERY > all;
}

struct epw_flow *epw_expiry_victim(struct epw_expiry *x, int64_t now_ns)
{
    struct epw_flow *flow = nursery_is_full(x) ? victim_of(x, groups[0], now_ns) : NULL;
    for (unsigned g = 1; g <= 3 && flow == NULL; g++)
        flow = victim_of(x, groups[g % 3], now_ns);
    return flow;
}
