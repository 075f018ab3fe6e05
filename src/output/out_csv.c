/* SPDX-License-Identifier: Apache-2.0 */
/* One row a flow record. Columns: docs/formats.md, `csv`. Quoting is libcsv's. */
#include "output/output.h"
#include "output/record.h"

#include <csv.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct csv_out {
    FILE *stream;
    bool labelled_only;
    struct epw_str cell; /* kept from row to row: cells with several values */
};

/* A row being written. failed is looked at once, at its end. */
struct row {
    FILE *stream;
    size_t cells;
    bool failed;
};

static void put(struct row *row, const char *text)
{
    if (row->cells++ != 0 && fputc(',', row->stream) == EOF)
        row->failed = true;
    if (csv_fwrite(row->stream, text, strlen(text)) != 0)
        row->failed = true;
}

static void put_u64(struct row *row, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof(text), "%" PRIu64, value);
    put(row, text);
}

static enum epw_err end_row(struct row *row)
{
    if (fputs("\r\n", row->stream) == EOF)
        row->failed = true;
    return row->failed ? EPW_EIO : EPW_OK;
}

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
    *state = out;
    struct row row = { .stream = stream };
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        put(&row, columns[i]);
    return end_row(&row);
}

static void put_endpoint(struct row *row, const struct epw_flow_record *record, int side)
{
    char ip[EPW_IP_STRLEN];
    put(row, epw_ip_format(&record->ip[side], ip));
    if (epw_record_has_ports(record->proto))
        put_u64(row, record->port[side]);
    else
        put(row, "");
}

static void put_record(struct row *row, const struct epw_flow_record *record, struct epw_str *cell)
{
    char text[EPW_TEXT_LEN], proto[EPW_PROTO_LEN], community[EPW_COMMUNITY_LEN];
    put(row, epw_text_time(record->first_ns, text));
    put(row, epw_text_time(record->last_ns, text));
    put_u64(row, epw_record_flow_id(record));
    put_endpoint(row, record, 0);
    put_endpoint(row, record, 1);
    put(row, epw_record_proto(record->proto, proto));
    epw_str_clear(cell);
    for (size_t i = 0; i < record->vlan_count; i++)
        epw_str_addf(cell, "%s%u", i == 0 ? "" : " ", (unsigned)record->vlan[i]);
    put(row, epw_str_text(cell));
    epw_record_community(record, community);
    put(row, community);
    enum epw_app app = (enum epw_app)record->evidence->app;
    put(row, app == EPW_APP_UNKNOWN ? "" : epw_app_name(app));
    for (int dir = 0; dir < 2; dir++)
        put_u64(row, record->packets[dir]);
    for (int dir = 0; dir < 2; dir++)
        put_u64(row, record->bytes[dir]);
    put(row, epw_flow_state_name(record->state));
    put(row, epw_flow_reason_name(record->reason));
}

static void put_list(struct row *row, struct epw_str *cell, const char *const *list, size_t count,
                     const char *between)
{
    epw_str_clear(cell);
    for (size_t i = 0; i < count; i++) {
        epw_str_add(cell, i == 0 ? "" : between);
        epw_str_add(cell, list[i]);
    }
    put(row, epw_str_text(cell));
}

static void put_verdict(struct row *row, const struct epw_verdict *verdict, struct epw_str *cell)
{
    static const struct epw_signature none = {
        .id = "",
        .vendor = "",
        .product = "",
        .function = "",
        .initiator = "",
        .responder = "",
    };
    const struct epw_signature *sig = verdict->sig == NULL ? &none : verdict->sig;
    put(row, epw_confidence_name(verdict->confidence));
    put(row, sig->vendor);
    put(row, sig->product);
    put(row, sig->function);
    put(row, sig->id);
    put_list(row, cell, sig->row, sig->row_count, " ");
    put(row, sig->initiator);
    put(row, sig->responder);
    epw_str_clear(cell);
    for (size_t i = 0; i < verdict->name_count; i++)
        epw_str_addf(cell, "%s%s", i == 0 ? "" : " ", verdict->name[i].text);
    put(row, epw_str_text(cell));
    epw_str_clear(cell);
    for (size_t i = 0; i < verdict->name_count; i++)
        epw_str_addf(cell, "%s%s", i == 0 ? "" : " ",
                     epw_name_source_name((enum epw_name_source)verdict->name[i].source));
    put(row, epw_str_text(cell));
    epw_str_clear(cell);
    for (size_t i = 0; i < verdict->candidate_count; i++)
        epw_str_addf(cell, "%s%s", i == 0 ? "" : " ", verdict->candidate[i].sig->id);
    put(row, epw_str_text(cell));
    put_list(row, cell, verdict->reason, verdict->reason_count, " | ");
}

static enum epw_err csv_flow(void *state, const struct epw_result *result)
{
    struct csv_out *out = state;
    if (out->labelled_only && !epw_record_labelled(result->verdict))
        return EPW_OK;
    struct row row = { .stream = out->stream };
    put_record(&row, result->record, &out->cell);
    put_verdict(&row, result->verdict, &out->cell);
    enum epw_err err = end_row(&row);
    return out->cell.failed ? EPW_ENOMEM : err;
}

static enum epw_err csv_close(void *state, const struct epw_stats *stats)
{
    (void)stats; /* a table of records has no place for counters */
    struct csv_out *out = state;
    epw_str_free(&out->cell);
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
