/* SPDX-License-Identifier: Apache-2.0 */
/* JSON lines with the keys of Suricata's EVE. Keys: docs/formats.md, `eve`. */
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

/*
 * A JSON string of any text. Texts are clean by contract; should one not be
 * UTF-8 after all, it is cleaned here, because jansson would refuse it and the
 * key would be missing.
 */
static json_t *text(const char *value)
{
    json_t *string = json_string(value);
    if (string != NULL)
        return string;
    char clean[4 * EPW_REASON_LEN];
    epw_text_clean(value, strlen(value), clean, sizeof(clean));
    return json_string(clean);
}

static json_t *number(uint64_t value)
{
    return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

/* Adds what is known: an empty text leaves the key out. 0, or -1 without memory. */
static int set_text(json_t *object, const char *key, const char *value)
{
    return value[0] == '\0' ? 0 : json_object_set_new(object, key, text(value));
}

static int set_time(json_t *object, const char *key, int64_t ts_ns)
{
    char stamp[EPW_TEXT_LEN];
    return json_object_set_new(object, key, json_string(epw_record_eve_time(ts_ns, stamp)));
}

static json_t *list(const char *const *texts, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; array != NULL && i < count; i++)
        if (json_array_append_new(array, text(texts[i])) != 0) {
            json_decref(array);
            return NULL;
        }
    return array;
}

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

static int set_endpoints(json_t *root, const struct epw_flow_record *record)
{
    static const char *const ip_key[] = { "src_ip", "dest_ip" };
    static const char *const port_key[] = { "src_port", "dest_port" };
    char ip[EPW_IP_STRLEN], proto[EPW_PROTO_LEN];
    int bad = 0;
    for (int side = 0; side < 2; side++) {
        bad |= set_text(root, ip_key[side], epw_ip_format(&record->ip[side], ip));
        if (epw_record_has_ports(record->proto))
            bad |= json_object_set_new(root, port_key[side], json_integer(record->port[side]));
    }
    return bad | set_text(root, "proto", epw_record_proto(record->proto, proto));
}

static int set_flow(json_t *root, const struct epw_flow_record *record)
{
    json_t *flow = json_object();
    int bad = 0;
    bad |= json_object_set_new(flow, "pkts_toserver", number(record->packets[EPW_TO_SERVER]));
    bad |= json_object_set_new(flow, "pkts_toclient", number(record->packets[EPW_TO_CLIENT]));
    bad |= json_object_set_new(flow, "bytes_toserver", number(record->bytes[EPW_TO_SERVER]));
    bad |= json_object_set_new(flow, "bytes_toclient", number(record->bytes[EPW_TO_CLIENT]));
    bad |= set_time(flow, "start", record->first_ns);
    bad |= set_time(flow, "end", record->last_ns);
    bad |= set_text(flow, "state", epw_flow_state_name(record->state));
    bad |= set_text(flow, "reason", epw_flow_reason_name(record->reason));
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
        int bad = set_text(object, inner, evidence->name[i].text);
        return json_object_set_new(root, key, object) | bad;
    }
    return 0;
}

static char *make_candidate(const struct epw_signature *sig)
{
    json_t *one = json_object();
    int bad = set_text(one, "product", sig->product);
    bad |= set_text(one, "function", sig->function);
    bad |= set_text(one, "signature", sig->id);
    bad |= json_object_set_new(one, "rows", list(sig->row, sig->row_count));
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

static int set_verdict(json_t *root, const struct epw_verdict *verdict)
{
    const struct epw_signature *sig = verdict->sig;
    json_t *own = json_object(), *names = json_array(), *sources = json_array();
    int bad = 0;
    if (sig != NULL) {
        bad |= set_text(own, "vendor", sig->vendor);
        bad |= set_text(own, "product", sig->product);
        bad |= set_text(own, "function", sig->function);
        bad |= set_text(own, "signature", sig->id);
    }
    bad |= json_object_set_new(
        own, "rows", list(sig == NULL ? NULL : sig->row, sig == NULL ? 0 : sig->row_count));
    bad |= set_text(own, "confidence", epw_confidence_name(verdict->confidence));
    if (sig != NULL) {
        bad |= set_text(own, "initiator_role", sig->initiator);
        bad |= set_text(own, "responder_role", sig->responder);
    }
    for (size_t i = 0; i < verdict->name_count; i++) {
        const struct epw_flow_name *name = &verdict->name[i];
        bad |= json_array_append_new(names, text(name->text));
        bad |= json_array_append_new(
            sources, text(epw_name_source_name((enum epw_name_source)name->source)));
    }
    bad |= json_object_set_new(own, "names", names);
    bad |= json_object_set_new(own, "name_sources", sources);
    bad |= json_object_set_new(own, "reasons", list(verdict->reason, verdict->reason_count));
    /* Filled in when the line is written: it must stay the last key of the last object. */
    bad |= json_object_set_new(own, "candidates", json_array());
    return json_object_set_new(root, "epwatch", own) | bad;
}

static int set_all(json_t *root, const struct eve_out *out, const struct epw_result *result)
{
    const struct epw_flow_record *record = result->record;
    const struct epw_evidence *evidence = record->evidence;
    char community[EPW_COMMUNITY_LEN];
    int bad = set_time(root, "timestamp", record->last_ns);
    bad |= json_object_set_new(root, "flow_id", number(epw_record_flow_id(record)));
    if (out->info->live && record->source < out->info->source_count)
        bad |= set_text(root, "in_iface", out->info->sources[record->source]);
    bad |= set_text(root, "event_type", "flow");
    bad |= set_endpoints(root, record);
    if (record->vlan_count != 0) {
        json_t *vlan = json_array();
        for (size_t i = 0; i < record->vlan_count; i++)
            bad |= json_array_append_new(vlan, json_integer(record->vlan[i]));
        bad |= json_object_set_new(root, "vlan", vlan);
    }
    epw_record_community(record, community);
    bad |= set_text(root, "community_id", community);
    if (evidence->app != EPW_APP_UNKNOWN)
        bad |= set_text(root, "app_proto", epw_app_name((enum epw_app)evidence->app));
    bad |= set_flow(root, record);
    bad |= set_name(root, "tls", "sni", evidence, EPW_NAME_SNI, EPW_NAME_SNI);
    bad |= set_name(root, "quic", "sni", evidence, EPW_NAME_QUIC, EPW_NAME_QUIC);
    bad |= set_name(root, "http", "hostname", evidence, EPW_NAME_HOST, EPW_NAME_CONNECT);
    return bad | set_verdict(root, result->verdict);
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

static enum epw_err eve_flow(void *state, const struct epw_result *result)
{
    struct eve_out *out = state;
    if (out->info->labelled_only && !epw_record_labelled(result->verdict))
        return EPW_OK;
    json_t *root = json_object();
    enum epw_err err =
        set_all(root, out, result) == 0 ? write_flow(out, root, result->verdict) : EPW_ENOMEM;
    json_decref(root);
    return err;
}

/* One counter of a group of the stats event. */
struct counter {
    const char *key;
    uint64_t value;
};

static int set_counters(json_t *root, const char *key, const struct counter *counter, size_t count)
{
    json_t *group = json_object();
    int bad = 0;
    for (size_t i = 0; i < count; i++)
        bad |= json_object_set_new(group, counter[i].key, number(counter[i].value));
    return json_object_set_new(root, key, group) | bad;
}
#define SET_COUNTERS(root, key, ...)                                                               \
    set_counters(root, key, (const struct counter[])__VA_ARGS__,                                   \
                 sizeof((const struct counter[])__VA_ARGS__) / sizeof(struct counter))

static int set_quality(json_t *root, const struct epw_stats *s)
{
    double share =
        s->tcp_flows_data == 0 ? 0 : (double)s->tcp_flows_one_way / (double)s->tcp_flows_data;
    json_t *quality = json_object();
    int bad = json_object_set_new(quality, "one_way_share", json_real(share));
    bad |= json_object_set_new(quality, "duplicates", number(s->duplicates));
    bad |= json_object_set_new(quality, "truncated", number(s->cut_frames));
    bad |= json_object_set_new(quality, "time_steps", number(s->time_steps));
    bad |= json_object_set_new(quality, "vlan_joined", number(s->vlan_joined));
    bad |= json_object_set_new(quality, "vlan_variants", number(s->vlan_variants));
    return json_object_set_new(root, "quality", quality) | bad;
}

static int set_stats(json_t *root, const struct eve_out *out, const struct epw_stats *s)
{
    struct counter decoder[EPW_ENDINGS];
    for (unsigned i = 0; i < EPW_ENDINGS; i++)
        decoder[i] = (struct counter){ epw_ending_name((enum epw_ending)i), s->ending[i] };
    json_t *stats = json_object();
    int bad = json_object_set_new(stats, "packets", number(s->packets));
    bad |= json_object_set_new(stats, "bytes", number(s->bytes));
    bad |= json_object_set_new(stats, "flows", number(s->flows));
    bad |= json_object_set_new(stats, "labelled", number(s->labelled));
    bad |= SET_COUNTERS(stats, "drops",
                        { { "kernel", s->drops_kernel },
                          { "interface", s->drops_interface },
                          { "queue", s->drops_queue } });
    bad |= set_counters(stats, "decoder", decoder, EPW_ENDINGS);
    bad |= SET_COUNTERS(stats, "flow",
                        { { "evicted", s->flows_evicted },
                          { "fragments", s->fragments },
                          { "fragments_orphan", s->fragments_orphan },
                          { "icmp_errors", s->icmp_errors },
                          { "icmp_orphan", s->icmp_orphan } });
    bad |= SET_COUNTERS(stats, "evidence",
                        { { "limited", s->evidence_limited },
                          { "gaps", s->evidence_gaps },
                          { "malformed", s->evidence_bad } });
    bad |= SET_COUNTERS(stats, "analyst",
                        { { "wait_evicted", s->wait_evicted },
                          { "names_evicted", s->names_evicted },
                          { "hosts_evicted", s->hosts_evicted } });
    bad |= set_quality(stats, s);
    bad |= json_object_set_new(stats, "partial", json_boolean(out->info->partial));
    return json_object_set_new(root, "stats", stats) | bad;
}

static enum epw_err eve_close(void *state, const struct epw_stats *stats)
{
    struct eve_out *out = state;
    json_t *root = json_object();
    int bad = set_time(root, "timestamp", stats->last_ns);
    bad |= set_text(root, "event_type", "stats");
    bad |= set_stats(root, out, stats);
    size_t len = bad == 0 ? dump(out, root) : 0;
    enum epw_err err = len == 0 ? EPW_ENOMEM : EPW_OK;
    if (len != 0 &&
        (fwrite(out->line, 1, len, out->stream) != len || fputc('\n', out->stream) == EOF))
        err = EPW_EIO;
    json_decref(root);
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
    .close = eve_close,
};
