/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* syscall, O_PATH */

#include "privilege/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What came after the headers that Debian 12 has; landlock(7), by version of its ABI. */
#define FS_REFER     (1ULL << 13) /* 2 */
#define FS_TRUNCATE  (1ULL << 14) /* 3 */
#define NET_ALL      3ULL         /* 4: to bind and to connect TCP */
#define FS_IOCTL_DEV (1ULL << 15) /* 5 */
#define SCOPE_ALL    3ULL         /* 6: abstract sockets of others, signals to others */

/* As struct landlock_ruleset_attr of ABI 6; older kernels are shown its beginning. */
struct ruleset {
    uint64_t fs, net, scope;
};

#define FS_FIRST ((1ULL << 13) - 1) /* everything of ABI 1 */
#define FS_READ  (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_MAKE                                                                                    \
    (FS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |                       \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | FS_REFER | FS_TRUNCATE)
/* What a rule on a file, not a folder, can hold. */
#define FS_OF_FILE (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE)

static enum epw_err failed(struct epw_diag *diag, const char *what)
{
    return epw_diag_set(diag, epw_err_from_errno(errno), "%s: %s", what, strerror(errno));
}

/* Everything that this kernel can forbid; *size is how much of the struct it knows. */
static struct ruleset forbid_all(long abi, size_t *size)
{
    struct ruleset all = { .fs = FS_FIRST };
    all.fs |= abi >= 2 ? FS_REFER : 0;
    all.fs |= abi >= 3 ? FS_TRUNCATE : 0;
    all.fs |= abi >= 5 ? FS_IOCTL_DEV : 0;
    all.net = abi >= 4 ? NET_ALL : 0;
    all.scope = abi >= 6 ? SCOPE_ALL : 0;
    *size = abi >= 6   ? sizeof(all)
            : abi >= 4 ? offsetof(struct ruleset, scope)
                       : offsetof(struct ruleset, net);
    return all;
}

static enum epw_err add(int rules, uint64_t known, const struct epw_path_rule *rule,
                        struct epw_diag *diag)
{
    int fd = open(rule->path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return rule->access == EPW_PATH_READ ? EPW_OK : failed(diag, rule->path);
    struct stat status;
    bool folder = fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
    uint64_t access = rule->access == EPW_PATH_READ ? FS_READ : FS_MAKE;
    struct landlock_path_beneath_attr attr = {
        .allowed_access = access & known & (folder ? UINT64_MAX : FS_OF_FILE),
        .parent_fd = fd,
    };
    enum epw_err err = EPW_OK;
    if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &attr, 0) != 0)
        err = failed(diag, rule->path);
    close(fd);
    return err;
}

enum epw_err epw_landlock_enter(const struct epw_path_rule *rule, size_t count,
                                struct epw_diag *diag)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    /* Not built in, not switched on, or kept from us by a container's own filter. */
    if (abi < 1)
        return epw_diag_set(diag, EPW_EUNSUP, "this kernel has no Landlock");
    size_t size;
    struct ruleset all = forbid_all(abi, &size);
    int rules = (int)syscall(SYS_landlock_create_ruleset, &all, size, 0);
    if (rules < 0)
        return failed(diag, "landlock_create_ruleset");
    enum epw_err err = EPW_OK;
    for (size_t i = 0; i < count && err == EPW_OK; i++)
        err = add(rules, all.fs, &rule[i], diag);
    if (err == EPW_OK && syscall(SYS_landlock_restrict_self, rules, 0) != 0)
        err = failed(diag, "landlock_restrict_self");
    close(rules);
    return err;
}
