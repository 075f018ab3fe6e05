/* SPDX-License-Identifier: Apache-2.0 */
/* The outputs that list hosts and findings as CSV. */
#include "fixture.h"

static const char inventory_header[] =
    "\"host\",\"addresses\",\"mac\",\"names\",\"internal\",\"product\",\"kind\",\"role\","
    "\"confidence\",\"versions\",\"first\",\"last\",\"flows\",\"peers\",\"functions_seen\","
    "\"functions_unseen\"\r\n";

static void expect_text(struct fix_out *out, const char *header, const char *rows)
{
    struct epw_stats stats = { 0 };
    fix_close(out, &stats);
    cr_assert_eq(strncmp(out->text, header, strlen(header)), 0, "%s", out->text);
    cr_expect_str_eq(out->text + strlen(header), rows);
    free(out->text);
}

Test(inventory, one_row_a_role)
{
    struct fix_host h;
    struct fix_out out = { 0 };
    fix_open(&out, "inventory");
    fix_make_host(&h);
    fix_host(&out, &h);
    expect_text(
        &out, inventory_header,
        "\"10.0.0.5\",\"10.0.0.5 fd00::5\",\"02:00:0a:00:00:05\",\"pc5 pc5.corp.example\",\"yes\","
        "\"acme-protect\",\"own\",\"agent\",\"likely\",\"14.2.x\",\"2026-03-02T08:00:00.000000Z\","
        "\"2026-03-02T08:01:00.000000Z\",\"7\",\"2\",\"agent-replication mqtt\",\"updates\"\r\n"
        "\"10.0.0.5\",\"10.0.0.5 fd00::5\",\"02:00:0a:00:00:05\",\"pc5 pc5.corp.example\",\"yes\","
        "\"bolt-suite\",\"neighbour\",\"client\",\"confirmed\",\"\",\"2026-03-02T08:00:00."
        "000000Z\","
        "\"2026-03-02T08:00:00.000000Z\",\"1\",\"1\",\"\",\"\"\r\n");
}

Test(inventory, a_host_without_a_product_has_a_row)
{
    struct fix_host h;
    struct fix_out out = { 0 };
    fix_open(&out, "inventory");
    fix_make_host(&h);
    h.host.role_count = h.host.name_count = 0;
    h.host.ip_count = 1;
    h.host.has_mac = false;
    h.host.internal = false;
    fix_host(&out, &h);
    expect_text(&out, inventory_header,
                "\"10.0.0.5\",\"10.0.0.5\",\"\",\"\",\"no\",\"\",\"\",\"\",\"\",\"\","
                "\"2026-03-02T08:00:00.000000Z\",\"2026-03-02T08:01:30.000000Z\",\"9\",\"\",\"\","
                "\"\"\r\n");
}

Test(findings, one_row_a_finding)
{
    struct fix_finding f;
    struct fix_out out = { 0 };
    fix_open(&out, "findings");
    fix_make_finding(&f);
    f.finding.summary = "says \"no\"";
    fix_finding(&out, &f);
    expect_text(&out,
                "\"severity\",\"finding\",\"finding_id\",\"state\",\"product\",\"function\","
                "\"subject\",\"hosts\",\"count\",\"host_total\",\"first\",\"last\",\"summary\","
                "\"documented\",\"advice\",\"flow_ids\"\r\n",
                "\"medium\",\"blocked\",\"0123456789abcdef\",\"open\",\"acme-protect\","
                "\"agent-replication\",\"10.0.0.5:2222\",\"10.0.0.7 10.0.0.8\",\"5\",\"3\","
                "\"2026-03-02T08:00:00.000000Z\",\"2026-03-02T08:01:00.000000Z\","
                "\"says \"\"no\"\"\",\"agents open it (acme-1)\",\"let tcp/2222 pass\",\"77\"\r\n");
}
