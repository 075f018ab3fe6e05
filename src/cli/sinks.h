/* SPDX-License-Identifier: Apache-2.0 */
/* The outputs of a run: opened before reading begins, each on its own: one that fails (a full
 * disk, a closed pipe) is told once and left out, with -G until its next file; the others go on. A
 * file that is made anew at intervals is tried again at each. */
#ifndef EPW_CLI_SINKS_H
#define EPW_CLI_SINKS_H

#include "analyst/audit/finding.h"
#include "analyst/audit/inventory_host.h"
#include "analyst/catalogue/catalogue.h"
#include "analyst/verdict/verdict.h"
#include "base/err.h"
#include "base/stats.h"
#include "capture/capture.h"
#include "cli/message.h"
#include "cli/options.h"

#include <stdatomic.h>
#include <stdbool.h>

struct epw_sinks;

/*
 * Refuses what would destroy something: a path that is one of the inputs or
 * signature files, or that two outputs share. options, capture, catalogue,
 * progress and interrupted are borrowed for the sinks' life. Files that will be renamed belong to
 * the user of -Z. A pipe that nobody reads is waited for, until *interrupted.
 * EPW_EUSAGE, EPW_EIO, EPW_ENOMEM: was told.
 */
enum epw_err epw_sinks_open(struct epw_sinks **sinks, const struct epw_options *options,
                            const struct epw_capture *capture,
                            const struct epw_catalogue *catalogue, struct epw_progress *progress,
                            const atomic_bool *interrupted);

/* Adds what outputs had no room for. */
void epw_sinks_count(const struct epw_sinks *sinks, struct epw_stats *sum);

void epw_sinks_flow(struct epw_sinks *sinks, const struct epw_result *result);
/* After the last flow: every host, then every finding. */
void epw_sinks_host(struct epw_sinks *sinks, const struct epw_inventory_host *host);
void epw_sinks_finding(struct epw_sinks *sinks, const struct epw_finding *finding);

/*
 * A live run. Which outputs hosts and findings go to: all; those that are about
 * to be rotated; the table that is kept to be shown; those whose file is made anew at intervals;
 * those that are told each finding when it comes up, with its state, and so not again at rotation.
 */
enum epw_sinks_pick {
    EPW_PICK_ALL,
    EPW_PICK_ROTATED,
    EPW_PICK_SHOWN,
    EPW_PICK_CURRENT,
    EPW_PICK_STREAMED,
};
/* *hosts, *findings: whether any of them takes such. */
void epw_sinks_pick(struct epw_sinks *sinks, enum epw_sinks_pick pick, bool *hosts, bool *findings);
/* Signatures were read again. False: no memory, outputs still know those of before. */
bool epw_sinks_reloaded(struct epw_sinks *sinks, const struct epw_catalogue *catalogue);
/* After the hosts and findings so far: ends the files of -G and begins new ones, of outputs that
 * failed as well. */
void epw_sinks_rotate(struct epw_sinks *sinks, const struct epw_stats *stats);
/* After the hosts and findings so far: the table so far, to standard error. */
void epw_sinks_show(struct epw_sinks *sinks, const struct epw_stats *stats);
/* The counters so far, to outputs that have lines for them, and to those (after the findings so
 * far) whose file is made anew. now_ns is the wall clock. */
void epw_sinks_stats(struct epw_sinks *sinks, const struct epw_stats *stats, int64_t now_ns);
/* Sends out the lines that are waiting. */
void epw_sinks_flush(struct epw_sinks *sinks);

/* Whether any output still works: if not, reading on is of no use. */
bool epw_sinks_alive(const struct epw_sinks *sinks);

/*
 * The path of an output whose write does not end, with its format's name; NULL: none. To be called
 * once a second, on one thread, which may be another than that of all else here.
 */
const char *epw_sinks_stuck(struct epw_sinks *sinks, const char **format);

/* Ends all outputs. False when any of them failed, now or before. */
bool epw_sinks_close(struct epw_sinks *sinks, const struct epw_stats *stats, bool partial);
void epw_sinks_free(struct epw_sinks *sinks); /* NULL is fine */

#endif
