/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* memrchr, mkstemp, renameat2 */

#include "cli/sink_file.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Lines are sent out when this much is waiting ... */
#define SEND_LEN (1u << 16)
/* ... which leaves this much room for the line that makes it so: no line comes near. */
#define BUFFER_LEN (1u << 20)

/* Longest name that a pattern makes. */
#define NAME_LEN 4096

/* Files of one name: beyond, somebody restarts the program in a loop. */
#define NAMES_MAX 1000

/* A file that goes on from one run to the next. */
static int open_kept(const struct epw_sink_file *file, int flags)
{
    struct stat status;
    int fd =
        open(file->path, flags | O_CREAT | O_CLOEXEC | (file->no_links ? O_NOFOLLOW : 0), 0666);
    if (fd < 0 || !file->no_links || fstat(fd, &status) != 0 || status.st_nlink <= 1)
        return fd;
    close(fd);
    errno = EMLINK;
    return -1;
}

/* After a crash the last line may be cut: it must not become one with the next. */
static int open_added(struct epw_sink_file *file)
{
    struct stat status;
    char last = '\n';
    int fd = open_kept(file, O_RDWR | O_APPEND);
    if (fd < 0 || fstat(fd, &status) != 0 || status.st_size == 0)
        return fd;
    file->goes_on = true;
    if (pread(fd, &last, 1, status.st_size - 1) == 1 && last != '\n' && write(fd, "\n", 1) != 1) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

static int open_last(struct epw_sink_file *file)
{
    struct stat status;
    int fd = open_kept(file, O_WRONLY);
    file->stale = fd >= 0 && fstat(fd, &status) == 0 && status.st_size != 0;
    return fd;
}

static bool use(struct epw_sink_file *file, int fd)
{
    file->stream = fd < 0 ? NULL : fdopen(fd, "w");
    if (file->stream == NULL && fd >= 0)
        close(fd);
    return file->stream != NULL;
}

/* A file beside path with the mode that a new one has. */
static bool open_new(struct epw_sink_file *file)
{
    struct epw_str name = { 0 };
    epw_str_addf(&name, "%s.XXXXXX", file->path);
    errno = ENOMEM;
    int fd = name.failed ? -1 : mkostemp(name.text, O_CLOEXEC);
    if (fd < 0) {
        epw_str_free(&name);
        return false;
    }
    mode_t mask = umask(0);
    umask(mask);
    fchmod(fd, 0666 & ~mask);
    file->temp = name.text;
    if (use(file, fd))
        return true;
    unlink(file->temp);
    return false;
}

/* The nth choice of a name: as it is, then numbered; -1 when it is taken. */
static int try_name(struct epw_sink_file *file, const char *name, unsigned n)
{
    struct epw_str whole = { 0 }, part = { 0 };
    epw_str_add(&whole, name);
    if (n != 0)
        epw_str_addf(&whole, ".%u", n);
    epw_str_addf(&part, "%s.part", epw_str_text(&whole));
    int fd = -1;
    if (whole.failed || part.failed)
        errno = ENOMEM;
    else if (access(whole.text, F_OK) == 0)
        errno = EEXIST;
    else
        fd = open(part.text, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0) {
        file->name = whole.text;
        file->temp = part.text;
        return fd;
    }
    int saved = errno;
    epw_str_free(&whole);
    epw_str_free(&part);
    errno = saved;
    return -1;
}

/* The pattern is the user's, as in tcpdump: strftime() reads nothing beyond its own arguments. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static size_t make_name(char name[NAME_LEN], const char *pattern, time_t now)
{
    struct tm tm;
    return localtime_r(&now, &tm) == NULL ? 0 : strftime(name, NAME_LEN, pattern, &tm);
}
#pragma GCC diagnostic pop

static bool open_rotated(struct epw_sink_file *file, time_t now)
{
    char name[NAME_LEN];
    errno = EINVAL;
    if (make_name(name, file->path, now) == 0)
        return false;
    int fd = -1;
    for (unsigned n = 0; n < NAMES_MAX && fd < 0; n++) {
        fd = try_name(file, name, n);
        if (fd < 0 && errno != EEXIST)
            return false;
    }
    return use(file, fd);
}

/* A pipe that nobody reads yet is the caller's to wait for: open() would, whatever happens. */
static bool open_plain(struct epw_sink_file *file)
{
    struct stat status;
    if (strcmp(file->path, "-") == 0)
        file->stream = stdout;
    else if (stat(file->path, &status) != 0 || !S_ISFIFO(status.st_mode))
        file->stream = fopen(file->path, "we");
    else {
        int fd = open(file->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        if (fd >= 0)
            fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
        return use(file, fd);
    }
    return file->stream != NULL;
}

bool epw_sink_file_open(struct epw_sink_file *file, time_t now)
{
    bool opened;
    file->sent = false;
    file->error = 0;
    if (file->kind == EPW_SINK_NEW || file->kind == EPW_SINK_CURRENT)
        opened = open_new(file);
    else if (file->kind == EPW_SINK_ROTATED)
        opened = open_rotated(file, now);
    else if (file->kind == EPW_SINK_ADDED)
        opened = use(file, open_added(file));
    else if (file->kind == EPW_SINK_LAST)
        opened = use(file, open_last(file));
    else
        opened = open_plain(file);
    if (!opened) {
        int saved = errno;
        free(file->name);
        free(file->temp);
        file->name = file->temp = NULL;
        errno = saved;
        return false;
    }
    /* glibc takes a size only with a buffer. Without memory for one, its own will do. */
    file->buffer = malloc(BUFFER_LEN);
    if (file->buffer != NULL)
        setvbuf(file->stream, file->buffer, _IOFBF, BUFFER_LEN);
    return true;
}

/* What a full disk left of the last line is no line: a reader could not tell it from one. */
static void cut_off_rest(const struct epw_sink_file *file)
{
    char part[4096];
    struct stat status;
    int fd = fileno(file->stream);
    if ((file->kind != EPW_SINK_ADDED && file->kind != EPW_SINK_ROTATED) ||
        fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return;
    off_t at = status.st_size;
    while (at > 0 && status.st_size - at < BUFFER_LEN) {
        size_t len = at < (off_t)sizeof(part) ? (size_t)at : sizeof(part);
        if (pread(fd, part, len, at - (off_t)len) != (ssize_t)len)
            return;
        at -= (off_t)len;
        const char *end = memrchr(part, '\n', len);
        if (end != NULL) {
            at += end - part + 1;
            break;
        }
    }
    if (at < status.st_size && ftruncate(fd, at) != 0)
        return; /* then a reader finds it, as after a crash */
}

static void spoil(struct epw_sink_file *file, int error)
{
    file->error = error == 0 ? EIO : error;
    cut_off_rest(file);
}

static bool send_out(struct epw_sink_file *file)
{
    if (file->error == 0) {
        bool any = __fpending(file->stream) != 0;
        errno = 0;
        file->sends++;
        bool good = (!file->stale || ftruncate(fileno(file->stream), 0) == 0) &&
                    fflush(file->stream) == 0 && !ferror(file->stream);
        file->sends++;
        if (!good)
            spoil(file, errno);
        file->stale = file->stale && !good;
        file->sent |= any && good;
    }
    if (file->error != 0) /* more would come behind what was cut off */
        __fpurge(file->stream);
    errno = file->error;
    return file->error == 0;
}

bool epw_sink_file_flush(struct epw_sink_file *file)
{
    return file->stale || send_out(file);
}

void epw_sink_file_line(struct epw_sink_file *file)
{
    if (file->stream != NULL && (file->error != 0 || __fpending(file->stream) >= SEND_LEN))
        send_out(file);
}

/* What is whole gets its name, unless somebody made one meanwhile. */
static bool give_name(const char *temp, const char *name)
{
    if (renameat2(AT_FDCWD, temp, AT_FDCWD, name, RENAME_NOREPLACE) == 0)
        return true;
    /* A file system that cannot promise that. */
    return (errno == EINVAL || errno == ENOSYS) && access(name, F_OK) != 0 &&
           rename(temp, name) == 0;
}

bool epw_sink_file_close(struct epw_sink_file *file, bool whole)
{
    /* A full disk or a closed pipe may show only when the last buffer goes out, or on close. */
    /* Of a file that was to be replaced, what was before is better than a part of the new. */
    bool kept = file->stale && !whole;
    if (kept)
        __fpurge(file->stream);
    bool good = kept || send_out(file);
    if (file->error == 0 && ferror(file->stream)) { /* lines that did not fit into the buffer */
        spoil(file, errno);
        __fpurge(file->stream);
        good = false;
    }
    int saved = file->error;
    if (fclose(file->stream) != 0 && good) {
        good = false;
        saved = errno;
    }
    if (file->temp != NULL && good && whole) {
        const char *name = file->name == NULL ? file->path : file->name;
        good = file->kind == EPW_SINK_CURRENT ? rename(file->temp, name) == 0
                                              : give_name(file->temp, name);
        saved = errno;
    }
    if (file->temp != NULL && file->kind != EPW_SINK_ROTATED && !(good && whole))
        unlink(file->temp);
    free(file->buffer);
    free(file->name);
    free(file->temp);
    file->stream = NULL;
    file->buffer = file->name = file->temp = NULL;
    errno = saved;
    return good;
}
