/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* stat */

#include "cli/sink_path.h"

#include <string.h>
#include <sys/stat.h>

bool epw_sink_path_same(const char *a, const char *b)
{
    struct stat x, y;
    if (strcmp(a, "-") == 0 || strcmp(b, "-") == 0)
        return strcmp(a, b) == 0;
    if (strcmp(a, b) == 0)
        return true;
    if (stat(a, &x) != 0 || stat(b, &y) != 0)
        return false;
    /* Two devices or pipes of one name are the user's own affair: nothing is lost. */
    return S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static bool among(const char *path, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(path, "-") != 0 && epw_sink_path_same(path, list[i]))
            return true;
    return false;
}

/* Whether it is a signature file that was read, in a folder perhaps. */
static bool is_signatures(const char *path, const struct epw_catalogue *catalogue)
{
    const char *last = "-";
    for (size_t i = 0; i < epw_catalogue_count(catalogue); i++) {
        const char *file = epw_catalogue_at(catalogue, i)->file;
        if (strcmp(file, last) != 0 && among(path, &file, 1))
            return true;
        last = file;
    }
    return false;
}

bool epw_sink_path_is_input(const char *path, const struct epw_options *o,
                            const struct epw_catalogue *catalogue)
{
    return among(path, o->file, o->file_count) || is_signatures(path, catalogue) ||
           (o->site != NULL && among(path, &o->site, 1));
}

bool epw_sink_path_is_pipe(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISFIFO(status.st_mode);
}

enum epw_sink_kind epw_sink_path_kind(const struct epw_options *o, size_t i)
{
    struct stat status;
    const char *path = o->output[i].path;
    if (strcmp(path, "-") == 0)
        return EPW_SINK_PLAIN;
    const struct epw_output *format = o->output[i].format;
    if (format->snapshot == NULL && o->rotate_s != 0)
        return EPW_SINK_ROTATED;
    if (format->snapshot == NULL && o->iface_count == 0)
        return EPW_SINK_PLAIN;
    /* A pipe or device is written to, not replaced by a file. */
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return EPW_SINK_PLAIN;
    if (format->snapshot != NULL)
        return EPW_SINK_CURRENT;
    /* A service that is started again must not cost what it told before. */
    return format->stands ? EPW_SINK_LAST : EPW_SINK_ADDED;
}
