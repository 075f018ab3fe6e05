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

/* A pipe without a reader: how often it is tried, and when it is told. */
#define WAIT_MS      50u
#define WAIT_TOLD_MS 1000u

/* The option that asked for the sink is this and its format's name. */
static const char *dashes(const struct sink *sink)
{
    return sink->format == &epw_learn ? "--" : "-o ";
}

static enum epw_err refuse_twice(const struct epw_sinks *sinks, size_t before, size_t i)
{
    epw_say(sinks->progress, "%s: is the output of both -o %s and %s%s; give each its own path",
            epw_sinks_shown(sinks->sink[i].file.path), sinks->sink[before].format->name,
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

static void tell_closed(const struct epw_sinks *sinks, const struct sink *sink, int why)
{
    if (sink->file.no_links && (why == ELOOP || why == EMLINK))
        epw_say(sinks->progress,
                "%s: is a link or has a second name, which root does not write to for a run that "
                "becomes another user; give the path of the file itself to %s%s",
                sink->file.path, dashes(sink), sink->format->name);
    else
        epw_say(sinks->progress, "%s: cannot be written: %s; give another path to %s%s",
                sink->file.path, strerror(why), dashes(sink), sink->format->name);
}

static enum epw_err open_stream(struct epw_sinks *sinks, struct sink *sink)
{
    const struct timespec pause = { .tv_nsec = WAIT_MS * 1000000L };
    for (unsigned waited_ms = 0; !epw_sink_file_open(&sink->file, time(NULL));
         waited_ms += WAIT_MS) {
        if (errno != ENXIO || !epw_sink_path_is_pipe(sink->file.path)) {
            tell_closed(sinks, sink, errno);
            return EPW_EIO;
        }
        if (*sinks->interrupted) {
            epw_say(sinks->progress, "%s: interrupted before anybody read this pipe",
                    sink->file.path);
            return EPW_EIO;
        }
        if (waited_ms == WAIT_TOLD_MS)
            epw_say(sinks->progress, "%s: waiting for somebody to read this pipe", sink->file.path);
        nanosleep(&pause, NULL);
    }
    return EPW_OK;
}

/* What root began, another user could not rename in a folder like /tmp. */
static void give_to_user(const struct sink *sink, const struct epw_options *o)
{
    if (o->change_user && sink->file.temp != NULL &&
        fchown(fileno(sink->file.stream), o->user.uid, o->user.gid) != 0)
        return; /* then naming it may fail, which is told */
}

/* Without memory for it, SIGUSR1 shows nothing: no reason to run not at all. */
static void begin_shown(struct epw_sinks *sinks)
{
    sinks->shown = (struct sink){ .format = epw_outputs[0], .file = { .path = "-" } };
    sinks->shown.file.stream = open_memstream(&sinks->shown_text, &sinks->shown_len);
    if (sinks->shown.file.stream == NULL)
        epw_sinks_fail(sinks, &sinks->shown, EPW_ENOMEM, 0);
    else
        epw_sinks_begin(sinks, &sinks->shown);
}

enum epw_err epw_sinks_open(struct epw_sinks **out, const struct epw_options *o,
                            const struct epw_capture *capture,
                            const struct epw_catalogue *catalogue, struct epw_progress *progress,
                            const atomic_bool *interrupted)
{
    size_t room = o->output_count + 1; /* and what is learned */
    struct epw_sinks *sinks = calloc(1, sizeof(*sinks) + room * sizeof(struct sink));
    *out = sinks;
    if (sinks == NULL) {
        epw_say(progress, "out of memory");
        return EPW_ENOMEM;
    }
    sinks->progress = progress;
    sinks->interrupted = interrupted;
    sinks->sandbox = !o->no_sandbox;
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
                                                               .no_links = o->change_user,
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
        epw_sinks_begin(sinks, &sinks->sink[i]);
    if (o->iface_count != 0)
        begin_shown(sinks);
    return EPW_OK;
}

/* Each output that is picked, then the one that is shown. */
static struct sink *next_picked(struct epw_sinks *sinks, size_t *at)
{
    while (*at < sinks->count) {
        struct sink *sink = &sinks->sink[(*at)++];
        bool streamed = sink->format->stats != NULL;
        if (sinks->pick == EPW_PICK_ALL || (sinks->pick == EPW_PICK_STREAMED && streamed) ||
            (sinks->pick == EPW_PICK_ROTATED && epw_sinks_rotated(sink) && !streamed) ||
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
        EPW_SINK_GIVE(sinks, &sinks->sink[i], flow, result);
    if (sinks->shown.state != NULL)
        EPW_SINK_GIVE(sinks, &sinks->shown, flow, result);
}

void epw_sinks_host(struct epw_sinks *sinks, const struct epw_inventory_host *host)
{
    struct sink *sink;
    for (size_t at = 0; (sink = next_picked(sinks, &at)) != NULL;)
        EPW_SINK_GIVE(sinks, sink, host, host);
}

void epw_sinks_finding(struct epw_sinks *sinks, const struct epw_finding *finding)
{
    struct sink *sink;
    for (size_t at = 0; (sink = next_picked(sinks, &at)) != NULL;)
        if (finding->state != EPW_FINDING_WITHHELD || sink->format->withheld)
            EPW_SINK_GIVE(sinks, sink, finding, finding);
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

void epw_sinks_show(struct epw_sinks *sinks, const struct epw_stats *stats)
{
    struct sink *shown = &sinks->shown;
    if (shown->state == NULL)
        return;
    EPW_SINK_GIVE(sinks, shown, so_far, stats);
    if (fflush(shown->file.stream) == 0 && !shown->failed) {
        epw_progress_clear(sinks->progress);
        fwrite(sinks->shown_text, 1, sinks->shown_len, stderr);
    }
    rewind(shown->file.stream);
}
