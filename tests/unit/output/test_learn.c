/* SPDX-License-Identifier: Apache-2.0 */
/* The site file that is written from what was seen. */
#include "fixture.h"

#include "output/learn.h"
#include "output/openers.h"

static const struct epw_signature *const signatures[] = { &fix_sig, &fix_other };

static void open_learn(struct fix_out *out)
{
    *out = (struct fix_out){
        .output = &epw_learn,
        .info = { .version = "1.2.3", .signatures = signatures, .signature_count = 2 }
    };
    out->stream = open_memstream(&out->text, &out->len);
    cr_assert_eq(epw_learn.open(&out->state, out->stream, &out->info), EPW_OK);
}

/* The fixture's host as the server of acme-protect, and a client of bolt-suite. */
static void make_server(struct fix_host *h)
{
    fix_make_host(h);
    h->role[0].role = "server";
}

static char *close_learn(struct fix_out *out)
{
    struct epw_stats stats = { .first_ns = FIX_TIME * FIX_NS, .last_ns = FIX_TIME * FIX_NS };
    fix_close(out, &stats);
    return out->text;
}

static void expect_has(const char *text, const char *part)
{
    cr_expect_not_null(strstr(text, part), "no '%s' in:\n%s", part, text);
}

static void expect_not(const char *text, const char *part)
{
    cr_expect_null(strstr(text, part), "'%s' in:\n%s", part, text);
}

Test(learn, every_line_follows_what_it_rests_on)
{
    struct fix f;
    struct fix_host h;
    struct fix_out out;
    open_learn(&out);
    fix_make(&f);
    fix_flow(&out, &f);
    make_server(&h);
    fix_host(&out, &h);
    char *text = close_learn(&out);
    cr_expect_str_eq(text,
                     "# Learned by epwatch 1.2.3 from traffic of 2026-03-02T08:00:00.000000Z to "
                     "2026-03-02T08:00:00.000000Z.\n"
                     "# What was seen is not what should be: read each line, keep what is meant, "
                     "delete the rest.\n"
                     "type,product,key,value,note\n"
                     "# Networks: those of the internal hosts that were seen\n"
                     "# 1 address\ninternal,,,10.0.0.0/8\n"
                     "# 1 address\ninternal,,,fc00::/7\n"
                     "# Products: what spoke, likely or better\n"
                     "# confirmed, 1 flow from 2026-03-02T08:00:00.123456Z to "
                     "2026-03-02T08:00:02.000000Z\n"
                     "deployed,acme-protect,,\n"
                     "# Hosts in roles that others connect to\n"
                     "# pc5, pc5.corp.example: likely, 7 flows from 2026-03-02T08:00:00.000000Z to "
                     "2026-03-02T08:01:00.000000Z, 2 peers: agent-replication mqtt\n"
                     "host,acme-protect,server,10.0.0.5\n"
                     "host,acme-protect,server,fd00::5\n"
                     "# Accepted as it is: 0 internal hosts that speak for no product, and what "
                     "was found of hosts\n");
    free(text);
}

Test(learn, only_what_is_likely_and_ours_and_answers)
{
    struct fix f;
    struct fix_host h;
    struct fix_out out;
    open_learn(&out);
    fix_make(&f);
    f.verdict.confidence = EPW_CONF_POSSIBLE;
    fix_flow(&out, &f);
    fix_unnamed(&f, EPW_CONF_AMBIGUOUS);
    fix_flow(&out, &f);
    make_server(&h);
    h.role[0].confidence = EPW_CONF_POSSIBLE;
    fix_host(&out, &h);
    fix_make_host(&h); /* an agent: it opens, nobody connects to it */
    fix_host(&out, &h);
    char *text = close_learn(&out);
    expect_not(text, "deployed,");
    expect_not(text, "\nhost,");
    free(text);
}

/* A server at a rented machine, or of a network that nobody declared, is the site's all the same.
 */
Test(learn, a_server_elsewhere_is_one_without_its_network)
{
    struct fix_host h;
    struct fix_out out;
    open_learn(&out);
    make_server(&h);
    h.ip[0] = fix_ip("192.0.2.77");
    h.host.ip_count = 1;
    h.host.internal = false;
    fix_host(&out, &h);
    char *text = close_learn(&out);
    expect_has(text, "\nhost,acme-protect,server,192.0.2.77\n");
    expect_not(text, "\ninternal,,,192.0.2");
    free(text);
}

Test(learn, networks_that_are_not_private_are_small)
{
    struct fix_host h;
    struct fix_out out;
    open_learn(&out);
    make_server(&h);
    h.ip[0] = fix_ip("192.0.2.77");
    h.host.ip_count = 1;
    fix_host(&out, &h);
    h.ip[0] = fix_ip("192.0.2.78");
    fix_host(&out, &h);
    h.ip[0] = fix_ip("2001:db8::1:2:3:4");
    fix_host(&out, &h);
    char *text = close_learn(&out);
    expect_has(text, "internal,,,192.0.2.0/24\ninternal,,,2001:db8::/64\n#");
    free(text);
}

Test(learn, what_is_found_of_hosts_is_accepted)
{
    struct fix_finding f;
    struct fix_host h;
    struct fix_out out;
    open_learn(&out);
    fix_make_host(&h);
    h.host.role_count = 0;
    fix_host(&out, &h);
    fix_make_finding(&f);
    fix_finding(&out, &f);
    f.finding.kind = "two-products";
    f.finding.product = "";
    f.finding.summary = "two";
    fix_finding(&out, &f);
    char *text = close_learn(&out);
    expect_has(text, "ignore,,unprotected-host,10.0.0.5\n");
    expect_has(text, "# two\nignore,,two-products,10.0.0.7\nignore,,two-products,10.0.0.8\n");
    expect_not(text, "blocked");
    free(text);
}

Test(learn, what_hosts_say_does_not_become_a_line)
{
    struct fix_host h;
    struct fix_out out;
    open_learn(&out);
    make_server(&h);
    h.name[1] = "x\nproxy,,,0.0.0.0/0";
    fix_host(&out, &h);
    out.info.partial = true;
    char *text = close_learn(&out);
    expect_not(text, "\nproxy,");
    expect_has(text, ", of which a part could not be read.\n");
    free(text);
}

/* Of more addresses than can be remembered nobody knows who alone opens them. */
Test(learn, who_opened_what_has_a_limit)
{
    struct fix f;
    struct fix_out out;
    struct epw_stats stats = { 0 };
    open_learn(&out);
    out.info.stats = &stats;
    fix_make(&f);
    for (unsigned i = 0; i < EPW_OPENERS_MAX + 3; i++) {
        f.record.ip[1] = epw_ip_from4(
            (const uint8_t[4]){ 10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i });
        fix_flow(&out, &f);
    }
    cr_expect_eq(stats.limited[EPW_LIMIT_OPENERS], 3);
    free(close_learn(&out));
}
