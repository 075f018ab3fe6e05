/* SPDX-License-Identifier: Apache-2.0 */
/* One row a flow record. Columns: docs/formats.md, `csv`. */
#include "output/output.h"
#include "output/record.h"
#include "output/row.h"

#include <stdlib.h>
#include <string.h>

struct csv_out {
    FILE *stream;
    bool labelled_only;
    struct epw_community *community;
    struct epw_str cell; /* kept from row to row: cells with several values */
};

static const char *const columns[] = {
    "start",     "end",           "flow_id",       "src_ip",         "src_port",
    "dest_ip",   "dest_port",     "proto",         "vlan",           "community_id",
    "app_proto", "pkts_toserver", "pkts_toclient", "bytes_toserver", "bytes_toclient",
    "state",     "reason",        "confidence",    "vendor",         "product",
    "function",  "signature",     "rows",          "initiator_role", "responder_role",
    "names",     "name_sources",  "candidates",    "reasons",
};

static enum epw_err csv_open(void **state, FILE *stream, const struct epw_run_info *info)
{
    struct csv_out *out = calloc(1, sizeof(*out));
    if (out == NULL)
        return EPW_ENOMEM;
    out->stream = stream;
    out->labelled_only = info->labelled_only;
    out->community = epw_community_new();
    if (out->community == NULL) {
        free(out);
        return EPW_ENOMEM;
    }
    *state = out;
    return info->goes_on ? EPW_OK
                         : epw_row_header(stream, columns, sizeof(columns) / sizeof(columns[0]));
}

static void put_endpoint(struct epw_row *row, const struct epw_flow_record *record, int side)
{
    char ip[EPW_IP_STRLEN];
    epw_row_put(row, epw_ip_format(&record->ip[side], ip));
    if (epw_record_has_ports(record->proto))
        epw_row_u64(row, record->port[side]);
    else
        epw_row_put(row, "");
}

static void put_record(struct epw_row *row, const struct epw_flow_record *record,
                       struct csv_out *out)
{
    struct epw_str *cell = &out->cell;
    char proto[EPW_PROTO_LEN], community[EPW_COMMUNITY_LEN];
    epw_row_time(row, record->first_ns);
    epw_row_time(row, record->last_ns);
    epw_row_u64(row, epw_record_flow_id(record->flow_id));
    put_endpoint(row, record, 0);
    put_endpoint(row, record, 1);
    epw_row_put(row, epw_record_proto(record->proto, proto));
    epw_str_clear(cell);
    for (size_t i = 0; i < record->vlan_count; i++)
        epw_str_addf(cell, "%s%u", i == 0 ? "" : " ", (unsigned)record->vlan[i]);
    epw_row_put(row, epw_str_text(cell));
    epw_community_id(out->community, record, community);
    epw_row_put(row, community);
    enum epw_app app = (enum epw_app)record->evidence->app;
    epw_row_put(row, app == EPW_APP_UNKNOWN ? "" : epw_app_name(app));
    for (int dir = 0; dir < 2; dir++)
        epw_row_u64(row, record->packets[dir]);
    for (int dir = 0; dir < 2; dir++)
        epw_row_u64(row, record->bytes[dir]);
    epw_row_put(row, epw_flow_state_name(record->state));
    epw_row_put(row, epw_flow_reason_name(record->reason));
}

/* Blanks part names; DNS may ask for one that has some. */
static void add_names(struct epw_str *cell, const struct epw_result *result)
{
    size_t count = epw_record_name_count(result->record, result->verdict);
    for (size_t i = 0; i < count; i++) {
        epw_str_add(cell, i == 0 ? "" : " ");
        for (const char *at = epw_record_name(result->record, result->verdict, i)->text;
             *at != '\0'; at++)
            epw_str_addn(cell, *at == ' ' ? "_" : at, 1);
    }
}

static void put_verdict(struct epw_row *row, const struct epw_result *result, struct epw_str *cell)
{
    const struct epw_verdict *verdict = result->verdict;
    static const struct epw_signature none = {
        .id = "",
        .vendor = "",
        .product = "",
        .function = "",
        .initiator = "",
        .responder = "",
    };
    const struct epw_signature *sig = verdict->sig == NULL ? &none : verdict->sig;
    epw_row_put(row, epw_confidence_name(verdict->confidence));
    epw_row_put(row, sig->vendor);
    epw_row_put(row, sig->product);
    epw_row_put(row, sig->function);
    epw_row_put(row, sig->id);
    epw_row_list(row, cell, sig->row, sig->row_count, " ");
    epw_row_put(row, sig->initiator);
    epw_row_put(row, verdict->proxied ? EPW_RECORD_PROXY : sig->responder);
    epw_str_clear(cell);
    add_names(cell, result);
    epw_row_put(row, epw_str_text(cell));
    epw_str_clear(cell);
    size_t count = epw_record_name_count(result->record, verdict);
    for (size_t i = 0; i < count; i++) {
        const struct epw_flow_name *name = epw_record_name(result->record, verdict, i);
        epw_str_addf(cell, "%s%s", i == 0 ? "" : " ",
                     epw_name_source_name((enum epw_name_source)name->source));
    }
    epw_row_put(row, epw_str_text(cell));
    epw_str_clear(cell);
    for (size_t i = 0; i < verdict->candidate_count; i++)
        epw_str_addf(cell, "%s%s", i == 0 ? "" : " ", verdict->candidate[i].sig->id);
    epw_row_put(row, epw_str_text(cell));
    epw_row_list(row, cell, verdict->reason, verdict->reason_count, " | ");
}

static enum epw_err csv_flow(void *state, const struct epw_result *result)
{
    struct csv_out *out = state;
    if (out->labelled_only && !epw_record_labelled(result->verdict))
        return EPW_OK;
    epw_verdict_tell(result->verdict);
    struct epw_row row = { .stream = out->stream };
    put_record(&row, result->record, out);
    put_verdict(&row, result, &out->cell);
    enum epw_err err = epw_row_end(&row);
    return out->cell.failed ? EPW_ENOMEM : err;
}

static enum epw_err csv_close(void *state, const struct epw_stats *stats)
{
    (void)stats; /* a table of records has no place for counters */
    struct csv_out *out = state;
    epw_str_free(&out->cell);
    epw_community_free(out->community);
    free(out);
    return EPW_OK;
}

const struct epw_output epw_output_csv = {
    .name = "csv",
    .help = "one row a flow, for spreadsheets and databases",
    .open = csv_open,
    .flow = csv_flow,
    .close = csv_close,
};
