/* SPDX-License-Identifier: Apache-2.0 */
/* Firewall rules for people and other tools. Columns: docs/formats.md, `firewall-csv`. */
#include "output/firewall.h"
#include "output/output.h"
#include "output/record.h"
#include "output/row.h"

#include <stdlib.h>
#include <string.h>

struct firewall_out {
    FILE *stream;
    const struct epw_run_info *info;
    struct epw_firewall *fw;
    struct epw_str cell; /* kept from row to row: cells with several values */
};

static const char *const columns[] = {
    "status",  "initiators", "responder", "proto",          "ports",
    "product", "function",   "rows",      "initiator_role", "responder_role",
    "through", "names",      "flows",     "first",          "last",
};

static enum epw_err firewall_open(void **state, FILE *stream, const struct epw_run_info *info)
{
    struct firewall_out *out = calloc(1, sizeof(*out));
    if (out == NULL || epw_firewall_new(&out->fw) != EPW_OK) {
        free(out);
        return EPW_ENOMEM;
    }
    out->stream = stream;
    out->info = info;
    *state = out;
    return epw_row_header(stream, columns, sizeof(columns) / sizeof(columns[0]));
}

static enum epw_err firewall_flow(void *state, const struct epw_result *result)
{
    struct firewall_out *out = state;
    return epw_firewall_flow(out->fw, result);
}

static void firewall_reloaded(void *state, epw_signature_find_fn find, const void *signatures)
{
    struct firewall_out *out = state;
    epw_firewall_reloaded(out->fw, find, signatures);
}

static enum epw_err firewall_host(void *state, const struct epw_inventory_host *host)
{
    struct firewall_out *out = state;
    return epw_firewall_host(out->fw, host);
}

/* proto and ports; port 0: the documented ones. */
static void put_ports(struct epw_row *row, struct epw_str *cell, const struct epw_signature *sig,
                      uint16_t port)
{
    epw_row_put(row, sig->proto == 6 ? "tcp" : "udp");
    epw_str_clear(cell);
    if (port != 0)
        epw_str_addf(cell, "%u", (unsigned)port);
    for (size_t i = 0; port == 0 && i < sig->port_count; i++) {
        epw_str_addf(cell, "%s%u", i == 0 ? "" : " ", (unsigned)sig->port[i].low);
        if (sig->port[i].high != sig->port[i].low)
            epw_str_addf(cell, "-%u", (unsigned)sig->port[i].high);
    }
    epw_row_put(row, epw_str_text(cell));
}

static void put_documented(struct epw_row *row, struct epw_str *cell,
                           const struct epw_signature *sig, bool proxied)
{
    epw_row_put(row, sig->product);
    epw_row_put(row, sig->function);
    epw_row_list(row, cell, sig->row, sig->row_count, " ");
    epw_row_put(row, sig->initiator);
    epw_row_put(row, sig->responder);
    epw_row_put(row, proxied ? EPW_RECORD_PROXY : "");
    epw_row_list(row, cell, sig->name, sig->name_count, " ");
}

static enum epw_err put_rule(struct firewall_out *out, const char *status,
                             const struct epw_fw_rule *rule, size_t from, size_t to)
{
    char ip[EPW_IP_STRLEN];
    struct epw_row row = { .stream = out->stream };
    epw_row_put(&row, status);
    epw_str_clear(&out->cell);
    for (size_t i = from; i < to; i++)
        epw_str_addf(&out->cell, "%s%s", i == from ? "" : " ",
                     epw_ip_format(&rule->initiator[i], ip));
    epw_row_put(&row, epw_str_text(&out->cell));
    epw_row_put(&row, epw_ip_format(&rule->responder, ip));
    put_ports(&row, &out->cell, rule->sig, rule->port);
    put_documented(&row, &out->cell, rule->sig, rule->proxied);
    epw_row_u64(&row, rule->flows);
    epw_row_time(&row, rule->first_ns);
    epw_row_time(&row, rule->last_ns);
    return epw_row_end(&row);
}

static enum epw_err put_unused(struct firewall_out *out, const struct epw_signature *sig)
{
    struct epw_row row = { .stream = out->stream };
    epw_row_put(&row, "unused");
    epw_row_put(&row, "");
    epw_row_put(&row, "");
    put_ports(&row, &out->cell, sig, 0);
    put_documented(&row, &out->cell, sig, false);
    for (int i = 0; i < 3; i++)
        epw_row_put(&row, "");
    return epw_row_end(&row);
}

static enum epw_err put_all(struct firewall_out *out)
{
    size_t count;
    struct epw_fw_rule *const *list = epw_firewall_rules(out->fw, &count);
    enum epw_err err = list == NULL ? EPW_ENOMEM : EPW_OK;
    for (size_t i = 0; i < count && err == EPW_OK; i++) {
        size_t allowed = list[i]->count - list[i]->outside;
        if (allowed != 0)
            err = put_rule(out, "allow", list[i], 0, allowed);
        if (list[i]->outside != 0 && err == EPW_OK)
            err = put_rule(out, "outside", list[i], allowed, list[i]->count);
    }
    for (size_t i = 0; i < out->info->signature_count && err == EPW_OK; i++)
        if (epw_firewall_unused(out->fw, out->info->signatures[i]))
            err = put_unused(out, out->info->signatures[i]);
    return out->cell.failed ? EPW_ENOMEM : err;
}

static enum epw_err firewall_close(void *state, const struct epw_stats *stats)
{
    (void)stats; /* a table of rules has no place for counters */
    struct firewall_out *out = state;
    enum epw_err err = put_all(out);
    if (err == EPW_OK && epw_firewall_full(out->fw))
        err = EPW_ENOMEM;
    epw_firewall_free(out->fw);
    epw_str_free(&out->cell);
    free(out);
    return err;
}

const struct epw_output epw_output_firewall_csv = {
    .name = "firewall-csv",
    .help = "firewall rules that the seen and documented traffic needs, as CSV",
    .stands = true,
    .open = firewall_open,
    .flow = firewall_flow,
    .host = firewall_host,
    .reloaded = firewall_reloaded,
    .close = firewall_close,
};
