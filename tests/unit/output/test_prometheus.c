/* SPDX-License-Identifier: Apache-2.0 */
/* The Prometheus text format 0.0.4, read by a strict reader of its own. */
#include "fixture.h"

#include <ctype.h>

/* Reads one file line by line and says what is wrong first, as line and words. */
struct reader {
    const char *at;
    unsigned line;
    char name[128];        /* of the last # TYPE */
    char seen[64][128];    /* all names that had one */
    char series[512][512]; /* all samples but their values: none may come twice */
    size_t names, samples;
};

/* Metric and label names; a metric's may have colons, which are for recording rules. */
static size_t name_len(const char *text)
{
    size_t n = 0;
    while (isalnum((unsigned char)text[n]) || text[n] == '_')
        n++;
    return isdigit((unsigned char)text[0]) ? 0 : n;
}

/* {name="value",...}: behind it, NULL when it is wrong. */
static const char *labels(const char *c)
{
    if (*c != '{')
        return c;
    do {
        size_t n = name_len(++c);
        c += n;
        if (n == 0 || c[0] != '=' || c[1] != '"')
            return NULL;
        for (c += 2; *c != '"'; c++) {
            if (*c == '\n' || *c == '\0')
                return NULL;
            if (*c == '\\' && strchr("\\\"n", *++c) == NULL)
                return NULL;
        }
        c++;
    } while (*c == ',');
    return *c == '}' ? c + 1 : NULL;
}

static const char *read_head(struct reader *r, const char *line, size_t len)
{
    const char *name = line + 7;
    size_t n = name_len(name);
    if (n == 0 || n >= sizeof(r->name) || name[n] != ' ')
        return "no metric name after # HELP or # TYPE";
    if (strncmp(line, "# HELP ", 7) == 0) {
        if (memchr(name, '\\', len - 7) != NULL)
            return "an escape in # HELP";
        for (size_t i = 0; i < r->names; i++)
            if (strlen(r->seen[i]) == n && strncmp(r->seen[i], name, n) == 0)
                return "a second # HELP of this metric";
        snprintf(r->name, sizeof(r->name), "%.*s", (int)n, name);
        memcpy(r->seen[r->names++], r->name, sizeof(r->name));
        return r->names == 64 ? "more metrics than the reader holds" : NULL;
    }
    bool counter = strncmp(name + n, " counter\n", 9) == 0;
    if (strlen(r->name) != n || strncmp(r->name, name, n) != 0)
        return "# TYPE does not follow its # HELP";
    if (!counter && strncmp(name + n, " gauge\n", 7) != 0)
        return "a type that is neither counter nor gauge";
    bool total = n > 6 && strncmp(name + n - 6, "_total", 6) == 0;
    return counter == total ? NULL : "counters, and only they, end in _total";
}

static const char *read_sample(struct reader *r, const char *line)
{
    size_t n = name_len(line);
    if (n == 0 || strlen(r->name) != n || strncmp(r->name, line, n) != 0)
        return "a sample that is not of the metric above it";
    const char *end = labels(line + n);
    if (end == NULL)
        return "labels";
    size_t len = (size_t)(end - line);
    if (r->samples == 512 || len >= sizeof(r->series[0]))
        return "more than the reader holds";
    snprintf(r->series[r->samples], sizeof(r->series[0]), "%.*s", (int)len, line);
    for (size_t i = 0; i < r->samples; i++)
        if (strcmp(r->series[i], r->series[r->samples]) == 0)
            return "a series twice";
    r->samples++;
    size_t digits = *end == ' ' ? strspn(end + 1, "0123456789") : 0;
    return digits != 0 && end[1 + digits] == '\n' ? NULL : "no blank and whole number";
}

/* NULL: all is well. */
static const char *read_all(struct reader *r, const char *text)
{
    *r = (struct reader){ .at = text };
    for (; *r->at != '\0'; r->at = strchr(r->at, '\n') + 1) {
        r->line++;
        const char *end = strchr(r->at, '\n');
        if (end == NULL)
            return "the last line does not end";
        const char *wrong =
            r->at[0] == '#' ? read_head(r, r->at, (size_t)(end - r->at)) : read_sample(r, r->at);
        if (wrong != NULL)
            return wrong;
    }
    return r->samples == 0 ? "no sample" : NULL;
}

static struct reader reader;

static void expect_well_formed(const char *text)
{
    const char *wrong = read_all(&reader, text);
    cr_assert_null(wrong, "line %u: %s\n%s", reader.line, wrong, text);
}

static void expect_line(const char *text, const char *line)
{
    const char *at = strstr(text, line);
    cr_expect(at != NULL && (at == text || at[-1] == '\n') && at[strlen(line)] == '\n',
              "no line '%s' in\n%s", line, text);
}

/* The last file, and the end. */
static void snapshot(struct fix_out *out, const struct epw_stats *stats)
{
    cr_assert_eq(out->output->snapshot(out->state, out->stream, stats), EPW_OK);
    fix_close(out, stats);
}

Test(prometheus, the_reader_is_strict)
{
    static const char *const wrong[] = {
        "",
        "a 1\n",
        "# HELP a b\n# TYPE a gauge\na 1",
        "# HELP a b\n# TYPE a gauge\na  1\n",
        "# HELP a b\n# TYPE a gauge\na 1.\n",
        "# HELP a b\n# TYPE a counter\na 1\n",
        "# HELP a_total b\n# TYPE a_total gauge\na_total 1\n",
        "# HELP a b\n# TYPE b gauge\na 1\n",
        "# HELP a b\n# TYPE a gauge\nb 1\n",
        "# HELP a b\n# TYPE a gauge\na 1\na 2\n",
        "# HELP a b\n# TYPE a gauge\na{b=\"c\"} 1\na{b=\"c\"} 1\n",
        "# HELP a b\n# TYPE a gauge\na 1\n# HELP a b\n# TYPE a gauge\na{b=\"c\"} 1\n",
        "# HELP a b\n# TYPE a gauge\na{b=c} 1\n",
        "# HELP a b\n# TYPE a gauge\na{b=\"\\x\"} 1\n",
        "# HELP a b\n# TYPE a gauge\na{b=\"c\nd\"} 1\n",
        "# HELP a b\n# TYPE a gauge\na{b=\"c\"d\"} 1\n",
        "# HELP a b\n# TYPE a gauge\na{1=\"c\"} 1\n",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        cr_expect_not_null(read_all(&reader, wrong[i]), "taken for right: %s", wrong[i]);
    expect_well_formed("# HELP a b\n# TYPE a gauge\na{b=\"\\\\\\\"\\n\",c=\"}\"} 1\na 2\n");
}

Test(prometheus, counts_flows_by_function_and_findings_by_kind)
{
    struct fix f;
    struct fix_finding finding;
    struct fix_out out = { 0 };
    fix_open(&out, "prometheus");
    fix_make(&f);
    fix_flow(&out, &f);
    fix_flow(&out, &f);
    f.record.first_record = false; /* the same flow goes on */
    fix_flow(&out, &f);
    fix_make(&f);
    f.verdict.sig = &fix_other;
    fix_flow(&out, &f);
    f.verdict.sig = NULL;
    fix_flow(&out, &f);
    fix_make_finding(&finding);
    fix_finding(&out, &finding);
    finding.finding.state = EPW_FINDING_CLOSED;
    fix_finding(&out, &finding);
    struct epw_stats stats = {
        .packets = 5, .drops_kernel = 3, .flows = 4, .queue_bytes = 77, .last_ns = 1999999999
    };
    stats.ending[EPW_END_NOT_IP] = 2;
    snapshot(&out, &stats);
    expect_well_formed(out.text);
#define SERIES(name) "epwatch_" name "{source=\"office.pcap\""
    expect_line(out.text, SERIES("packets_total") "} 5");
    expect_line(out.text, SERIES("packets_dropped_total") ",by=\"kernel\"} 3");
    expect_line(out.text, SERIES("packets_decoded_total") ",ending=\"not_ip\"} 2");
    expect_line(out.text, SERIES("flows_total") "} 4");
    expect_line(out.text, SERIES("queue_bytes") "} 77");
    expect_line(
        out.text,
        SERIES(
            "flows_labelled_total") ",product=\"acme-protect\",function=\"agent-replication\"} 2");
    expect_line(
        out.text,
        SERIES(
            "flows_labelled_total") ",product=\"bolt-suite\",function=\"client-communication\"} 1");
    expect_line(out.text, SERIES("last_packet_timestamp_seconds") "} 1");
    char line[128];
    snprintf(line, sizeof(line), SERIES("findings") ",finding=\"%s\",severity=\"%s\"} 1",
             finding.finding.kind, epw_severity_name(finding.finding.severity));
    expect_line(out.text, line);
    cr_expect_not_null(strstr(out.text, "\n" SERIES("resident_memory_bytes") "} "));
    free(out.text);
}

static char *source_label(const char *const *sources, size_t count)
{
    const struct epw_stats stats = { 0 };
    struct fix_out out = { .info = { .sources = sources, .source_count = count, .version = "1" } };
    out.output = epw_output_find("prometheus");
    out.stream = open_memstream(&out.text, &out.len);
    cr_assert_eq(out.output->open(&out.state, out.stream, &out.info), EPW_OK);
    snapshot(&out, &stats);
    expect_well_formed(out.text);
    return out.text;
}

Test(prometheus, any_file_name_makes_a_label)
{
    static const char *const odd[] = { "a\\b\"c\nd\xff}.pcap", "\xc3\xa4,x=\"" };
    char *text = source_label(odd, 2);
    /* Bytes that are no text are shown as \xNN, whose backslash is escaped as any other. */
    expect_line(text, "epwatch_packets_total{source=\"a\\\\x5cb\\\"c\\\\x0ad\\\\xff}.pcap,"
                      "\xc3\xa4,x=\\\"\"} 0");
    free(text);
}

Test(prometheus, many_sources_are_counted)
{
    static const char *const many[] = { "1", "2", "3", "4", "5" };
    char *text = source_label(many, 5);
    expect_line(text, "epwatch_packets_total{source=\"1 and 4 more\"} 0");
    free(text);
    text = source_label(many, 4);
    expect_line(text, "epwatch_packets_total{source=\"1,2,3,4\"} 0");
    free(text);
}
