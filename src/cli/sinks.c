/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* stat, mkstemp */

#include "cli/sinks.h"
#include "output/learn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Lines of flows are short: larger writes than stdio's 4 KiB spare system calls. */
#define BUFFER_LEN (1u << 16)

struct sink {
    const struct epw_output *format;
    const char *path;
    char *temp;   /* written in place of path until it is whole; NULL: path itself */
    FILE *stream; /* NULL: not open */
    void *state;  /* NULL: open() did not succeed */
    bool failed;
};

struct epw_sinks {
    struct epw_progress *progress;
    const struct epw_signature **signatures;
    struct epw_run_info info;
    size_t count;
    struct sink sink[];
};

static const char *shown(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard output" : path;
}

/* The option that asked for the sink is this and its format's name. */
static const char *dashes(const struct sink *sink)
{
    return sink->format == &epw_learn ? "--" : "-o ";
}

/* Tells once why a sink is given up. saved_errno is that of the failed write. */
static void fail(struct epw_sinks *sinks, struct sink *sink, enum epw_err err, int saved_errno)
{
    if (sink->failed)
        return;
    sink->failed = true;
    epw_say(sinks->progress, "%s: %s output failed: %s; what it holds is not complete",
            shown(sink->path), sink->format->name,
            err == EPW_ENOMEM ? epw_strerror(err) : strerror(saved_errno == 0 ? EIO : saved_errno));
}

static bool same_file(const char *a, const char *b)
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
        if (strcmp(path, "-") != 0 && same_file(path, list[i]))
            return true;
    return false;
}

static enum epw_err refuse_twice(const struct epw_sinks *sinks, size_t before, size_t i)
{
    epw_say(sinks->progress, "%s: is the output of both -o %s and %s%s; give each its own path",
            shown(sinks->sink[i].path), sinks->sink[before].format->name, dashes(&sinks->sink[i]),
            sinks->sink[i].format->name);
    return EPW_EUSAGE;
}

/* Two names of one file that was not there before, or standard output led into the other's. */
static enum epw_err check_stream(const struct epw_sinks *sinks, size_t i)
{
    struct stat mine, other;
    if (fstat(fileno(sinks->sink[i].stream), &mine) != 0 || !S_ISREG(mine.st_mode))
        return EPW_OK;
    for (size_t before = 0; before < i; before++)
        if (fstat(fileno(sinks->sink[before].stream), &other) == 0 && other.st_dev == mine.st_dev &&
            other.st_ino == mine.st_ino)
            return refuse_twice(sinks, before, i);
    return EPW_OK;
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

/* Whether output i may be opened: nothing has been written so far. */
static enum epw_err check_path(const struct epw_sinks *sinks, size_t i, const struct epw_options *o,
                               const struct epw_catalogue *catalogue)
{
    const struct sink *sink = &sinks->sink[i];
    if (among(sink->path, o->file, o->file_count) || is_signatures(sink->path, catalogue) ||
        (o->site != NULL && among(sink->path, &o->site, 1))) {
        epw_say(sinks->progress,
                "%s: is read by this run and would be overwritten by %s%s; give another path",
                sink->path, dashes(sink), sink->format->name);
        return EPW_EUSAGE;
    }
    if (sink->format == &epw_learn && access(sink->path, F_OK) == 0) {
        epw_say(sinks->progress,
                "%s: exists; --learn writes a new file only, so that no edited one is lost",
                sink->path);
        return EPW_EUSAGE;
    }
    for (size_t before = 0; before < i; before++)
        if (same_file(sink->path, sinks->sink[before].path))
            return refuse_twice(sinks, before, i);
    return EPW_OK;
}

/* A file beside path with the mode that a new one has; NULL: errno says why. */
static FILE *open_temp(struct sink *sink)
{
    struct epw_str name = { 0 };
    epw_str_addf(&name, "%s.XXXXXX", sink->path);
    errno = ENOMEM;
    int fd = name.failed ? -1 : mkstemp(name.text);
    if (fd < 0) {
        epw_str_free(&name);
        return NULL;
    }
    mode_t mask = umask(0);
    umask(mask);
    fchmod(fd, 0666 & ~mask);
    sink->temp = name.text;
    FILE *stream = fdopen(fd, "w");
    if (stream == NULL) {
        unlink(sink->temp);
        free(sink->temp);
        sink->temp = NULL;
        close(fd);
    }
    return stream;
}

/* The whole file gets its name, unless somebody made one meanwhile; one that is not whole goes. */
static bool name_temp(struct sink *sink)
{
    bool whole = !sink->failed && sink->state != NULL;
    bool good = !whole || link(sink->temp, sink->path) == 0;
    int saved = errno;
    unlink(sink->temp);
    free(sink->temp);
    errno = saved;
    return good;
}

static enum epw_err open_stream(struct epw_sinks *sinks, struct sink *sink)
{
    if (sink->format == &epw_learn)
        sink->stream = open_temp(sink);
    else
        sink->stream = strcmp(sink->path, "-") == 0 ? stdout : fopen(sink->path, "we");
    if (sink->stream == NULL) {
        epw_say(sinks->progress, "%s: cannot be written: %s; give another path to %s%s", sink->path,
                strerror(errno), dashes(sink), sink->format->name);
        return EPW_EIO;
    }
    setvbuf(sink->stream, NULL, _IOFBF, BUFFER_LEN);
    return EPW_OK;
}

static bool list_signatures(struct epw_sinks *sinks, const struct epw_catalogue *catalogue)
{
    size_t count = epw_catalogue_count(catalogue);
    sinks->signatures = calloc(count + 1, sizeof(sinks->signatures[0]));
    if (sinks->signatures == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        sinks->signatures[i] = epw_catalogue_at(catalogue, i);
    sinks->info.signatures = sinks->signatures;
    sinks->info.signature_count = count;
    return true;
}

enum epw_err epw_sinks_open(struct epw_sinks **out, const struct epw_options *o,
                            const struct epw_catalogue *catalogue, struct epw_progress *progress)
{
    size_t room = o->output_count + 1; /* and what is learned */
    struct epw_sinks *sinks = calloc(1, sizeof(*sinks) + room * sizeof(struct sink));
    *out = sinks;
    if (sinks == NULL) {
        epw_say(progress, "out of memory");
        return EPW_ENOMEM;
    }
    sinks->progress = progress;
    sinks->info = (struct epw_run_info){
        .sources = o->file,
        .source_count = o->file_count,
        .labelled_only = o->labelled_only,
        .version = PACKAGE_VERSION,
    };
    if (!list_signatures(sinks, catalogue)) {
        epw_say(progress, "out of memory");
        return EPW_ENOMEM;
    }
    for (size_t i = 0; i < o->output_count; i++)
        sinks->sink[sinks->count++] =
            (struct sink){ .format = o->output[i].format, .path = o->output[i].path };
    if (o->learn != NULL)
        sinks->sink[sinks->count++] = (struct sink){ .format = &epw_learn, .path = o->learn };
    for (size_t i = 0; i < sinks->count; i++) {
        enum epw_err err = check_path(sinks, i, o, catalogue);
        if (err != EPW_OK)
            return err;
    }
    for (size_t i = 0; i < sinks->count; i++) {
        enum epw_err err = open_stream(sinks, &sinks->sink[i]);
        if (err == EPW_OK)
            err = check_stream(sinks, i);
        if (err != EPW_OK)
            return err;
    }
    for (size_t i = 0; i < sinks->count; i++) {
        struct sink *sink = &sinks->sink[i];
        errno = 0;
        enum epw_err err = sink->format->open(&sink->state, sink->stream, &sinks->info);
        if (err != EPW_OK)
            fail(sinks, sink, err, errno);
    }
    return EPW_OK;
}

/* Gives an item to every output that takes such and still works. */
#define GIVE(sinks, member, item)                                                                  \
    for (size_t i = 0; i < (sinks)->count; i++) {                                                  \
        struct sink *sink = &(sinks)->sink[i];                                                     \
        if (sink->failed || sink->format->member == NULL)                                          \
            continue;                                                                              \
        errno = 0;                                                                                 \
        enum epw_err err = sink->format->member(sink->state, item);                                \
        if (err != EPW_OK)                                                                         \
            fail(sinks, sink, err, errno);                                                         \
    }

void epw_sinks_flow(struct epw_sinks *sinks, const struct epw_result *result)
{
    GIVE(sinks, flow, result)
}

void epw_sinks_host(struct epw_sinks *sinks, const struct epw_inventory_host *host)
{
    GIVE(sinks, host, host)
}

void epw_sinks_finding(struct epw_sinks *sinks, const struct epw_finding *finding)
{
    GIVE(sinks, finding, finding)
}

bool epw_sinks_alive(const struct epw_sinks *sinks)
{
    for (size_t i = 0; i < sinks->count; i++)
        if (!sinks->sink[i].failed)
            return true;
    return false;
}

static void close_sink(struct epw_sinks *sinks, struct sink *sink, const struct epw_stats *stats)
{
    if (sink->stream == NULL)
        return;
    errno = 0;
    if (sink->state != NULL) {
        enum epw_err err = sink->format->close(sink->state, stats);
        if (err != EPW_OK)
            fail(sinks, sink, err, errno);
    }
    /* A full disk or a closed pipe may show only when the last buffer goes out, or on close. */
    bool bad = fflush(sink->stream) != 0 || ferror(sink->stream);
    int saved = errno;
    if (fclose(sink->stream) != 0 && !bad) {
        bad = true;
        saved = errno;
    }
    if (bad)
        fail(sinks, sink, EPW_EIO, saved);
    if (sink->temp != NULL && !name_temp(sink))
        fail(sinks, sink, EPW_EIO, errno);
}

bool epw_sinks_close(struct epw_sinks *sinks, const struct epw_stats *stats, bool partial)
{
    if (sinks == NULL)
        return false;
    bool good = true;
    sinks->info.partial = partial;
    for (size_t i = 0; i < sinks->count; i++) {
        close_sink(sinks, &sinks->sink[i], stats);
        good = good && !sinks->sink[i].failed;
    }
    free(sinks->signatures);
    free(sinks);
    return good;
}
