/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <csv.h>

static void no_stats(struct fix_out *out)
{
    struct epw_stats stats = { 0 };
    fix_close(out, &stats);
}

Test(csv, header_and_row_are_the_documented_columns)
{
    struct fix f;
    struct fix_out out = { 0 };
    fix_make(&f);
    f.record.vlan_count = 2;
    f.record.vlan[0] = 10;
    f.record.vlan[1] = 20;
    fix_open(&out, "csv");
    fix_flow(&out, &f);
    no_stats(&out);
    cr_expect_str_eq(
        out.text,
        "\"start\",\"end\",\"flow_id\",\"src_ip\",\"src_port\",\"dest_ip\",\"dest_port\","
        "\"proto\",\"vlan\",\"community_id\",\"app_proto\",\"pkts_toserver\",\"pkts_toclient\","
        "\"bytes_toserver\",\"bytes_toclient\",\"state\",\"reason\",\"confidence\",\"vendor\","
        "\"product\",\"function\",\"signature\",\"rows\",\"initiator_role\",\"responder_role\","
        "\"names\",\"name_sources\",\"candidates\",\"reasons\"\r\n"
        "\"2026-03-02T08:00:00.123456Z\",\"2026-03-02T08:00:02.000000Z\",\"77\",\"10.0.0.7\","
        "\"51000\",\"10.0.0.5\",\"2222\",\"TCP\",\"10 20\",\"1:UckwPl2T/qiefs3TdQyIP87vX/E=\","
        "\"tls\",\"10\",\"8\",\"1500\",\"2500\",\"closed\",\"end\",\"confirmed\",\"Acme\","
        "\"acme-protect\",\"agent-replication\",\"acme-agent-replication\",\"acme-1 acme-2\","
        "\"agent\",\"server\",\"era.acme.example host5.corp.example\",\"sni dns\","
        "\"acme-agent-replication bolt-clients\","
        "\"port tcp/2222 | name era.acme.example, \"\"own\"\"\"\r\n");
    free(out.text);
}

static void count_cell(void *cell, size_t len, void *ctx)
{
    (void)cell;
    (void)len;
    ((size_t *)ctx)[0]++;
}

static void end_row(int c, void *ctx)
{
    (void)c;
    size_t *count = ctx;
    cr_expect_eq(count[0], 29, "row %zu has %zu cells", count[1], count[0]);
    count[0] = 0;
    count[1]++;
}

Test(csv, every_row_has_as_many_cells_as_the_header)
{
    struct fix f;
    struct fix_out out = { 0 };
    fix_open(&out, "csv");
    fix_make(&f);
    fix_flow(&out, &f);
    fix_unnamed(&f, EPW_CONF_NONE);
    f.verdict.candidate_count = f.verdict.reason_count = f.verdict.name_count = 0;
    fix_flow(&out, &f);
    fix_unnamed(&f, EPW_CONF_AMBIGUOUS);
    f.record.proto = 1;
    fix_flow(&out, &f);
    no_stats(&out);

    struct csv_parser parser;
    size_t count[2] = { 0, 0 }; /* cells of this row, rows */
    cr_assert_eq(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI), 0);
    cr_expect_eq(csv_parse(&parser, out.text, out.len, count_cell, end_row, count), out.len);
    csv_fini(&parser, count_cell, end_row, count);
    csv_free(&parser);
    cr_expect_eq(count[1], 4);
    free(out.text);
}

/* A host that asks DNS for such a name has it stand first in its row's cell. */
Test(csv, a_name_is_no_formula)
{
    static const char *const names[][2] = {
        { "=hyperlink(\"http://x/\")", ",\"\\x3dhyperlink(\"\"http://x/\"\") " },
        { "+1", ",\"\\x2b1 " },
        { "-2+3", ",\"\\x2d2+3 " },
        { "@sum(1)", ",\"\\x40sum(1) " },
        { "a=b", ",\"a=b " },
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct fix f;
        struct fix_out out = { 0 };
        fix_make(&f);
        f.own_name[0].text = names[i][0];
        fix_open(&out, "csv");
        fix_flow(&out, &f);
        no_stats(&out);
        cr_expect_not_null(strstr(out.text, names[i][1]), "%s", names[i][0]);
        free(out.text);
    }
}

Test(csv, a_file_that_goes_on_has_its_header_already)
{
    static const char *const formats[] = { "csv", "findings" };
    for (size_t i = 0; i < 2; i++) {
        struct fix_out out = { .info = { .goes_on = true } };
        fix_open(&out, formats[i]);
        no_stats(&out);
        cr_expect_str_eq(out.text, "", "%s", formats[i]);
        free(out.text);
    }
}

Test(csv, labelled_only_leaves_out_flows_without_a_product)
{
    struct fix f;
    struct fix_out out = { 0 };
    out.info.labelled_only = true;
    fix_open(&out, "csv");
    fix_unnamed(&f, EPW_CONF_AMBIGUOUS);
    fix_flow(&out, &f);
    no_stats(&out);
    cr_expect_str_eq(strchr(out.text, '\n'), "\n");
    free(out.text);
}

Test(csv, a_full_disk_is_an_error)
{
    const struct epw_output *csv = epw_output_find("csv");
    struct epw_run_info info = { .version = "1" };
    void *state = NULL;
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL)
        cr_skip_test("no /dev/full here");
    setvbuf(full, NULL, _IONBF, 0);
    struct epw_stats stats = { 0 };
    cr_expect_eq(csv->open(&state, full, &info), EPW_EIO);
    csv->close(state, &stats);
    fclose(full);
}
