/* SPDX-License-Identifier: Apache-2.0 */
/* Who the process is after it gave up what it was. */
#include "config.h"

#include "in_child.h"
#include "privilege/user.h"

#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

Test(user, is_found_by_name)
{
    struct epw_user user;
    struct epw_diag diag;
    cr_assert_eq(epw_user_find(&user, "root", &diag), EPW_OK);
    cr_assert_eq(user.uid, 0);
    cr_assert_str_eq(user.name, "root");
    cr_assert_eq(epw_user_find(&user, "no-such-user-here", &diag), EPW_ENOENT);
    cr_assert_str_eq(diag.text, "no-such-user-here: no such user");
}

static bool has_capabilities(void)
{
    struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct set[2], none[2] = { { 0 } };
    return syscall(SYS_capget, &head, set) != 0 || memcmp(set, none, sizeof(none)) != 0;
}

/* Bits of what is wrong. */
static int look(uid_t uid, gid_t gid)
{
    uid_t u[3];
    gid_t g[3];
    if (getresuid(&u[0], &u[1], &u[2]) != 0 || getresgid(&g[0], &g[1], &g[2]) != 0)
        return 1;
    int wrong = 0;
    for (int i = 0; i < 3; i++)
        wrong |= u[i] != uid || g[i] != gid ? 2 : 0;
    wrong |= has_capabilities() ? 4 : 0;
    wrong |= prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 8;
    wrong |= uid != 0 && setuid(0) == 0 ? 16 : 0;
    /* As root the bounding set is empty too: no program that is started has any again. */
    wrong |= geteuid() == 0 && prctl(PR_CAPBSET_READ, CAP_NET_RAW, 0, 0, 0) != 0 ? 32 : 0;
    return wrong;
}

static int stay(const void *arg)
{
    (void)arg;
    uid_t uid = getuid();
    gid_t gid = getgid();
    return epw_user_become(NULL, NULL) == EPW_OK ? look(uid, gid) : 64;
}

Test(user, that_stays_has_no_capabilities)
{
    cr_assert_eq(in_child(stay, NULL), 0);
}

static int become(const void *arg)
{
    const struct epw_user *user = arg;
    if (epw_user_become(user, NULL) != EPW_OK)
        return 64;
    /* Only nobody's own groups are left. */
    gid_t group[64];
    int groups = getgroups(64, group);
    for (int i = 0; i < groups; i++)
        if (group[i] == 0)
            return 128;
    return look(user->uid, user->gid);
}

Test(user, that_root_becomes_has_nothing_left)
{
    if (geteuid() != 0)
        cr_skip_test("only root can become another user");
    struct epw_user nobody;
    cr_assert_eq(epw_user_find(&nobody, "nobody", NULL), EPW_OK);
    cr_assert_eq(in_child(become, &nobody), 0);
}

static int become_root_as_nobody(const void *arg)
{
    struct epw_user root;
    struct epw_diag diag;
    if (epw_user_find(&root, "root", NULL) != EPW_OK || setuid(((const struct epw_user *)arg)->uid))
        return 1;
    enum epw_err err = epw_user_become(&root, &diag);
    return err == EPW_EACCES && strncmp(diag.text, "cannot become user root: ", 25) == 0 ? 0 : 2;
}

Test(user, cannot_be_changed_without_root)
{
    struct epw_user nobody;
    cr_assert_eq(epw_user_find(&nobody, "nobody", NULL), EPW_OK);
    if (geteuid() != 0)
        nobody.uid = geteuid();
    cr_assert_eq(in_child(become_root_as_nobody, &nobody), 0);
}

Test(user, may_write_where_it_may)
{
    char mine[] = "/tmp/epw-user-XXXXXX";
    struct epw_user nobody;
    bool root = geteuid() == 0;
    cr_assert_eq(epw_user_find(&nobody, "nobody", NULL), EPW_OK);
    cr_assert_not_null(mkdtemp(mine));
    cr_expect(epw_user_may_write(NULL, mine));
    cr_expect(!root || !epw_user_may_write(&nobody, mine));
    cr_expect_eq(has_capabilities(), root, "to ask is not to give up");
    chmod(mine, 0777);
    cr_expect(!root || epw_user_may_write(&nobody, mine));
    chmod(mine, 0555); /* what root may only by a capability, it may not */
    cr_expect(!epw_user_may_write(NULL, mine));
    rmdir(mine);
    cr_expect(!epw_user_may_write(NULL, mine));
}
