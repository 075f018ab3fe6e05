/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/tries.h"

#include "made_flow.h"

static struct epw_tries tries;
static const struct epw_signature sig = { .id = "a-sig" };

static void set_up(void)
{
    epw_tries_start(&tries, 42);
}

static void tear_down(void)
{
    epw_tries_free(&tries);
}

TestSuite(tries, .init = set_up, .fini = tear_down);

/* The n-th client's at one target; nothing is forgotten for it. */
static struct epw_tried *get(uint32_t n)
{
    const struct epw_ip client =
        epw_ip_from4((const uint8_t[4]){ 10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n });
    bool forgotten = false, dropped = false;
    struct epw_tried *t = epw_tries_get(&tries, &client, 7, &forgotten, &dropped);
    cr_assert_not_null(t);
    cr_assert_not(forgotten || dropped);
    return t;
}

/* A flow that lasted for a second, and how often its client tried. */
static struct epw_flow_record flow_at(int64_t first_s, uint8_t syns)
{
    static struct epw_evidence evidence;
    struct epw_flow_record r = made_flow("10.0.0.1", "10.2.0.1", 443, EPW_APP_TLS, &evidence);
    r.first_ns = first_s * NS;
    r.last_ns = (first_s + 1) * NS;
    r.syns = syns;
    return r;
}

static void fail_at(struct epw_tried *t, int64_t first_s, uint8_t syns)
{
    const struct epw_flow_record r = flow_at(first_s, syns);
    cr_assert(epw_tried_failed(t, &sig, "10.2.0.1:443", "nobody answered", &r, false));
}

Test(tries, clients_and_targets_are_told_apart)
{
    const struct epw_ip client = ip_of("10.0.0.1");
    bool forgotten = false, dropped = false;
    get(1)->ok_ns = 5;
    cr_expect_eq(get(1)->ok_ns, 5);
    cr_expect_eq(get(1)->group, 7);
    cr_expect_eq(get(2)->ok_ns, 0);
    cr_expect_eq(epw_tries_get(&tries, &client, 8, &forgotten, &dropped)->ok_ns, 0);
}

Test(tries, failures_are_counted_until_one_works)
{
    struct epw_tried *t = get(1);
    fail_at(t, 20, 3);
    fail_at(t, 10, 1);
    fail_at(t, 15, 0);
    cr_assert_not_null(t->failed);
    cr_expect_eq(t->failed->count, 3);
    cr_expect_eq(t->failed->attempts, 5);
    cr_expect_eq(t->failed->first_ns, 10 * NS);
    cr_expect_eq(t->failed->last_ns, 21 * NS);
    cr_expect_eq(t->failed->record.first_ns, 20 * NS, "of the first that was told");
    cr_expect_str_eq(t->failed->target, "10.2.0.1:443");
    cr_expect_str_eq(t->failed->why, "nobody answered");
    cr_expect_not(t->failed->sure);
    cr_expect(epw_tries_any_failed(&tries));

    epw_tried_ok(t, 21 * NS);
    cr_expect_not_null(t->failed, "not later than the last that failed");
    epw_tried_ok(t, 22 * NS);
    cr_expect_null(t->failed);
    cr_expect_not(epw_tries_any_failed(&tries));

    fail_at(t, 20, 1);
    cr_expect_null(t->failed, "it worked since");
    fail_at(t, 30, 1);
    cr_assert_not_null(t->failed);
    cr_expect_eq(t->failed->count, 1);
}

Test(tries, of_what_worked_is_kept_whom_it_was_with)
{
    struct epw_tried *t = get(1);
    struct epw_flow_record r = flow_at(10, 1);
    r.has_mac = true;
    r.mac[0][5] = 9;
    epw_tried_met(t, &sig, &r);
    cr_expect_eq(t->ok_ns, 11 * NS);
    cr_expect_eq(t->met, &sig);
    cr_expect(epw_ip_equal(&t->server, &r.ip[1]));
    cr_expect_eq(t->port, 443);
    cr_expect(t->met_has_mac);
    cr_expect_eq(t->met_mac[5], 9);
}

Test(tries, the_oldest_makes_room)
{
    const struct epw_ip other = ip_of("10.255.0.1");
    bool forgotten = false, dropped = false;
    for (uint32_t n = 0; n < EPW_TRIES_MAX; n++)
        get(n)->ok_ns = n + 1;
    fail_at(get(1), 10, 1);
    cr_assert_not_null(epw_tries_get(&tries, &other, 1, &forgotten, &dropped));
    cr_expect(forgotten);
    cr_expect_not(dropped, "of the first only what worked");
    forgotten = false;
    cr_assert_not_null(epw_tries_get(&tries, &other, 2, &forgotten, &dropped));
    cr_expect(forgotten);
    cr_expect(dropped, "the second had failed");

    uint32_t at = 0;
    for (uint32_t n = 2; n < EPW_TRIES_MAX; n++)
        cr_assert_eq(epw_tries_next(&tries, &at)->ok_ns, n + 1);
    cr_expect_eq(epw_tries_next(&tries, &at)->group, 1);
    cr_expect_eq(epw_tries_next(&tries, &at)->group, 2);
    cr_expect_null(epw_tries_next(&tries, &at));
}
