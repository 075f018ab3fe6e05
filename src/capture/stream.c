/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

ssize_t epw_stream_read(struct epw_stream *s, uint8_t *out, size_t len)
{
    size_t peeked = s->head_len - s->head_at;
    ssize_t got;
    if (peeked > 0) {
        size_t take = peeked < len ? peeked : len;
        memcpy(out, s->head + s->head_at, take);
        s->head_at += take;
        got = (ssize_t)take;
    } else {
        got = s->pull(s, out, len);
    }
    if (got > 0)
        s->count += (uint64_t)got;
    return got;
}

ssize_t epw_stream_peek(struct epw_stream *s, const uint8_t **bytes)
{
    *bytes = s->head;
    while (s->head_len < sizeof(s->head)) {
        ssize_t got = s->pull(s, s->head + s->head_len, sizeof(s->head) - s->head_len);
        if (got == 0)
            break;
        if (got < 0)
            return -1;
        s->head_len += (size_t)got;
    }
    return (ssize_t)s->head_len;
}

ssize_t epw_stream_fail(struct epw_stream *s, enum epw_err code, const char *fmt, ...)
{
    char why[EPW_DIAG_LEN / 2];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why, sizeof(why), fmt, ap);
    va_end(ap);
    epw_diag_set(&s->fault, code, "%s", why);
    return -1;
}

ssize_t epw_stream_fail_as(struct epw_stream *s, const struct epw_stream *below)
{
    s->fault = below->fault;
    return -1;
}

void epw_stream_close(struct epw_stream *s)
{
    if (s != NULL)
        s->close(s);
}

struct file_stream {
    struct epw_stream base;
    int fd;
};

/*
 * A read that a signal interrupts is not tried again: only handlers that ask for
 * it (no SA_RESTART) interrupt, to get out of waiting for a pipe.
 */
static ssize_t file_pull(struct epw_stream *s, uint8_t *out, size_t len)
{
    ssize_t got = read(((const struct file_stream *)s)->fd, out, len);
    if (got < 0)
        return epw_stream_fail(s, epw_err_from_errno(errno), "cannot be read: %s", strerror(errno));
    return got;
}

static void file_close(struct epw_stream *s)
{
    struct file_stream *file = (struct file_stream *)s;
    if (file->fd != STDIN_FILENO)
        close(file->fd);
    free(file);
}

enum epw_err epw_stream_open(struct epw_stream **s, const char *path, uint64_t *size,
                             struct epw_diag *diag)
{
    *s = NULL;
    *size = 0;
    struct file_stream *file = calloc(1, sizeof(*file));
    if (file == NULL)
        return epw_diag_set(diag, EPW_ENOMEM, "out of memory");
    file->base.pull = file_pull;
    file->base.close = file_close;
    file->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file->fd < 0 || fstat(file->fd, &status) != 0) {
        enum epw_err code =
            epw_diag_set(diag, epw_err_from_errno(errno), "cannot be opened: %s", strerror(errno));
        if (file->fd < 0)
            free(file);
        else
            file_close(&file->base);
        return code;
    }
    if (S_ISDIR(status.st_mode)) {
        file_close(&file->base);
        return epw_diag_set(diag, EPW_EISDIR, "is a folder, a capture file was expected");
    }
    if (S_ISREG(status.st_mode))
        *size = (uint64_t)status.st_size;
    *s = &file->base;
    return EPW_OK;
}

static ssize_t cookie_read(void *cookie, char *out, size_t len)
{
    if (len == 0)
        return 0;
    ssize_t got = epw_stream_read((struct epw_stream *)cookie, (uint8_t *)out, len);
    if (got < 0)
        errno = EIO;
    return got;
}

/* Answers where the stream is, which is all that ftello() asks; goes nowhere. */
static int cookie_seek(void *cookie, off64_t *offset, int whence)
{
    if (whence != SEEK_CUR || *offset != 0) {
        errno = ESPIPE;
        return -1;
    }
    *offset = (off64_t)((const struct epw_stream *)cookie)->count;
    return 0;
}

FILE *epw_stream_file(struct epw_stream *s, char *buf, size_t len)
{
    FILE *file =
        fopencookie(s, "rb", (cookie_io_functions_t){ .read = cookie_read, .seek = cookie_seek });
    if (file == NULL)
        return NULL;
    setvbuf(file, buf, _IOFBF, len);
    __fsetlocking(file, FSETLOCKING_BYCALLER);
    return file;
}
