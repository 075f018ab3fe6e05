/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the outputs of a run, shared by sinks.c, sinks_files.c and sinks_reload.c. */
#ifndef EPW_CLI_SINKS_INSIDE_H
#define EPW_CLI_SINKS_INSIDE_H

#include "cli/sink_file.h"
#include "cli/sinks.h"

#include <errno.h>

struct sink {
    const struct epw_output *format;
    struct epw_sink_file file;
    void *state; /* NULL: open() did not succeed */
    bool failed; /* with -G only until the next file */
    bool lost;   /* failed at some time: something is not written */
    int told;    /* errno of the failure that was told and is not over; 0: none */
    /* Of epw_sinks_stuck(): file.sends when last looked at, and how often it was the same. */
    unsigned long seen;
    unsigned stuck_looks;
};

struct epw_sinks {
    struct epw_progress *progress;
    const atomic_bool *interrupted;
    bool sandbox; /* paths are confined while it runs */
    const struct epw_signature **signatures;
    struct epw_run_info info;
    struct epw_stats stats; /* what outputs had no room for */
    enum epw_sinks_pick pick;
    struct sink shown; /* of a live run: a table in memory, for SIGUSR1 */
    char *shown_text;
    size_t shown_len;
    size_t count;
    struct sink sink[];
};

/* Tells why a sink is given up, once for one reason. saved_errno is that of the failed write. */
void epw_sinks_fail(struct epw_sinks *sinks, struct sink *sink, enum epw_err err, int saved_errno);
/* Begins what the sink writes into its file. */
void epw_sinks_begin(struct epw_sinks *sinks, struct sink *sink);
bool epw_sinks_rotated(const struct sink *sink);
/* A path as messages name it. */
const char *epw_sinks_shown(const char *path);

/* Gives an item to an output that takes such and still works. */
#define EPW_SINK_GIVE(sinks, sink, member, ...)                                                    \
    do {                                                                                           \
        if ((sink)->failed || (sink)->format->member == NULL)                                      \
            break;                                                                                 \
        errno = 0;                                                                                 \
        enum epw_err give_err = (sink)->format->member((sink)->state, __VA_ARGS__);                \
        if (give_err != EPW_OK)                                                                    \
            epw_sinks_fail(sinks, sink, give_err, errno);                                          \
        else                                                                                       \
            epw_sink_file_line(&(sink)->file);                                                     \
    } while (0)

/* Lists the signatures for outputs. False: no memory, the list of before stays. */
bool epw_sinks_list(struct epw_sinks *sinks, const struct epw_catalogue *catalogue);

#endif
