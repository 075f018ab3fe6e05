/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Landlock(7): from then on the process, and every thread it starts, opens no file but those
 * named here. What is open already stays usable.
 */
#ifndef EPW_PRIVILEGE_LANDLOCK_H
#define EPW_PRIVILEGE_LANDLOCK_H

#include "base/err.h"

#include <stddef.h>

enum epw_path_access {
    EPW_PATH_READ, /* the file, or all in the folder, may be read; one that is not there is none */
    EPW_PATH_MAKE, /* in the folder files may be made, written, renamed and removed */
};

struct epw_path_rule {
    const char *path; /* borrowed for the call; links are followed now, not later */
    enum epw_path_access access;
};

/*
 * Needs no_new_privs (epw_user_become()). EPW_EUNSUP: the kernel has no Landlock; nothing has
 * changed. Others: *diag says why.
 */
enum epw_err epw_landlock_enter(const struct epw_path_rule *rule, size_t count,
                                struct epw_diag *diag);

#endif
