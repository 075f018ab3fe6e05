/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* fileno */

#include "cli/state_file.h"

#include "base/text.h"
#include "cli/sink_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of a run that ended meanwhile, whose lock is no longer at its name. */
#define LOCK_TRIES 10

static char *name_of_lock(const char *path)
{
    struct epw_str name = { 0 };
    epw_str_addf(&name, "%s.lock", path);
    if (name.failed)
        epw_str_free(&name);
    return name.text;
}

static bool is_at(int fd, const char *name)
{
    struct stat held, named;
    return fstat(fd, &held) == 0 && stat(name, &named) == 0 && held.st_dev == named.st_dev &&
           held.st_ino == named.st_ino;
}

/*
 * As a run makes it, and nothing else: root gives it away, and who may write to the folder could
 * have put another name of somebody's file there. No name: a run that ends has just removed it.
 */
static bool is_lock(int fd)
{
    struct stat held;
    return fstat(fd, &held) == 0 && S_ISREG(held.st_mode) && held.st_nlink <= 1 &&
           held.st_size == 0;
}

/* -1: errno says why; EEXIST: there is something else than a lock. */
static int open_lock(const char *name)
{
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, S_IRUSR | S_IWUSR);
    if (fd >= 0 && is_lock(fd))
        return fd;
    if (fd >= 0)
        close(fd);
    if (fd >= 0 || errno == ELOOP)
        errno = EEXIST;
    return -1;
}

/* -1: errno says why. */
static int take_lock(const char *name, const struct epw_user *owner)
{
    for (unsigned i = 0; i < LOCK_TRIES; i++) {
        int fd = open_lock(name);
        if (fd < 0)
            return -1;
        /* Where locks are not to be had, as over some networks, a run does without. */
        bool taken = flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
        int saved = errno;
        if (taken && is_at(fd, name)) {
            if (owner == NULL || fchown(fd, owner->uid, owner->gid) == 0)
                return fd;
            saved = errno;
            taken = false;
        }
        close(fd);
        errno = saved;
        if (!taken)
            return -1;
    }
    errno = EWOULDBLOCK;
    return -1;
}

bool epw_state_file_lock(struct epw_state_file *file, const struct epw_user *owner,
                         struct epw_progress *progress)
{
    file->lock_name = name_of_lock(file->path);
    if (file->lock_name == NULL) {
        epw_say(progress, "%s", epw_strerror(EPW_ENOMEM));
        return false;
    }
    file->lock = take_lock(file->lock_name, owner);
    int why = file->lock < 0 ? errno : 0;
    if (why == EWOULDBLOCK)
        epw_say(progress,
                "%s: another epwatch keeps its state there; give each run a file of its own",
                file->path);
    else if (why == EEXIST)
        epw_say(progress,
                "%s: is not the lock of a run, which is an empty file with this one name; remove "
                "it, or give --state another path",
                file->lock_name);
    else if (why != 0)
        epw_say(progress, "%s: the state cannot be written: %s (its lock, %s)", file->path,
                strerror(why), file->lock_name);
    return why == 0;
}

void epw_state_file_unlock(struct epw_state_file *file)
{
    if (file->lock >= 0) {
        /* While it is held: who waits to take it finds that it is gone, and makes another. */
        unlink(file->lock_name);
        close(file->lock);
    }
    file->lock = -1;
    free(file->lock_name);
    file->lock_name = NULL;
}

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

/* Somebody's pipe in its place is not waited for. */
static FILE *open_to_read(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    FILE *stream = fd < 0 ? NULL : fdopen(fd, "r");
    if (stream == NULL && fd >= 0)
        close(fd);
    return stream;
}

enum epw_state_read epw_state_file_read(struct epw_state_file *file, struct epw_analyst *analyst,
                                        struct epw_progress *progress)
{
    const char *path = file->path;
    struct epw_state_count count;
    struct epw_diag diag;
    FILE *stream = open_to_read(path);
    /* The first run: one that could not keep its state in the end had better not begin. */
    if (stream == NULL && errno == ENOENT)
        return epw_state_file_write(file, analyst, true, progress) ? EPW_STATE_READ
                                                                   : EPW_STATE_FAILED;
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

/* False: errno says why. */
static bool write_whole(const char *path, const struct epw_analyst *analyst)
{
    struct epw_sink_file file = { .kind = EPW_SINK_CURRENT, .path = path };
    if (!epw_sink_file_open(&file, 0))
        return false;
    enum epw_err err = epw_analyst_save(analyst, file.stream);
    /* It holds who asked for which names. */
    fchmod(fileno(file.stream), S_IRUSR | S_IWUSR);
    /* After a power cut there is the old file or the new one, not an empty one. */
    bool safe = err == EPW_OK && fsync(fileno(file.stream)) == 0;
    int saved = err == EPW_ENOMEM ? ENOMEM : errno;
    bool written = epw_sink_file_close(&file, safe) && safe;
    if (!safe)
        errno = saved;
    return written;
}

bool epw_state_file_write(struct epw_state_file *file, const struct epw_analyst *analyst, bool last,
                          struct epw_progress *progress)
{
    char count[EPW_TEXT_LEN];
    bool written = write_whole(file->path, analyst);
    int why = written ? 0 : errno == 0 ? EIO : errno;
    file->failed += !written;
    if (written && file->failed != 0)
        epw_say(progress, "%s: the state is written again, after %s tries in vain", file->path,
                epw_text_count(file->failed, count));
    else if (!written && (last || why != file->told))
        epw_say(progress, "%s: the state cannot be written: %s%s", file->path, strerror(why),
                last ? "" : "; the file of before stays, and is tried again");
    file->told = why;
    if (written)
        file->failed = 0;
    return written;
}
