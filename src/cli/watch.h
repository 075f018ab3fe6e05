/* SPDX-License-Identifier: Apache-2.0 */
/* What a live run does besides: lines sent out, counters, rotation, the table on SIGUSR1, drops. */
#ifndef EPW_CLI_WATCH_H
#define EPW_CLI_WATCH_H

#include "analyst/analyst.h"
#include "base/stats.h"
#include "capture/capture.h"
#include "cli/message.h"
#include "cli/notify.h"
#include "cli/options.h"
#include "cli/sinks.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct epw_watch {
    const struct epw_options *options;
    /* The reader's: when it asks the kernel again; what it was told. */
    int64_t ask_ns;
    _Atomic uint64_t drops_kernel, drops_interface;
    /* The receiver's: when it is time, on the monotonic clock. */
    int64_t flush_ns, stats_ns, rotate_ns, findings_ns;
    uint64_t drops_told;
};

/* SIGUSR1 and SIGHUP are heeded from now on, instead of ending the program: before it is ready. */
void epw_watch_catch(void);

/*
 * Waits until no interface of options is down any more, or one is gone, which opening them then
 * tells; the manager hears that the run lives. False: interrupted.
 */
bool epw_watch_wait_up(const struct epw_options *options, struct epw_notify *notify,
                       const atomic_bool *interrupted);

/* As tcpdump does: whoever waits for a first flow knows that it is on its way. */
void epw_watch_tell_start(const struct epw_options *options, struct epw_progress *progress);

/* options are borrowed. Without interfaces in them, nothing is ever due. */
void epw_watch_start(struct epw_watch *watch, const struct epw_options *options);

/* On the reader's thread, after each batch and at the end (last). */
void epw_watch_drops(struct epw_watch *watch, struct epw_capture *capture, bool last);

/* On the receiver's thread, after each round: what is due, 0 most often. */
enum {
    EPW_WATCH_FLUSH = 1,     /* lines go out */
    EPW_WATCH_STATS = 2,     /* counters are written */
    EPW_WATCH_ROTATE = 4,    /* -G */
    EPW_WATCH_SHOW = 8,      /* SIGUSR1: the table so far */
    EPW_WATCH_RELOAD = 16,   /* SIGHUP: signatures and site file are read again, by the caller */
    EPW_WATCH_FINDINGS = 32, /* those that came up, grew or are over are told */
};
unsigned epw_watch_due(struct epw_watch *watch);
/* Does it, but for the reload. stats are the run's so far. */
void epw_watch_do(struct epw_watch *watch, unsigned due, struct epw_analyst *analyst,
                  struct epw_sinks *sinks, const struct epw_stats *stats);

/* Says how many packets were lost, when there are more than at the last time. */
void epw_watch_tell_drops(struct epw_watch *watch, const struct epw_stats *stats);

#endif
