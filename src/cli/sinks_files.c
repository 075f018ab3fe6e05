/* SPDX-License-Identifier: Apache-2.0 */
/* The outputs' files while a run goes on and at its end: what fails is told and tried again, in the
 * file that is made anew at intervals, or in the next one of -G. */
#include "config.h"

#include "cli/sinks_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Looks, a second apart, at a write that does not end, until it is told. */
#define STUCK_LOOKS 5u

const char *epw_sinks_shown(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard output" : path;
}

bool epw_sinks_rotated(const struct sink *sink)
{
    return sink->file.kind == EPW_SINK_ROTATED;
}

/* What a failure means for the rest of the run. */
static const char *what_now(const struct epw_sinks *sinks, const struct sink *sink, int why)
{
    if (sink->file.kind == EPW_SINK_CURRENT && why != ENOMEM)
        return sinks->info.ended ? "; the file of before stays"
                                 : "; the file of before stays, and is made anew when it can be";
    if (!sinks->info.live || sinks->info.ended)
        return "; what it holds is not complete";
    if (!epw_sinks_rotated(sink))
        return "; what it holds is not complete, and it is not written any more in this run";
    if (why == EACCES && sinks->sandbox)
        return "; its next file is tried. If its folder was made anew, restart epwatch: the "
               "sandbox holds on to the old one";
    return "; what it holds is not complete, its next file is tried";
}

void epw_sinks_fail(struct epw_sinks *sinks, struct sink *sink, enum epw_err err, int saved_errno)
{
    if (sink->failed)
        return;
    sink->failed = sink->lost = true;
    int why = err == EPW_ENOMEM       ? ENOMEM
              : sink->file.error != 0 ? sink->file.error
              : saved_errno != 0      ? saved_errno
                                      : EIO;
    if (why == sink->told)
        return;
    sink->told = why;
    epw_say(sinks->progress, "%s: %s output failed: %s%s", epw_sinks_shown(sink->file.path),
            sink->format->name, err == EPW_ENOMEM ? epw_strerror(err) : strerror(why),
            what_now(sinks, sink, why));
}

/* Only what was written shows that a failure is over: a file can be made on a full disk. */
static void tell_goes_on(struct epw_sinks *sinks, struct sink *sink)
{
    if (sink->told == 0 || sink->failed || !sink->file.sent)
        return;
    sink->told = 0;
    epw_say(sinks->progress, "%s: %s output goes on in a new file", sink->file.path,
            sink->format->name);
}

void epw_sinks_begin(struct epw_sinks *sinks, struct sink *sink)
{
    errno = 0;
    sinks->info.goes_on = sink->file.goes_on;
    enum epw_err err = sink->format->open(&sink->state, sink->file.stream, &sinks->info);
    if (err != EPW_OK)
        epw_sinks_fail(sinks, sink, err, errno);
}

static void count_failed(struct epw_sinks *sinks)
{
    sinks->info.outputs_failed = 0;
    for (size_t i = 0; i < sinks->count; i++)
        sinks->info.outputs_failed += sinks->sink[i].failed || sinks->sink[i].told != 0;
}

/* The file as it is now, whole; the next one is begun when it is due, and tried if this one fails.
 */
static void make_current(struct epw_sinks *sinks, struct sink *sink, const struct epw_stats *stats)
{
    if (sink->failed)
        return;
    errno = 0;
    enum epw_err err = EPW_OK;
    if (sink->file.stream == NULL && !epw_sink_file_open(&sink->file, 0))
        err = EPW_EIO;
    int saved = errno;
    if (err == EPW_OK) {
        err = sink->format->snapshot(sink->state, sink->file.stream, stats);
        saved = errno;
        if (!epw_sink_file_close(&sink->file, err == EPW_OK) && err == EPW_OK) {
            err = EPW_EIO;
            saved = errno;
        }
    }
    bool current = sink->file.kind == EPW_SINK_CURRENT;
    if (err != EPW_OK) {
        epw_sinks_fail(sinks, sink, err, saved);
        sink->failed = !current;
    } else if (current) {
        tell_goes_on(sinks, sink);
        sink->lost = false; /* what it held before is in it */
    }
}

void epw_sinks_stats(struct epw_sinks *sinks, const struct epw_stats *stats, int64_t now_ns)
{
    count_failed(sinks);
    for (size_t i = 0; i < sinks->count; i++) {
        EPW_SINK_GIVE(sinks, &sinks->sink[i], stats, stats, now_ns);
        if (sinks->sink[i].file.kind == EPW_SINK_CURRENT)
            make_current(sinks, &sinks->sink[i], stats);
    }
}

bool epw_sinks_alive(const struct epw_sinks *sinks)
{
    for (size_t i = 0; i < sinks->count; i++)
        if (!sinks->sink[i].failed || epw_sinks_rotated(&sinks->sink[i]))
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
            epw_sinks_fail(sinks, sink, err, errno);
    }
    /* A run that saw nothing, of a service that is started again and again, knows no better. */
    bool knows = sink->file.kind != EPW_SINK_LAST || stats->packets != 0;
    bool whole = !sink->failed && sink->state != NULL && knows;
    sink->state = NULL;
    if (sink->file.stream != NULL && !epw_sink_file_close(&sink->file, whole))
        epw_sinks_fail(sinks, sink, EPW_EIO, errno);
    if (epw_sinks_rotated(sink))
        tell_goes_on(sinks, sink);
}

/* The next file. Where none can be made, the next rotation tries again, and none is told twice. */
static void open_next(struct epw_sinks *sinks, struct sink *sink)
{
    sink->failed = false;
    if (epw_sink_file_open(&sink->file, time(NULL)))
        epw_sinks_begin(sinks, sink);
    else
        epw_sinks_fail(sinks, sink, EPW_EIO, errno);
}

void epw_sinks_rotate(struct epw_sinks *sinks, const struct epw_stats *stats)
{
    sinks->info.before = *stats;
    for (size_t i = 0; i < sinks->count; i++) {
        if (!epw_sinks_rotated(&sinks->sink[i]))
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
            epw_sinks_fail(sinks, sink, EPW_EIO, errno);
        else if (epw_sinks_rotated(sink))
            tell_goes_on(sinks, sink);
    }
}

const char *epw_sinks_stuck(struct epw_sinks *sinks, const char **format)
{
    const struct sink *stuck = NULL;
    for (size_t i = 0; i < sinks->count; i++) {
        struct sink *sink = &sinks->sink[i];
        unsigned long sends = sink->file.sends;
        sink->stuck_looks = sends % 2 == 1 && sends == sink->seen ? sink->stuck_looks + 1 : 0;
        sink->seen = sends;
        if (sink->stuck_looks >= STUCK_LOOKS)
            stuck = sink;
    }
    if (stuck == NULL)
        return NULL;
    *format = stuck->format->name;
    return epw_sinks_shown(stuck->file.path);
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
    count_failed(sinks);
    for (size_t i = 0; i < sinks->count; i++) {
        close_sink(sinks, &sinks->sink[i], stats);
        good = good && !sinks->sink[i].lost;
    }
    free_shown(sinks, stats);
    return good;
}

void epw_sinks_free(struct epw_sinks *sinks)
{
    if (sinks == NULL)
        return;
    free(sinks->signatures);
    free(sinks);
}
