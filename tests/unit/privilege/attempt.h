/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sandbox refuses. Each thing is tried twice: outside, where it works or fails for
 * another reason, and inside, where the error says who refused it: EPERM is seccomp, EACCES
 * (EXDEV for a name in two folders) is Landlock.
 */
#ifndef TESTS_UNIT_PRIVILEGE_ATTEMPT_H
#define TESTS_UNIT_PRIVILEGE_ATTEMPT_H

#include "in_child.h"
#include "privilege/landlock.h"
#include "privilege/seccomp.h"
#include "privilege/user.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Folders made for the test; the process works in them. */
#define READ_IN  "readable"
#define MAKE_IN  "writable"
#define OUTSIDE  "outside"
#define OLD_FILE "/old"

static char sandbox_folder[] = "/tmp/epw-sandbox-XXXXXX";

static inline void put_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, "x", 1), 1);
    close(fd);
}

static inline void make_folders(void)
{
    cr_assert_not_null(mkdtemp(sandbox_folder));
    cr_assert_eq(chdir(sandbox_folder), 0);
    static const char *const names[] = { READ_IN, MAKE_IN, OUTSIDE };
    for (size_t i = 0; i < 3; i++) {
        char path[64];
        cr_assert_eq(mkdir(names[i], 0755), 0);
        snprintf(path, sizeof(path), "%s" OLD_FILE, names[i]);
        put_file(path);
    }
}

static inline void clean_folders(void)
{
    char command[128];
    snprintf(command, sizeof(command), "rm -rf %s", sandbox_folder);
    cr_expect_eq(system(command), 0);
}

static const struct epw_path_rule rules[] = {
    { READ_IN, EPW_PATH_READ },
    { MAKE_IN, EPW_PATH_MAKE },
    { "not-there", EPW_PATH_READ },
};

static inline enum epw_err enter(bool landlock, bool seccomp)
{
    enum epw_err err = epw_user_become(NULL, NULL);
    if (err == EPW_OK && landlock)
        err = epw_landlock_enter(rules, sizeof(rules) / sizeof(rules[0]), NULL);
    if (err == EPW_OK && seccomp)
        err = epw_seccomp_enter(NULL);
    return err;
}

struct attempt {
    const char *what;
    long (*run)(void); /* negative: errno says why */
    int want;          /* inside */
    bool root;         /* outside it works for root only: another control there is none */
    bool sanitized;    /* builds with a sanitizer may do it */
};

static inline int outcome(const struct attempt *attempt)
{
    errno = 0;
    return attempt->run() < 0 ? errno : 0;
}

static inline int outside(const void *arg)
{
    return outcome(arg);
}

static inline int inside_seccomp(const void *arg)
{
    return enter(false, true) == EPW_OK ? outcome(arg) : -2;
}

static inline int inside_landlock(const void *arg)
{
    return enter(true, false) == EPW_OK ? outcome(arg) : -2;
}

static inline int inside_both(const void *arg)
{
    return enter(true, true) == EPW_OK ? outcome(arg) : -2;
}

#endif
