/* SPDX-License-Identifier: Apache-2.0 */
/* One row a finding. Columns: docs/formats.md, `findings`. */
#include "output/output.h"
#include "output/record.h"
#include "output/row.h"

#include <inttypes.h>
#include <stdlib.h>

struct findings_out {
    FILE *stream;
    struct epw_str cell; /* kept from row to row: cells with several values */
};

static const char *const columns[] = {
    "severity", "finding",    "finding_id", "state", "product", "function",   "subject", "hosts",
    "count",    "host_total", "first",      "last",  "summary", "documented", "advice",  "flow_ids",
};

static enum epw_err findings_open(void **state, FILE *stream, const struct epw_run_info *info)
{
    struct findings_out *out = calloc(1, sizeof(*out));
    if (out == NULL)
        return EPW_ENOMEM;
    out->stream = stream;
    *state = out;
    return info->goes_on ? EPW_OK
                         : epw_row_header(stream, columns, sizeof(columns) / sizeof(columns[0]));
}

static void put_hosts(struct epw_row *row, struct epw_str *cell, const struct epw_finding *f)
{
    char ip[EPW_IP_STRLEN];
    epw_str_clear(cell);
    for (size_t i = 0; i < f->host_count; i++)
        epw_str_addf(cell, "%s%s", i == 0 ? "" : " ", epw_ip_format(&f->host[i], ip));
    epw_row_put(row, epw_str_text(cell));
}

static void put_samples(struct epw_row *row, struct epw_str *cell, const struct epw_finding *f)
{
    epw_str_clear(cell);
    for (size_t i = 0; i < f->sample_count; i++)
        epw_str_addf(cell, "%s%" PRIu64, i == 0 ? "" : " ",
                     epw_record_flow_id(f->sample[i].flow_id));
    epw_row_put(row, epw_str_text(cell));
}

static enum epw_err findings_finding(void *state, const struct epw_finding *f)
{
    struct findings_out *out = state;
    struct epw_row row = { .stream = out->stream };
    epw_row_put(&row, epw_severity_name(f->severity));
    epw_row_put(&row, f->kind);
    epw_row_put(&row, f->id);
    epw_row_put(&row, epw_finding_state_name(f->state));
    epw_row_put(&row, f->product);
    epw_row_put(&row, f->function);
    epw_row_put(&row, f->subject);
    put_hosts(&row, &out->cell, f);
    epw_row_u64(&row, f->count);
    epw_row_u64(&row, f->host_total);
    epw_row_time(&row, f->first_ns);
    epw_row_time(&row, f->last_ns);
    epw_row_put(&row, f->summary);
    epw_row_put(&row, f->documented);
    epw_row_put(&row, f->advice);
    put_samples(&row, &out->cell, f);
    enum epw_err err = epw_row_end(&row);
    return out->cell.failed ? EPW_ENOMEM : err;
}

static enum epw_err findings_close(void *state, const struct epw_stats *stats)
{
    (void)stats; /* what is withheld has rows of its own */
    struct findings_out *out = state;
    epw_str_free(&out->cell);
    free(out);
    return EPW_OK;
}

const struct epw_output epw_output_findings = {
    .name = "findings",
    .help = "what does not fit, one row a finding, as CSV",
    .open = findings_open,
    .finding = findings_finding,
    .withheld = true,
    .close = findings_close,
};
