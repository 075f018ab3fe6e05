/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* sigaction */

#include "cli/run.h"

#include "analyst/analyst.h"
#include "base/hash.h"
#include "capture/capture.h"
#include "cli/analysis.h"
#include "cli/confine.h"
#include "cli/foreign.h"
#include "cli/message.h"
#include "cli/notify.h"
#include "cli/sinks.h"
#include "cli/stall.h"
#include "cli/watch.h"
#include "road/road.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Set by SIGINT and SIGTERM: reading stops, what was read is reported. */
static atomic_bool interrupted;

struct run {
    const struct epw_options *options;
    struct epw_progress progress;
    struct epw_analysis analysis;
    struct epw_capture *capture;
    struct epw_sinks *sinks;
    epw_result_fn receive; /* in place of the sinks; NULL: the sinks */
    void *ctx;
    struct epw_decoder *decoder;
    struct epw_road *road;
    struct epw_foreign foreign;
    struct epw_watch watch;
    struct epw_stall stall;
    struct epw_notify notify;
    uint64_t packets; /* read so far */
    uint64_t hurried; /* flow records that memory ran out over */
    bool partial;     /* some input was not read to its end */
    bool failed;      /* the exit status is not 0 */
    bool found;       /* a finding at or above --fail-on */
};

static void on_signal(int number)
{
    (void)number;
    interrupted = true;
}

static void catch_signals(bool live)
{
    /*
     * A second Ctrl-C ends the program at once. No restart: a read of a pipe that blocks must
     * end; waiting for an interface does in any case, and no write need be interrupted.
     */
    struct sigaction stop = { .sa_handler = on_signal,
                              .sa_flags = (int)SA_RESETHAND | (live ? SA_RESTART : 0) };
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    /* A closed pipe, or a file at its limit, is a failed write, which has a message and a status.
     */
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL);
}

static bool is_live(const struct run *run)
{
    return run->options->iface_count != 0;
}

static void on_capture_error(void *ctx, const struct epw_diag *diag)
{
    struct run *run = ctx;
    /* A pipe whose writer was still there: the message is that of the interruption. */
    if (interrupted && !is_live(run))
        return;
    if (diag->code == EPW_EDOWN)
        epw_say_times(); /* the run has begun: it waits */
    /* An interface that is down is waited for. */
    else if (diag->code != EPW_OK)
        run->partial = run->failed = true;
    epw_say(&run->progress, "%s", diag->text);
}

static void on_result(void *ctx, const struct epw_result *result)
{
    struct run *run = ctx;
    if (run->receive != NULL)
        run->receive(run->ctx, result);
    else
        epw_sinks_flow(run->sinks, result);
}

/* Without memory for it to wait, a flow is decided at once, as with --wait 0; told at the end. */
static void on_flow(void *ctx, const struct epw_flow_record *record)
{
    struct run *run = ctx;
    run->hurried += epw_analyst_flow(run->analysis.analyst, record) != EPW_OK;
}

static void on_soon(void *ctx, const struct epw_ip ip[2 * EPW_SOON_FLOWS])
{
    struct run *run = ctx;
    epw_analyst_soon(run->analysis.analyst, ip, EPW_SOON_FLOWS);
}

static void on_sighting(void *ctx, const struct epw_sighting *sighting)
{
    struct run *run = ctx;
    epw_analyst_sighting(run->analysis.analyst, sighting);
}

static void on_time(void *ctx, int64_t now_ns)
{
    struct run *run = ctx;
    epw_analyst_time(run->analysis.analyst, now_ns);
}

/* Each room counted its own part; here they come together. */
static struct epw_stats all_stats(const struct run *run)
{
    struct epw_stats stats = { 0 };
    if (run->road != NULL)
        epw_road_stats(run->road, &stats);
    if (run->analysis.analyst != NULL)
        epw_stats_add(&stats, epw_analyst_stats(run->analysis.analyst));
    if (run->sinks != NULL)
        epw_sinks_count(run->sinks, &stats);
    stats.drops_kernel = run->watch.drops_kernel;
    stats.drops_interface = run->watch.drops_interface;
    return stats;
}

/* Reading on is of no use when no output works any more. */
static bool on_tick(void *ctx, const struct epw_road_tick *tick)
{
    struct run *run = ctx;
    (void)tick;
    epw_notify_alive(&run->notify);
    unsigned due = epw_watch_due(&run->watch);
    if (due != 0) {
        const struct epw_stats stats = all_stats(run);
        epw_watch_do(&run->watch, due, run->analysis.analyst, run->sinks, &stats);
        if ((due & EPW_WATCH_STATS) != 0)
            epw_analysis_save(&run->analysis, false);
        if ((due & EPW_WATCH_RELOAD) != 0 && epw_analysis_reload(&run->analysis) &&
            epw_sinks_reloaded(run->sinks, run->analysis.catalogue))
            epw_analysis_forget(&run->analysis);
    }
    return run->receive != NULL || epw_sinks_alive(run->sinks);
}

static bool on_batch(void *ctx, const struct epw_batch *batch)
{
    struct run *run = ctx;
    run->packets += batch->count;
    epw_foreign_count(&run->foreign, batch);
    epw_progress_tick(&run->progress, run->capture, run->packets);
    epw_watch_drops(&run->watch, run->capture, false);
    if (interrupted && is_live(run))
        epw_capture_stop(run->capture);
    return !interrupted || is_live(run);
}

static void on_host(void *ctx, const struct epw_inventory_host *host)
{
    struct run *run = ctx;
    epw_sinks_host(run->sinks, host);
}

static void on_finding(void *ctx, const struct epw_finding *finding)
{
    struct run *run = ctx;
    run->found |=
        finding->state != EPW_FINDING_WITHHELD && finding->severity <= run->options->fail_on;
    epw_sinks_finding(run->sinks, finding);
}

static bool open_capture(struct run *run)
{
    for (size_t i = 0; i < run->options->file_count; i++)
        if (strcmp(run->options->file[i], "-") == 0 && isatty(STDIN_FILENO) == 1) {
            epw_say(NULL, "standard input: is a terminal, a capture was expected, as in tcpdump "
                          "-w - | epwatch -r -");
            return false;
        }
    const struct epw_capture_options options = {
        .files = run->options->file,
        .file_count = run->options->file_count,
        .interfaces = run->options->iface,
        .interface_count = run->options->iface_count,
        .promiscuous = !run->options->not_promiscuous,
        .snaplen = run->options->snaplen,
        .buffer_kib = run->options->buffer_kib,
        .filter = epw_str_text(&run->options->filter),
        .max_packets = run->options->max_packets,
    };
    enum epw_err err;
    do
        err = epw_capture_open(&run->capture, &options, on_capture_error, run);
    while (err == EPW_EDOWN && epw_watch_wait_up(run->options, &run->notify, &interrupted));
    if (err != EPW_OK && !run->failed)
        epw_say(NULL, "%s: %s", is_live(run) ? run->options->iface[0] : run->options->file[0],
                epw_strerror(err));
    return err == EPW_OK;
}

static bool make_rooms(struct run *run)
{
    struct epw_road_options road = { .meter = run->options->meter,
                                     .threads = run->options->threads,
                                     .live = is_live(run) };
    if (road.threads == 0)
        road.threads = epw_road_cores();
    road.meter.seed = epw_hash_new_seed();
    const struct epw_road_sink sink = { .ctx = run,
                                        .flow = on_flow,
                                        .sighting = on_sighting,
                                        .time = on_time,
                                        .tick = on_tick,
                                        .batch = on_batch,
                                        .soon = on_soon };
    bool made = epw_decoder_new(&run->decoder) == EPW_OK &&
                epw_road_new(&run->road, &road, &sink) == EPW_OK;
    if (!made)
        epw_say(NULL,
                "out of memory before reading began; try a smaller --max-flows, or --threads 1");
    epw_foreign_start(&run->foreign, run->decoder);
    return made;
}

/* Lines of flows would run into the progress line where both are on one terminal. */
static bool shares_terminal(const struct run *run)
{
    const struct epw_options *o = run->options;
    bool lines = run->receive != NULL;
    for (size_t i = 0; i < o->output_count && !lines; i++)
        lines = strcmp(o->output[i].path, "-") == 0 && o->output[i].format != epw_outputs[0];
    return lines && isatty(STDOUT_FILENO) == 1;
}

/* What is missing of a result is told, and its status is not that of a whole one. */
static void tell_lost(struct run *run)
{
    char count[EPW_TEXT_LEN];
    uint64_t lost = all_stats(run).limited[EPW_LIMIT_MEMORY];
    if (lost == 0)
        return;
    run->partial = run->failed = true;
    epw_say(&run->progress, "out of memory over %s of what flows show; results may lack it",
            epw_text_count(lost, count));
}

static void watch_for_stalls(struct run *run)
{
    run->stall.progress = &run->progress;
    run->stall.sinks = run->sinks;
    run->stall.road = run->road;
    run->stall.interrupted = &interrupted;
    run->stall.every_s = run->options->stats_s;
    epw_stall_start(&run->stall);
}

static void read_all(struct run *run)
{
    if (is_live(run))
        epw_watch_tell_start(run->options, &run->progress);
    if (is_live(run) && run->sinks != NULL)
        watch_for_stalls(run);
    epw_progress_start(&run->progress);
    run->progress.on = run->progress.on && !is_live(run) && !shares_terminal(run);
    epw_watch_start(&run->watch, run->options);
    enum epw_err err = epw_road_run(run->road, run->capture);
    if (err == EPW_ELIMIT)
        epw_say(&run->progress, "the system gives no more threads; all was done on one "
                                "(--threads 1 asks for no others)");
    else if (err != EPW_OK) {
        run->partial = run->failed = true;
        epw_say(&run->progress, "the captures were not read: %s", epw_strerror(err));
    }
    epw_watch_drops(&run->watch, run->capture, true);
    if (interrupted && !is_live(run)) {
        char count[EPW_TEXT_LEN];
        run->partial = run->failed = true;
        epw_say(&run->progress, "interrupted after %s packets; the result is of what was read",
                epw_text_count(run->packets, count));
    }
    const struct epw_stats stats = all_stats(run);
    epw_analyst_drops(run->analysis.analyst, stats.packets,
                      stats.drops_kernel + stats.drops_interface + stats.records_dropped);
    if (run->hurried != 0) {
        char count[EPW_TEXT_LEN];
        run->partial = run->failed = true;
        epw_say(&run->progress,
                "out of memory over %s flow records, which others could not decide any more",
                epw_text_count(run->hurried, count));
    }
    epw_analyst_flush(run->analysis.analyst);
    epw_progress_clear(&run->progress);
}

/* Hosts and findings, after the last flow. */
static void report(struct run *run)
{
    enum epw_err err = epw_analyst_report(run->analysis.analyst, on_host, on_finding, run);
    if (err == EPW_OK)
        return;
    run->failed = true;
    epw_say(&run->progress, "inventory and findings are not complete: %s", epw_strerror(err));
}

static void clean(struct run *run)
{
    epw_road_free(run->road);
    epw_decoder_free(run->decoder);
    epw_capture_close(run->capture);
    epw_analysis_free(&run->analysis);
}

static int run_all(struct run *run)
{
    const struct epw_options *options = run->options;
    bool to_sinks = run->receive == NULL;
    catch_signals(options->iface_count != 0);
    if (options->iface_count != 0)
        epw_watch_catch();
    epw_notify_open(&run->notify);
    run->analysis.options = options;
    run->analysis.progress = &run->progress;
    bool ready =
        epw_analysis_load(&run->analysis) && open_capture(run) && make_rooms(run) &&
        epw_analysis_begin(&run->analysis, on_result, run) &&
        epw_confine_check(options, &run->progress) &&
        (!to_sinks || epw_sinks_open(&run->sinks, options, run->capture, run->analysis.catalogue,
                                     &run->progress, &interrupted) == EPW_OK) &&
        epw_confine(options, &run->progress);
    if (ready) {
        epw_notify_ready(&run->notify);
        read_all(run);
        epw_notify_stopping(&run->notify);
        if (to_sinks)
            report(run);
        tell_lost(run);
        if (to_sinks && !epw_analysis_save(&run->analysis, true))
            run->failed = true;
        size_t count;
        const char *const *sources =
            is_live(run) ? epw_capture_interfaces(run->capture, &count) : options->file;
        if (epw_foreign_tell(&run->foreign, sources, &run->progress))
            run->failed = true;
    }
    const struct epw_stats stats = all_stats(run);
    epw_watch_tell_drops(&run->watch, &stats);
    bool written = !to_sinks || epw_sinks_close(run->sinks, &stats, run->partial);
    epw_stall_stop(&run->stall);
    epw_sinks_free(run->sinks);
    epw_notify_close(&run->notify);
    clean(run);
    if (!ready || !written || run->failed)
        return EPW_EXIT_FAIL;
    return run->found ? EPW_EXIT_FOUND : EPW_EXIT_DONE;
}

int epw_run(const struct epw_options *options)
{
    struct run run = { .options = options, .progress.lock = PTHREAD_MUTEX_INITIALIZER };
    return run_all(&run);
}

int epw_run_results(const struct epw_options *options, epw_result_fn receive, void *ctx)
{
    struct run run = { .options = options,
                       .progress.lock = PTHREAD_MUTEX_INITIALIZER,
                       .receive = receive,
                       .ctx = ctx };
    return run_all(&run);
}
