/* SPDX-License-Identifier: Apache-2.0 */
/* How observations become findings: folded, counted, named, ordered, withheld. */
#include "analyst/audit/audit.h"
#include "analyst/audit/pairs.h"
#include "catalogue_text.h"

#define NS INT64_C(1000000000)

static struct epw_catalogue *catalogue;
static struct epw_knowledge know;
static struct epw_stats stats;
static struct epw_inventory *inventory;
static struct epw_audit *audit;

static void set_up(void)
{
    catalogue = must_load(HEADER ROW("acme-updates", "tcp", "8014", "", "port"));
    know = (struct epw_knowledge){ .catalogue = catalogue, .stats = &stats };
    cr_assert_eq(epw_addresses_new(&know.addresses, 42, &stats), EPW_OK);
    cr_assert_eq(epw_inventory_new(&inventory, &know, 42), EPW_OK);
    cr_assert_eq(epw_audit_new(&audit, &know, inventory, 42, &stats), EPW_OK);
}

static void tear_down(void)
{
    epw_addresses_free(know.addresses);
    epw_audit_free(audit);
    epw_inventory_free(inventory);
    epw_catalogue_free(catalogue);
}

TestSuite(audit, .init = set_up, .fini = tear_down);

/* A registered rule of a severity that does, or does not, need both sides. */
static const struct epw_rule *rule_of(enum epw_severity severity)
{
    for (size_t i = 0; epw_rules[i] != NULL; i++)
        if (epw_rules[i]->severity == severity)
            return epw_rules[i];
    cr_assert_fail("no rule of severity %d", severity);
    return NULL;
}

static const struct epw_rule *rule_needing_both_sides(bool both)
{
    for (size_t i = 0; epw_rules[i] != NULL; i++)
        if (epw_rules[i]->both_sides == both)
            return epw_rules[i];
    cr_assert_fail("no such rule");
    return NULL;
}

static size_t place(const char *kind)
{
    size_t i = 0;
    while (strcmp(epw_rules[i]->name, kind) != 0)
        i++;
    return i;
}

static struct epw_ip ip_of(const char *text)
{
    struct epw_ip ip;
    cr_assert(epw_ip_parse(text, &ip), "%s", text);
    return ip;
}

static struct epw_flow_record record_of(const char *from, const char *to, uint64_t id, int second)
{
    return (struct epw_flow_record){
        .flow_id = id,
        .ip = { ip_of(from), ip_of(to) },
        .port = { 50000, 8014 },
        .proto = 6,
        .first_ns = second * NS,
        .last_ns = second * NS + 5,
        .packets = { 5, 5 },
        .payload_bytes = { 10, 10 },
        .first_record = true,
        .evidence = &epw_evidence_none,
    };
}

#define KEPT 32

struct kept {
    size_t count;
    struct epw_finding finding[KEPT];
    char text[KEPT][256]; /* kind, subject, summary */
    struct epw_ip host[KEPT][4];
    uint64_t sample[KEPT];
};

static void keep(void *ctx, const struct epw_finding *f)
{
    struct kept *kept = ctx;
    size_t i = kept->count++;
    cr_assert_lt(i, KEPT);
    kept->finding[i] = *f;
    snprintf(kept->text[i], sizeof(kept->text[i]), "%s|%s|%s|%s|%s|%s|%s", f->kind, f->product,
             f->function, f->subject, f->summary, f->documented, f->advice);
    for (size_t k = 0; k < f->host_count && k < 4; k++)
        kept->host[i][k] = f->host[k];
    kept->sample[i] = f->sample_count == 0 ? 0 : f->sample[0].flow_id;
}

static struct kept all(void)
{
    struct kept kept = { 0 };
    cr_assert_eq(epw_audit_each(audit, NULL, keep, &kept), EPW_OK);
    return kept;
}

Test(audit, like_observations_are_one_finding)
{
    const struct epw_rule *rule = rule_of(EPW_SEVERITY_HIGH);
    struct epw_ip first = ip_of("10.0.0.7"), second = ip_of("10.0.0.8");
    struct epw_flow_record r = record_of("10.0.0.7", "10.0.0.5", 11, 20);
    struct epw_observation o = { .sig = epw_catalogue_at(catalogue, 0),
                                 .subject = "10.0.0.5:8014",
                                 .summary = "one host",
                                 .documented = "otherwise",
                                 .record = &r,
                                 .culprit = { &first, NULL } };
    epw_audit_report(audit, rule, &o);
    r = record_of("10.0.0.8", "10.0.0.5", 12, 10);
    o.culprit[0] = &second;
    o.culprit[1] = &first; /* named once */
    o.summary = "two hosts";
    o.documented = NULL; /* what was told stays */
    epw_audit_report(audit, rule, &o);
    struct kept kept = all();
    cr_assert_eq(kept.count, 1);
    const struct epw_finding *f = &kept.finding[0];
    char expected[256];
    snprintf(expected, sizeof(expected), "%s|acme-guard|updates|10.0.0.5:8014|two hosts|otherwise|",
             rule->name);
    cr_expect_str_eq(kept.text[0], expected);
    cr_expect_eq(f->count, 2);
    cr_expect_eq(f->first_ns, 10 * NS);
    cr_expect_eq(f->last_ns, 20 * NS + 5);
    cr_expect_eq(f->host_count, 2);
    cr_expect_eq(f->host_total, 2);
    cr_expect_eq(epw_ip_cmp(&kept.host[0][0], &first), 0);
    cr_expect_eq(f->sample_count, 2);
    cr_expect_eq(kept.sample[0], 11);
    cr_expect_eq(f->severity, EPW_SEVERITY_HIGH);
    cr_expect_eq(stats.findings, 1);
}

Test(audit, other_subjects_are_other_findings)
{
    const struct epw_rule *rule = rule_of(EPW_SEVERITY_HIGH);
    struct epw_observation o = { .product = "acme-guard", .subject = "b", .ts_ns = NS };
    epw_audit_report(audit, rule, &o);
    o.subject = "a";
    epw_audit_report(audit, rule, &o);
    o.product = "bolt";
    epw_audit_report(audit, rule, &o);
    struct kept kept = all();
    cr_assert_eq(kept.count, 3);
    cr_expect_not_null(strstr(kept.text[0], "|acme-guard||a|"));
    cr_expect_not_null(strstr(kept.text[1], "|acme-guard||b|"));
    cr_expect_not_null(strstr(kept.text[2], "|bolt||a|"));
}

Test(audit, ids_do_not_depend_on_the_run)
{
    const struct epw_rule *rule = rule_of(EPW_SEVERITY_HIGH);
    struct epw_observation o = { .product = "acme-guard", .subject = "a", .ts_ns = NS };
    epw_audit_report(audit, rule, &o);
    struct epw_audit *mine = audit;
    cr_assert_eq(epw_audit_new(&audit, &know, inventory, 4711, &stats), EPW_OK);
    o.ts_ns = 99 * NS;
    epw_audit_report(audit, rule, &o);
    struct kept second = all();
    epw_audit_free(audit);
    audit = mine;
    struct kept first = all();
    cr_expect_eq(strlen(first.finding[0].id), 16);
    cr_expect_str_eq(first.finding[0].id, second.finding[0].id);
}

Test(audit, most_severe_first_then_in_the_order_of_the_rules)
{
    struct epw_observation o = { .product = "acme-guard", .subject = "a", .ts_ns = NS };
    size_t rules = 0;
    while (epw_rules[rules] != NULL)
        rules++;
    cr_assert_geq(rules, 3);
    for (size_t i = rules; i-- > 0;)
        epw_audit_report(audit, epw_rules[i], &o);
    struct kept kept = all();
    cr_assert_eq(kept.count, rules);
    for (size_t i = 1; i < rules; i++) {
        const struct epw_finding *a = &kept.finding[i - 1], *b = &kept.finding[i];
        cr_expect(a->severity < b->severity ||
                  (a->severity == b->severity && place(a->kind) < place(b->kind)));
    }
}

Test(audit, pairs_captured_one_way_are_not_believed_where_both_sides_matter)
{
    const struct epw_rule *needs = rule_needing_both_sides(true);
    const struct epw_rule *does_not = rule_needing_both_sides(false);
    struct epw_flow_record r = record_of("10.0.0.7", "10.0.0.5", 1, 1);
    r.packets[EPW_TO_CLIENT] = r.payload_bytes[EPW_TO_CLIENT] = 0;
    epw_audit_record(audit, &r);
    struct epw_observation o = { .product = "acme-guard", .subject = "a", .record = &r };
    epw_audit_report(audit, needs, &o);
    epw_audit_report(audit, does_not, &o);
    struct kept kept = all();
    cr_assert_eq(kept.count, 2);
    cr_expect_str_eq(kept.finding[0].kind, does_not->name);
    cr_expect_eq(kept.finding[0].state, EPW_FINDING_OPEN);
    cr_expect_str_eq(kept.finding[1].kind, needs->name, "after what is believed");
    cr_expect_eq(kept.finding[1].state, EPW_FINDING_WITHHELD);
    cr_expect_eq(kept.finding[1].count, 1);
    cr_expect_eq(stats.findings, 1);
    cr_expect_eq(stats.findings_withheld, 1);
    cr_expect_eq(stats.pairs_one_way, 1);
}

Test(audit, attempts_alone_say_nothing_of_the_capture)
{
    struct epw_flow_record r = record_of("10.0.0.7", "10.0.0.5", 1, 1);
    r.packets[EPW_TO_CLIENT] = r.payload_bytes[EPW_TO_CLIENT] = 0;
    r.payload_bytes[EPW_TO_SERVER] = 0;
    r.tcp_flags[EPW_TO_SERVER] = 0x02; /* SYNs */
    epw_audit_record(audit, &r);
    struct epw_observation o = { .product = "acme-guard", .subject = "a", .record = &r };
    epw_audit_report(audit, rule_needing_both_sides(true), &o);
    cr_expect_eq(all().count, 1);
    cr_expect_eq(stats.findings_withheld, 0);
}

/* What the capture shows of a pair, beside an attempt that nobody answered; withheld or not. */
static bool withheld_beside(struct epw_flow_record beside, size_t times)
{
    struct epw_flow_record r = record_of("10.0.0.7", "10.0.0.5", 1, 1);
    r.packets[EPW_TO_CLIENT] = r.payload_bytes[EPW_TO_CLIENT] = 0;
    r.payload_bytes[EPW_TO_SERVER] = 0;
    r.tcp_flags[EPW_TO_SERVER] = 0x02;
    epw_audit_record(audit, &r);
    for (size_t i = 0; i < times; i++)
        epw_audit_record(audit, &beside);
    struct epw_observation o = { .product = "acme-guard", .subject = "a", .record = &r };
    epw_audit_report(audit, rule_needing_both_sides(true), &o);
    return stats.findings_withheld == 1;
}

static struct epw_flow_record one_way(const char *from, const char *to)
{
    struct epw_flow_record r = record_of(from, to, 1, 1);
    r.packets[EPW_TO_CLIENT] = r.payload_bytes[EPW_TO_CLIENT] = 0;
    return r;
}

Test(audit, an_attempt_is_not_believed_where_its_client_is_seen_one_way_with_others)
{
    cr_expect(withheld_beside(one_way("10.0.0.7", "10.0.0.9"), 1));
}

Test(audit, an_attempt_is_not_believed_where_its_server_is_seen_one_way_with_others)
{
    cr_expect(withheld_beside(one_way("10.0.0.9", "10.0.0.5"), 1));
}

Test(audit, an_attempt_is_not_believed_where_everybody_is_seen_one_way)
{
    cr_expect(withheld_beside(one_way("10.0.0.8", "10.0.0.9"), 1));
}

Test(audit, an_attempt_is_believed_where_its_client_is_seen_both_ways_with_others)
{
    struct epw_flow_record strangers = one_way("10.0.0.8", "10.0.0.9");
    epw_audit_record(audit, &strangers);
    cr_expect_not(withheld_beside(record_of("10.0.0.7", "10.0.0.9", 1, 1), 1));
}

Test(audit, doubled_pairs_are_not_believed)
{
    struct epw_flow_record r = record_of("10.0.0.7", "10.0.0.5", 1, 1);
    r.doubled = true;
    cr_expect(withheld_beside(r, 1));
}

Test(audit, cut_pairs_are_not_believed)
{
    struct epw_flow_record r = record_of("10.0.0.7", "10.0.0.5", 1, 1);
    r.cut = true;
    cr_expect(withheld_beside(r, 1));
}

Test(audit, pairs_with_losses_are_not_believed)
{
    struct epw_flow_record r = record_of("10.0.0.7", "10.0.0.5", 1, 1);
    r.lost = true;
    cr_expect(withheld_beside(r, 1));
}

Test(audit, pairs_of_which_a_conversation_is_seen_one_way_are_not_believed)
{
    struct epw_flow_record good = record_of("10.0.0.7", "10.0.0.5", 1, 1);
    epw_audit_record(audit, &good);
    cr_expect(withheld_beside(one_way("10.0.0.7", "10.0.0.5"), 1));
}

Test(audit, the_end_of_a_conversation_that_began_before_is_no_loss)
{
    struct epw_flow_record good = record_of("10.0.0.7", "10.0.0.5", 1, 1);
    struct epw_flow_record last = one_way("10.0.0.7", "10.0.0.5");
    last.midstream = true;
    last.packets[EPW_TO_SERVER] = 2;
    epw_audit_record(audit, &good);
    cr_expect_not(withheld_beside(last, 1));
}

Test(audit, a_loss_in_many_conversations_is_bad_luck)
{
    struct epw_flow_record lossy = record_of("10.0.0.7", "10.0.0.5", 1, 1);
    lossy.lost = true;
    epw_audit_record(audit, &lossy);
    cr_expect_not(withheld_beside(record_of("10.0.0.7", "10.0.0.5", 1, 1), EPW_PAIRS_DOUBT));
}

Test(audit, what_a_host_says_is_not_believed_where_it_is_seen_one_way)
{
    struct epw_flow_record r = one_way("10.0.0.7", "10.0.0.9");
    epw_audit_record(audit, &r);
    struct epw_observation o = { .product = "acme-guard",
                                 .subject = "a",
                                 .ts_ns = NS,
                                 .culprit = { &r.ip[0] },
                                 .about_host = true };
    epw_audit_report(audit, rule_needing_both_sides(true), &o);
    cr_expect_eq(stats.findings_withheld, 1);
}

Test(audit, nothing_that_needs_both_sides_is_believed_when_too_many_packets_were_dropped)
{
    struct epw_flow_record r = record_of("10.0.0.7", "10.0.0.5", 1, 1);
    struct epw_observation o = { .product = "acme-guard", .subject = "a", .record = &r };
    epw_audit_dropped_packets(audit, 1000, 10);
    epw_audit_report(audit, rule_needing_both_sides(true), &o);
    cr_expect_eq(stats.findings_withheld, 0);
    epw_audit_dropped_packets(audit, 1000, 11);
    epw_audit_report(audit, rule_needing_both_sides(true), &o);
    cr_expect_eq(stats.findings_withheld, 1);
}

Test(audit, hosts_and_samples_beyond_the_limit_are_counted)
{
    const struct epw_rule *rule = rule_of(EPW_SEVERITY_HIGH);
    for (unsigned i = 0; i < EPW_FINDING_HOSTS + 6; i++) {
        struct epw_flow_record r = record_of("10.0.0.0", "10.0.1.5", i, 1);
        r.ip[0].b[15] = (uint8_t)i;
        struct epw_observation o = {
            .product = "acme-guard", .subject = "a", .record = &r, .culprit = { &r.ip[0], NULL }
        };
        epw_audit_report(audit, rule, &o);
    }
    struct kept kept = all();
    cr_expect_eq(kept.finding[0].host_count, EPW_FINDING_HOSTS);
    cr_expect_eq(kept.finding[0].host_total, EPW_FINDING_HOSTS + 6);
    cr_expect_eq(kept.finding[0].sample_count, EPW_FINDING_SAMPLES);
    cr_expect_eq(kept.finding[0].count, EPW_FINDING_HOSTS + 6);
}

Test(audit, beyond_the_cap_only_known_subjects_count)
{
    const struct epw_rule *rule = rule_of(EPW_SEVERITY_HIGH);
    char subject[16];
    struct epw_observation o = { .product = "acme-guard", .subject = subject, .ts_ns = NS };
    for (unsigned i = 0; i < EPW_AUDIT_FINDINGS + 3; i++) {
        snprintf(subject, sizeof(subject), "%u", i);
        epw_audit_report(audit, rule, &o);
    }
    snprintf(subject, sizeof(subject), "0");
    epw_audit_report(audit, rule, &o);
    cr_expect_eq(stats.findings, EPW_AUDIT_FINDINGS);
    cr_expect_eq(stats.findings_dropped, 3);
}
