/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --explain of a flow: the captures go through meter and analyst as in any
 * run, so that everything that others show about the flow counts; what is
 * printed is this flow only.
 */
#include "cli/explain.h"
#include "cli/message.h"
#include "cli/query.h"
#include "cli/run.h"
#include "output/record.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Flows that are listed when the one asked for is not there: enough to see a mistyped port. */
#define LIKE_MAX 5
/* "tcp/[ADDRESS]:PORT-[ADDRESS]:PORT" with NUL. */
#define FLOW_LEN (2 * EPW_IP_STRLEN + EPW_PROTO_LEN + 20)

struct like {
    size_t count;
    char flow[LIKE_MAX][FLOW_LEN];
};

struct search {
    const struct epw_target *target;
    uint64_t records;    /* of the flow */
    uint64_t flows;      /* of the whole run */
    struct like like[2]; /* [0] between both hosts, [1] of one of them */
};

static char *end_text(const struct epw_flow_record *r, int side, char out[EPW_IP_STRLEN + 9])
{
    char ip[EPW_IP_STRLEN];
    epw_ip_format(&r->ip[side], ip);
    bool v6 = strchr(ip, ':') != NULL;
    snprintf(out, EPW_IP_STRLEN + 9, "%s%s%s:%u", v6 ? "[" : "", ip, v6 ? "]" : "", r->port[side]);
    return out;
}

static const char *proto_prefix(const struct epw_flow_record *r)
{
    return r->proto == 6 ? "tcp/" : r->proto == 17 ? "udp/" : "";
}

/* In the syntax that --explain takes. */
static void flow_text(const struct epw_flow_record *r, const char *between, char out[FLOW_LEN])
{
    char end[2][EPW_IP_STRLEN + 9];
    snprintf(out, FLOW_LEN, "%s%s%s%s", proto_prefix(r), end_text(r, 0, end[0]), between,
             end_text(r, 1, end[1]));
}

static void put_times(const struct epw_flow_record *r)
{
    char first[EPW_TEXT_LEN], last[EPW_TEXT_LEN], span[EPW_TEXT_LEN], proto[EPW_PROTO_LEN];
    char line[256];
    snprintf(line, sizeof(line), "%s to %s (%s)", epw_text_time(r->first_ns, first),
             epw_text_time(r->last_ns, last), epw_text_span(r->last_ns - r->first_ns, span));
    epw_explain_put("time:", line);
    snprintf(line, sizeof(line), "%s; the record was written for: %s",
             epw_flow_state_name(r->state), epw_flow_reason_name(r->reason));
    epw_explain_put("state:", line);
    char ip[EPW_IP_STRLEN];
    snprintf(line, sizeof(line), "%s, known by: %s%s", epw_ip_format(&r->ip[0], ip),
             epw_initiator_how_name(r->how), r->midstream ? "; the handshake was not seen" : "");
    epw_explain_put("initiator:", line);
    epw_explain_put("transport:", epw_record_proto(r->proto, proto));
}

static void put_counts(const struct epw_flow_record *r)
{
    static const char *const label[2] = { "to server:", "to client:" };
    for (int dir = 0; dir < 2; dir++) {
        char packets[EPW_TEXT_LEN], bytes[EPW_TEXT_LEN], payload[EPW_TEXT_LEN], line[256];
        snprintf(line, sizeof(line), "%s packet%s, %s B on the wire, %s B payload",
                 epw_text_count(r->packets[dir], packets), r->packets[dir] == 1 ? "" : "s",
                 epw_text_count(r->bytes[dir], bytes),
                 epw_text_count(r->payload_bytes[dir], payload));
        epw_explain_put(label[dir], line);
    }
}

static void put_circumstances(const struct epw_flow_record *r)
{
    struct epw_str text = { 0 };
    if (r->syns > 1)
        epw_str_addf(&text, "%" PRIu32 " SYNs; ", r->syns);
    for (int i = 0; i < r->vlan_count && i < 2; i++)
        epw_str_addf(&text, "VLAN %u; ", r->vlan[i]);
    if (r->tunnel != 0)
        epw_str_add(&text, "inside a tunnel; ");
    if (r->group)
        epw_str_add(&text, "to a broadcast or multicast address; ");
    if (r->reset_early)
        epw_str_add(&text, "cut right after the first request; ");
    if (r->icmp_error) {
        char ip[EPW_IP_STRLEN];
        epw_str_addf(&text, "an ICMP error (type %u, code %u) by %s quotes it; ", r->icmp_type,
                     r->icmp_code, epw_ip_format(&r->icmp_from, ip));
    }
    if (text.len >= 2 && !text.failed)
        text.text[text.len - 2] = '\0';
    epw_explain_put("also:", epw_str_text(&text));
    epw_query_told(&text);
}

static void put_protocol(const struct epw_evidence *ev)
{
    char line[256];
    static const char *const side[2] = { "client", "server" };
    if (ev->app == EPW_APP_UNKNOWN && !ev->payload_seen[0] && !ev->payload_seen[1]) {
        epw_explain_put("protocol:", "no payload seen");
        return;
    }
    int at = snprintf(line, sizeof(line), "%s", epw_app_name((enum epw_app)ev->app));
    if (ev->inner_app != EPW_APP_UNKNOWN)
        at += snprintf(line + at, sizeof(line) - (size_t)at, ", %s inside",
                       epw_app_name((enum epw_app)ev->inner_app));
    for (int i = 0; i < 2; i++)
        at += snprintf(line + at, sizeof(line) - (size_t)at, "; %s's first bytes: %s", side[i],
                       ev->payload_seen[i] ? epw_app_name((enum epw_app)ev->app_side[i])
                                           : "not seen");
    snprintf(line + at, sizeof(line) - (size_t)at, "%s%s%s%s",
             ev->cut ? "; the opening is cut" : "", ev->ech ? "; ECH offered" : "",
             ev->starttls ? "; STARTTLS" : "", ev->tls_alert ? "; TLS alert" : "");
    epw_explain_put("protocol:", line);
}

static void put_evidence(const struct epw_result *result)
{
    const struct epw_evidence *ev = result->record->evidence;
    const struct epw_verdict *verdict = result->verdict;
    char status[16] = "";
    put_protocol(ev);
    size_t count = epw_record_name_count(result->record, verdict);
    for (size_t i = 0; i < count; i++) {
        char line[EPW_NAME_LEN + 64];
        const struct epw_flow_name *name = epw_record_name(result->record, verdict, i);
        const char *source = epw_name_source_name((enum epw_name_source)name->source);
        snprintf(line, sizeof(line), "%s (%s)", name->text, source);
        epw_explain_put("name:", line);
    }
    epw_explain_put("ALPN:", ev->alpn);
    epw_explain_put("certificate of:", ev->cert_org);
    epw_explain_put("request:", ev->request);
    epw_explain_put("user agent:", ev->user_agent);
    if (ev->http_status != 0)
        snprintf(status, sizeof(status), "%u", ev->http_status);
    epw_explain_put("HTTP status:", status);
    epw_explain_put("said:", ev->hint);
}

static void put_record(const struct search *search, const struct epw_result *result)
{
    char flow[FLOW_LEN];
    flow_text(result->record, " -> ", flow);
    if (search->records > 1)
        putchar('\n');
    printf("%s\n  record %" PRIu64 " of flow %" PRIu64 "\n", flow, search->records,
           epw_record_flow_id(result->record->flow_id));
    epw_explain_outcome("verdict", result->verdict);
    puts("  seen");
    put_times(result->record);
    put_counts(result->record);
    put_circumstances(result->record);
    put_evidence(result);
    puts("  reasons, in the order weighed, and candidates, best first");
    epw_explain_verdict(result->verdict);
    epw_explain_open(result);
}

static void remember(struct search *search, const struct epw_flow_record *r)
{
    unsigned hosts = epw_target_hosts(search->target, r);
    struct like *like = &search->like[hosts == 2 ? 0 : 1];
    if (hosts != 0 && like->count < LIKE_MAX)
        flow_text(r, "-", like->flow[like->count++]);
}

static void on_result(void *ctx, const struct epw_result *result)
{
    struct search *search = ctx;
    if (result->record->first_record)
        search->flows++;
    if (epw_target_is(search->target, result->record)) {
        search->records++;
        put_record(search, result);
    } else if (result->record->first_record && search->records == 0) {
        remember(search, result->record);
    }
}

static void tell_missing(const struct search *search, const char *operand)
{
    char flows[EPW_TEXT_LEN];
    const struct like *like = &search->like[search->like[0].count != 0 ? 0 : 1];
    epw_say(NULL, "--explain %s: no such flow among the %s that were read%s", operand,
            epw_text_count(search->flows, flows),
            like->count == 0           ? "; none is of these hosts"
            : like == &search->like[0] ? "; flows between these hosts are listed"
                                       : "; flows of one of these hosts are listed");
    for (size_t i = 0; i < like->count; i++)
        puts(like->flow[i]);
}

int epw_explain_flow(const struct epw_options *options)
{
    struct search *search = calloc(1, sizeof(*search));
    if (search == NULL) {
        epw_say(NULL, "out of memory");
        return EPW_EXIT_FAIL;
    }
    search->target = &options->target;
    int status = epw_run_results(options, on_result, search);
    if (search->records == 0 && (status == EPW_EXIT_DONE || search->flows != 0)) {
        tell_missing(search, options->operand);
        status = EPW_EXIT_FAIL;
    }
    free(search);
    int written = epw_query_finish();
    return status == EPW_EXIT_DONE ? written : status;
}
