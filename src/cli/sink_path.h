/* SPDX-License-Identifier: Apache-2.0 */
/* Where an output goes, and may not go: a file that the run reads, or that another output has. */
#ifndef EPW_CLI_SINK_PATH_H
#define EPW_CLI_SINK_PATH_H

#include "analyst/catalogue/catalogue.h"
#include "cli/options.h"
#include "cli/sink_file.h"

#include <stdbool.h>

/* Whether two paths, "-" for standard output, are one regular file, by whatever names. */
bool epw_sink_path_same(const char *a, const char *b);

/* Whether it is a capture, the site file or a signature file of the run. */
bool epw_sink_path_is_input(const char *path, const struct epw_options *options,
                            const struct epw_catalogue *catalogue);

/* Whether it is a pipe with a name. */
bool epw_sink_path_is_pipe(const char *path);

/* How the file of options->output[i] is written. */
enum epw_sink_kind epw_sink_path_kind(const struct epw_options *options, size_t i);

#endif
