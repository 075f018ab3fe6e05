/* SPDX-License-Identifier: Apache-2.0 */
/* One row a host, product and role. Columns: docs/formats.md, `inventory`. */
#include "output/output.h"
#include "output/row.h"

#include <stdlib.h>
#include <string.h>

struct inventory_out {
    FILE *stream;
    struct epw_str cell; /* kept from row to row: cells with several values */
};

static const char *const columns[] = {
    "host",           "addresses",        "mac",      "names", "internal", "product", "kind",
    "role",           "confidence",       "versions", "first", "last",     "flows",   "peers",
    "functions_seen", "functions_unseen",
};

static enum epw_err inventory_open(void **state, FILE *stream, const struct epw_run_info *info)
{
    (void)info;
    struct inventory_out *out = calloc(1, sizeof(*out));
    if (out == NULL)
        return EPW_ENOMEM;
    out->stream = stream;
    *state = out;
    return epw_row_header(stream, columns, sizeof(columns) / sizeof(columns[0]));
}

static void put_host(struct epw_row *row, struct epw_str *cell,
                     const struct epw_inventory_host *host)
{
    char ip[EPW_IP_STRLEN], mac[18] = "";
    epw_row_put(row, epw_ip_format(&host->ip[0], ip));
    epw_str_clear(cell);
    for (size_t i = 0; i < host->ip_count; i++)
        epw_str_addf(cell, "%s%s", i == 0 ? "" : " ", epw_ip_format(&host->ip[i], ip));
    epw_row_put(row, epw_str_text(cell));
    if (host->has_mac)
        snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", host->mac[0], host->mac[1],
                 host->mac[2], host->mac[3], host->mac[4], host->mac[5]);
    epw_row_put(row, mac);
    epw_row_list(row, cell, host->name, host->name_count, " ");
    epw_row_put(row, host->internal ? "yes" : "no");
}

static void put_role(struct epw_row *row, struct epw_str *cell,
                     const struct epw_inventory_role *role)
{
    epw_row_put(row, role->product);
    epw_row_put(row, role->neighbour ? "neighbour" : "own");
    epw_row_put(row, role->role);
    epw_row_put(row, epw_confidence_name(role->confidence));
    epw_row_put(row, role->versions);
    epw_row_time(row, role->first_ns);
    epw_row_time(row, role->last_ns);
    epw_row_u64(row, role->flows);
    epw_row_u64(row, role->peers);
    epw_row_list(row, cell, role->seen, role->seen_count, " ");
    epw_row_list(row, cell, role->unseen, role->unseen_count, " ");
}

/* A host without a product: its own times and flows, and nothing of a role. */
static void put_no_role(struct epw_row *row, const struct epw_inventory_host *host)
{
    for (int i = 0; i < 5; i++)
        epw_row_put(row, "");
    epw_row_time(row, host->first_ns);
    epw_row_time(row, host->last_ns);
    epw_row_u64(row, host->flows);
    for (int i = 0; i < 3; i++)
        epw_row_put(row, "");
}

static enum epw_err inventory_host(void *state, const struct epw_inventory_host *host)
{
    struct inventory_out *out = state;
    enum epw_err err = EPW_OK;
    for (size_t i = 0; err == EPW_OK && (i < host->role_count || i == 0); i++) {
        struct epw_row row = { .stream = out->stream };
        put_host(&row, &out->cell, host);
        if (host->role_count == 0)
            put_no_role(&row, host);
        else
            put_role(&row, &out->cell, &host->role[i]);
        err = epw_row_end(&row);
    }
    return out->cell.failed ? EPW_ENOMEM : err;
}

static enum epw_err inventory_close(void *state, const struct epw_stats *stats)
{
    (void)stats; /* a table of hosts has no place for counters */
    struct inventory_out *out = state;
    epw_str_free(&out->cell);
    free(out);
    return EPW_OK;
}

const struct epw_output epw_output_inventory = {
    .name = "inventory",
    .help = "which host plays which role of which product, one row each, as CSV",
    .stands = true,
    .open = inventory_open,
    .host = inventory_host,
    .close = inventory_close,
};
