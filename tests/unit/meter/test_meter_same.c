/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same packets give the same records, whatever the batches, the seed of
 * the hash and the company they come in: what does not depend on a flow's own
 * packets must not show in its records.
 */
#include "meter_help.h"

#include "base/hash.h"

/* Random but the same each time: few hosts and ports, so that keys meet again; gaps around all the
 * timeouts; stamps up to half a second out of order; VLANs; every TCP flag. */
#define PACKETS 3000

/* As on an interface, where time goes on while nothing comes. */
static void idle_until(struct run *run, int64_t ns)
{
    for (int64_t tick = run->pace.clock.now_ns; tick != 0 && tick < ns; tick += 70000000) {
        run->batch->now_ns = tick;
        run_go(run);
    }
    run->batch->now_ns = 0;
}

static void random_packets(struct run *run, const char *only_client, bool live)
{
    static const char *const host[] = { "10.0.0.1", "10.0.0.2", "10.0.0.3" };
    static const uint8_t flags[] = {
        SYN, SYN | ACK, ACK, ACK, PSH | ACK, FIN | ACK, RST, RST | ACK
    };
    static const double gap[] = { 0, 0.001, 0.1, 0.4, 1, 3, 9, 11, 25 };
    uint64_t random = 1;
    double at = 0;
    for (unsigned i = 0; i < PACKETS; i++) {
        random = epw_hash_mix(random ^ EPW_HASH_K0, i ^ EPW_HASH_K1);
        bool back = (random & 1) != 0;
        at += gap[(random >> 8) % 9];
        struct shot s = { .at = at + (double)(random >> 16 & 0xff) / 512,
                          .proto = (random & 2) != 0 ? TCP : UDP,
                          .flags = flags[random >> 24 & 7],
                          .seq = (uint32_t)(random >> 28 & 3),
                          .ack = (uint32_t)(random >> 30 & 3),
                          .len = (uint16_t)(random >> 32 & 3),
                          .vlan = (uint16_t)((random >> 34 & 3) == 0 ? 10 : 0),
                          .id = (uint16_t)(1 + i) };
        const char *client = host[(random >> 36) % 3], *server = "10.0.9.9";
        uint16_t port = (uint16_t)(40000 + (random >> 40) % 3);
        if (only_client != NULL && strcmp(client, only_client) != 0)
            continue;
        s.src = back ? server : client;
        s.dst = back ? client : server;
        s.sport = back ? 8014 : port;
        s.dport = back ? port : 8014;
        if (live)
            idle_until(run, START_NS + (int64_t)(s.at * 1e9));
        run_send(run, &s);
    }
    run_flush(run);
}

static int by_flow(const void *a, const void *b)
{
    const struct epw_flow_record *x = a, *y = b;
    if (x->flow_id != y->flow_id)
        return x->flow_id < y->flow_id ? -1 : 1;
    return (x->first_ns > y->first_ns) - (x->first_ns < y->first_ns);
}

static void begin_random(struct run *run, uint64_t seed)
{
    struct epw_meter_options options = EPW_METER_DEFAULTS;
    options.seed = seed;
    options.timeouts =
        (struct epw_timeouts){ .tcp = 40, .udp = 20, .closed = 10, .unanswered = 12, .active = 60 };
    run_begin_with(run, &options);
}

static void run_random(struct run *run, uint64_t seed, bool hold, const char *only_client)
{
    begin_random(run, seed);
    run->hold = hold;
    random_packets(run, only_client, false);
    cr_assert_gt(run->records, 100);
    qsort(run->record, run->records, sizeof(run->record[0]), by_flow);
}

static void are_same(const struct epw_flow_record *a, const struct epw_flow_record *b)
{
    cr_assert_eq(a->flow_id, b->flow_id);
    cr_assert_eq(memcmp(a->ip, b->ip, sizeof(a->ip)), 0);
    cr_assert_eq(memcmp(a->port, b->port, sizeof(a->port)), 0);
    cr_assert_eq(a->vlan_count, b->vlan_count);
    cr_assert_eq(a->how, b->how);
    cr_assert_eq(a->reason, b->reason);
    cr_assert_eq(a->state, b->state);
    cr_assert_eq(a->first_ns, b->first_ns);
    cr_assert_eq(a->last_ns, b->last_ns);
    cr_assert_eq(memcmp(a->packets, b->packets, sizeof(a->packets)), 0);
    cr_assert_eq(memcmp(a->bytes, b->bytes, sizeof(a->bytes)), 0);
    cr_assert_eq(a->syns, b->syns);
    cr_assert_eq(a->first_record, b->first_record);
    cr_assert_eq(a->midstream, b->midstream);
}

static struct run one, two;

static void all_same(void)
{
    cr_assert_eq(one.records, two.records);
    for (size_t i = 0; i < one.records; i++) {
        are_same(&one.record[i], &two.record[i]);
        cr_assert_eq(one.record[i].told_ns, two.record[i].told_ns);
    }
}

Test(meter_same, in_one_batch_or_many)
{
    run_random(&one, 1, false, NULL);
    run_random(&two, 1, true, NULL);
    all_same();
    cr_assert_eq(memcmp(run_stats(&one), run_stats(&two), sizeof(struct epw_stats)), 0);
    run_end(&one);
    run_end(&two);
}

Test(meter_same, with_any_seed)
{
    run_random(&one, 1, true, NULL);
    run_random(&two, 99, true, NULL);
    all_same();
    run_end(&one);
    run_end(&two);
}

/* A packet that seems to change nothing but counters changes nothing else. */
Test(meter_same, whether_or_not_packets_go_the_short_way)
{
    run_random(&one, 1, true, NULL);
    begin_random(&two, 1);
    two.hold = two.long_way = true;
    random_packets(&two, NULL, false);
    qsort(two.record, two.records, sizeof(two.record[0]), by_flow);
    all_same();
    cr_assert_eq(memcmp(run_stats(&one), run_stats(&two), sizeof(struct epw_stats)), 0);
    run_end(&one);
    run_end(&two);
}

/* In a gap flows end one after the other, each at its own time, whether or not anybody looks. */
Test(meter_same, whether_time_goes_on_in_gaps_or_at_the_next_packet)
{
    begin_random(&one, 1);
    random_packets(&one, NULL, false);
    begin_random(&two, 1);
    random_packets(&two, NULL, true);
    cr_assert_gt(one.records, 100);
    all_same();
    run_end(&one);
    run_end(&two);
}

/* Several meters side by side see the packets of some hosts only. */
Test(meter_same, in_any_company)
{
    run_random(&one, 1, true, NULL);
    run_random(&two, 1, true, "10.0.0.2");
    size_t at = 0;
    for (size_t i = 0; i < one.records; i++) {
        if (one.record[i].ip[0].b[15] != 2 && one.record[i].ip[1].b[15] != 2)
            continue;
        cr_assert_lt(at, two.records);
        /* The end of the capture may cut one meter's time short of the other's. */
        if (one.record[i].reason != EPW_REASON_FORCED && two.record[at].reason != EPW_REASON_FORCED)
            are_same(&one.record[i], &two.record[at]);
        at++;
    }
    cr_assert_eq(at, two.records);
    run_end(&one);
    run_end(&two);
}
