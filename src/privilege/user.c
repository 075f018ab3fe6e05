/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* initgroups, setresuid, faccessat */

#include "privilege/user.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Capabilities are bits of two words of 32. */
#define CAPABILITIES 64

enum epw_err epw_user_find(struct epw_user *user, const char *name, struct epw_diag *diag)
{
    errno = 0;
    const struct passwd *entry = getpwnam(name);
    if (entry == NULL && (errno == 0 || errno == ENOENT))
        return epw_diag_set(diag, EPW_ENOENT, "%s: no such user", name);
    if (entry == NULL)
        return epw_diag_set(diag, EPW_EIO, "%s: users cannot be looked up: %s", name,
                            strerror(errno));
    *user = (struct epw_user){ .uid = entry->pw_uid, .gid = entry->pw_gid };
    snprintf(user->name, sizeof(user->name), "%s", entry->pw_name);
    return EPW_OK;
}

static enum epw_err refused(struct epw_diag *diag, const char *what)
{
    return epw_diag_set(diag, EPW_EACCES, "%s: %s", what, strerror(errno));
}

/* Without the bounding set a program with capabilities of its own would still get them. */
static void empty_bounding_set(void)
{
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    for (unsigned long capability = 0; capability < CAPABILITIES; capability++)
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
            return; /* beyond the last, or not permitted: no_new_privs does without */
}

static enum epw_err drop_capabilities(struct epw_diag *diag)
{
    struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct none[2] = { { 0 } }, left[2];
    if (syscall(SYS_capset, &head, none) != 0 || syscall(SYS_capget, &head, left) != 0)
        return refused(diag, "capabilities cannot be given up");
    if (memcmp(none, left, sizeof(none)) != 0)
        return epw_diag_set(diag, EPW_EACCES, "capabilities remain after they were given up");
    return EPW_OK;
}

static enum epw_err change_user(const struct epw_user *user, struct epw_diag *diag)
{
    char what[EPW_USER_NAME_LEN + 32];
    snprintf(what, sizeof(what), "cannot become user %s", user->name);
    /* Groups first: afterwards there is no right to change them. */
    if (initgroups(user->name, user->gid) != 0 || setresgid(user->gid, user->gid, user->gid) != 0 ||
        setresuid(user->uid, user->uid, user->uid) != 0)
        return refused(diag, what);
    return EPW_OK;
}

enum epw_err epw_user_become(const struct epw_user *user, struct epw_diag *diag)
{
    enum epw_err err = EPW_OK;
    empty_bounding_set();
    if (user != NULL)
        err = change_user(user, diag);
    if (err == EPW_OK)
        err = drop_capabilities(diag);
    if (err == EPW_OK && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        err = refused(diag, "new privileges cannot be ruled out");
    return err;
}

/* What to ask of a path, in the child. */
typedef bool (*ask_fn)(const char *path, const char *suffix);

static bool ask_child(const struct epw_user *user, ask_fn ask, const char *path, const char *suffix)
{
    int status = -1;
    pid_t child = fork(); /* which gives up for itself what this process gives up later */
    if (child == 0)
        _exit(epw_user_become(user, NULL) == EPW_OK && ask(path, suffix) ? 0 : 1);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return child > 0 && status == 0;
}

static bool may_write(const char *folder, const char *suffix)
{
    (void)suffix;
    return faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0;
}

bool epw_user_may_write(const struct epw_user *user, const char *folder)
{
    return ask_child(user, may_write, folder, "");
}

static bool ends_so(const char *name, const char *suffix)
{
    size_t len = strlen(name), end = strlen(suffix);
    return name[0] != '.' && len > end && strcmp(name + len - end, suffix) == 0;
}

static bool may_read(const char *path, const char *suffix)
{
    struct stat status;
    if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0 || stat(path, &status) != 0)
        return false;
    if (!S_ISDIR(status.st_mode))
        return true;
    DIR *folder = opendir(path);
    bool may = folder != NULL;
    for (const struct dirent *entry; may && (entry = readdir(folder)) != NULL;)
        may = !ends_so(entry->d_name, suffix) ||
              faccessat(dirfd(folder), entry->d_name, R_OK, AT_EACCESS) == 0;
    if (folder != NULL)
        closedir(folder);
    return may;
}

bool epw_user_may_read(const struct epw_user *user, const char *path, const char *suffix)
{
    return ask_child(user, may_read, path, suffix);
}
