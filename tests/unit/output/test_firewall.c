/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

static const struct epw_port_range unused_port[] = { { 8014, 8014 }, { 23100, 23199 } };
static const char *const unused_row[] = { "acme-9" };
static struct epw_signature sig[2]; /* seen; never seen */
static const struct epw_signature *const sigs[] = { &sig[0], &sig[1] };

static void open_with(struct fix_out *out, const char *name)
{
    sig[0] = fix_sig;
    sig[1] = fix_other;
    sig[1].product = "acme-protect";
    sig[1].function = "updates";
    sig[1].row_count = 1;
    sig[1].row = unused_row;
    sig[1].port_count = 2;
    sig[1].port = unused_port;
    out->info.signatures = sigs;
    out->info.signature_count = 2;
    fix_open(out, name);
}

/* A flow from this initiator to 10.0.0.5:2222. */
static void add_from(struct fix_out *out, const char *initiator, enum epw_confidence confidence)
{
    struct fix f;
    fix_make(&f);
    f.record.ip[0] = fix_ip(initiator);
    f.verdict.confidence = confidence;
    f.verdict.sig = &sig[0];
    fix_flow(out, &f);
}

/* Addresses that are ours. */
static void add_ours(struct fix_out *out, const char *first, const char *second)
{
    struct fix_host h;
    fix_make_host(&h);
    h.ip[0] = fix_ip(first);
    h.ip[1] = fix_ip(second);
    fix_host(out, &h);
}

static char *end(struct fix_out *out)
{
    struct epw_stats stats = { 0 };
    fix_close(out, &stats);
    return out->text;
}

Test(nftables, one_rule_for_all_initiators_of_a_port)
{
    struct fix_out out = { 0 };
    open_with(&out, "firewall-nftables");
    add_from(&out, "10.0.0.8", EPW_CONF_LIKELY);
    add_from(&out, "10.0.0.7", EPW_CONF_CONFIRMED);
    add_from(&out, "10.0.0.7", EPW_CONF_CONFIRMED);
    add_from(&out, "10.0.0.9", EPW_CONF_POSSIBLE);
    char *text = end(&out);
    cr_expect_not_null(
        strstr(text,
               "        # acme-protect agent-replication: agent -> server; rows acme-1 acme-2\n"
               "        ip saddr { 10.0.0.7, 10.0.0.8 } ip daddr 10.0.0.5 tcp dport 2222 "
               "counter accept\n"),
        "%s", text);
    cr_expect_null(strstr(text, "10.0.0.9"));
    cr_expect_not_null(strstr(
        text, "        # unused: acme-protect updates, tcp 8014 23100-23199; rows acme-9\n"));
    free(text);
}

Test(nftables, lets_nobody_in_from_outside)
{
    struct fix_out out = { 0 };
    open_with(&out, "firewall-nftables");
    add_ours(&out, "10.0.0.5", "10.0.0.7");
    add_from(&out, "10.0.0.7", EPW_CONF_LIKELY);
    add_from(&out, "203.0.113.66", EPW_CONF_LIKELY);
    char *text = end(&out);
    cr_expect_not_null(strstr(text, "ip saddr { 10.0.0.7 } ip daddr 10.0.0.5 tcp"), "%s", text);
    cr_expect_not_null(strstr(text, "# NOT allowed, from outside to 10.0.0.5 port 2222: "
                                    "203.0.113.66 (acme-protect agent-replication)\n"),
                       "%s", text);
    free(text);
}

Test(nftables, lets_a_documented_service_in)
{
    static const struct epw_sig_network network[] = {
        { .prefix = { .ip = { { [10] = 0xff, [11] = 0xff, [12] = 203, [13] = 0, [14] = 113 } },
                      .bits = 120 } },
    };
    struct fix_out out = { 0 };
    open_with(&out, "firewall-nftables");
    sig[0].network = network;
    sig[0].network_count = 1;
    add_ours(&out, "10.0.0.5", "10.0.0.7");
    add_from(&out, "203.0.113.66", EPW_CONF_LIKELY);
    add_from(&out, "198.51.100.1", EPW_CONF_LIKELY);
    char *text = end(&out);
    cr_expect_not_null(strstr(text, "ip saddr { 203.0.113.66 } ip daddr 10.0.0.5 tcp"), "%s", text);
    cr_expect_not_null(strstr(text, "port 2222: 198.51.100.1 ("), "%s", text);
    free(text);
}

Test(nftables, functions_between_the_same_hosts_share_a_rule)
{
    struct fix f;
    struct fix_out out = { 0 };
    open_with(&out, "firewall-nftables");
    add_from(&out, "10.0.0.7", EPW_CONF_LIKELY);
    fix_make(&f);
    f.verdict.sig = &sig[1];
    f.verdict.proxied = true;
    fix_flow(&out, &f); /* another conversation: one of the two is through a proxy */
    char *text = end(&out);
    cr_expect_not_null(
        strstr(text,
               "        # acme-protect agent-replication: agent -> server; rows acme-1 acme-2\n"
               "        # acme-protect updates; rows acme-9; through a proxy\n"
               "        ip saddr { 10.0.0.7 } ip daddr 10.0.0.5 tcp dport 2222 counter "
               "accept\n    }\n"),
        "%s", text);
    free(text);
}

Test(nftables, a_documented_proxy_is_used_by_what_goes_through_it)
{
    struct fix f;
    struct fix_out out = { 0 };
    open_with(&out, "firewall-nftables");
    fix_make(&f);
    f.verdict.sig = &sig[0];
    f.verdict.proxied = true;
    f.candidate[0].sig = &sig[0];
    f.candidate[1] = (struct epw_candidate){ &sig[1], EPW_CONF_LIKELY, false, "" };
    f.record.port[1] = 8014;
    fix_flow(&out, &f);
    char *text = end(&out);
    cr_expect_not_null(
        strstr(text,
               "        # acme-protect agent-replication: agent -> server; rows acme-1 acme-2; "
               "through a proxy\n"
               "        # acme-protect updates; rows acme-9\n"
               "        ip saddr { 10.0.0.7 } ip daddr 10.0.0.5 tcp dport 8014 counter accept\n"),
        "%s", text);
    cr_expect_null(strstr(text, "unused"));
    free(text);
}

Test(nftables, ipv6_and_announced_ports)
{
    struct fix f;
    struct fix_out out = { 0 };
    open_with(&out, "firewall-nftables");
    fix_make(&f);
    f.record.ip[0] = fix_ip("fd00::7");
    f.record.ip[1] = fix_ip("fd00::5");
    f.verdict.sig = &sig[0];
    fix_flow(&out, &f);
    sig[1].needs = EPW_NEEDS_CONTROL;
    f.verdict.sig = &sig[1];
    fix_flow(&out, &f);
    char *text = end(&out);
    cr_expect_not_null(strstr(text, "ip6 saddr { fd00::7 } ip6 daddr fd00::5 tcp dport 2222 "),
                       "%s", text);
    cr_expect_not_null(strstr(text, "dport { 8014, 23100-23199 } counter accept"), "%s", text);
    cr_expect_null(strstr(text, "dport 0"));
    free(text);
}

Test(firewall_csv, rows_have_a_status)
{
    struct fix_out out = { 0 };
    open_with(&out, "firewall-csv");
    add_ours(&out, "10.0.0.5", "10.0.0.7");
    add_from(&out, "10.0.0.7", EPW_CONF_LIKELY);
    add_from(&out, "203.0.113.66", EPW_CONF_LIKELY);
    char *text = end(&out);
    char *rows = strchr(text, '\n');
    cr_assert_not_null(rows);
    cr_expect_str_eq(
        rows + 1,
        "\"allow\",\"10.0.0.7\",\"10.0.0.5\",\"tcp\",\"2222\",\"acme-protect\",\"agent-"
        "replication\","
        "\"acme-1 acme-2\",\"agent\",\"server\",\"\",\"\",\"2\",\"2026-03-02T08:00:00.123456Z\","
        "\"2026-03-02T08:00:02.000000Z\"\r\n"
        "\"outside\",\"203.0.113.66\",\"10.0.0.5\",\"tcp\",\"2222\",\"acme-protect\","
        "\"agent-replication\",\"acme-1 acme-2\",\"agent\",\"server\",\"\",\"\",\"2\","
        "\"2026-03-02T08:00:00.123456Z\",\"2026-03-02T08:00:02.000000Z\"\r\n"
        "\"unused\",\"\",\"\",\"tcp\",\"8014 23100-23199\",\"acme-protect\",\"updates\",\"acme-9\","
        "\"\",\"\",\"\",\"\",\"\",\"\",\"\"\r\n");
    free(text);
}

Test(firewall_csv, what_no_firewall_need_pass_is_left_out)
{
    struct fix_out out = { 0 };
    open_with(&out, "firewall-csv");
    sig[0].scope = EPW_SCOPE_NOT_IN_FIREWALL;
    sig[1].neighbour = true;
    add_from(&out, "10.0.0.7", EPW_CONF_LIKELY);
    char *text = end(&out);
    cr_expect_eq(strchr(text, '\n')[1], '\0', "%s", text);
    free(text);
}

/* Signatures are read again: one that is known by the same id, then none. */
static struct epw_signature renewed;

static const struct epw_signature *find_renewed(const void *signatures, const char *id)
{
    (void)signatures;
    return renewed.id != NULL && strcmp(renewed.id, id) == 0 ? &renewed : NULL;
}

Test(firewall_csv, rules_are_those_of_the_signatures_in_use)
{
    struct fix_out out = { 0 };
    open_with(&out, "firewall-csv");
    add_from(&out, "10.0.0.7", EPW_CONF_LIKELY);
    renewed = fix_sig;
    renewed.function = "renamed";
    out.output->reloaded(out.state, find_renewed, NULL);
    memset(&sig[0], 0xff, sizeof(sig[0])); /* those of before are freed */
    sig[0] = fix_other;
    char *text = end(&out);
    cr_expect_not_null(strstr(text, "\"renamed\""), "%s", text);
    cr_expect_null(strstr(text, "\"agent-replication\""));
    free(text);
}

Test(firewall_csv, what_is_documented_no_more_has_no_rule)
{
    struct fix_out out = { 0 };
    open_with(&out, "firewall-csv");
    add_from(&out, "10.0.0.7", EPW_CONF_LIKELY);
    renewed.id = NULL;
    out.output->reloaded(out.state, find_renewed, NULL);
    add_from(&out, "10.0.0.8", EPW_CONF_LIKELY);
    char *text = end(&out);
    cr_expect_null(strstr(text, "10.0.0.7"), "%s", text);
    cr_expect_not_null(strstr(text, "\"10.0.0.8\""));
    free(text);
}
