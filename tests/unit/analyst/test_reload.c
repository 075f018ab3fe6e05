/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures and site file that are read again and again while a run goes on. */
#include "find_fixture.h"

#include <criterion/criterion.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

/* One set of signatures is far larger than what the library keeps for later. */
#define SLACK (256 * 1024)

static void setup(void)
{
    find_open("deployed,acme,,\nhost,acme,server,10.0.0.5\n");
}

TestSuite(reload, .init = setup, .fini = find_close);

static void reload(unsigned times)
{
    char note[32];
    for (unsigned i = 0; i < times; i++) {
        snprintf(note, sizeof(note), "%u", i);
        find_reload(note);
    }
}

static void live(unsigned reloads)
{
    struct epw_flow_record *vain = flow_at(1, "10.0.0.7", "10.0.0.5", 2222, EPW_APP_UNKNOWN, NULL);
    unanswered(vain);
    push(vain);
    push(flow_at(2, "10.0.0.7", "203.0.113.5", 2021, EPW_APP_FTP, NULL));
    push(flow_at(3, "10.0.0.8", "10.0.0.5", 2222, EPW_APP_TLS, NULL));
    dns(4, "10.0.0.9", "a.cloud.acme.example", "203.0.113.9");
    reload(reloads);
    push(flow_at(400, "10.0.0.8", "203.0.113.5", 2021, EPW_APP_FTP, NULL));
    push(flow_at(401, "10.0.0.9", "203.0.113.9", 443, EPW_APP_TLS, NULL));
    reload(reloads);
}

Test(reload, what_was_found_goes_on)
{
    live(0);
    find_new("rogue-product");
    cr_assert_eq(found_count, 1);
    reload(3);
    push(flow_at(800, "10.0.0.9", "203.0.113.5", 2021, EPW_APP_FTP, NULL));
    find_new("rogue-product");
    cr_assert_eq(found_count, 1, "flows that wait are not in it yet, but those that stood");
    cr_expect_eq(found[0].state, EPW_FINDING_UPDATED);
    cr_expect_str_eq(found[0].product, "bolt");
}

Test(reload, the_result_is_that_of_a_run_without)
{
    struct found plain[2];
    static const char *const kind[2] = { "rogue-product", "blocked" };
    live(0);
    for (size_t i = 0; i < 2; i++) {
        find_so_far(kind[i]);
        cr_assert_leq(found_count, 1);
        plain[i] = found_count == 0 ? (struct found){ .count = 0 } : found[0];
    }
    find_close();
    setup();
    live(3);
    for (size_t i = 0; i < 2; i++) {
        find_so_far(kind[i]);
        cr_assert_eq(found_count, plain[i].count == 0 ? 0 : 1, "%s", kind[i]);
        if (found_count == 1) {
            cr_expect_eq(found[0].count, plain[i].count);
            cr_expect_str_eq(found[0].subject, plain[i].subject);
            cr_expect_str_eq(found[0].function, plain[i].function);
            cr_expect_str_eq(found[0].hosts, plain[i].hosts);
        }
    }
}

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
static size_t heap(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

Test(reload, costs_no_memory_that_stays)
{
    live(1);
    reload(20);
    size_t before = heap();
    reload(200);
    cr_expect_leq(heap(), before + SLACK, "%zu bytes, %zu before", heap(), before);
}
#endif
