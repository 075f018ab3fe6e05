/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file for node_exporter's textfile collector: the Prometheus text format 0.0.4. Every series
 * carries the run's sources, so that the files of several runs on one host do not collide.
 */
#include "config.h" /* pread */

#include "base/table.h"
#include "base/text.h"
#include "output/output.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Sources written out in the label; more would make every line long and tell nobody more. */
#define SOURCES_SHOWN 4

/* One series of a metric with two labels of its own: "product" and "function", say. */
struct series {
    uint64_t count;
    UT_hash_handle hh;
    size_t second; /* where the other value begins in key */
    char key[];    /* two texts, each with its NUL */
};

struct prometheus_out {
    FILE *stream; /* of the file that is being written */
    const struct epw_run_info *info;
    struct epw_str source;   /* the label that all series have, escaped */
    struct series *labelled; /* product, function: as many as the signatures have */
    struct series *finding;  /* kind, severity: as many as there are rules */
    int statm;               /* /proc/self/statm, opened while paths are open; -1: not there */
};

/* A label's value: backslash, quote and newline have an escape, no other byte needs one. */
static void escape(struct epw_str *out, const char *value)
{
    for (const char *c = value; *c != '\0'; c++)
        switch (*c) {
        case '\\':
            epw_str_add(out, "\\\\");
            break;
        case '"':
            epw_str_add(out, "\\\"");
            break;
        case '\n':
            epw_str_add(out, "\\n");
            break;
        default:
            epw_str_addn(out, c, 1);
        }
}

static void name_source(struct epw_str *out, const struct epw_run_info *info)
{
    size_t shown = info->source_count > SOURCES_SHOWN ? 1 : info->source_count;
    for (size_t i = 0; i < shown; i++) {
        char clean[1024];
        epw_text_clean(info->sources[i], strlen(info->sources[i]), clean, sizeof(clean));
        if (i != 0)
            epw_str_add(out, ",");
        escape(out, clean);
    }
    if (shown < info->source_count)
        epw_str_addf(out, " and %zu more", info->source_count - shown);
}

static enum epw_err prometheus_open(void **state, FILE *stream, const struct epw_run_info *info)
{
    struct prometheus_out *out = calloc(1, sizeof(*out));
    (void)stream;
    if (out == NULL)
        return EPW_ENOMEM;
    out->info = info;
    out->statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    name_source(&out->source, info);
    *state = out;
    return out->source.failed ? EPW_ENOMEM : EPW_OK;
}

/* Adds one to the series of these two values. */
static enum epw_err add(struct series **list, const char *first, const char *second)
{
    size_t at = strlen(first) + 1, len = at + strlen(second) + 1;
    struct series *made = calloc(1, sizeof(*made) + len), *series = NULL;
    if (made == NULL)
        return EPW_ENOMEM;
    memcpy(made->key, first, at);
    memcpy(made->key + at, second, len - at);
    made->second = at;
    HASH_FIND(hh, *list, made->key, len, series);
    if (series != NULL) {
        free(made);
        series->count++;
        return EPW_OK;
    }
    made->count = 1;
    HASH_ADD(hh, *list, key, (unsigned)len, made);
    if (EPW_TABLE_ADDED(made))
        return EPW_OK;
    free(made);
    return EPW_ENOMEM;
}

static enum epw_err prometheus_flow(void *state, const struct epw_result *result)
{
    struct prometheus_out *out = state;
    const struct epw_signature *sig = result->verdict->sig;
    if (sig == NULL || !result->record->first_record)
        return EPW_OK;
    return add(&out->labelled, sig->product, sig->function);
}

static enum epw_err prometheus_finding(void *state, const struct epw_finding *finding)
{
    struct prometheus_out *out = state;
    return finding->state == EPW_FINDING_CLOSED
               ? EPW_OK
               : add(&out->finding, finding->kind, epw_severity_name(finding->severity));
}

static void head(const struct prometheus_out *out, const char *name, const char *type,
                 const char *help)
{
    fprintf(out->stream, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A sample; more is further labels, or "". */
static void sample(const struct prometheus_out *out, const char *name, const char *more,
                   uint64_t value)
{
    fprintf(out->stream, "%s{source=\"%s\"%s} %llu\n", name, epw_str_text(&out->source), more,
            (unsigned long long)value);
}

static void put_series(const struct prometheus_out *out, struct series *const *list,
                       const char *name, const char *const label[2])
{
    const struct series *next;
    struct epw_str more = { 0 };
    for (const struct series *s = *list; s != NULL; s = next) {
        next = s->hh.next;
        epw_str_clear(&more);
        epw_str_addf(&more, ",%s=\"", label[0]);
        escape(&more, s->key);
        epw_str_addf(&more, "\",%s=\"", label[1]);
        escape(&more, s->key + s->second);
        epw_str_add(&more, "\"");
        sample(out, name, epw_str_text(&more), s->count);
    }
    epw_str_free(&more);
}

/* Metrics that are one counter of the run, or several under one name told apart by a label. */
static const struct metric {
    const char *name, *help; /* help NULL: the name before has a further series */
    const char *more;
    size_t offset;
} metrics[] = {
    { "epwatch_packets_total", "Packets read.", "", offsetof(struct epw_stats, packets) },
    { "epwatch_bytes_total", "Bytes of these packets on the wire.", "",
      offsetof(struct epw_stats, bytes) },
    { "epwatch_packets_dropped_total", "Packets lost before they were read.", ",by=\"kernel\"",
      offsetof(struct epw_stats, drops_kernel) },
    { "epwatch_packets_dropped_total", NULL, ",by=\"interface\"",
      offsetof(struct epw_stats, drops_interface) },
    { "epwatch_records_dropped_total",
      "Flow records and sightings lost because analyst and outputs fell behind.", "",
      offsetof(struct epw_stats, records_dropped) },
    { "epwatch_packets_duplicate_total", "Doubles that a mirror delivered.", "",
      offsetof(struct epw_stats, duplicates) },
    { "epwatch_packets_cut_total", "Packets captured shorter than on the wire.", "",
      offsetof(struct epw_stats, cut_frames) },
    { "epwatch_flows_total",
      "Flows seen; of their records those of epwatch_records_dropped_total are not written.", "",
      offsetof(struct epw_stats, flows) },
    { "epwatch_evicted_total", "What was given up early because a table was full.",
      ",table=\"flows\"", offsetof(struct epw_stats, flows_evicted) },
    { "epwatch_evicted_total", NULL, ",table=\"waiting\"",
      offsetof(struct epw_stats, wait_evicted) },
    { "epwatch_evicted_total", NULL, ",table=\"names\"",
      offsetof(struct epw_stats, names_evicted) },
    { "epwatch_evicted_total", NULL, ",table=\"hosts\"",
      offsetof(struct epw_stats, hosts_evicted) },
    { "epwatch_evicted_total", NULL, ",table=\"findings\"",
      offsetof(struct epw_stats, findings_dropped) },
};

static void put_counters(const struct prometheus_out *out, const struct epw_stats *stats)
{
    for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++) {
        const struct metric *m = &metrics[i];
        uint64_t value;
        memcpy(&value, (const char *)stats + m->offset, sizeof(value));
        if (m->help != NULL)
            head(out, m->name, "counter", m->help);
        sample(out, m->name, m->more, value);
    }
    for (unsigned i = 0; i < EPW_LIMIT_COUNT; i++) {
        char more[64];
        snprintf(more, sizeof(more), ",table=\"%s\"", epw_limit_name((enum epw_limit)i));
        sample(out, "epwatch_evicted_total", more, stats->limited[i]);
    }
    head(out, "epwatch_packets_decoded_total", "counter", "Packets by how their decoding ended.");
    for (unsigned i = 0; i < EPW_ENDINGS; i++) {
        char more[64];
        snprintf(more, sizeof(more), ",ending=\"%s\"", epw_ending_name((enum epw_ending)i));
        sample(out, "epwatch_packets_decoded_total", more, stats->ending[i]);
    }
}

static void put_memory(const struct prometheus_out *out)
{
    static const char name[] = "epwatch_resident_memory_bytes";
    char text[128];
    ssize_t len = out->statm < 0 ? -1 : pread(out->statm, text, sizeof(text) - 1, 0);
    unsigned long long size, resident;
    if (len <= 0)
        return;
    text[len] = '\0';
    if (sscanf(text, "%llu %llu", &size, &resident) != 2)
        return;
    head(out, name, "gauge", "Memory of the process that is in use.");
    sample(out, name, "", resident * (uint64_t)sysconf(_SC_PAGESIZE));
}

static void put_gauges(const struct prometheus_out *out, const struct epw_stats *stats)
{
    head(out, "epwatch_signatures", "gauge", "Signatures that are loaded.");
    sample(out, "epwatch_signatures", "", out->info->signature_count);
    head(out, "epwatch_queue_bytes", "gauge", "Flow records on their way to the analyst.");
    sample(out, "epwatch_queue_bytes", "", stats->queue_bytes);
    head(out, "epwatch_last_packet_timestamp_seconds", "gauge", "Stamp of the latest packet.");
    sample(out, "epwatch_last_packet_timestamp_seconds", "",
           stats->last_ns < 0 ? 0 : (uint64_t)stats->last_ns / 1000000000u);
    head(out, "epwatch_outputs_failed", "gauge", "Outputs of the run that cannot be written.");
    sample(out, "epwatch_outputs_failed", "", out->info->outputs_failed);
    put_memory(out);
}

static void free_series(struct series **list)
{
    struct series *s, *next;
    HASH_ITER (hh, *list, s, next) {
        HASH_DEL(*list, s);
        free(s);
    }
}

static enum epw_err prometheus_snapshot(void *state, FILE *stream, const struct epw_stats *stats)
{
    struct prometheus_out *out = state;
    static const char *const of_flow[2] = { "product", "function" };
    static const char *const of_finding[2] = { "finding", "severity" };
    char version[64];
    out->stream = stream;
    snprintf(version, sizeof(version), ",version=\"%s\"", out->info->version);
    head(out, "epwatch_build_info", "gauge", "Always 1; the version is in the label.");
    sample(out, "epwatch_build_info", version, 1);
    put_counters(out, stats);
    head(out, "epwatch_flows_labelled_total", "counter",
         "Flows whose product is named, by product and function.");
    put_series(out, &out->labelled, "epwatch_flows_labelled_total", of_flow);
    head(out, "epwatch_findings", "gauge", "Findings that are open, by name and severity.");
    put_series(out, &out->finding, "epwatch_findings", of_finding);
    put_gauges(out, stats);
    free_series(&out->finding);
    return ferror(stream) ? EPW_EIO : EPW_OK;
}

static enum epw_err prometheus_close(void *state, const struct epw_stats *stats)
{
    (void)stats; /* they were in the last snapshot */
    struct prometheus_out *out = state;
    free_series(&out->labelled);
    free_series(&out->finding);
    if (out->statm >= 0)
        close(out->statm);
    epw_str_free(&out->source);
    free(out);
    return EPW_OK;
}

const struct epw_output epw_output_prometheus = {
    .name = "prometheus",
    .help = "counters for node_exporter's textfile collector",
    .open = prometheus_open,
    .flow = prometheus_flow,
    .finding = prometheus_finding,
    .snapshot = prometheus_snapshot,
    .close = prometheus_close,
};
