/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <jansson.h>

static void no_stats(struct fix_out *out)
{
    struct epw_stats stats = { 0 };
    fix_close(out, &stats);
}

/* The line'th line as JSON; duplicate keys are refused. */
static json_t *parse(const struct fix_out *out, int line)
{
    const char *at = out->text;
    for (; line > 0; line--) {
        at = strchr(at, '\n');
        cr_assert_not_null(at);
        at++;
    }
    json_error_t error;
    json_t *root = json_loadb(at, strcspn(at, "\n"), JSON_REJECT_DUPLICATES, &error);
    cr_assert_not_null(root, "%s", error.text);
    return root;
}

Test(eve, flow_is_one_line_with_the_documented_keys_in_order)
{
    struct fix f;
    struct fix_out out = { 0 };
    fix_make(&f);
    fix_open(&out, "eve");
    fix_flow(&out, &f);
    no_stats(&out);
    static const char expected[] =
        "{\"timestamp\":\"2026-03-02T08:00:02.000000+0000\",\"flow_id\":77,"
        "\"event_type\":\"flow\",\"src_ip\":\"10.0.0.7\",\"src_port\":51000,"
        "\"dest_ip\":\"10.0.0.5\",\"dest_port\":2222,\"proto\":\"TCP\","
        "\"community_id\":\"1:UckwPl2T/qiefs3TdQyIP87vX/E=\",\"app_proto\":\"tls\","
        "\"flow\":{\"pkts_toserver\":10,\"pkts_toclient\":8,\"bytes_toserver\":1500,"
        "\"bytes_toclient\":2500,\"start\":\"2026-03-02T08:00:00.123456+0000\","
        "\"end\":\"2026-03-02T08:00:02.000000+0000\",\"state\":\"closed\",\"reason\":\"end\"},"
        "\"tls\":{\"sni\":\"era.acme.example\"},"
        "\"epwatch\":{\"vendor\":\"Acme\",\"product\":\"acme-protect\","
        "\"function\":\"agent-replication\",\"signature\":\"acme-agent-replication\","
        "\"rows\":[\"acme-1\",\"acme-2\"],\"confidence\":\"confirmed\","
        "\"initiator_role\":\"agent\",\"responder_role\":\"server\","
        "\"names\":[\"era.acme.example\",\"host5.corp.example\"],"
        "\"name_sources\":[\"sni\",\"dns\"],"
        "\"reasons\":[\"port tcp/2222\",\"name era.acme.example, \\\"own\\\"\"],"
        "\"candidates\":[{\"product\":\"acme-protect\",\"function\":\"agent-replication\","
        "\"signature\":\"acme-agent-replication\",\"rows\":[\"acme-1\",\"acme-2\"]},"
        "{\"product\":\"bolt-suite\",\"function\":\"client-communication\","
        "\"signature\":\"bolt-clients\",\"rows\":[]}]}}\n";
    out.text[strcspn(out.text, "\n") + 1] = '\0';
    cr_expect_str_eq(out.text, expected);
    free(out.text);
}

/* Text between two marks of the line. */
static void expect_between(const struct fix_out *out, const char *from, const char *to,
                           const char *expected)
{
    const char *at = strstr(out->text, from), *end = at == NULL ? NULL : strstr(at, to);
    cr_assert_not_null(end);
    cr_expect_eq((size_t)(end - at), strlen(expected));
    cr_expect(strncmp(at, expected, strlen(expected)) == 0, "%.*s", (int)(end - at), at);
}

Test(eve, the_largest_values_fit)
{
    struct fix f;
    struct fix_out out = { 0 };
    fix_unnamed(&f, EPW_CONF_NONE);
    cr_assert(epw_ip_parse("2001:db8:1111:2222:3333:4444:5555:6666", &f.record.ip[0]));
    cr_assert(epw_ip_parse("2001:db8:1111:2222:3333:4444:5555:7777", &f.record.ip[1]));
    f.record.port[0] = f.record.port[1] = UINT16_MAX;
    f.record.flow_id = UINT64_MAX;
    for (size_t side = 0; side < 2; side++)
        f.record.packets[side] = f.record.bytes[side] = UINT64_MAX;
    f.record.state = EPW_FLOW_ESTABLISHED;
    f.record.reason = EPW_REASON_TIMEOUT;
    fix_open(&out, "eve");
    fix_flow(&out, &f);
    no_stats(&out);
    expect_between(&out, "\"flow_id\"", ",\"community_id\"",
                   "\"flow_id\":9007199254740991,\"event_type\":\"flow\","
                   "\"src_ip\":\"2001:db8:1111:2222:3333:4444:5555:6666\",\"src_port\":65535,"
                   "\"dest_ip\":\"2001:db8:1111:2222:3333:4444:5555:7777\",\"dest_port\":65535,"
                   "\"proto\":\"TCP\"");
    expect_between(&out, "\"flow\":", ",\"start\"",
                   "\"flow\":{\"pkts_toserver\":9223372036854775807,"
                   "\"pkts_toclient\":9223372036854775807,"
                   "\"bytes_toserver\":9223372036854775807,"
                   "\"bytes_toclient\":9223372036854775807");
    expect_between(&out, "\"state\":", "},", "\"state\":\"established\",\"reason\":\"timeout\"");
    json_decref(parse(&out, 0));
    free(out.text);
}

Test(eve, none_leaves_out_product_and_roles_and_keeps_the_rest)
{
    struct fix f;
    struct fix_out out = { 0 };
    fix_unnamed(&f, EPW_CONF_NONE);
    fix_open(&out, "eve");
    fix_flow(&out, &f);
    no_stats(&out);
    json_t *root = parse(&out, 0), *own = json_object_get(root, "epwatch");
    static const char *const absent[] = { "vendor",    "product",        "function",
                                          "signature", "initiator_role", "responder_role" };
    for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
        cr_expect_null(json_object_get(own, absent[i]), "%s", absent[i]);
    cr_expect_str_eq(json_string_value(json_object_get(own, "confidence")), "none");
    cr_expect_eq(json_array_size(json_object_get(own, "names")), 2);
    cr_expect_eq(json_array_size(json_object_get(own, "candidates")), 2);
    cr_expect_eq(json_array_size(json_object_get(own, "rows")), 0);
    json_decref(root);
    free(out.text);
}

Test(eve, protocols_without_ports_have_no_port_keys)
{
    struct fix f;
    struct fix_out out = { 0 };
    fix_unnamed(&f, EPW_CONF_NONE);
    f.record.proto = 1;
    f.record.port[0] = f.record.port[1] = 0;
    f.evidence = epw_evidence_none;
    fix_open(&out, "eve");
    fix_flow(&out, &f);
    no_stats(&out);
    json_t *root = parse(&out, 0);
    static const char *const absent[] = { "src_port",  "dest_port", "community_id",
                                          "app_proto", "tls",       "quic",
                                          "http",      "vlan",      "in_iface" };
    for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
        cr_expect_null(json_object_get(root, absent[i]), "%s", absent[i]);
    cr_expect_str_eq(json_string_value(json_object_get(root, "proto")), "ICMP");
    json_decref(root);
    free(out.text);
}

Test(eve, names_go_under_the_key_of_their_source)
{
    struct fix f;
    struct fix_out out = { 0 };
    fix_make(&f);
    f.own_name[0] = (struct epw_flow_name){ "proxy.example", 443, EPW_NAME_CONNECT };
    f.own_name[1] = (struct epw_flow_name){ "quic.example", 0, EPW_NAME_QUIC };
    f.evidence.name_count = 2;
    f.record.vlan_count = 2;
    f.record.vlan[0] = 10;
    f.record.vlan[1] = 20;
    static const char *const interfaces[] = { "any", "eth1" };
    out.info.live = true;
    out.info.interfaces = interfaces;
    out.info.interface_count = 2;
    f.record.source = 1;
    fix_open(&out, "eve");
    fix_flow(&out, &f);
    no_stats(&out);
    cr_expect_not_null(strstr(out.text, "\"http\":{\"hostname\":\"proxy.example\"}"));
    cr_expect_not_null(strstr(out.text, "\"quic\":{\"sni\":\"quic.example\"}"));
    cr_expect_not_null(strstr(out.text, "\"vlan\":[10,20]"));
    cr_expect_not_null(strstr(out.text, "\"in_iface\":\"eth1\""));
    cr_expect_null(strstr(out.text, "\"tls\":"));
    free(out.text);
}

Test(eve, text_that_is_not_utf8_does_not_lose_the_record)
{
    struct fix f;
    struct fix_out out = { 0 };
    fix_make(&f);
    f.reason[0] = "bad \xff\xfe byte";
    fix_open(&out, "eve");
    fix_flow(&out, &f);
    no_stats(&out);
    cr_expect_not_null(strstr(out.text, "\"bad \\\\xff\\\\xfe byte\""));
    free(out.text);
}

Test(eve, labelled_only_leaves_out_flows_without_a_product)
{
    struct fix f;
    struct fix_out out = { 0 };
    out.info.labelled_only = true;
    fix_open(&out, "eve");
    fix_unnamed(&f, EPW_CONF_NONE);
    fix_flow(&out, &f);
    fix_unnamed(&f, EPW_CONF_AMBIGUOUS);
    fix_flow(&out, &f);
    fix_make(&f);
    f.verdict.confidence = EPW_CONF_POSSIBLE;
    fix_flow(&out, &f);
    no_stats(&out);
    json_t *first = parse(&out, 0), *second = parse(&out, 1);
    cr_expect_str_eq(
        json_string_value(json_object_get(json_object_get(first, "epwatch"), "confidence")),
        "possible");
    cr_expect_str_eq(json_string_value(json_object_get(second, "event_type")), "stats");
    json_decref(first);
    json_decref(second);
    free(out.text);
}

Test(eve, last_line_has_every_counter)
{
    struct fix_out out = { 0 };
    struct epw_stats stats = {
        .packets = 100,
        .bytes = 5000,
        .last_ns = FIX_TIME * FIX_NS,
        .flows = 9,
        .labelled = 4,
        .records_dropped = 3,
        .tcp_flows_data = 8,
        .tcp_flows_one_way = 2,
        .duplicates = 6,
        .cut_frames = 7,
        .time_steps = 1,
        .findings = 3,
        .findings_withheld = 2,
        .pairs_one_way = 1,
    };
    stats.ending[EPW_END_COMPLETE] = 90;
    stats.ending[EPW_END_NOT_IP] = 10;
    stats.limited[EPW_LIMIT_PAIRS] = 5;
    fix_open(&out, "eve");
    out.info.partial = true;
    fix_close(&out, &stats);
    cr_expect_str_eq(
        out.text,
        "{\"timestamp\":\"2026-03-02T08:00:00.000000+0000\",\"event_type\":\"stats\","
        "\"stats\":{\"packets\":100,\"bytes\":5000,\"flows\":9,\"labelled\":4,"
        "\"drops\":{\"kernel\":0,\"interface\":0,\"queue\":3},"
        "\"decoder\":{\"complete\":90,\"truncated\":0,\"malformed\":0,\"unsupported\":0,"
        "\"too_deep\":0,\"not_ip\":10},"
        "\"flow\":{\"evicted\":0,\"fragments\":0,\"fragments_orphan\":0,\"datagrams_joined\":0,"
        "\"datagrams_dropped\":0,\"icmp_errors\":0,"
        "\"icmp_orphan\":0},\"evidence\":{\"limited\":0,\"gaps\":0,\"malformed\":0},"
        "\"analyst\":{\"wait_evicted\":0,\"names_evicted\":0,\"hosts_evicted\":0},"
        "\"limits\":{\"questions\":0,\"dns_clients\":0,\"endpoints\":0,\"fans\":0,\"pairs\":5,"
        "\"attempts\":0,\"peers\":0,\"roles\":0,\"macs\":0,\"spoken\":0,\"unnamed\":0,"
        "\"candidates\":0,\"doubles\":0,\"openers\":0,\"memory\":0},"
        "\"findings\":{\"reported\":3,\"withheld\":2,\"dropped\":0,\"pairs_one_way\":1},"
        "\"quality\":{\"one_way_share\":0.25,\"duplicates\":6,\"truncated\":7,\"time_steps\":1,"
        "\"vlan_joined\":0,\"vlan_variants\":0},\"partial\":true}}\n");
    free(out.text);
}

Test(eve, a_full_disk_is_an_error)
{
    struct fix f;
    fix_make(&f);
    const struct epw_output *eve = epw_output_find("eve");
    struct epw_run_info info = { .version = "1" };
    void *state;
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL)
        cr_skip_test("no /dev/full here");
    setvbuf(full, NULL, _IONBF, 0);
    struct epw_stats stats = { 0 };
    cr_assert_eq(eve->open(&state, full, &info), EPW_OK);
    cr_expect_eq(eve->flow(state, &f.result), EPW_EIO);
    cr_expect_eq(eve->close(state, &stats), EPW_EIO);
    fclose(full);
}

Test(eve, a_finding_is_an_alert_of_its_first_sample_flow)
{
    struct fix_finding f;
    struct fix_out out = { 0 };
    fix_open(&out, "eve");
    fix_make_finding(&f);
    fix_finding(&out, &f);
    struct epw_stats stats = { 0 };
    fix_close(&out, &stats);
    *strchr(out.text, '\n') = '\0';
    cr_expect_str_eq(
        out.text,
        "{\"timestamp\":\"2026-03-02T08:01:00.000000+0000\",\"flow_id\":77,"
        "\"event_type\":\"alert\",\"src_ip\":\"10.0.0.7\",\"src_port\":51000,"
        "\"dest_ip\":\"10.0.0.5\",\"dest_port\":2222,\"proto\":\"TCP\","
        "\"alert\":{\"signature\":\"nobody answers at 10.0.0.5:2222\","
        "\"category\":\"blocked\",\"severity\":2},"
        "\"epwatch\":{\"finding\":\"blocked\",\"finding_id\":\"0123456789abcdef\","
        "\"state\":\"open\",\"product\":\"acme-protect\",\"function\":\"agent-replication\","
        "\"subject\":\"10.0.0.5:2222\",\"hosts\":[\"10.0.0.7\",\"10.0.0.8\"],\"host_total\":3,"
        "\"count\":5,\"first\":\"2026-03-02T08:00:00.000000+0000\","
        "\"last\":\"2026-03-02T08:01:00.000000+0000\","
        "\"documented\":\"agents open it (acme-1)\",\"advice\":\"let tcp/2222 pass\"}}");
    free(out.text);
}

Test(eve, a_finding_that_was_told_before_as_it_is_makes_no_line)
{
    struct fix_finding f;
    struct fix_out out = { 0 };
    fix_open(&out, "eve");
    fix_make_finding(&f);
    f.finding.repeated = true;
    fix_finding(&out, &f);
    struct epw_stats stats = { 0 };
    fix_close(&out, &stats);
    cr_expect_null(strstr(out.text, "alert"), "%s", out.text);
    free(out.text);
}

Test(eve, a_finding_without_a_flow_has_no_addresses)
{
    struct fix_finding f;
    struct fix_out out = { 0 };
    fix_open(&out, "eve");
    fix_make_finding(&f);
    f.finding.sample_count = 0;
    f.finding.function = "";
    fix_finding(&out, &f);
    struct epw_stats stats = { 0 };
    fix_close(&out, &stats);
    *strchr(out.text, '\n') = '\0';
    cr_expect_null(strstr(out.text, "src_ip"));
    cr_expect_null(strstr(out.text, "flow_id"));
    cr_expect_null(strstr(out.text, "\"function\""));
    free(out.text);
}

Test(eve, a_proxy_is_not_the_service_behind_it)
{
    struct fix f;
    struct fix_out out = { 0 };
    fix_open(&out, "eve");
    fix_make(&f);
    f.verdict.proxied = true;
    fix_flow(&out, &f);
    struct epw_stats stats = { 0 };
    fix_close(&out, &stats);
    cr_expect_not_null(
        strstr(out.text, "\"initiator_role\":\"agent\",\"responder_role\":\"proxy\""));
    free(out.text);
}

/* Other signatures may stand where those of before stood. */
Test(eve, candidates_are_those_of_the_signatures_in_use)
{
    struct fix f;
    struct fix_out out = { 0 };
    struct epw_signature sig = fix_sig;
    fix_open(&out, "eve");
    fix_make(&f);
    f.candidate[0].sig = &sig;
    fix_flow(&out, &f);
    sig.function = "renamed";
    out.output->reloaded(out.state, NULL, NULL);
    fix_flow(&out, &f);
    struct epw_stats stats = { 0 };
    fix_close(&out, &stats);
    cr_expect_not_null(
        strstr(out.text, "\"candidates\":[{\"product\":\"acme-protect\",\"function\":\"renamed\""),
        "%s", out.text);
    free(out.text);
}
