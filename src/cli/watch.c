/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* clock_gettime, sigaction */

#include "cli/watch.h"

#include "base/text.h"
#include "capture/devices.h"
#include "cli/message.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#define SECOND_NS 1000000000LL

/* Whoever follows a file sees a flow well within a second of its end. */
#define FLUSH_NS (SECOND_NS / 4)

/* How often an interface that is down at the start is looked at: a card takes seconds to come up.
 */
#define UP_NS (SECOND_NS / 5)

/* How long a finding that is certain stays untold: looking takes a pass over all hosts. */
#define FINDINGS_NS (5 * SECOND_NS)

static atomic_bool show_wanted, reload_wanted;

static void on_signal(int number)
{
    if (number == SIGHUP)
        reload_wanted = true;
    else
        show_wanted = true;
}

static int64_t now_ns(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * SECOND_NS + now.tv_nsec;
}

void epw_watch_catch(void)
{
    const struct sigaction catch = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
    sigaction(SIGUSR1, &catch, NULL);
    sigaction(SIGHUP, &catch, NULL);
}

static bool any_down(const struct epw_options *options)
{
    bool down = false;
    for (size_t i = 0; i < options->iface_count; i++)
        down |= epw_device_is_down(options->iface[i]);
    return down;
}

static bool all_there(const struct epw_options *options)
{
    bool there = true;
    for (size_t i = 0; i < options->iface_count; i++)
        there &= epw_device_is_network(options->iface[i]);
    return there;
}

bool epw_watch_wait_up(const struct epw_options *options, struct epw_notify *notify,
                       const atomic_bool *interrupted)
{
    const struct timespec pause = { .tv_nsec = UP_NS };
    epw_notify_ready(notify);
    do {
        nanosleep(&pause, NULL);
        epw_notify_alive(notify);
    } while (!*interrupted && any_down(options) && all_there(options));
    if (*interrupted)
        epw_say(NULL, "interrupted before all interfaces were up");
    return !*interrupted;
}

void epw_watch_tell_start(const struct epw_options *options, struct epw_progress *progress)
{
    struct epw_str who = { 0 };
    epw_say_times();
    for (size_t i = 0; i < options->iface_count; i++)
        epw_str_addf(&who, "%s%s", i == 0 ? "" : ", ", options->iface[i]);
    if (options->change_user)
        epw_str_addf(&who, " as user %s", options->user.name);
    epw_say(progress, "watching %s; kill -USR1 %ld prints the table so far", epw_str_text(&who),
            (long)getpid());
    epw_str_free(&who);
}

void epw_watch_start(struct epw_watch *watch, const struct epw_options *options)
{
    watch->options = options;
    if (options->iface_count == 0)
        return;
    int64_t now = now_ns(CLOCK_MONOTONIC);
    watch->stats_ns = now + options->stats_s * SECOND_NS;
    watch->findings_ns = now + FINDINGS_NS;
    watch->rotate_ns = now + options->rotate_s * SECOND_NS;
}

void epw_watch_drops(struct epw_watch *watch, struct epw_capture *capture, bool last)
{
    uint64_t kernel, interface;
    if (watch->options->iface_count == 0)
        return;
    int64_t now = now_ns(CLOCK_MONOTONIC);
    if (now < watch->ask_ns && !last)
        return;
    watch->ask_ns = now + SECOND_NS;
    epw_capture_drops(capture, &kernel, &interface);
    watch->drops_kernel = kernel;
    watch->drops_interface = interface;
}

unsigned epw_watch_due(struct epw_watch *watch)
{
    unsigned due = 0;
    if (watch->options->iface_count == 0)
        return 0;
    int64_t now = now_ns(CLOCK_MONOTONIC);
    if (now >= watch->flush_ns) {
        watch->flush_ns = now + FLUSH_NS;
        due |= EPW_WATCH_FLUSH;
    }
    if (now >= watch->stats_ns) {
        watch->stats_ns += watch->options->stats_s * SECOND_NS;
        due |= EPW_WATCH_STATS;
    }
    if (now >= watch->findings_ns) {
        watch->findings_ns = now + FINDINGS_NS;
        due |= EPW_WATCH_FINDINGS;
    }
    if (watch->options->rotate_s != 0 && now >= watch->rotate_ns) {
        watch->rotate_ns += watch->options->rotate_s * SECOND_NS;
        due |= EPW_WATCH_ROTATE;
    }
    if (atomic_exchange(&show_wanted, false))
        due |= EPW_WATCH_SHOW;
    if (atomic_exchange(&reload_wanted, false))
        due |= EPW_WATCH_RELOAD;
    return due;
}

static void on_host(void *ctx, const struct epw_inventory_host *host)
{
    epw_sinks_host(ctx, host);
}

static void on_finding(void *ctx, const struct epw_finding *finding)
{
    epw_sinks_finding(ctx, finding);
}

/* Listing all hosts takes its time: only for who wants them. */
static void give_so_far(struct epw_analyst *analyst, struct epw_sinks *sinks,
                        enum epw_sinks_pick pick)
{
    bool hosts, findings;
    epw_sinks_pick(sinks, pick, &hosts, &findings);
    if (epw_analyst_so_far(analyst, hosts ? on_host : NULL, findings ? on_finding : NULL, sinks) !=
        EPW_OK)
        epw_say(NULL, "hosts and findings so far are not complete: %s", epw_strerror(EPW_ENOMEM));
    epw_sinks_pick(sinks, EPW_PICK_ALL, &hosts, &findings);
}

static void tell_findings(struct epw_analyst *analyst, struct epw_sinks *sinks)
{
    bool hosts, findings;
    epw_sinks_pick(sinks, EPW_PICK_STREAMED, &hosts, &findings);
    if (findings && epw_analyst_findings(analyst, on_finding, sinks) != EPW_OK)
        epw_say(NULL, "findings so far are not complete: %s", epw_strerror(EPW_ENOMEM));
    epw_sinks_pick(sinks, EPW_PICK_ALL, &hosts, &findings);
}

void epw_watch_do(struct epw_watch *watch, unsigned due, struct epw_analyst *analyst,
                  struct epw_sinks *sinks, const struct epw_stats *stats)
{
    /* What was lost decides which findings are believed. */
    epw_analyst_drops(analyst, stats->packets,
                      stats->drops_kernel + stats->drops_interface + stats->records_dropped);
    if ((due & (EPW_WATCH_FINDINGS | EPW_WATCH_ROTATE)) != 0)
        tell_findings(analyst, sinks);
    if ((due & EPW_WATCH_SHOW) != 0) {
        give_so_far(analyst, sinks, EPW_PICK_SHOWN);
        epw_sinks_show(sinks, stats);
    }
    if ((due & EPW_WATCH_STATS) != 0) {
        give_so_far(analyst, sinks, EPW_PICK_CURRENT);
        epw_sinks_stats(sinks, stats, now_ns(CLOCK_REALTIME));
        epw_watch_tell_drops(watch, stats);
    }
    if ((due & EPW_WATCH_ROTATE) != 0) {
        give_so_far(analyst, sinks, EPW_PICK_ROTATED);
        epw_sinks_rotate(sinks, stats);
    }
    if (due != 0)
        epw_sinks_flush(sinks);
}

void epw_watch_tell_drops(struct epw_watch *watch, const struct epw_stats *stats)
{
    char sum[EPW_TEXT_LEN], kernel[EPW_TEXT_LEN], interface[EPW_TEXT_LEN];
    uint64_t drops = stats->drops_kernel + stats->drops_interface;
    if (drops <= watch->drops_told)
        return;
    watch->drops_told = drops;
    epw_say(NULL,
            "%s packets were lost so far, %s in the kernel and %s in the interface; a larger -B "
            "helps against short bursts, a filter against long ones",
            epw_text_count(drops, sum), epw_text_count(stats->drops_kernel, kernel),
            epw_text_count(stats->drops_interface, interface));
}
