/* SPDX-License-Identifier: Apache-2.0 */
/* What a meter tells of the flows that end next. */
#include "meter_help.h"

#include <stdio.h>

/* What a receiver was told to come, and what came. */
struct coming {
    struct epw_ip ip[8 * EPW_SOON_FLOWS];
    size_t told, came;
};

static void hear_soon(void *ctx, const struct epw_ip ip[2 * EPW_SOON_FLOWS])
{
    struct coming *coming = ctx;
    cr_assert_leq(coming->told + 2 * EPW_SOON_FLOWS, 8 * EPW_SOON_FLOWS);
    memcpy(coming->ip + coming->told, ip, 2 * EPW_SOON_FLOWS * sizeof(*ip));
    coming->told += 2 * EPW_SOON_FLOWS;
}

static void check_came(void *ctx, const struct epw_flow_record *record)
{
    struct coming *coming = ctx;
    const struct epw_ip *ip = coming->ip + coming->came;
    bool was_told = coming->came < coming->told;
    coming->came += 2;
    cr_assert_eq(was_told, coming->came <= 8 * EPW_SOON_FLOWS);
    if (was_told)
        cr_assert(epw_ip_equal(&ip[0], &record->ip[0]) || epw_ip_equal(&ip[1], &record->ip[0]));
}

Test(meter_soon, who_ends_soon_is_told_in_the_order_of_the_ends)
{
    static struct coming coming;
    const struct epw_meter_options options = EPW_METER_DEFAULTS;
    const struct epw_meter_sink sink = {
        .ctx = &coming, .flow = check_came, .sighting = run_sighting, .soon = hear_soon
    };
    struct run run;
    run_begin(&run);
    epw_meter_free(run.meter);
    cr_assert_eq(epw_meter_new(&run.meter, &options, &sink), EPW_OK);
    char src[16];
    /* Four whole blocks, and one flow of which nothing is told. */
    for (unsigned i = 0; i < 4 * EPW_SOON_FLOWS + 1; i++) {
        snprintf(src, sizeof(src), "10.0.1.%u", 200 - i);
        SEND(&run, .at = i, .src = src, .sport = 40000, .dst = "10.0.0.2", .dport = 53,
             .proto = UDP, .len = 10);
    }
    run_flush(&run);
    cr_assert_eq(coming.told, 8 * EPW_SOON_FLOWS);
    cr_assert_eq(coming.came, 8 * EPW_SOON_FLOWS + 2);
    run_end(&run);
}
