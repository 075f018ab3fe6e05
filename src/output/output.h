/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of an output. An output is one file out_NAME.c that defines
 *
 *     const struct epw_output epw_output_NAME = { ... };
 *
 * and one word in output/Makefile.inc. Outputs see results and counters,
 * never packets; they write to the stream they were opened with.
 */
#ifndef EPW_OUTPUT_OUTPUT_H
#define EPW_OUTPUT_OUTPUT_H

#include "analyst/audit/finding.h"
#include "analyst/audit/inventory_host.h"
#include "analyst/verdict/verdict.h"
#include "base/err.h"
#include "base/stats.h"

#include <stdbool.h>
#include <stdio.h>

/* What a run tells its outputs about itself. Pointers live as long as the output. */
struct epw_run_info {
    const char *const *sources; /* files or interfaces, in the order of frame.source */
    size_t source_count;
    bool live;                     /* sources are interfaces */
    const char *const *interfaces; /* live: names by frame.source, which may be more than sources */
    size_t interface_count;
    bool labelled_only;      /* --write-flows labelled */
    struct epw_stats before; /* of the output being opened: what was counted by then (-G) */
    size_t outputs_failed;   /* set before stats() and close(): how many are not written just now */
    bool goes_on; /* of the output being opened: its file has earlier rows, and so a header */
    bool ended;   /* set before close(): not a rotation, after which flows go on */
    bool partial; /* set before close(): some input could not be read to its end */
    const char *version;
    size_t signature_count; /* all that are loaded: what could have been seen */
    const struct epw_signature *const *signatures;
    struct epw_stats *stats; /* where outputs count what they had no room for; NULL: nowhere */
};

typedef const struct epw_signature *(*epw_signature_find_fn)(const void *signatures,
                                                             const char *id);

struct epw_output {
    const char *name; /* as in -o NAME[:PATH] */
    const char *help; /* one line for --help */
    bool stands; /* what it writes is how things stand, not what happened: a live run that finds
                    such a file replaces it in the end; to others it adds */
    /*
     * Makes *state. stream is borrowed until close(); it is flushed and closed
     * by the caller, who also checks it for errors. EPW_ENOMEM, EPW_EIO.
     */
    enum epw_err (*open)(void **state, FILE *stream, const struct epw_run_info *info);
    /* One flow record with its verdict; result is valid for the call; may be NULL. EPW_ENOMEM,
     * EPW_EIO. */
    enum epw_err (*flow)(void *state, const struct epw_result *result);
    /* After the last flow, each may be NULL: the hosts of the inventory, in order of their first
     * address; then the findings, most severe first. As flow() otherwise. */
    enum epw_err (*host)(void *state, const struct epw_inventory_host *host);
    enum epw_err (*finding)(void *state, const struct epw_finding *finding);
    bool withheld; /* finding() is given what was withheld too, at the end of the run */
    /* A live run goes on; both may be NULL. stats(): the counters so far, every interval; now_ns is
     * the wall clock. so_far(): after the hosts and findings so far, writes the whole as it stands,
     * and forgets these hosts and findings, which come again. */
    enum epw_err (*stats)(void *state, const struct epw_stats *stats, int64_t now_ns);
    enum epw_err (*so_far)(void *state, const struct epw_stats *stats);
    /*
     * Instead of writing as it goes: the whole file as it stands, to a stream of its own each time;
     * the stream of open() is not used. After the findings so far, which it forgets, as they come
     * again. May be NULL. EPW_EIO, EPW_ENOMEM.
     */
    enum epw_err (*snapshot)(void *state, FILE *stream, const struct epw_stats *stats);
    /*
     * Signatures were read again: those in use by now, by id (NULL: there is none of it any more).
     * What still points at others is to be let go of: they are freed next. NULL: it keeps none.
     */
    void (*reloaded)(void *state, epw_signature_find_fn find, const void *signatures);
    /* The end: final counters. Writes what is left and frees state, also after an error. */
    enum epw_err (*close)(void *state, const struct epw_stats *stats);
};

/* All outputs, in the order of --help; ends with NULL. */
extern const struct epw_output *const epw_outputs[];

/* NULL when there is none of that name. */
const struct epw_output *epw_output_find(const char *name);

#endif
