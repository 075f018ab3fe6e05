/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the outputs of a run, shared by sinks.c and sinks_reload.c. */
#ifndef EPW_CLI_SINKS_INSIDE_H
#define EPW_CLI_SINKS_INSIDE_H

#include "cli/sink_file.h"
#include "cli/sinks.h"

struct sink {
    const struct epw_output *format;
    struct epw_sink_file file;
    void *state; /* NULL: open() did not succeed */
    bool failed; /* with -G only until the next file */
    bool lost;   /* failed at some time: something is not written */
};

struct epw_sinks {
    struct epw_progress *progress;
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

/* Lists the signatures for outputs. False: no memory, the list of before stays. */
bool epw_sinks_list(struct epw_sinks *sinks, const struct epw_catalogue *catalogue);

#endif
