/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who the process is once it has opened what it needs: another user than root, with no
 * capabilities and no way to any.
 */
#ifndef EPW_PRIVILEGE_USER_H
#define EPW_PRIVILEGE_USER_H

#include "base/err.h"

#include <stdbool.h>
#include <sys/types.h>

/* Longest name of a user that is kept: useradd(8) takes 32 characters. */
#define EPW_USER_NAME_LEN 64

struct epw_user {
    uid_t uid;
    gid_t gid; /* the user's own group */
    char name[EPW_USER_NAME_LEN];
};

/* EPW_ENOENT: there is no such user; *diag says so. EPW_EIO: the list of users cannot be read. */
enum epw_err epw_user_find(struct epw_user *user, const char *name, struct epw_diag *diag);

/*
 * Becomes the user, in its own groups, when one is given, which takes root. Then gives up every
 * capability, whoever the process is, and sets no_new_privs: nothing it may start has more.
 * Threads that exist already keep what they have. EPW_EACCES: *diag says what was not possible.
 */
enum epw_err epw_user_become(const struct epw_user *user, struct epw_diag *diag);

/*
 * Whether the process will be able to make, rename and remove files in the folder after
 * epw_user_become(user). Asks in a child process; while there is one thread.
 */
bool epw_user_may_write(const struct epw_user *user, const char *folder);

/* The same for reading: a file, or a folder with all files in it whose names end so. */
bool epw_user_may_read(const struct epw_user *user, const char *path, const char *suffix);

#endif
