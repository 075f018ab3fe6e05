/* SPDX-License-Identifier: Apache-2.0 */
/* Files to a catalogue: which files, and what is made of their rows in the end. */
#include "config.h"

#include "analyst/catalogue/internal.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#define SUFFIX ".csv"

static const struct epw_csv_form form = {
    .column = epw_cat_column,
    .columns = EPW_CAT_COLUMNS,
    .required = EPW_CAT_COLUMNS,
    .max_rows = EPW_CAT_MAX_ROWS,
};

static bool on_row(void *ctx, const struct epw_csv_cell *cell)
{
    struct epw_cat_loader *load = ctx;
    epw_cat_row(load, cell);
    return load->csv.err != EPW_ENOMEM;
}

void epw_cat_loader_start(struct epw_cat_loader *load, struct epw_catalogue *cat,
                          epw_diag_fn on_error, void *ctx)
{
    *load = (struct epw_cat_loader){
        .cat = cat,
        .csv = { .form = &form,
                 .row = on_row,
                 .row_ctx = load,
                 .on_error = on_error,
                 .ctx = ctx,
                 .file = "signatures" },
    };
}

static void tell_errno(struct epw_cat_loader *load, int errnum)
{
    epw_csv_tell(&load->csv, epw_err_from_errno(errnum), "%s", strerror(errnum));
}

static void load_file(struct epw_cat_loader *load, const char *path)
{
    const char *copy = epw_arena_text(&load->cat->arena, path, strlen(path));
    if (copy == NULL) {
        load->csv.file = path;
        epw_csv_tell(&load->csv, EPW_ENOMEM, "%s", epw_strerror(EPW_ENOMEM));
        return;
    }
    epw_csv_path(&load->csv, copy);
}

static int is_csv(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name), suffix = strlen(SUFFIX);
    return entry->d_name[0] != '.' && len > suffix &&
           strcmp(entry->d_name + len - suffix, SUFFIX) == 0;
}

/* Not alphasort: the order must not depend on the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void load_folder(struct epw_cat_loader *load, const char *path)
{
    struct dirent **entry = NULL;
    int count = scandir(path, &entry, is_csv, by_name);
    if (count < 0)
        tell_errno(load, errno);
    else if (count == 0)
        epw_csv_tell(&load->csv, EPW_ENOENT, "is a folder without *%s", SUFFIX);
    for (int i = 0; i < count; i++) {
        struct epw_str file = { 0 };
        epw_str_addf(&file, "%s/%s", path, entry[i]->d_name);
        if (file.failed)
            epw_csv_tell(&load->csv, EPW_ENOMEM, "%s", epw_strerror(EPW_ENOMEM));
        else
            load_file(load, epw_str_text(&file));
        epw_str_free(&file);
        free(entry[i]);
    }
    free(entry);
}

static void load_path(struct epw_cat_loader *load, const char *path)
{
    struct stat st;
    load->csv.file = path;
    load->csv.line = 0;
    if (stat(path, &st) != 0)
        tell_errno(load, errno);
    else if (S_ISDIR(st.st_mode))
        load_folder(load, path);
    else
        load_file(load, path);
}

static void build_indexes(struct epw_cat_loader *load)
{
    enum epw_err err = epw_cat_index_ports(load->cat);
    if (err == EPW_OK)
        err = epw_cat_index_products(load->cat);
    if (err == EPW_OK)
        err = epw_cat_index_names(load->cat);
    if (err == EPW_ELIMIT)
        epw_csv_tell(&load->csv, err, "got more than %u ports of all signatures, expected fewer",
                     EPW_CAT_MAX_ENTRIES);
    else if (err != EPW_OK)
        epw_csv_tell(&load->csv, err, "%s", epw_strerror(err));
}

enum epw_err epw_catalogue_load(struct epw_catalogue **catalogue, const char *const *paths,
                                size_t path_count, epw_diag_fn on_error, void *ctx)
{
    *catalogue = NULL;
    struct epw_catalogue *cat = calloc(1, sizeof(*cat));
    if (cat == NULL)
        return EPW_ENOMEM;
    struct epw_cat_loader load;
    epw_cat_loader_start(&load, cat, on_error, ctx);
    for (size_t i = 0; i < path_count && load.csv.err != EPW_ENOMEM; i++)
        load_path(&load, paths[i]);
    if (load.csv.err == EPW_OK)
        build_indexes(&load);
    if (load.csv.err != EPW_OK) {
        epw_catalogue_free(cat);
        return load.csv.err;
    }
    *catalogue = cat;
    return EPW_OK;
}
