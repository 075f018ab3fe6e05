/* SPDX-License-Identifier: Apache-2.0 */
/* Least privilege: what a run may still do when everything that it needs is open. */
#ifndef EPW_CLI_CONFINE_H
#define EPW_CLI_CONFINE_H

#include "cli/message.h"
#include "cli/options.h"

#include <stdbool.h>

/*
 * Before outputs are opened. False: a folder in which files are still to be made when rights are
 * given up is closed to the run then; was told.
 */
bool epw_confine_check(const struct epw_options *options, struct epw_progress *progress);

/*
 * When outputs are open, before there is any thread: becomes the user of -Z, gives up all
 * capabilities, and enters Landlock and seccomp. A kernel that lacks one of the two is told, and
 * the run goes on; false: what else failed was told.
 */
bool epw_confine(const struct epw_options *options, struct epw_progress *progress);

#endif
