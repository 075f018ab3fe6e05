/* SPDX-License-Identifier: Apache-2.0 */
/* JSON lines with the keys of Suricata's EVE. Keys: docs/formats.md, `eve`. */
#include "output/eve.h"
#include "output/output.h"
#include "output/record.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Keys keep the order in which they are set here. */
#define EVE_FORMAT (JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(6))

/*
 * A candidate as JSON text, made once a signature: web ports have dozens of
 * candidates, and building and writing them anew took most of a run's time.
 */
struct candidate_text {
    const struct epw_signature *sig;
    char *text;
};

struct eve_out {
    FILE *stream;
    const struct epw_run_info *info;
    char *line; /* room for one, kept from line to line */
    size_t line_cap;
    struct candidate_text *candidate; /* by signature.index */
    size_t candidate_count;
};

/* Puts the JSON text into out->line; returns its length, 0 without memory. */
static size_t dump(struct eve_out *out, const json_t *root)
{
    size_t len = json_dumpb(root, out->line, out->line_cap, EVE_FORMAT);
    if (len <= out->line_cap)
        return len;
    char *line = realloc(out->line, 2 * len);
    if (line == NULL)
        return 0;
    out->line = line;
    out->line_cap = 2 * len;
    return json_dumpb(root, out->line, out->line_cap, EVE_FORMAT);
}

static enum epw_err eve_open(void **state, FILE *stream, const struct epw_run_info *info)
{
    struct eve_out *out = calloc(1, sizeof(*out));
    if (out == NULL)
        return EPW_ENOMEM;
    out->stream = stream;
    out->info = info;
    *state = out;
    return EPW_OK;
}

static int set_flow(json_t *root, const struct epw_flow_record *record)
{
    json_t *flow = json_object();
    int bad = 0;
    bad |=
        json_object_set_new(flow, "pkts_toserver", epw_eve_number(record->packets[EPW_TO_SERVER]));
    bad |=
        json_object_set_new(flow, "pkts_toclient", epw_eve_number(record->packets[EPW_TO_CLIENT]));
    bad |=
        json_object_set_new(flow, "bytes_toserver", epw_eve_number(record->bytes[EPW_TO_SERVER]));
    bad |=
        json_object_set_new(flow, "bytes_toclient", epw_eve_number(record->bytes[EPW_TO_CLIENT]));
    bad |= epw_eve_set_time(flow, "start", record->first_ns);
    bad |= epw_eve_set_time(flow, "end", record->last_ns);
    bad |= epw_eve_set_text(flow, "state", epw_flow_state_name(record->state));
    bad |= epw_eve_set_text(flow, "reason", epw_flow_reason_name(record->reason));
    return json_object_set_new(root, "flow", flow) | bad;
}

/* The first name that one of two sources gave, as {KEY: {INNER: name}}. */
static int set_name(json_t *root, const char *key, const char *inner,
                    const struct epw_evidence *evidence, enum epw_name_source source,
                    enum epw_name_source or_source)
{
    for (size_t i = 0; i < evidence->name_count; i++) {
        if (evidence->name[i].source != source && evidence->name[i].source != or_source)
            continue;
        json_t *object = json_object();
        int bad = epw_eve_set_text(object, inner, evidence->name[i].text);
        return json_object_set_new(root, key, object) | bad;
    }
    return 0;
}

static char *make_candidate(const struct epw_signature *sig)
{
    json_t *one = json_object();
    int bad = epw_eve_set_text(one, "product", sig->product);
    bad |= epw_eve_set_text(one, "function", sig->function);
    bad |= epw_eve_set_text(one, "signature", sig->id);
    bad |= json_object_set_new(one, "rows", epw_eve_list(sig->row, sig->row_count));
    char *made = bad == 0 ? json_dumps(one, EVE_FORMAT) : NULL;
    json_decref(one);
    return made;
}

/* NULL without memory. */
static const char *candidate(struct eve_out *out, const struct epw_signature *sig)
{
    if (sig->index >= out->candidate_count) {
        size_t count = 2 * ((size_t)sig->index + 1);
        struct candidate_text *grown = realloc(out->candidate, count * sizeof(*grown));
        if (grown == NULL)
            return NULL;
        for (size_t i = out->candidate_count; i < count; i++)
            grown[i] = (struct candidate_text){ 0 };
        out->candidate = grown;
        out->candidate_count = count;
    }
    struct candidate_text *slot = &out->candidate[sig->index];
    if (slot->sig != sig) {
        free(slot->text);
        slot->text = make_candidate(sig);
        slot->sig = slot->text == NULL ? NULL : sig;
    }
    return slot->text;
}

static int set_verdict(json_t *root, const struct epw_result *result)
{
    const struct epw_verdict *verdict = result->verdict;
    const struct epw_signature *sig = verdict->sig;
    json_t *own = json_object(), *names = json_array(), *sources = json_array();
    int bad = 0;
    if (sig != NULL) {
        bad |= epw_eve_set_text(own, "vendor", sig->vendor);
        bad |= epw_eve_set_text(own, "product", sig->product);
        bad |= epw_eve_set_text(own, "function", sig->function);
        bad |= epw_eve_set_text(own, "signature", sig->id);
    }
    bad |= json_object_set_new(
        own, "rows", epw_eve_list(sig == NULL ? NULL : sig->row, sig == NULL ? 0 : sig->row_count));
    bad |= epw_eve_set_text(own, "confidence", epw_confidence_name(verdict->confidence));
    if (sig != NULL) {
        bad |= epw_eve_set_text(own, "initiator_role", sig->initiator);
        bad |= epw_eve_set_text(own, "responder_role",
                                verdict->proxied ? EPW_RECORD_PROXY : sig->responder);
    }
    size_t count = epw_record_name_count(result->record, verdict);
    for (size_t i = 0; i < count; i++) {
        const struct epw_flow_name *name = epw_record_name(result->record, verdict, i);
        bad |= json_array_append_new(names, epw_eve_text(name->text));
        bad |= json_array_append_new(
            sources, epw_eve_text(epw_name_source_name((enum epw_name_source)name->source)));
    }
    bad |= json_object_set_new(own, "names", names);
    bad |= json_object_set_new(own, "name_sources", sources);
    bad |=
        json_object_set_new(own, "reasons", epw_eve_list(verdict->reason, verdict->reason_count));
    /* Filled in when the line is written: it must stay the last key of the last object. */
    bad |= json_object_set_new(own, "candidates", json_array());
    return json_object_set_new(root, "epwatch", own) | bad;
}

static int set_all(json_t *root, const struct eve_out *out, const struct epw_result *result)
{
    const struct epw_flow_record *record = result->record;
    const struct epw_evidence *evidence = record->evidence;
    char community[EPW_COMMUNITY_LEN];
    int bad = epw_eve_set_time(root, "timestamp", record->last_ns);
    bad |=
        json_object_set_new(root, "flow_id", epw_eve_number(epw_record_flow_id(record->flow_id)));
    if (out->info->live && record->source < out->info->source_count)
        bad |= epw_eve_set_text(root, "in_iface", out->info->sources[record->source]);
    bad |= epw_eve_set_text(root, "event_type", "flow");
    bad |= epw_eve_set_endpoints(root, record->ip, record->port, record->proto);
    if (record->vlan_count != 0) {
        json_t *vlan = json_array();
        for (size_t i = 0; i < record->vlan_count; i++)
            bad |= json_array_append_new(vlan, json_integer(record->vlan[i]));
        bad |= json_object_set_new(root, "vlan", vlan);
    }
    epw_record_community(record, community);
    bad |= epw_eve_set_text(root, "community_id", community);
    if (evidence->app != EPW_APP_UNKNOWN)
        bad |= epw_eve_set_text(root, "app_proto", epw_app_name((enum epw_app)evidence->app));
    bad |= set_flow(root, record);
    bad |= set_name(root, "tls", "sni", evidence, EPW_NAME_SNI, EPW_NAME_SNI);
    bad |= set_name(root, "quic", "sni", evidence, EPW_NAME_QUIC, EPW_NAME_QUIC);
    bad |= set_name(root, "http", "hostname", evidence, EPW_NAME_HOST, EPW_NAME_CONNECT);
    return bad | set_verdict(root, result);
}

/* The line ends with the empty array of candidates: they go between its brackets. */
static enum epw_err write_flow(struct eve_out *out, const json_t *root,
                               const struct epw_verdict *verdict)
{
    static const char tail[] = "]}}";
    size_t len = dump(out, root);
    if (len < sizeof(tail))
        return EPW_ENOMEM;
    len -= sizeof(tail) - 1;
    /* All of it or nothing: a line that stops in the middle would spoil the next one too. */
    for (size_t i = 0; i < verdict->candidate_count; i++)
        if (candidate(out, verdict->candidate[i].sig) == NULL)
            return EPW_ENOMEM;
    bool written = fwrite(out->line, 1, len, out->stream) == len;
    for (size_t i = 0; i < verdict->candidate_count; i++) {
        const char *one = candidate(out, verdict->candidate[i].sig);
        if (one == NULL)
            return EPW_ENOMEM;
        written =
            written && (i == 0 || fputc(',', out->stream) != EOF) && fputs(one, out->stream) != EOF;
    }
    written = written && fputs(tail, out->stream) != EOF && fputc('\n', out->stream) != EOF;
    return written ? EPW_OK : EPW_EIO;
}

/* A whole line that has no candidates. */
static enum epw_err write_line(struct eve_out *out, const json_t *root)
{
    size_t len = dump(out, root);
    if (len == 0)
        return EPW_ENOMEM;
    bool written = fwrite(out->line, 1, len, out->stream) == len && fputc('\n', out->stream) != EOF;
    return written ? EPW_OK : EPW_EIO;
}

static enum epw_err eve_flow(void *state, const struct epw_result *result)
{
    struct eve_out *out = state;
    if (out->info->labelled_only && !epw_record_labelled(result->verdict))
        return EPW_OK;
    epw_verdict_tell(result->verdict);
    json_t *root = json_object();
    enum epw_err err =
        set_all(root, out, result) == 0 ? write_flow(out, root, result->verdict) : EPW_ENOMEM;
    json_decref(root);
    return err;
}

static enum epw_err eve_finding(void *state, const struct epw_finding *finding)
{
    struct eve_out *out = state;
    json_t *root = json_object();
    enum epw_err err = epw_eve_set_alert(root, finding) == 0 ? write_line(out, root) : EPW_ENOMEM;
    json_decref(root);
    return err;
}

static enum epw_err eve_stats(void *state, const struct epw_stats *stats, int64_t now_ns)
{
    struct eve_out *out = state;
    json_t *root = json_object();
    int bad = epw_eve_set_time(root, "timestamp", now_ns);
    bad |= epw_eve_set_text(root, "event_type", "stats");
    bad |= epw_eve_set_stats(root, stats, out->info->partial);
    enum epw_err err = bad == 0 ? write_line(out, root) : EPW_ENOMEM;
    json_decref(root);
    return err;
}

static enum epw_err eve_close(void *state, const struct epw_stats *stats)
{
    struct eve_out *out = state;
    enum epw_err err = eve_stats(state, stats, stats->last_ns);
    for (size_t i = 0; i < out->candidate_count; i++)
        free(out->candidate[i].text);
    free(out->candidate);
    free(out->line);
    free(out);
    return err;
}

const struct epw_output epw_output_eve = {
    .name = "eve",
    .help = "JSON lines with the keys of Suricata's EVE, and counters in the last line",
    .open = eve_open,
    .flow = eve_flow,
    .finding = eve_finding,
    .stats = eve_stats,
    .close = eve_close,
};
