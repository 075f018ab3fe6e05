/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/pairs.h"

#include "made_flow.h"

#include <stdlib.h>
#include <string.h>

/* Hosts of either side: more pairs than are kept, of fewer hosts than are kept. */
#define SIDE 512

static struct epw_stats stats;
static struct epw_addresses *addresses;
static struct epw_pairs *pairs;

static void set_up(void)
{
    memset(&stats, 0, sizeof(stats));
    cr_assert_eq(epw_addresses_new(&addresses, 42, &stats), EPW_OK);
    cr_assert_eq(epw_pairs_new(&pairs, addresses, 42, &stats), EPW_OK);
}

static void tear_down(void)
{
    epw_addresses_free(addresses);
    epw_pairs_free(pairs);
}

TestSuite(pairs, .init = set_up, .fini = tear_down);

/* The n-th pair: 10.1.x.x and 10.2.x.x. */
static void pair_of(uint32_t n, struct epw_ip ip[2])
{
    uint32_t host[2] = { n / SIDE, n % SIDE };
    for (uint8_t side = 0; side < 2; side++)
        ip[side] = epw_ip_from4((const uint8_t[4]){
            10, (uint8_t)(1 + side), (uint8_t)(host[side] >> 8), (uint8_t)host[side] });
}

/* A conversation of the n-th pair, from either side. */
static void talk(uint32_t n, bool turned, bool doubled)
{
    struct epw_evidence evidence;
    struct epw_flow_record r = made_flow("10.1.0.1", "10.2.0.1", 443, EPW_APP_TLS, &evidence);
    struct epw_ip ip[2];
    pair_of(n, ip);
    r.ip[0] = ip[turned];
    r.ip[1] = ip[!turned];
    r.doubled = doubled;
    epw_pairs_note(pairs, &r);
}

static bool is_doubtful(uint32_t n, bool turned)
{
    struct epw_ip ip[2];
    pair_of(n, ip);
    return epw_pairs_doubtful(pairs, &ip[turned], &ip[!turned]);
}

Test(pairs, either_side_may_open)
{
    talk(7, false, true);
    cr_expect(is_doubtful(7, true));
    for (unsigned i = 0; i < EPW_PAIRS_DOUBT - 1; i++) {
        cr_expect(is_doubtful(7, false));
        talk(7, true, false);
    }
    cr_expect(is_doubtful(7, false), "one of ten");
    talk(7, true, false);
    cr_expect_not(is_doubtful(7, false), "one of eleven is bad luck");
    cr_expect_not(is_doubtful(8, false));
}

Test(pairs, the_first_that_came_is_forgotten_first)
{
    for (uint32_t n = 0; n < EPW_PAIRS_MAX; n++)
        talk(n, false, true);
    epw_pairs_settle(pairs);
    cr_expect_eq(stats.limited[EPW_LIMIT_PAIRS], 0);
    talk(0, false, true); /* known: it makes no room, and stays the first */
    for (uint32_t n = 0; n < EPW_PAIRS_MAX; n++)
        cr_assert(is_doubtful(n, false), "%u", n);
    talk(EPW_PAIRS_MAX, false, true);
    epw_pairs_settle(pairs);
    cr_expect_eq(stats.limited[EPW_LIMIT_PAIRS], 1);
    cr_expect_not(is_doubtful(0, false));
    for (uint32_t n = 1; n <= EPW_PAIRS_MAX; n++)
        cr_assert(is_doubtful(n, false), "%u", n);
}

/* What is kept of a pair by a list that is as simple as can be. */
struct model {
    uint32_t flows, bad, came; /* came: 0, it is not kept */
};

/* More pairs than are kept, again and again in no order, so that they go and come back. */
Test(pairs, what_is_kept_does_not_depend_on_how)
{
    struct model *model = calloc((size_t)SIDE * SIDE, sizeof(*model));
    uint32_t came = 0, random = 1, checked = 0;
    cr_assert_not_null(model);
    for (uint32_t i = 0; i < 600000; i++) {
        random = random * 1664525 + 1013904223; /* Numerical Recipes' */
        uint32_t n = random >> 14;
        struct model *m = &model[n];
        bool kept = m->came != 0 && came - m->came < EPW_PAIRS_MAX, bad = (random >> 8) % 16 == 0;
        if (i % 4 == 0)
            cr_assert_eq(is_doubtful(n, i % 8 == 0),
                         kept && m->bad != 0 && m->bad * EPW_PAIRS_DOUBT >= m->flows, "%u", i);
        checked += i % 4 == 0 && kept && m->flows > 1 && m->bad != 0;
        if (!kept)
            *m = (struct model){ .came = ++came };
        m->flows++;
        m->bad += bad;
        talk(n, i % 3 == 0, bad);
    }
    cr_expect_gt(checked, 1000);
    epw_pairs_settle(pairs);
    cr_expect_eq(stats.limited[EPW_LIMIT_PAIRS], came - EPW_PAIRS_MAX);
    free(model);
}
