/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The analyst of a run with what it is made of: signatures, site file, and the
 * state of earlier runs. Signatures and site file can be read again while the
 * run goes on.
 */
#ifndef EPW_CLI_ANALYSIS_H
#define EPW_CLI_ANALYSIS_H

#include "analyst/analyst.h"
#include "cli/message.h"
#include "cli/options.h"
#include "cli/state_file.h"

struct epw_analysis {
    const struct epw_options *options; /* borrowed */
    struct epw_progress *progress;     /* borrowed */
    struct epw_catalogue *catalogue;
    struct epw_site *site; /* NULL: none */
    struct epw_analyst *analyst;
    struct epw_state_file state;
    struct epw_retired *retired; /* earlier signatures and site files: outputs may point at them */
    epw_result_fn on_result;
    void *ctx;
};

/* The signatures that options name; NULL: why was told. */
struct epw_catalogue *epw_analysis_catalogue(const struct epw_options *options);

/* The site file that options name, NULL when they name none. False: why was told. */
bool epw_analysis_site(const struct epw_options *options, const struct epw_catalogue *catalogue,
                       struct epw_site **site);

/* Signatures and site file; false: why was told. Start from zeros, but the borrowed. */
bool epw_analysis_load(struct epw_analysis *analysis);
/* The analyst, with the state of --state; false: why was told. */
bool epw_analysis_begin(struct epw_analysis *analysis, epw_result_fn on_result, void *ctx);

/*
 * Reads signatures and site file again: the analyst is another one then. False:
 * something is wrong with them, which was told, and all is as it was.
 */
bool epw_analysis_reload(struct epw_analysis *analysis);

/* After a reload, when no output points at the signatures of before any more: frees them. */
void epw_analysis_forget(struct epw_analysis *analysis);

/* Writes --state, where it is asked for; last: the run has ended. As epw_state_file_write(). */
bool epw_analysis_save(struct epw_analysis *analysis, bool last);

void epw_analysis_free(struct epw_analysis *analysis);

#endif
