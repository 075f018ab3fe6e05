/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* stat, open_memstream */

#include "cli/sinks.h"

#include "cli/sink_path.h"
#include "cli/sinks_inside.h"
#include "output/learn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
    sink->failed = sink->lost = true;
    epw_say(sinks->progress, "%s: %s output failed: %s; what it holds is not complete",
            shown(sink->file.path), sink->format->name,
            err == EPW_ENOMEM ? epw_strerror(err) : strerror(saved_errno == 0 ? EIO : saved_errno));
}

static enum epw_err refuse_twice(const struct epw_sinks *sinks, size_t before, size_t i)
{
    epw_say(sinks->progress, "%s: is the output of both -o %s and %s%s; give each its own path",
            shown(sinks->sink[i].file.path), sinks->sink[before].format->name,
            dashes(&sinks->sink[i]), sinks->sink[i].format->name);
    return EPW_EUSAGE;
}

/* Two names of one file that was not there before, or standard output led into the other's. */
static enum epw_err check_stream(const struct epw_sinks *sinks, size_t i)
{
    struct stat mine, other;
    if (fstat(fileno(sinks->sink[i].file.stream), &mine) != 0 || !S_ISREG(mine.st_mode))
        return EPW_OK;
    for (size_t before = 0; before < i; before++)
        if (fstat(fileno(sinks->sink[before].file.stream), &other) == 0 &&
            other.st_dev == mine.st_dev && other.st_ino == mine.st_ino)
            return refuse_twice(sinks, before, i);
    return EPW_OK;
}

/* Whether output i may be opened: nothing has been written so far. */
static enum epw_err check_path(const struct epw_sinks *sinks, size_t i, const struct epw_options *o,
                               const struct epw_catalogue *catalogue)
{
    const struct sink *sink = &sinks->sink[i];
    if (epw_sink_path_is_input(sink->file.path, o, catalogue)) {
        epw_say(sinks->progress,
                "%s: is read by this run and would be overwritten by %s%s; give another path",
                sink->file.path, dashes(sink), sink->format->name);
        return EPW_EUSAGE;
    }
    if (sink->format == &epw_learn && access(sink->file.path, F_OK) == 0) {
        epw_say(sinks->progress,
                "%s: exists; --learn writes a new file only, so that no edited one is lost",
                sink->file.path);
        return EPW_EUSAGE;
    }
    for (size_t before = 0; before < i; before++)
        if (epw_sink_path_same(sink->file.path, sinks->sink[before].file.path))
            return refuse_twice(sinks, before, i);
    return EPW_OK;
}

static enum epw_err open_stream(struct epw_sinks *sinks, struct sink *sink)
{
    if (epw_sink_file_open(&sink->file, time(NULL)))
        return EPW_OK;
    epw_say(sinks->progress, "%s: cannot be written: %s; give another path to %s%s",
            sink->file.path, strerror(errno), dashes(sink), sink->format->name);
    return EPW_EIO;
}

/* What root began, another user could not rename in a folder like /tmp. */
static void give_to_user(const struct sink *sink, const struct epw_options *o)
{
    if (o->change_user && sink->file.temp != NULL &&
        fchown(fileno(sink->file.stream), o->user.uid, o->user.gid) != 0)
        return; /* then naming it may fail, which is told */
}

static void begin(struct epw_sinks *sinks, struct sink *sink)
{
    errno = 0;
    sinks->info.goes_on = sink->file.goes_on;
    enum epw_err err = sink->format->open(&sink->state, sink->file.stream, &sinks->info);
    if (err != EPW_OK)
        fail(sinks, sink, err, errno);
}

/* Without memory for it, SIGUSR1 shows nothing: no reason to run not at all. */
static void begin_shown(struct epw_sinks *sinks)
{
    sinks->shown = (struct sink){ .format = epw_outputs[0], .file = { .path = "-" } };
    sinks->shown.file.stream = open_memstream(&sinks->shown_text, &sinks->shown_len);
    if (sinks->shown.file.stream == NULL)
        fail(sinks, &sinks->shown, EPW_ENOMEM, 0);
    else
        begin(sinks, &sinks->shown);
}

enum epw_err epw_sinks_open(struct epw_sinks **out, const struct epw_options *o,
                            const struct epw_capture *capture,
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
        .sources = o->iface_count != 0 ? o->iface : o->file,
        .source_count = o->iface_count != 0 ? o->iface_count : o->file_count,
        .live = o->iface_count != 0,
        .labelled_only = o->labelled_only,
        .version = PACKAGE_VERSION,
        .stats = &sinks->stats,
    };
    sinks->info.interfaces = epw_capture_interfaces(capture, &sinks->info.interface_count);
    if (!epw_sinks_list(sinks, catalogue)) {
        epw_say(progress, "out of memory");
        return EPW_ENOMEM;
    }
    for (size_t i = 0; i < o->output_count; i++)
        sinks->sink[sinks->count++] = (struct sink){ .format = o->output[i].format,
                                                     .file = { .path = o->output[i].path,
                                                               .kind = epw_sink_path_kind(o, i) } };
    if (o->learn != NULL)
        sinks->sink[sinks->count++] = (struct sink){
            .format = &epw_learn,
            .file = { .path = o->learn, .kind = EPW_SINK_NEW },
        };
    for (size_t i = 0; i < sinks->count; i++) {
        enum epw_err err = check_path(sinks, i, o, catalogue);
        if (err != EPW_OK)
            return err;
    }
    for (size_t i = 0; i < sinks->count; i++) {
        enum epw_err err = open_stream(sinks, &sinks->sink[i]);
        if (err == EPW_OK)
            err = check_stream(sinks, i);
        if (err == EPW_OK)
            give_to_user(&sinks->sink[i], o);
        if (err != EPW_OK)
            return err;
    }
    for (size_t i = 0; i < sinks->count; i++)
        begin(sinks, &sinks->sink[i]);
    if (o->iface_count != 0)
        begin_shown(sinks);
    return EPW_OK;
}

/* Gives an item to an output that takes such and still works. */
#define GIVE(sinks, sink, member, ...)                                                             \
    do {                                                                                           \
        if ((sink)->failed || (sink)->format->member == NULL)                                      \
            break;                                                                                 \
        errno = 0;                                                                                 \
        enum epw_err give_err = (sink)->format->member((sink)->state, __VA_ARGS__);                \
        if (give_err != EPW_OK)                                                                    \
            fail(sinks, sink, give_err, errno);                                                    \
        else                                                                                       \
            epw_sink_file_line(&(sink)->file);                                                     \
    } while (0)

static bool rotated(const struct sink *sink)
{
    return sink->file.kind == EPW_SINK_ROTATED;
}

/* Each output that is picked, then the one that is shown. */
static struct sink *next_picked(struct epw_sinks *sinks, size_t *at)
{
    while (*at < sinks->count) {
        struct sink *sink = &sinks->sink[(*at)++];
        bool streamed = sink->format->stats != NULL;
        if (sinks->pick == EPW_PICK_ALL || (sinks->pick == EPW_PICK_STREAMED && streamed) ||
            (sinks->pick == EPW_PICK_ROTATED && rotated(sink) && !streamed) ||
            (sinks->pick == EPW_PICK_CURRENT && sink->file.kind == EPW_SINK_CURRENT))
            return sink;
    }
    bool shown = *at == sinks->count && sinks->pick == EPW_PICK_SHOWN;
    *at += shown;
    return shown && sinks->shown.state != NULL ? &sinks->shown : NULL;
}

void epw_sinks_count(const struct epw_sinks *sinks, struct epw_stats *sum)
{
    epw_stats_add(sum, &sinks->stats);
}

void epw_sinks_flow(struct epw_sinks *sinks, const struct epw_result *result)
{
    for (size_t i = 0; i < sinks->count; i++)
        GIVE(sinks, &sinks->sink[i], flow, result);
    if (sinks->shown.state != NULL)
        GIVE(sinks, &sinks->shown, flow, result);
}

void epw_sinks_host(struct epw_sinks *sinks, const struct epw_inventory_host *host)
{
    struct sink *sink;
    for (size_t at = 0; (sink = next_picked(sinks, &at)) != NULL;)
        GIVE(sinks, sink, host, host);
}

void epw_sinks_finding(struct epw_sinks *sinks, const struct epw_finding *finding)
{
    struct sink *sink;
    for (size_t at = 0; (sink = next_picked(sinks, &at)) != NULL;)
        if (finding->state != EPW_FINDING_WITHHELD || sink->format->withheld)
            GIVE(sinks, sink, finding, finding);
}

void epw_sinks_pick(struct epw_sinks *sinks, enum epw_sinks_pick pick, bool *hosts, bool *findings)
{
    const struct sink *sink;
    sinks->pick = pick;
    *hosts = *findings = false;
    for (size_t at = 0; (sink = next_picked(sinks, &at)) != NULL;) {
        *hosts |= sink->format->host != NULL;
        *findings |= sink->format->finding != NULL;
    }
}

/* The file as it is now, whole; the next one is begun when it is due. */
static void make_current(struct epw_sinks *sinks, struct sink *sink, const struct epw_stats *stats)
{
    if (!sink->failed && sink->file.stream == NULL && !epw_sink_file_open(&sink->file, 0))
        fail(sinks, sink, EPW_EIO, errno);
    if (sink->failed)
        return;
    errno = 0;
    enum epw_err err = sink->format->snapshot(sink->state, sink->file.stream, stats);
    if (err != EPW_OK)
        fail(sinks, sink, err, errno);
    if (!epw_sink_file_close(&sink->file, !sink->failed))
        fail(sinks, sink, EPW_EIO, errno);
}

void epw_sinks_stats(struct epw_sinks *sinks, const struct epw_stats *stats, int64_t now_ns)
{
    for (size_t i = 0; i < sinks->count; i++) {
        GIVE(sinks, &sinks->sink[i], stats, stats, now_ns);
        if (sinks->sink[i].file.kind == EPW_SINK_CURRENT)
            make_current(sinks, &sinks->sink[i], stats);
    }
}

void epw_sinks_show(struct epw_sinks *sinks, const struct epw_stats *stats)
{
    struct sink *shown = &sinks->shown;
    if (shown->state == NULL)
        return;
    GIVE(sinks, shown, so_far, stats);
    if (fflush(shown->file.stream) == 0 && !shown->failed) {
        epw_progress_clear(sinks->progress);
        fwrite(sinks->shown_text, 1, sinks->shown_len, stderr);
    }
    rewind(shown->file.stream);
}

bool epw_sinks_alive(const struct epw_sinks *sinks)
{
    for (size_t i = 0; i < sinks->count; i++)
        if (!sinks->sink[i].failed || rotated(&sinks->sink[i]))
            return true;
    return false;
}

static void close_sink(struct epw_sinks *sinks, struct sink *sink, const struct epw_stats *stats)
{
    if (sink->state != NULL && sink->format->snapshot != NULL)
        make_current(sinks, sink, stats);
    if (sink->file.stream == NULL && sink->state == NULL)
        return;
    errno = 0;
    if (sink->state != NULL) {
        enum epw_err err = sink->format->close(sink->state, stats);
        if (err != EPW_OK)
            fail(sinks, sink, err, errno);
    }
    /* A run that saw nothing, of a service that is started again and again, knows no better. */
    bool knows = sink->file.kind != EPW_SINK_LAST || stats->packets != 0;
    bool whole = !sink->failed && sink->state != NULL && knows;
    sink->state = NULL;
    if (sink->file.stream != NULL && !epw_sink_file_close(&sink->file, whole))
        fail(sinks, sink, EPW_EIO, errno);
}

/* The next file. Where none can be made, the next rotation tries again, and none is told twice. */
static void open_next(struct epw_sinks *sinks, struct sink *sink)
{
    bool before = sink->failed;
    sink->failed = false;
    if (epw_sink_file_open(&sink->file, time(NULL))) {
        begin(sinks, sink);
        if (before && !sink->failed)
            epw_say(sinks->progress, "%s: %s output goes on in a new file", sink->file.path,
                    sink->format->name);
        return;
    }
    int saved = errno;
    sink->failed = before;
    fail(sinks, sink, EPW_EIO, saved);
}

void epw_sinks_rotate(struct epw_sinks *sinks, const struct epw_stats *stats)
{
    sinks->info.before = *stats;
    for (size_t i = 0; i < sinks->count; i++) {
        if (!rotated(&sinks->sink[i]))
            continue;
        close_sink(sinks, &sinks->sink[i], stats);
        open_next(sinks, &sinks->sink[i]);
    }
}

void epw_sinks_flush(struct epw_sinks *sinks)
{
    for (size_t i = 0; i < sinks->count; i++) {
        struct sink *sink = &sinks->sink[i];
        if (sink->failed || sink->file.stream == NULL)
            continue;
        errno = 0;
        if (!epw_sink_file_flush(&sink->file))
            fail(sinks, sink, EPW_EIO, errno);
    }
}

static void free_shown(struct epw_sinks *sinks, const struct epw_stats *stats)
{
    struct sink *shown = &sinks->shown;
    if (shown->state != NULL)
        shown->format->close(shown->state, stats);
    if (shown->file.stream != NULL)
        fclose(shown->file.stream);
    free(sinks->shown_text);
}

bool epw_sinks_close(struct epw_sinks *sinks, const struct epw_stats *stats, bool partial)
{
    if (sinks == NULL)
        return false;
    bool good = true;
    sinks->info.partial = partial;
    sinks->info.ended = true;
    for (size_t i = 0; i < sinks->count; i++) {
        close_sink(sinks, &sinks->sink[i], stats);
        good = good && !sinks->sink[i].lost;
    }
    free_shown(sinks, stats);
    free(sinks->signatures);
    free(sinks);
    return good;
}
