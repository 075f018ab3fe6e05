/* SPDX-License-Identifier: Apache-2.0 */
/* A signature file of any bytes: told of or loaded, never believed. */
#include "analyst/catalogue/internal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void told(void *ctx, const struct epw_diag *diag)
{
    (void)ctx;
    if (strlen(diag->text) >= EPW_DIAG_LEN)
        abort();
}

static void look_up(const struct epw_catalogue *cat, const struct epw_signature *sig)
{
    const struct epw_signature *const *by_port;
    const struct epw_signature *by_name[4];
    if (epw_catalogue_find(cat, sig->id) != sig)
        abort();
    for (size_t i = 0; i < sig->port_count; i++)
        if (epw_catalogue_by_port(cat, sig->proto, sig->port[i].low, &by_port) == 0)
            abort();
    for (size_t i = 0; i < sig->name_count; i++) {
        /* A mask with its wildcards spelled out as letters is a name that it matches. */
        char name[EPW_NAME_LEN];
        snprintf(name, sizeof(name), "%s", sig->name[i]);
        for (char *c = name; *c != '\0'; c++)
            if (*c == '*' || *c == '?')
                *c = 'x';
        if (!epw_signature_names(sig, name, NULL) ||
            epw_catalogue_by_name(cat, name, by_name, 4) == 0)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct epw_catalogue *cat = calloc(1, sizeof(*cat));
    FILE *file = fmemopen((void *)(uintptr_t)data, size == 0 ? 1 : size, "rb");
    if (cat == NULL || file == NULL || size == 0) {
        free(cat);
        if (file != NULL)
            fclose(file);
        return 0;
    }
    struct epw_cat_loader load;
    epw_cat_loader_start(&load, cat, told, NULL);
    epw_csv_stream(&load.csv, file);
    fclose(file);
    if (load.csv.err == EPW_OK && epw_cat_index_ports(cat) == EPW_OK &&
        epw_cat_index_names(cat) == EPW_OK)
        for (size_t i = 0; i < epw_catalogue_count(cat); i++)
            look_up(cat, epw_catalogue_at(cat, i));
    epw_catalogue_free(cat);
    return 0;
}
