/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* fileno */

#include "cli/state_file.h"

#include "base/text.h"
#include "cli/sink_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A damaged file may still be of use to a person, and must not be in the way of the next one. */
static bool set_aside(const char *path, const struct epw_diag *why, struct epw_progress *progress)
{
    struct epw_str aside = { 0 };
    epw_str_addf(&aside, "%s.damaged", path);
    bool moved = !aside.failed && rename(path, aside.text) == 0;
    if (moved)
        epw_say(progress, "%s: %s; kept as %s, the run begins without what it held", path,
                why->text, aside.text);
    else
        epw_say(progress, "%s: %s; it cannot be set aside: %s", path, why->text, strerror(errno));
    epw_str_free(&aside);
    return moved;
}

enum epw_state_read epw_state_file_read(const char *path, struct epw_analyst *analyst,
                                        struct epw_progress *progress)
{
    struct epw_state_count count;
    struct epw_diag diag;
    FILE *stream = fopen(path, "re");
    /* The first run: one that could not keep its state in the end had better not begin. */
    if (stream == NULL && errno == ENOENT)
        return epw_state_file_write(path, analyst, progress) ? EPW_STATE_READ : EPW_STATE_FAILED;
    if (stream == NULL) {
        epw_say(progress, "%s: %s; the state of an earlier run was expected, or no file", path,
                strerror(errno));
        return EPW_STATE_FAILED;
    }
    enum epw_err err = epw_analyst_load(analyst, stream, &count, &diag);
    fclose(stream);
    if (err == EPW_EFORMAT || err == EPW_ETRUNC || err == EPW_EUNSUP)
        return set_aside(path, &diag, progress) ? EPW_STATE_DAMAGED : EPW_STATE_FAILED;
    if (err != EPW_OK) {
        epw_say(progress, "%s: %s; a file that an earlier run wrote was expected", path, diag.text);
        return EPW_STATE_FAILED;
    }
    if (count.left_out != 0)
        epw_say(progress,
                "%s: %llu of %llu facts are about signatures that are not loaded, and left out",
                path, (unsigned long long)count.left_out,
                (unsigned long long)(count.kept + count.left_out));
    return EPW_STATE_READ;
}

bool epw_state_file_write(const char *path, const struct epw_analyst *analyst,
                          struct epw_progress *progress)
{
    struct epw_sink_file file = { .kind = EPW_SINK_CURRENT, .path = path };
    bool written = epw_sink_file_open(&file, 0);
    if (written) {
        enum epw_err err = epw_analyst_save(analyst, file.stream);
        /* It holds who asked for which names. */
        fchmod(fileno(file.stream), S_IRUSR | S_IWUSR);
        /* After a power cut there is the old file or the new one, not an empty one. */
        bool safe = err == EPW_OK && fsync(fileno(file.stream)) == 0;
        int saved = err == EPW_ENOMEM ? ENOMEM : errno;
        written = epw_sink_file_close(&file, safe) && safe;
        if (!safe)
            errno = saved;
    }
    if (!written)
        epw_say(progress, "%s: the state cannot be written: %s", path, strerror(errno));
    return written;
}
