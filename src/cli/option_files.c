/* SPDX-License-Identifier: Apache-2.0 */
/* The options that name files which a run works with, besides its outputs. */
#include "config.h" /* stat */

#include "cli/option_row.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum epw_err epw_option_file(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    if (value[0] == '\0')
        return epw_diag_set(diag, EPW_EUSAGE, "-r: empty name; expected a capture file, or -");
    o->file[o->file_count++] = value;
    return EPW_OK;
}

enum epw_err epw_option_sigs(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    if (value[0] == '\0')
        return epw_diag_set(diag, EPW_EUSAGE, "-S: empty name; expected a CSV file or a folder");
    o->sigs[o->sigs_count++] = value;
    return EPW_OK;
}

enum epw_err epw_option_site(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    if (value[0] == '\0' || o->site != NULL)
        return epw_diag_set(diag, EPW_EUSAGE, "--site: expected one site file");
    o->site = value;
    return EPW_OK;
}

enum epw_err epw_option_learn(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    if (value[0] == '\0' || strcmp(value, "-") == 0 || o->learn != NULL)
        return epw_diag_set(diag, EPW_EUSAGE, "--learn: expected one path of a new file");
    o->learn = value;
    return EPW_OK;
}

enum epw_err epw_option_state(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    if (value[0] == '\0' || strcmp(value, "-") == 0 || o->state != NULL)
        return epw_diag_set(diag, EPW_EUSAGE, "--state: expected one path of a file");
    o->state = value;
    return EPW_OK;
}

/* A file by its name and, when it is one, by what the name leads to. */
struct named {
    const char *name;
    bool regular;
    dev_t dev;
    ino_t ino;
};

static bool same(const struct named *a, const struct named *b)
{
    /* Two devices or pipes of one name are the user's own affair, but for the very same. */
    return strcmp(a->name, b->name) == 0 ||
           (a->regular && b->regular && a->dev == b->dev && a->ino == b->ino);
}

static enum epw_err twice(const char *option, const char *name, const char *before, const char *why,
                          struct epw_diag *diag)
{
    return strcmp(name, before) == 0
               ? epw_diag_set(diag, EPW_EUSAGE, "%s %s: is given twice; expected once, %s", option,
                              name, why)
               : epw_diag_set(diag, EPW_EUSAGE, "%s %s: is the same as %s; expected it once, %s",
                              option, name, before, why);
}

static enum epw_err check_twice(const char *option, const char *const *list, size_t count,
                                const char *why, struct epw_diag *diag)
{
    struct named *file = calloc(count + 1, sizeof(*file));
    if (file == NULL)
        return epw_diag_set(diag, EPW_ENOMEM, "out of memory");
    enum epw_err err = EPW_OK;
    for (size_t i = 0; i < count && err == EPW_OK; i++) {
        struct stat status;
        file[i].name = list[i];
        file[i].regular = strcmp(list[i], "-") != 0 && stat(list[i], &status) == 0 &&
                          (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode));
        if (file[i].regular) {
            file[i].dev = status.st_dev;
            file[i].ino = status.st_ino;
        }
        for (size_t before = 0; before < i && err == EPW_OK; before++)
            if (same(&file[i], &file[before]))
                err = twice(option, list[i], list[before], why, diag);
    }
    free(file);
    return err;
}

enum epw_err epw_option_files_check(const struct epw_options *o, struct epw_diag *diag)
{
    enum epw_err err =
        check_twice("-r", o->file, o->file_count, "or all its packets count twice", diag);
    return err != EPW_OK ? err
                         : check_twice("-S", o->sigs, o->sigs_count,
                                       "as no signature may be there twice", diag);
}
