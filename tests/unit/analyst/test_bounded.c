/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Months of hostile traffic in a minute: addresses, MACs, names, ports, questions and announced
 * endpoints that never come twice, among them conversations of every shipped signature. When the
 * tables are full, the heap is as large as it will be: a table without a cap fails here.
 */
#include "config.h" /* mkstemp */

#include "analyst/analyst.h"

#include <criterion/criterion.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define SKIPPED 1
#elif !__GLIBC_PREREQ(2, 33)
#define SKIPPED 1
#else
#define SKIPPED 0
#endif

#if !SKIPPED

/* Flows until all tables that they reach are full; and then. */
#define FULL 360000
#define MORE 120000

/* Thousandths that a full heap may grow: texts differ in length. */
#define GROWTH   10

#define BEGIN_NS 1772438400000000000LL
#define STEP_NS  1000000

static struct epw_catalogue *catalogue;
static struct epw_site *site;
static const struct epw_signature *declared; /* a row of whose servers all but one are rogue */
static uint64_t state = 42;

/* splitmix64: the same numbers everywhere. */
static uint64_t next(void)
{
    uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

static struct epw_ip any_ip(bool inside)
{
    uint64_t r = next();
    return epw_ip_from4((const uint8_t[4]){ inside ? 10 : (uint8_t)(193 + (r >> 24 & 7)),
                                            (uint8_t)(r >> 16), (uint8_t)(r >> 8), (uint8_t)r });
}

static void on_result(void *ctx, const struct epw_result *result)
{
    (void)result;
    ++*(uint64_t *)ctx;
}

static void set_up(void)
{
    char path[4096];
    const char *srcdir = getenv("EPW_SRCDIR"), *folder = path;
    snprintf(path, sizeof(path), "%s/signatures", srcdir == NULL ? "." : srcdir);
    cr_assert_eq(epw_catalogue_load(&catalogue, &folder, 1, NULL, NULL), EPW_OK);
    char lines[] = "/tmp/epw-site-XXXXXX";
    FILE *file = fdopen(mkstemp(lines), "w");
    fputs("type,product,key,value\ninternal,,,10.0.0.0/8\ndeployed,eset-protect,,\n"
          "host,eset-protect,server,10.0.0.5\n",
          file);
    fclose(file);
    cr_assert_eq(epw_site_load(&site, lines, catalogue, NULL, NULL), EPW_OK);
    unlink(lines);
    for (size_t i = 0; i < epw_catalogue_count(catalogue) && declared == NULL; i++) {
        const struct epw_signature *sig = epw_catalogue_at(catalogue, i);
        if (strcmp(sig->product, "eset-protect") == 0 && strcmp(sig->responder, "server") == 0 &&
            sig->needs == EPW_NEEDS_PORT)
            declared = sig;
    }
    cr_assert_not_null(declared);
}

/* A conversation of this signature between hosts that nobody saw before, or a vain attempt at one.
 */
static void make_flow(const struct epw_signature *sig, int64_t ts_ns, struct epw_flow_record *r,
                      struct epw_evidence *ev, struct epw_flow_name *name)
{
    uint64_t die = next();
    bool vain = die % 8 == 0;
    *ev = epw_evidence_none;
    *r = (struct epw_flow_record){ .flow_id = next(),
                                   .ip = { any_ip(die % 16 != 1), any_ip(die % 4 == 0) },
                                   .port = { (uint16_t)(next() | 1024),
                                             sig->port_count == 0 ? 443 : sig->port[0].low },
                                   .proto = sig->proto,
                                   .how = EPW_INIT_HANDSHAKE,
                                   .state = vain ? EPW_FLOW_UNANSWERED : EPW_FLOW_CLOSED,
                                   .first_ns = ts_ns,
                                   .last_ns = ts_ns + STEP_NS,
                                   .packets = { 6, vain ? 0 : 6 },
                                   .bytes = { 600, vain ? 0 : 600 },
                                   .payload_bytes = { vain ? 0 : 200, vain ? 0 : 200 },
                                   .syns = vain ? 3 : 1,
                                   .tcp_flags = { vain ? 2 : 0x1b, vain ? 0 : 0x1b },
                                   .first_record = true,
                                   .has_mac = true,
                                   .ttl = die % 2 == 0 ? 64 : 63,
                                   .evidence = ev };
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < 6; i++)
            r->mac[side][i] = i == 0 ? 2 : (uint8_t)(next());
    if (vain)
        return;
    ev->app = ev->app_side[0] = sig->app_count == 0 ? EPW_APP_UNKNOWN : sig->app[0];
    ev->payload_seen[0] = ev->payload_seen[1] = true;
    if (sig->name_count != 0 && strpbrk(sig->name[0], "*?") == NULL) {
        *name = (struct epw_flow_name){ .text = sig->name[0], .source = EPW_NAME_SNI };
        ev->name = name;
        ev->name_count = 1;
    }
}

static void sight(struct epw_analyst *analyst, enum epw_sighting_kind kind, int64_t ts_ns,
                  const char *what)
{
    struct epw_sighting s = { .kind = kind,
                              .ts_ns = ts_ns,
                              .client = any_ip(true),
                              .server = any_ip(true),
                              .address = any_ip(false),
                              .port = (uint16_t)next(),
                              .proto = 6,
                              .rcode = 3,
                              .endpoint_listener = 1,
                              .ttl_s = 86400,
                              .dns_id = (uint16_t)next(),
                              .dns_type = 1 };
    snprintf(s.name, sizeof(s.name), "%s%u.example", what, (unsigned)next());
    if (kind == EPW_SIGHT_ALIAS)
        snprintf(s.canonical, sizeof(s.canonical), "c%u.example", (unsigned)next());
    epw_analyst_sighting(analyst, &s);
}

static void live(struct epw_analyst *analyst, unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        const int64_t now_ns = BEGIN_NS + (int64_t)i * STEP_NS;
        struct epw_flow_record r;
        struct epw_evidence ev;
        struct epw_flow_name name;
        make_flow(i % 4 == 0 ? declared
                             : epw_catalogue_at(catalogue, i % epw_catalogue_count(catalogue)),
                  now_ns, &r, &ev, &name);
        epw_analyst_flow(analyst, &r);
        sight(analyst, EPW_SIGHT_ADDRESS, now_ns, "host");
        sight(analyst, EPW_SIGHT_ENDPOINT, now_ns, "");
        if (i % 4 == 0)
            sight(analyst, EPW_SIGHT_ALIAS, now_ns, "alias");
        if (i % 8 == 0)
            sight(analyst, EPW_SIGHT_REFUSAL, now_ns, "refused");
    }
}

static size_t heap(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

Test(bounded, a_full_heap_does_not_grow, .init = set_up)
{
    struct epw_analyst *analyst;
    uint64_t results = 0;
    const struct epw_analyst_options options = { .wait_s = 1, .seed = 42, .site = site };
    cr_assert_eq(epw_analyst_new(&analyst, catalogue, &options, on_result, &results), EPW_OK);
    live(analyst, 0, FULL);
    size_t full = heap();
    live(analyst, FULL, FULL + MORE);
    size_t after = heap();
    cr_expect_leq(after, full + full / 1000 * GROWTH, "%zu bytes, %zu before", after, full);

    const struct epw_stats *stats = epw_analyst_stats(analyst);
    static const enum epw_limit reached[] = {
        EPW_LIMIT_QUESTIONS, EPW_LIMIT_DNS_CLIENTS, EPW_LIMIT_ENDPOINTS, EPW_LIMIT_FANS,
        EPW_LIMIT_PAIRS,     EPW_LIMIT_ATTEMPTS,    EPW_LIMIT_MACS,      EPW_LIMIT_SPOKEN,
    };
    for (size_t i = 0; i < sizeof(reached) / sizeof(reached[0]); i++)
        cr_expect_gt(stats->limited[reached[i]], 0, "%s", epw_limit_name(reached[i]));
    cr_expect_gt(stats->hosts_evicted, 0);
    cr_expect_gt(stats->names_evicted, 0);
    cr_expect_gt(stats->findings_dropped, 0);
    cr_expect_eq(stats->limited[EPW_LIMIT_MEMORY], 0);
    cr_expect_gt(results, FULL / 2);
    epw_analyst_free(analyst);
    epw_site_free(site);
    epw_catalogue_free(catalogue);
}

#else

Test(bounded, nothing_counts_the_heap_here)
{
    cr_skip_test("no mallinfo2(), or a sanitizer's heap");
}

#endif
