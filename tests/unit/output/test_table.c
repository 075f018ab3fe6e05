/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"
#include "output/layout.h"

static void expect_narrow(const char *text)
{
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
        cr_expect_leq(strcspn(line, "\n"), EPW_LAYOUT_COLUMNS, "%.*s", (int)strcspn(line, "\n"),
                      line);
}

Test(table, shows_products_ports_and_quality)
{
    struct fix f;
    struct fix_out out = { 0 };
    fix_open(&out, "table");
    fix_make(&f);
    fix_flow(&out, &f);
    f.record.ip[0] = fix_ip("10.0.0.8");
    fix_flow(&out, &f);
    f.record.first_record = false; /* the same flow goes on: its packets count, it does not */
    f.verdict.confidence = EPW_CONF_POSSIBLE;
    fix_flow(&out, &f);
    fix_unnamed(&f, EPW_CONF_AMBIGUOUS);
    f.candidate[0].why =
        "would be decided by the role of 10.0.0.5 or by the name in its certificate";
    fix_flow(&out, &f);
    fix_unnamed(&f, EPW_CONF_NONE);
    fix_flow(&out, &f);
    struct epw_stats stats = {
        .packets = 90,
        .bytes = 20000,
        .captured_bytes = 9000,
        .first_ns = FIX_TIME * FIX_NS,
        .last_ns = (FIX_TIME + 3600) * FIX_NS,
        .flows = 4,
        .labelled = 2,
        .tcp_flows_data = 4,
        .tcp_flows_one_way = 1,
        .icmp_errors = 1,
    };
    stats.ending[EPW_END_NOT_IP] = 12;
    fix_close(&out, &stats);
    cr_expect_str_eq(
        out.text,
        "epwatch 1.2.3: office.pcap\n"
        "2026-03-02 08:00:00 UTC to 2026-03-02 09:00:00 UTC (1 h 0 min)\n"
        "90 packets, 20.0 kB on the wire, 9.0 kB captured\n"
        "\n"
        "product, function                    hosts   flows  packets    bytes  confidence\n"
        "acme-protect\n"
        "  agent-replication                 2 -> 1       2       36   8.0 kB  confirmed\n"
        "  agent-replication                 1 -> 1       0       18   4.0 kB  possible\n"
        "\n"
        "ambiguous: several fit               hosts   flows  packets    bytes\n"
        "  tcp/2222                          1 -> 1       1       18   4.0 kB\n"
        "    acme-protect agent-replication: would be decided by the role of 10.0.0.5 or\n"
        "        by the name in its certificate\n"
        "    bolt-suite client-communication: needs a role\n"
        "\n"
        "everything else: 1 flow, 18 packets, 4.0 kB; 1 flow of these has a port or name\n"
        "    that products use, without evidence\n"
        "\n"
        "capture\n"
        "  flows: 4, of a known product: 2\n"
        "  without a flow: 12 not IP\n"
        "  one direction only: 1 of 4 TCP flows with data (25 %)\n"
        "  ICMP: 1 error\n");
    expect_narrow(out.text);
    free(out.text);
}

Test(table, says_that_nothing_was_found_and_that_input_is_incomplete)
{
    struct fix_out out = { 0 };
    struct epw_stats stats = { 0 };
    fix_open(&out, "table");
    out.info.partial = true;
    fix_close(&out, &stats);
    cr_expect_str_eq(
        out.text, "epwatch 1.2.3: office.pcap\n"
                  "INCOMPLETE: not all of the input could be read; this is what was read of it.\n"
                  "0 packets, 0 B on the wire\n"
                  "\n"
                  "No traffic of a known product was found.\n"
                  "\n"
                  "capture\n"
                  "  flows: 0, of a known product: 0\n");
    free(out.text);
}

Test(table, stamps_at_both_ends_of_time)
{
    struct fix_out out = { 0 };
    struct epw_stats stats = { .packets = 2, .first_ns = INT64_MIN, .last_ns = INT64_MAX };
    fix_open(&out, "table");
    fix_close(&out, &stats);
    cr_expect_not_null(strstr(out.text, "1677-09-21 00:12:43 UTC to 2262-04-11 23:47:16 UTC (1067"),
                       "%s", out.text);
    free(out.text);
}

Test(table, of_a_later_file_is_of_what_came_after)
{
    struct fix_out out = { 0 };
    out.info.goes_on = true;
    out.info.before = (struct epw_stats){ .packets = 60,
                                          .bytes = 12000,
                                          .captured_bytes = 12000,
                                          .first_ns = FIX_TIME * FIX_NS,
                                          .last_ns = (FIX_TIME + 1800) * FIX_NS };
    fix_open(&out, "table");
    struct epw_stats stats = { .packets = 90,
                               .bytes = 20000,
                               .captured_bytes = 20000,
                               .first_ns = FIX_TIME * FIX_NS,
                               .last_ns = (FIX_TIME + 3600) * FIX_NS,
                               .flows = 4 };
    fix_close(&out, &stats);
    static const char head[] = "\nepwatch 1.2.3: office.pcap\n"
                               "2026-03-02 08:30:00 UTC to 2026-03-02 09:00:00 UTC (30 min 0 s)\n"
                               "30 packets, 8.0 kB on the wire\n";
    cr_expect_eq(strncmp(out.text, head, sizeof(head) - 1), 0, "%s", out.text);
    cr_expect_not_null(strstr(out.text, "\ncapture, since the run began\n  flows: 4"), "%s",
                       out.text);
    free(out.text);
}

Test(table, long_ids_and_large_numbers_move_no_column)
{
    struct fix f;
    struct fix_out out = { 0 };
    struct epw_signature sig = fix_sig;
    sig.function = "a-function-with-a-name-that-is-longer-than-its-column";
    fix_open(&out, "table");
    fix_make(&f);
    f.verdict.sig = &sig;
    f.record.packets[0] = 98765432100;
    f.record.bytes[0] = UINT64_C(123456789012345);
    fix_flow(&out, &f);
    struct epw_stats stats = { .packets = UINT64_C(98765432108),
                               .bytes = UINT64_C(123456789012345) };
    fix_close(&out, &stats);
    cr_expect_not_null(
        strstr(out.text,
               "\n  a-function-with-a-name-that-is-longer-than-its-column\n"
               "                                    1 -> 1       1     99 G 123.5 TB  confirmed\n"),
        "%s", out.text);
    expect_narrow(out.text);
    free(out.text);
}

Test(table, neighbours_have_their_own_section)
{
    struct fix f;
    struct fix_out out = { 0 };
    struct epw_signature sig = fix_sig;
    sig.neighbour = true;
    fix_open(&out, "table");
    fix_make(&f);
    f.verdict.sig = &sig;
    fix_flow(&out, &f);
    struct epw_stats stats = { .packets = 18 };
    fix_close(&out, &stats);
    const char *nothing = strstr(out.text, "No traffic of a known product was found.");
    const char *section = strstr(out.text, "\nalso seen: neighbours  ");
    cr_assert(nothing != NULL && section != NULL, "%s", out.text);
    cr_expect(nothing < section);
    free(out.text);
}

Test(table, shows_the_first_hosts_of_a_role_and_counts_the_rest)
{
    struct fix_host h;
    struct fix_out out = { 0 };
    fix_open(&out, "table");
    fix_make_host(&h);
    for (int host = 11; host <= 30; host++) {
        h.ip[0].b[15] = (uint8_t)host;
        fix_host(&out, &h);
    }
    h.role[0].confidence = EPW_CONF_POSSIBLE; /* not shown */
    h.role[0].role = "server";
    fix_host(&out, &h);
    struct epw_stats stats = { 0 };
    fix_close(&out, &stats);
    cr_expect_not_null(
        strstr(out.text,
               "\n  agent                    10.0.0.11, 10.0.0.12, 10.0.0.13, 10.0.0.14,\n"
               "                           10.0.0.15, 10.0.0.16, 10.0.0.17, 10.0.0.18 and 12\n"
               "                           more\n"),
        "%s", out.text);
    cr_expect_null(strstr(out.text, "  server"));
    cr_expect_null(strstr(out.text, "  client"), "a neighbour's role is not shown");
    expect_narrow(out.text);
    free(out.text);
}

Test(table, tells_findings_before_the_quality_of_the_capture)
{
    struct fix_finding f;
    struct fix_out out = { 0 };
    fix_open(&out, "table");
    fix_make_finding(&f);
    fix_finding(&out, &f);
    f.finding.severity = EPW_SEVERITY_LOW;
    f.finding.kind = "cleartext";
    f.finding.function = f.finding.product = "";
    f.finding.documented = f.finding.advice = "";
    f.finding.summary = "a sentence that is so long that it does not fit into the eighty columns "
                        "of the table and goes on below";
    f.finding.count = 1;
    fix_finding(&out, &f);
    struct epw_stats stats = { .findings_withheld = 4 };
    fix_close(&out, &stats);
    cr_expect_not_null(
        strstr(out.text,
               "\nfindings: 0 high, 1 medium, 1 low\n"
               "medium   blocked: 10.0.0.5:2222 (acme-protect agent-replication)\n"
               "         nobody answers at 10.0.0.5:2222\n"
               "         agents open it (acme-1)\n"
               "         let tcp/2222 pass\n"
               "         5 times, first 2026-03-02 08:00:00 UTC; hosts: 10.0.0.7, 10.0.0.8 and 1\n"
               "         more\n"
               "low      cleartext: 10.0.0.5:2222\n"
               "         a sentence that is so long that it does not fit into the eighty columns\n"
               "         of the table and goes on below\n"
               "         2026-03-02 08:00:00 UTC; hosts: 10.0.0.7, 10.0.0.8 and 1 more\n"
               "4 observations withheld: of the hosts concerned the capture shows one direction\n"
               "    only, or packets are missing, cut or doubled in it\n"
               "\ncapture\n"),
        "%s", out.text);
    expect_narrow(out.text);
    free(out.text);
}

Test(table, counts_the_findings_that_it_does_not_tell)
{
    struct fix_finding f;
    struct fix_out out = { 0 };
    fix_open(&out, "table");
    fix_make_finding(&f);
    for (int i = 0; i < 103; i++)
        fix_finding(&out, &f);
    struct epw_stats stats = { 0 };
    fix_close(&out, &stats);
    cr_expect_not_null(strstr(out.text, "\nfindings: 0 high, 103 medium, 0 low\n"));
    cr_expect_not_null(strstr(out.text, "\nand 3 more: -o findings lists them all\n"), "%s",
                       out.text);
    free(out.text);
}

Test(table, functions_are_sorted_by_product_then_bytes)
{
    struct fix f;
    struct fix_out out = { 0 };
    struct epw_signature sig[3] = { fix_sig, fix_sig, fix_other };
    sig[0].function = "small";
    sig[1].function = "large";
    fix_open(&out, "table");
    for (size_t i = 3; i-- > 0;) {
        fix_make(&f);
        f.verdict.sig = &sig[i];
        f.record.bytes[0] = i == 1 ? 1000000 : 10;
        fix_flow(&out, &f);
    }
    struct epw_stats stats = { 0 };
    fix_close(&out, &stats);
    const char *large = strstr(out.text, "  large "), *small = strstr(out.text, "  small ");
    const char *second = strstr(out.text, "bolt-suite\n");
    cr_assert(large != NULL && small != NULL && second != NULL, "%s", out.text);
    cr_expect(large < small && small < second);
    free(out.text);
}

Test(layout, counts_fit_their_width)
{
    char out[EPW_TEXT_LEN];
    cr_expect_str_eq(epw_layout_count(9999, 5, out), "9,999");
    cr_expect_str_eq(epw_layout_count(12345, 5, out), "12 k");
    cr_expect_str_eq(epw_layout_count(999499, 5, out), "999 k");
    cr_expect_str_eq(epw_layout_count(999500, 5, out), "1.0 M");
    cr_expect_str_eq(epw_layout_count(UINT64_MAX, 5, out), "18 E");
}
