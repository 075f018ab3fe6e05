/* SPDX-License-Identifier: Apache-2.0 */
/* The signatures that are shipped: they load, and they cover every row of the documents. */
#include "analyst/catalogue/catalogue.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 1024
#define LINE_MAX 1024
#define COLUMNS  6 /* of rows.tsv: id, vendor, document, transport, ports, function */

struct document_row {
    char id[32], transport[8], ports[64];
    bool covered;
};

static struct epw_catalogue *catalogue;
static struct document_row row[ROWS_MAX];
static size_t row_count;

static void told(void *ctx, const struct epw_diag *diag)
{
    (void)ctx;
    fprintf(stderr, "%s\n", diag->text);
}

static const char *source_path(char *out, size_t len, const char *file)
{
    const char *srcdir = getenv("EPW_SRCDIR");
    snprintf(out, len, "%s/signatures%s", srcdir == NULL ? "." : srcdir, file);
    return out;
}

static void read_row(char *line)
{
    char *cell[COLUMNS];
    size_t count = 0;
    for (char *rest = line; rest != NULL && count < COLUMNS; count++) {
        cell[count] = rest;
        rest = strchr(rest, '\t');
        if (rest != NULL)
            *rest++ = '\0';
    }
    cr_assert_eq(count, (size_t)COLUMNS, "rows.tsv: %s has %zu columns", line, count);
    cr_assert_lt(row_count, (size_t)ROWS_MAX);
    struct document_row *r = &row[row_count++];
    snprintf(r->id, sizeof(r->id), "%s", cell[0]);
    snprintf(r->transport, sizeof(r->transport), "%s", cell[3]);
    snprintf(r->ports, sizeof(r->ports), "%s", cell[4]);
}

static void set_up(void)
{
    char path[4096], line[LINE_MAX];
    const char *folder = source_path(path, sizeof(path), "");
    cr_assert_eq(epw_catalogue_load(&catalogue, &folder, 1, told, NULL), EPW_OK);
    FILE *file = fopen(source_path(path, sizeof(path), "/rows.tsv"), "r");
    cr_assert_not_null(file, "%s", path);
    while (fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, "id\t", 3) != 0)
            read_row(line);
    fclose(file);
}

static void tear_down(void)
{
    epw_catalogue_free(catalogue);
}

TestSuite(catalogue_shipped, .init = set_up, .fini = tear_down);

static struct document_row *find_row(const char *id)
{
    for (size_t i = 0; i < row_count; i++)
        if (strcmp(row[i].id, id) == 0)
            return &row[i];
    return NULL;
}

static bool same_ports(const struct epw_signature *sig, const char *spec)
{
    unsigned low, high;
    int read = sscanf(spec, "%u-%u", &low, &high);
    if (read < 1)
        return strcmp(spec, "ephemeral") == 0 && sig->port_count == 0;
    if (read == 1)
        return epw_signature_has_port(sig, (uint16_t)low);
    for (size_t i = 0; i < sig->port_count; i++)
        if (sig->port[i].low == low && sig->port[i].high == high)
            return true;
    return false;
}

Test(catalogue_shipped, every_row_is_covered_and_every_id_is_known)
{
    for (size_t i = 0; i < epw_catalogue_count(catalogue); i++) {
        const struct epw_signature *sig = epw_catalogue_at(catalogue, i);
        for (size_t r = 0; r < sig->row_count; r++) {
            struct document_row *known = find_row(sig->row[r]);
            cr_assert_not_null(known, "%s names the unknown row %s", sig->id, sig->row[r]);
            cr_expect_str_eq(known->transport, sig->proto == 6 ? "tcp" : "udp", "%s: %s", sig->id,
                             known->id);
            cr_expect(same_ports(sig, known->ports), "%s: ports of %s", sig->id, known->id);
            known->covered = true;
        }
    }
    size_t with_transport = 0;
    for (size_t i = 0; i < row_count; i++) {
        bool wanted = strcmp(row[i].transport, "n-a") != 0;
        with_transport += wanted;
        cr_expect_eq(row[i].covered, wanted, "row %s", row[i].id);
    }
    cr_expect_gt(with_transport, (size_t)0);
}

Test(catalogue_shipped, row_ids_are_unique)
{
    for (size_t i = 0; i < row_count; i++)
        cr_expect_eq(find_row(row[i].id), &row[i], "%s", row[i].id);
}

/* A label by the port alone must be the product's own port: none of those that many share. */
Test(catalogue_shipped, shared_ports_never_label_by_themselves)
{
    static const uint16_t shared[] = { 22,   53,   80,   88,   123,  137,  138,  139,   389,  443,
                                       445,  514,  636,  1100, 1433, 1443, 2197, 2638,  3128, 3306,
                                       3333, 5223, 5228, 5432, 6514, 8080, 8081, 8082,  8088, 8089,
                                       8443, 8444, 8445, 8446, 8765, 8883, 9090, 10443, 3389 };
    for (size_t p = 0; p < sizeof(shared) / sizeof(shared[0]); p++)
        for (uint8_t proto = 6; proto <= 17; proto = (uint8_t)(proto + 11)) {
            const struct epw_signature *const *list;
            size_t count = epw_catalogue_by_port(catalogue, proto, shared[p], &list);
            for (size_t i = 0; i < count; i++)
                cr_expect_neq(list[i]->needs, EPW_NEEDS_PORT, "%s on %u", list[i]->id, shared[p]);
        }
}

/* Two signatures of different products must not both be named by the same host name. */
Test(catalogue_shipped, a_name_names_one_product)
{
    for (size_t i = 0; i < epw_catalogue_count(catalogue); i++) {
        const struct epw_signature *sig = epw_catalogue_at(catalogue, i);
        for (size_t n = 0; n < sig->name_count && sig->needs == EPW_NEEDS_NAME; n++) {
            const struct epw_signature *hit[64];
            size_t count = epw_catalogue_by_name(catalogue, sig->name[n], hit, 64);
            for (size_t h = 0; h < count && h < 64; h++)
                cr_expect(hit[h]->needs == EPW_NEEDS_NEVER ||
                              strcmp(hit[h]->product, sig->product) == 0,
                          "%s is also a name of %s", sig->name[n], hit[h]->id);
        }
    }
}
