/* SPDX-License-Identifier: Apache-2.0 */
/* Catalogues made from texts: a row is a header, and cells that a test changes. */
#ifndef CATALOGUE_TEXT_H
#define CATALOGUE_TEXT_H

#include "analyst/catalogue/catalogue.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEADER                                                                                     \
    "id,vendor,product,kind,function,category,transport,ports,app_protocol,initiator,responder,"   \
    "names,networks,scope,versions,status,period,needs,rows,source,notes\n"

/* id, transport, ports, names, needs: the columns that look-ups are about. */
#define ROW(id, transport, ports, names, needs)                                                    \
    id ",Acme,acme-guard,own,updates,update," transport "," ports ",,client,server," names         \
       ",,network,,current,," needs ",,a document,\n"

/* What a load told, all in one text with newlines. */
struct told {
    struct epw_str text;
    size_t count;
};

static inline void keep_told(void *ctx, const struct epw_diag *diag)
{
    struct told *told = ctx;
    epw_str_addf(&told->text, "%s\n", diag->text);
    told->count++;
}

/* Writes the text to a new file below /tmp and returns its name, to be unlinked by drop_file(). */
static inline char *make_file(const char *text, size_t len)
{
    char *path = strdup("/tmp/epw_catalogue_XXXXXX");
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    FILE *file = fdopen(fd, "wb");
    cr_assert_eq(fwrite(text, 1, len, file), len);
    fclose(file);
    return path;
}

static inline void drop_file(char *path)
{
    unlink(path);
    free(path);
}

static inline enum epw_err load_bytes(struct epw_catalogue **out, const char *bytes, size_t len,
                                      struct told *told)
{
    char *path = make_file(bytes, len);
    const char *paths[] = { path };
    enum epw_err err = epw_catalogue_load(out, paths, 1, keep_told, told);
    drop_file(path);
    return err;
}

static inline enum epw_err load_text(struct epw_catalogue **out, const char *text,
                                     struct told *told)
{
    return load_bytes(out, text, strlen(text), told);
}

/* A catalogue that must load. */
static inline struct epw_catalogue *must_load(const char *text)
{
    struct told told = { 0 };
    struct epw_catalogue *loaded;
    cr_assert_eq(load_text(&loaded, text, &told), EPW_OK, "%s", epw_str_text(&told.text));
    epw_str_free(&told.text);
    return loaded;
}

#endif
