/* SPDX-License-Identifier: Apache-2.0 */
/* Least privilege: what a run may still do when everything that it needs is open. */
#ifndef EPW_CLI_CONFINE_H
#define EPW_CLI_CONFINE_H

#include "cli/message.h"
#include "cli/options.h"

#include <stdbool.h>

/*
 * Becomes the user of -Z: when inputs are open, before outputs are. False: that was not possible,
 * or a folder in which files are still to be made is closed to the run as it will then be; told.
 */
bool epw_confine_user(const struct epw_options *options, struct epw_progress *progress);

/*
 * Gives up all capabilities and enters Landlock and seccomp: when outputs are open, before there
 * is any thread. A kernel that lacks one of the two is told, and the run goes on; false: what
 * else failed was told.
 */
bool epw_confine(const struct epw_options *options, struct epw_progress *progress);

#endif
