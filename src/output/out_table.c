/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person reads, in 80 columns: which products were seen and who talks to
 * whom, what stays ambiguous, everything else, and how good the capture is.
 */
#include "output/layout.h"
#include "output/output.h"
#include "output/summary.h"
#include "output/told.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Columns of the table; together EPW_LAYOUT_COLUMNS. */
enum { NAME = 27, HOSTS = 15, FLOWS = 8, PACKETS = 9, BYTES = 9, CONFIDENCE = 12 };

/* Of a file's name: enough to tell it from others. */
#define SOURCE_LEN 512

struct table {
    FILE *stream;
    const struct epw_run_info *info;
    struct epw_stats before; /* counted when it was opened: its head is of what came after */
    struct epw_summary *summary;
    struct epw_told told;
    struct epw_str line; /* kept from paragraph to paragraph */
};

static enum epw_err table_open(void **state, FILE *stream, const struct epw_run_info *info)
{
    struct table *t = calloc(1, sizeof(*t));
    if (t == NULL || epw_summary_new(&t->summary) != EPW_OK) {
        free(t);
        return EPW_ENOMEM;
    }
    t->stream = stream;
    t->info = info;
    t->before = info->before;
    *state = t;
    if (info->goes_on)
        fputc('\n', stream);
    return EPW_OK;
}

static enum epw_err table_flow(void *state, const struct epw_result *result)
{
    struct table *t = state;
    return epw_summary_add(t->summary, result);
}

static enum epw_err table_host(void *state, const struct epw_inventory_host *host)
{
    struct table *t = state;
    return epw_summary_add_host(t->summary, host);
}

static enum epw_err table_finding(void *state, const struct epw_finding *finding)
{
    struct table *t = state;
    return epw_told_add(&t->told, finding);
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* Adds "12,345 flows". */
static void add_count(struct epw_str *line, uint64_t count, const char *noun)
{
    char text[EPW_TEXT_LEN];
    epw_str_addf(line, "%s %s%s", epw_text_count(count, text), noun, plural(count));
}

static void print_line(struct table *t, size_t indent, size_t hang)
{
    fprintf(t->stream, "%*s", (int)indent, "");
    epw_layout_wrap(t->stream, indent, hang, epw_str_text(&t->line));
    epw_str_clear(&t->line);
}

static void print_head(struct table *t, const struct epw_stats *stats)
{
    char from[EPW_TEXT_LEN], to[EPW_TEXT_LEN], text[EPW_TEXT_LEN];
    epw_str_addf(&t->line, "epwatch %s:", t->info->version);
    for (size_t i = 0; i < t->info->source_count; i++) {
        const char *source = t->info->sources[i];
        char name[SOURCE_LEN];
        /* A file's name may hold anything; a terminal must not see its control characters. */
        epw_text_clean(source, strlen(source), name, sizeof(name));
        epw_str_addf(&t->line, "%s %s", i == 0 ? "" : ",",
                     strcmp(source, "-") == 0 ? "standard input" : name);
    }
    print_line(t, 0, 4);
    if (t->info->partial)
        fputs("INCOMPLETE: not all of the input could be read; this is what was read of it.\n",
              t->stream);
    const struct epw_stats *b = &t->before;
    uint64_t packets = stats->packets - b->packets, bytes = stats->bytes - b->bytes;
    uint64_t captured = stats->captured_bytes - b->captured_bytes;
    int64_t first_ns = b->packets == 0 ? stats->first_ns : b->last_ns, span_ns;
    if (__builtin_sub_overflow(stats->last_ns, first_ns, &span_ns)) /* stamps as they came */
        span_ns = INT64_MAX;
    if (packets != 0)
        fprintf(t->stream, "%s to %s (%s)\n", epw_text_moment(first_ns, from),
                epw_text_moment(stats->last_ns, to), epw_text_span(span_ns, text));
    add_count(&t->line, packets, "packet");
    epw_str_addf(&t->line, ", %s on the wire", epw_text_bytes(bytes, text));
    if (captured < bytes)
        epw_str_addf(&t->line, ", %s captured", epw_text_bytes(captured, text));
    print_line(t, 0, 4);
}

/* One row; a name too long for its column has a line of its own, so that no figure moves. */
static void print_row(struct table *t, const char *name, const struct epw_tally *tally,
                      const char *confidence)
{
    char a[EPW_TEXT_LEN], b[EPW_TEXT_LEN], hosts[2 * EPW_TEXT_LEN + 8];
    snprintf(hosts, sizeof(hosts), "%s -> %s", epw_layout_count(tally->hosts[0], 5, a),
             epw_layout_count(tally->hosts[1], 5, b));
    fprintf(t->stream, "  %-*s", NAME - 2, name);
    if (strlen(name) > NAME - 2)
        fprintf(t->stream, "\n%*s", NAME, "");
    fprintf(t->stream, "%*s", HOSTS, hosts);
    fprintf(t->stream, "%*s", FLOWS, epw_layout_count(tally->flows, FLOWS - 1, a));
    fprintf(t->stream, "%*s", PACKETS, epw_layout_count(tally->packets, PACKETS - 1, a));
    fprintf(t->stream, "%*s", BYTES, epw_text_bytes(tally->bytes, a));
    if (confidence[0] != '\0')
        fprintf(t->stream, "  %s", confidence);
    fputc('\n', t->stream);
}

static void print_titles(struct table *t, const char *name, const char *last)
{
    fprintf(t->stream, "\n%-*s%*s%*s%*s%*s%s%s\n", NAME, name, HOSTS, "hosts", FLOWS, "flows",
            PACKETS, "packets", BYTES, "bytes", last[0] == '\0' ? "" : "  ", last);
}

/* The products of one kind; returns how many functions. */
static size_t print_products(struct table *t, const struct epw_sum_function *const *list,
                             size_t count, bool neighbours)
{
    size_t shown = 0;
    const char *product = "";
    for (size_t i = 0; i < count; i++) {
        if (list[i]->neighbour != neighbours)
            continue;
        if (shown++ == 0)
            print_titles(t, neighbours ? "also seen: neighbours" : "product, function",
                         "confidence");
        if (strcmp(product, list[i]->product) != 0)
            fprintf(t->stream, "%s\n", list[i]->product);
        product = list[i]->product;
        for (int level = EPW_CONF_CONFIRMED; level >= EPW_CONF_NONE; level--)
            if (list[i]->tally[level].packets != 0)
                print_row(t, list[i]->function, &list[i]->tally[level],
                          epw_confidence_name((enum epw_confidence)level));
    }
    return shown;
}

/* Who was seen in which role of the products. */
static void print_roles(struct table *t)
{
    size_t count;
    const struct epw_sum_role *const *list = epw_summary_roles(t->summary, &count);
    t->line.failed |= list == NULL;
    const char *product = "";
    if (count != 0)
        fputs("\nhosts by role, likely or confirmed\n", t->stream);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(product, list[i]->product) != 0)
            fprintf(t->stream, "%s\n", list[i]->product);
        product = list[i]->product;
        char text[EPW_TEXT_LEN];
        for (size_t k = 0; k < list[i]->address_count; k++) {
            bool last = k + 1 == list[i]->address_count;
            epw_ip_format(&list[i]->address[k], text);
            epw_str_addf(&t->line, "%s%s ", text, last ? "" : ",");
        }
        uint64_t more = list[i]->hosts - list[i]->address_count;
        if (more != 0)
            epw_str_addf(&t->line, "and %s more", epw_text_count(more, text));
        fprintf(t->stream, "  %-*s ", NAME - 3, list[i]->role);
        if (strlen(list[i]->role) > NAME - 3)
            fprintf(t->stream, "\n%*s", NAME, "");
        epw_layout_wrap(t->stream, NAME, NAME, epw_str_text(&t->line));
        epw_str_clear(&t->line);
    }
}

static void print_port(struct table *t, const struct epw_sum_port *port)
{
    char name[16];
    snprintf(name, sizeof(name), "%s/%u", port->proto == 6 ? "tcp" : "udp", (unsigned)port->port);
    print_row(t, name, &port->tally, "");
    for (size_t i = 0; i < port->candidate_count; i++) {
        epw_str_addf(&t->line, "%s %s: %s", port->candidate[i].product, port->candidate[i].function,
                     port->candidate[i].why);
        print_line(t, 4, 8);
    }
}

static void print_ports(struct table *t)
{
    size_t count;
    const struct epw_sum_port *const *list = epw_summary_ports(t->summary, &count);
    t->line.failed |= list == NULL;
    if (count == 0)
        return;
    print_titles(t, "ambiguous: several fit", "");
    for (size_t i = 0; i < count; i++)
        print_port(t, list[i]);
}

static void print_other(struct table *t)
{
    const struct epw_tally *other = epw_summary_other(t->summary);
    char text[EPW_TEXT_LEN];
    if (other->packets == 0)
        return;
    epw_str_add(&t->line, "everything else: ");
    add_count(&t->line, other->flows, "flow");
    epw_str_add(&t->line, ", ");
    add_count(&t->line, other->packets, "packet");
    epw_str_addf(&t->line, ", %s", epw_text_bytes(other->bytes, text));
    uint64_t undecided = epw_summary_undecided(t->summary);
    if (undecided != 0) {
        epw_str_add(&t->line, "; ");
        add_count(&t->line, undecided, "flow");
        epw_str_addf(&t->line, " of these %s a port or name that products use, without evidence",
                     undecided == 1 ? "has" : "have");
    }
    fputc('\n', t->stream);
    print_line(t, 0, 4);
}

/* One line about the capture: "LABEL: COUNT NOUNs REST"; left out when the count is zero. */
struct quality {
    uint64_t count;
    const char *label, *noun, *rest;
};

static void print_endings(struct table *t, const struct epw_stats *s)
{
    static const char *const words[EPW_ENDINGS] = {
        [EPW_END_TRUNCATED] = "cut before the ports",
        [EPW_END_MALFORMED] = "malformed",
        [EPW_END_UNSUPPORTED] = "of a kind that is not decoded",
        [EPW_END_TOO_DEEP] = "nested too deep",
        [EPW_END_NOT_IP] = "not IP",
    };
    char text[EPW_TEXT_LEN];
    for (unsigned i = EPW_END_COMPLETE + 1; i < EPW_ENDINGS; i++)
        if (s->ending[i] != 0)
            epw_str_addf(&t->line, "%s%s %s", t->line.len == 0 ? "without a flow: " : ", ",
                         epw_text_count(s->ending[i], text), words[i]);
    if (t->line.len != 0)
        print_line(t, 2, 4);
}

static void print_one_way(struct table *t, const struct epw_stats *s)
{
    char one[EPW_TEXT_LEN], all[EPW_TEXT_LEN];
    if (s->tcp_flows_one_way == 0)
        return;
    epw_str_addf(&t->line, "one direction only: %s of %s TCP flow%s with data (%.0f %%)",
                 epw_text_count(s->tcp_flows_one_way, one), epw_text_count(s->tcp_flows_data, all),
                 plural(s->tcp_flows_data),
                 100 * (double)s->tcp_flows_one_way / (double)s->tcp_flows_data);
    print_line(t, 2, 4);
}

static void print_quality(struct table *t, const struct epw_stats *s)
{
    uint64_t limited = 0;
    for (unsigned i = 0; i < EPW_LIMIT_MEMORY; i++)
        limited += i == EPW_LIMIT_UNNAMED ? 0 : s->limited[i]; /* nothing rests on a name to come */
    const struct quality list[] = {
        { s->cut_frames, "shorter than on the wire", "packet", "" },
        { s->duplicates, "doubles", "packet", " seen twice by the mirror" },
        { s->time_steps, "time", "stamp", " going back or jumping" },
        { s->vlan_joined, "VLAN", "flow", " joined from halves with different tags" },
        { s->vlan_variants, "VLAN", "flow", " folded: more VLANs at once than are told apart" },
        { s->fragments, "fragments", "later fragment", " tied to the flow of the first" },
        { s->fragments_orphan, "fragments", "later fragment", " whose first is not there" },
        { s->datagrams_dropped, "fragments", "datagram", " not put together" },
        { s->icmp_errors, "ICMP", "error", "" },
        { s->icmp_orphan, "ICMP", "error", " about flows that are not there" },
        { s->flows_evicted, "flow table full", "flow", " ended early; see --max-flows" },
        { s->evidence_limited, "first bytes", "flow", " given up at a limit before they told" },
        { s->evidence_gaps, "first bytes", "flow", " with a segment that is not there" },
        { s->evidence_bad, "first bytes", "flow", " malformed" },
        { s->wait_evicted, "waiting", "flow", " decided early; too many were waiting" },
        { s->names_evicted, "learned", "name", " dropped for newer ones" },
        { s->hosts_evicted, "learned", "host", " dropped for newer ones" },
        { limited, "learned", "fact", " not kept for room; docs/limits.md" },
        { s->limited[EPW_LIMIT_MEMORY], "learned", "fact", " not kept: out of memory" },
        { s->findings_dropped, "findings", "observation", " of new subjects dropped; too many" },
        { s->drops_kernel, "drops", "packet", " lost in the kernel" },
        { s->drops_interface, "drops", "packet", " lost in the interface" },
        { s->records_dropped, "drops", "result", " that analyst and outputs did not take in time" },
    };
    fputs(t->before.packets == 0 ? "\ncapture\n" : "\ncapture, since the run began\n", t->stream);
    char text[EPW_TEXT_LEN];
    epw_str_addf(&t->line, "flows: %s", epw_text_count(s->flows, text));
    if (s->records_dropped != 0)
        epw_str_addf(&t->line, " (%s results of them lost)",
                     epw_text_count(s->records_dropped, text));
    epw_str_addf(&t->line, ", of a known product: %s", epw_text_count(s->labelled, text));
    print_line(t, 2, 4);
    print_endings(t, s);
    print_one_way(t, s);
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        if (list[i].count == 0)
            continue;
        epw_str_addf(&t->line, "%s: ", list[i].label);
        add_count(&t->line, list[i].count, list[i].noun);
        epw_str_add(&t->line, list[i].rest);
        print_line(t, 2, 4);
    }
    if (epw_summary_hosts_full(t->summary))
        fputs("  hosts: more than can be counted; their numbers are lower bounds\n", t->stream);
}

static enum epw_err print_all(struct table *t, const struct epw_stats *stats)
{
    size_t count;
    const struct epw_sum_function *const *list = epw_summary_functions(t->summary, &count);
    print_head(t, stats);
    if (print_products(t, list, count, false) == 0)
        fputs(t->info->live && !t->info->ended
                  ? "\nNo traffic of a known product was found so far; flows that go on, "
                    "or wait for\n"
                    "others (--wait), are not in it.\n"
              : stats->packets != 0 || t->info->partial || t->info->live
                  ? "\nNo traffic of a known product was found.\n"
                  : "\nThere was nothing to read: the captures are empty, or no packet passes the\n"
                    "filter (packets with a VLAN tag pass only what begins with 'vlan and').\n",
              t->stream);
    print_products(t, list, count, true);
    print_roles(t);
    print_ports(t);
    print_other(t);
    enum epw_err err = epw_told_write(&t->told, t->stream, stats);
    print_quality(t, stats);
    if (list == NULL || t->line.failed)
        err = EPW_ENOMEM;
    return ferror(t->stream) ? EPW_EIO : err;
}

static enum epw_err table_so_far(void *state, const struct epw_stats *stats)
{
    struct table *t = state;
    enum epw_err err = print_all(t, stats);
    epw_told_free(&t->told);
    t->told = (struct epw_told){ 0 };
    epw_summary_forget_hosts(t->summary);
    return err;
}

static enum epw_err table_close(void *state, const struct epw_stats *stats)
{
    struct table *t = state;
    enum epw_err err = print_all(t, stats);
    epw_told_free(&t->told);
    epw_summary_free(t->summary);
    epw_str_free(&t->line);
    free(t);
    return err;
}

const struct epw_output epw_output_table = {
    .name = "table",
    .help = "what a person reads: products, functions, hosts, and the capture's quality",
    .open = table_open,
    .flow = table_flow,
    .host = table_host,
    .finding = table_finding,
    .so_far = table_so_far,
    .close = table_close,
};
