/* SPDX-License-Identifier: Apache-2.0 */
/* JSON lines with the keys of Suricata's EVE. Keys: docs/formats.md, `eve`. */
#include "base/hash.h"
#include "output/eve.h"
#include "output/json.h"
#include "output/output.h"
#include "output/record.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Keys keep the order in which they are set here. */
#define EVE_FORMAT (JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(6))

/*
 * Lists of candidates as JSON text, with the line's end behind them: web ports have dozens, which
 * took most of a run's time, and flows that look alike have the same. A network has few that
 * differ, some 5 KB each.
 */
#define LISTS 256

struct list_text {
    const struct epw_signature **sig; /* NULL: free */
    size_t count;
    struct epw_str text;
};

struct eve_out {
    FILE *stream;
    const struct epw_run_info *info;
    struct epw_community *community;
    struct epw_str line; /* kept from line to line */
    struct list_text list[LISTS];
};

static enum epw_err eve_open(void **state, FILE *stream, const struct epw_run_info *info)
{
    struct eve_out *out = calloc(1, sizeof(*out));
    if (out == NULL)
        return EPW_ENOMEM;
    out->stream = stream;
    out->info = info;
    out->community = epw_community_new();
    if (out->community == NULL) {
        free(out);
        return EPW_ENOMEM;
    }
    *state = out;
    return EPW_OK;
}

/* An empty text leaves its key out. */
static void put_text(struct epw_str *line, const char *key, const char *value)
{
    if (value[0] != '\0')
        epw_json_text(line, key, value);
}

/* "KEY": and so on of a literal, then a text, number or time. */
#define PUT_TEXT(at, before, text)    epw_json_put_text(EPW_JSON_PUT(at, before), text)
#define PUT_NUMBER(at, before, value) epw_json_put_u64(EPW_JSON_PUT(at, before), value)

/* Longest of the parts below with all they may hold: some 120, 300 and 420 bytes. */
#define PART_LEN 512

/* The line's beginning. end: when the flow did. */
static char *put_head(char *at, const struct epw_flow_record *r, const char *end)
{
    at = PUT_TEXT(at, "{\"timestamp\":\"", end);
    return PUT_NUMBER(at, "\",\"flow_id\":", epw_record_flow_id(r->flow_id));
}

static char *put_endpoints(char *at, const struct epw_flow_record *r)
{
    char ip[EPW_IP_STRLEN], proto[EPW_PROTO_LEN];
    bool ports = epw_record_has_ports(r->proto);
    at = PUT_TEXT(at, ",\"event_type\":\"flow\",\"src_ip\":\"", epw_ip_format(&r->ip[0], ip));
    at = EPW_JSON_PUT(at, "\"");
    if (ports)
        at = PUT_NUMBER(at, ",\"src_port\":", r->port[0]);
    at = PUT_TEXT(at, ",\"dest_ip\":\"", epw_ip_format(&r->ip[1], ip));
    at = EPW_JSON_PUT(at, "\"");
    if (ports)
        at = PUT_NUMBER(at, ",\"dest_port\":", r->port[1]);
    at = PUT_TEXT(at, ",\"proto\":\"", epw_record_proto(r->proto, proto));
    return EPW_JSON_PUT(at, "\"");
}

static char *put_flow(char *at, const struct epw_flow_record *r, const char *end)
{
    char start[EPW_TEXT_LEN];
    at = PUT_NUMBER(at, ",\"flow\":{\"pkts_toserver\":", r->packets[EPW_TO_SERVER]);
    at = PUT_NUMBER(at, ",\"pkts_toclient\":", r->packets[EPW_TO_CLIENT]);
    at = PUT_NUMBER(at, ",\"bytes_toserver\":", r->bytes[EPW_TO_SERVER]);
    at = PUT_NUMBER(at, ",\"bytes_toclient\":", r->bytes[EPW_TO_CLIENT]);
    at = PUT_TEXT(at, ",\"start\":\"", epw_record_eve_time(r->first_ns, start));
    at = PUT_TEXT(at, "\",\"end\":\"", end);
    at = PUT_TEXT(at, "\",\"state\":\"", epw_flow_state_name(r->state));
    at = PUT_TEXT(at, "\",\"reason\":\"", epw_flow_reason_name(r->reason));
    return EPW_JSON_PUT(at, "\"}");
}

/* What the flow is known by elsewhere, what it spoke, and its counters. */
static char *put_facts(char *at, struct epw_community *ids, const struct epw_flow_record *r,
                       const char *end)
{
    char community[EPW_COMMUNITY_LEN];
    if (epw_community_id(ids, r, community)) {
        at = PUT_TEXT(at, ",\"community_id\":\"", community);
        at = EPW_JSON_PUT(at, "\"");
    }
    if (r->evidence->app != EPW_APP_UNKNOWN) {
        at = PUT_TEXT(at, ",\"app_proto\":\"", epw_app_name((enum epw_app)r->evidence->app));
        at = EPW_JSON_PUT(at, "\"");
    }
    return put_flow(at, r, end);
}

/* The first name that one of two sources gave, as {KEY: {INNER: name}}. */
static void put_name(struct epw_str *line, const char *key, const char *inner,
                     const struct epw_evidence *evidence, enum epw_name_source source,
                     enum epw_name_source or_source)
{
    for (size_t i = 0; i < evidence->name_count; i++) {
        if (evidence->name[i].source != source && evidence->name[i].source != or_source)
            continue;
        epw_json_open(line, key, '{');
        put_text(line, inner, evidence->name[i].text);
        epw_json_close(line, '}');
        return;
    }
}

static void put_candidate(struct epw_str *text, const struct epw_signature *sig)
{
    epw_json_open(text, NULL, '{');
    put_text(text, "product", sig->product);
    put_text(text, "function", sig->function);
    put_text(text, "signature", sig->id);
    epw_json_list(text, "rows", sig->row, sig->row_count);
    epw_json_close(text, '}');
}

static void forget(struct list_text *list)
{
    free(list->sig);
    epw_str_free(&list->text);
    *list = (struct list_text){ 0 };
}

static bool is_list_of(const struct list_text *list, const struct epw_verdict *verdict)
{
    bool same = list->sig != NULL && list->count == verdict->candidate_count;
    for (size_t i = 0; same && i < list->count; i++)
        same = list->sig[i] == verdict->candidate[i].sig;
    return same;
}

static bool fill(struct list_text *list, const struct epw_verdict *verdict)
{
    list->count = verdict->candidate_count;
    list->sig = malloc((list->count + 1) * sizeof(list->sig[0]));
    epw_json_open(&list->text, NULL, '[');
    for (size_t i = 0; list->sig != NULL && i < list->count; i++) {
        list->sig[i] = verdict->candidate[i].sig;
        put_candidate(&list->text, list->sig[i]);
    }
    epw_str_add(&list->text, "]}}\n");
    return list->sig != NULL && !list->text.failed;
}

/* NULL without memory. */
static const struct epw_str *candidates(struct eve_out *out, const struct epw_verdict *verdict)
{
    uint64_t hash = verdict->candidate_count;
    for (size_t i = 0; i < verdict->candidate_count; i++)
        hash += (uintptr_t)verdict->candidate[i].sig * (2 * i + 1);
    struct list_text *list = &out->list[epw_hash_mix(hash, EPW_HASH_K0) % LISTS];
    if (is_list_of(list, verdict))
        return &list->text;
    forget(list);
    if (fill(list, verdict))
        return &list->text;
    forget(list);
    return NULL;
}

static void put_names(struct epw_str *line, const struct epw_result *result)
{
    static const char none[] = ",\"names\":[],\"name_sources\":[]";
    size_t count = epw_record_name_count(result->record, result->verdict);
    if (count == 0) {
        epw_str_addn(line, none, sizeof(none) - 1);
        return;
    }
    epw_json_open(line, "names", '[');
    for (size_t i = 0; i < count; i++)
        epw_json_text(line, NULL, epw_record_name(result->record, result->verdict, i)->text);
    epw_json_close(line, ']');
    epw_json_open(line, "name_sources", '[');
    for (size_t i = 0; i < count; i++) {
        const struct epw_flow_name *name = epw_record_name(result->record, result->verdict, i);
        epw_json_text(line, NULL, epw_name_source_name((enum epw_name_source)name->source));
    }
    epw_json_close(line, ']');
}

static void put_label(struct epw_str *line, const struct epw_verdict *verdict,
                      const struct epw_signature *sig)
{
    epw_json_open(line, "epwatch", '{');
    put_text(line, "vendor", sig->vendor);
    put_text(line, "product", sig->product);
    put_text(line, "function", sig->function);
    put_text(line, "signature", sig->id);
    epw_json_list(line, "rows", sig->row, sig->row_count);
    put_text(line, "confidence", epw_confidence_name(verdict->confidence));
    put_text(line, "initiator_role", sig->initiator);
    put_text(line, "responder_role", verdict->proxied ? EPW_RECORD_PROXY : sig->responder);
}

/* The same of what most flows have. */
static void put_unlabelled(struct epw_str *line, const struct epw_verdict *verdict)
{
    char *at = epw_str_room(line, PART_LEN);
    if (at == NULL)
        return;
    at = PUT_TEXT(at, ",\"epwatch\":{\"rows\":[],\"confidence\":\"",
                  epw_confidence_name(verdict->confidence));
    epw_str_end(line, EPW_JSON_PUT(at, "\""));
}

/* All but the list of candidates, which is last. */
static void put_verdict(struct eve_out *out, const struct epw_result *result)
{
    const struct epw_verdict *verdict = result->verdict;
    const struct epw_signature *sig = verdict->sig;
    struct epw_str *line = &out->line;
    if (sig != NULL)
        put_label(line, verdict, sig);
    else
        put_unlabelled(line, verdict);
    put_names(line, result);
    epw_json_list(line, "reasons", verdict->reason, verdict->reason_count);
    epw_json_key(line, "candidates");
}

static void put_vlans(struct epw_str *line, const struct epw_flow_record *r)
{
    if (r->vlan_count == 0)
        return;
    epw_json_open(line, "vlan", '[');
    for (size_t i = 0; i < r->vlan_count; i++)
        epw_json_u64(line, NULL, r->vlan[i]);
    epw_json_close(line, ']');
}

static void put_record(struct eve_out *out, const struct epw_flow_record *r)
{
    struct epw_str *line = &out->line;
    char end[EPW_TEXT_LEN], *at;
    epw_record_eve_time(r->last_ns, end);
    if ((at = epw_str_room(line, PART_LEN)) != NULL)
        epw_str_end(line, put_head(at, r, end));
    if (r->source < out->info->interface_count)
        put_text(line, "in_iface", out->info->interfaces[r->source]);
    if ((at = epw_str_room(line, PART_LEN)) != NULL)
        epw_str_end(line, put_endpoints(at, r));
    put_vlans(line, r);
    if ((at = epw_str_room(line, PART_LEN)) != NULL)
        epw_str_end(line, put_facts(at, out->community, r, end));
    put_name(line, "tls", "sni", r->evidence, EPW_NAME_SNI, EPW_NAME_SNI);
    put_name(line, "quic", "sni", r->evidence, EPW_NAME_QUIC, EPW_NAME_QUIC);
    put_name(line, "http", "hostname", r->evidence, EPW_NAME_HOST, EPW_NAME_CONNECT);
}

static bool write_text(struct eve_out *out, const char *text, size_t len)
{
    return fwrite(text, 1, len, out->stream) == len;
}

/* All of the line or nothing: one that stops in the middle would spoil the next one too. */
static enum epw_err write_flow(struct eve_out *out, const struct epw_result *result)
{
    const struct epw_str *list = candidates(out, result->verdict);
    struct epw_str *line = &out->line;
    epw_str_clear(line);
    put_record(out, result->record);
    put_verdict(out, result);
    if (list == NULL || line->failed) {
        line->failed = false;
        return EPW_ENOMEM;
    }
    bool written = write_text(out, line->text, line->len) && write_text(out, list->text, list->len);
    return written ? EPW_OK : EPW_EIO;
}

/* A line that is rare enough to be built as a tree. */
static enum epw_err write_line(struct eve_out *out, const json_t *root)
{
    /* Without memory json_dumps() makes lines that lack some of their bytes. */
    size_t len = json_dumpb(root, NULL, 0, EVE_FORMAT);
    char *text = len == 0 ? NULL : malloc(len + 1);
    if (text == NULL || json_dumpb(root, text, len, EVE_FORMAT) != len) {
        free(text);
        return EPW_ENOMEM;
    }
    text[len] = '\n';
    bool written = fwrite(text, 1, len + 1, out->stream) == len + 1;
    free(text);
    return written ? EPW_OK : EPW_EIO;
}

static enum epw_err eve_flow(void *state, const struct epw_result *result)
{
    struct eve_out *out = state;
    if (out->info->labelled_only && !epw_record_labelled(result->verdict))
        return EPW_OK;
    epw_verdict_tell(result->verdict);
    return write_flow(out, result);
}

/* They are known by where their signatures are. */
static void eve_reloaded(void *state, epw_signature_find_fn find, const void *signatures)
{
    struct eve_out *out = state;
    (void)find;
    (void)signatures;
    for (size_t i = 0; i < LISTS; i++)
        forget(&out->list[i]);
}

static enum epw_err eve_finding(void *state, const struct epw_finding *finding)
{
    struct eve_out *out = state;
    if (finding->repeated)
        return EPW_OK;
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
    /* A link that was quiet all the time still has a now. */
    bool quiet = out->info->live && stats->packets == 0;
    enum epw_err err =
        eve_stats(state, stats, quiet ? (int64_t)time(NULL) * 1000000000 : stats->last_ns);
    for (size_t i = 0; i < LISTS; i++)
        forget(&out->list[i]);
    epw_community_free(out->community);
    epw_str_free(&out->line);
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
    .reloaded = eve_reloaded,
    .close = eve_close,
};
