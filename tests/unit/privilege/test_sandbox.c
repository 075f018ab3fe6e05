/* SPDX-License-Identifier: Apache-2.0 */
/* The paths that the sandbox closes, what stays possible inside, and kernels that lack it. */
#include "config.h"

#include "attempt.h"

#include <linux/seccomp.h>
#include <pthread.h>
#include <seccomp.h>
#include <sys/prctl.h>

TestSuite(sandbox, .init = make_folders, .fini = clean_folders);

static long t_read_shadow(void)
{
    return open("/etc/shadow", O_RDONLY);
}
static long t_read_program(void)
{
    return open("/proc/self/exe", O_RDONLY);
}
static long t_read_outside(void)
{
    return open(OUTSIDE OLD_FILE, O_RDONLY);
}
static long t_list_outside(void)
{
    return open(OUTSIDE, O_RDONLY | O_DIRECTORY);
}
static long t_climb_out(void)
{
    return open(READ_IN "/../" OUTSIDE OLD_FILE, O_RDONLY);
}
static long t_write_outside(void)
{
    return open(OUTSIDE OLD_FILE, O_WRONLY);
}
static long t_make_outside(void)
{
    return open(OUTSIDE "/new", O_WRONLY | O_CREAT, 0644);
}
static long t_remove_outside(void)
{
    return unlink(OUTSIDE OLD_FILE);
}
static long t_rename_outside(void)
{
    return rename(OUTSIDE OLD_FILE, OUTSIDE "/other");
}
static long t_link_in(void)
{
    return link(OUTSIDE OLD_FILE, MAKE_IN "/linked");
}
static long t_move_out(void)
{
    return rename(MAKE_IN OLD_FILE, OUTSIDE "/moved");
}
static long t_write_readable(void)
{
    return open(READ_IN OLD_FILE, O_WRONLY);
}
static long t_make_readable(void)
{
    return open(READ_IN "/new", O_WRONLY | O_CREAT, 0644);
}
static long t_remove_readable(void)
{
    return unlink(READ_IN OLD_FILE);
}
static long t_terminal(void)
{
    return open("/dev/ptmx", O_RDWR);
}

/* An attempt that succeeded, outside, changed something. */
static void as_it_was(void)
{
    put_file(OUTSIDE OLD_FILE);
    put_file(READ_IN OLD_FILE);
    put_file(MAKE_IN OLD_FILE);
    unlink(OUTSIDE "/moved");
    unlink(MAKE_IN "/linked");
}

Test(sandbox, refuses_paths)
{
    if (in_child(inside_landlock, &(struct attempt){ .run = t_list_outside }) == -2)
        cr_skip_test("this kernel has no Landlock");
    static const struct attempt attempts[] = {
        { "read of /etc/shadow", t_read_shadow, EACCES, 1, 0 },
        { "read of its own program", t_read_program, EACCES, 0, 0 },
        { "read outside", t_read_outside, EACCES, 0, 0 },
        { "list outside", t_list_outside, EACCES, 0, 0 },
        { "read through ..", t_climb_out, EACCES, 0, 0 },
        { "write outside", t_write_outside, EACCES, 0, 0 },
        { "new file outside", t_make_outside, EACCES, 0, 0 },
        { "unlink outside", t_remove_outside, EACCES, 0, 0 },
        { "rename outside", t_rename_outside, EACCES, 0, 0 },
        { "link from outside", t_link_in, EXDEV, 0, 0 },
        { "write of what may be read", t_write_readable, EACCES, 0, 0 },
        { "new file where may be read", t_make_readable, EACCES, 0, 0 },
        { "unlink where may be read", t_remove_readable, EACCES, 0, 0 },
        { "rename to outside", t_move_out, EACCES, 0, 0 },
        { "open of a device", t_terminal, EACCES, 0, 0 },
    };
    for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
        as_it_was();
        int free_errno = in_child(outside, &attempts[i]);
        as_it_was();
        if (attempts[i].root && geteuid() != 0)
            continue;
        int errnum = in_child(inside_landlock, &attempts[i]);
        cr_expect_eq(free_errno, 0, "%s: fails outside too: %d", attempts[i].what, free_errno);
        cr_expect_eq(errnum, attempts[i].want, "%s: %d (%s)", attempts[i].what, errnum,
                     strerror(errnum));
    }
}

static void *set_true(void *arg)
{
    *(bool *)arg = true;
    return NULL;
}

/* What a run does inside; the line of the first thing that failed. */
#define NEED(holds)                                                                                \
    do {                                                                                           \
        if (!(holds))                                                                              \
            return __LINE__;                                                                       \
    } while (0)

static int work(const void *arg)
{
    (void)arg;
    int open_before = open(OUTSIDE OLD_FILE, O_RDWR);
    NEED(open_before >= 0);
    enum epw_err err = enter(true, true);
    NEED(err == EPW_OK || err == EPW_EUNSUP);

    char byte;
    NEED(read(open_before, &byte, 1) == 1 && write(open_before, "y", 1) == 1);
    int fd = open(READ_IN OLD_FILE, O_RDONLY);
    NEED(fd >= 0 && read(fd, &byte, 1) == 1 && byte == 'x' && close(fd) == 0);

    char temp[] = MAKE_IN "/result.XXXXXX";
    NEED((fd = mkstemp(temp)) >= 0 && write(fd, "z", 1) == 1 && fchmod(fd, 0644) == 0);
    NEED(close(fd) == 0 && rename(temp, MAKE_IN "/result") == 0);
    NEED(link(MAKE_IN "/result", MAKE_IN "/again") == 0 && unlink(MAKE_IN "/again") == 0);

    bool ran = false;
    pthread_t thread;
    NEED(pthread_create(&thread, NULL, set_true, &ran) == 0);
    NEED(pthread_join(thread, NULL) == 0 && ran);
    NEED(isatty(open_before) == 0 && errno == ENOTTY);
    char *big = malloc(1u << 24);
    NEED(big != NULL && (big = realloc(big, 1u << 26)) != NULL);
    free(big);
    return 0;
}

Test(sandbox, lets_a_run_do_its_work)
{
    int line = in_child(work, NULL);
    cr_assert_eq(line, 0, "line %d: %s", line, "refused");
}

/* A kernel without one of the two, as the program sees it. */
static enum epw_err without(int call, unsigned arg0, int errnum)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == NULL ||
        seccomp_rule_add(filter, SCMP_ACT_ERRNO((unsigned)errnum), call, arg0 == 0 ? 0 : 1,
                         SCMP_A0_32(SCMP_CMP_EQ, arg0, 0)) != 0 ||
        seccomp_load(filter) != 0)
        return EPW_EIO;
    seccomp_release(filter);
    return EPW_OK;
}

static int no_landlock(const void *arg)
{
    struct epw_diag diag = { .text = "" };
    if (without(SCMP_SYS(landlock_create_ruleset), 0, *(const int *)arg) != EPW_OK)
        return -2;
    if (epw_user_become(NULL, NULL) != EPW_OK ||
        epw_landlock_enter(rules, sizeof(rules) / sizeof(rules[0]), &diag) != EPW_EUNSUP ||
        strcmp(diag.text, "this kernel has no Landlock") != 0)
        return 1;
    return epw_seccomp_enter(NULL) == EPW_OK ? 0 : 2;
}

Test(sandbox, says_that_the_kernel_has_no_landlock)
{
    static const int errors[] = { ENOSYS, EOPNOTSUPP, EPERM };
    for (size_t i = 0; i < 3; i++)
        cr_expect_eq(in_child(no_landlock, &errors[i]), 0);
}

static int no_seccomp(const void *arg)
{
    (void)arg;
    struct epw_diag diag = { .text = "" };
    if (without(SCMP_SYS(prctl), PR_SET_SECCOMP, EINVAL) != EPW_OK)
        return -2;
    if (epw_user_become(NULL, NULL) != EPW_OK || epw_seccomp_enter(&diag) != EPW_EUNSUP)
        return 1;
    return strcmp(diag.text, "this kernel has no seccomp filters");
}

Test(sandbox, says_that_the_kernel_has_no_filters)
{
    cr_assert_eq(in_child(no_seccomp, NULL), 0);
}

static int missing_folder(const void *arg)
{
    (void)arg;
    struct epw_diag diag = { .text = "" };
    const struct epw_path_rule rule = { "not-there", EPW_PATH_MAKE };
    if (epw_user_become(NULL, NULL) != EPW_OK)
        return -2;
    enum epw_err err = epw_landlock_enter(&rule, 1, &diag);
    if (err == EPW_EUNSUP)
        return 0;
    return err == EPW_ENOENT ? strcmp(diag.text, "not-there: No such file or directory") : 1;
}

Test(sandbox, names_a_folder_that_is_not_there)
{
    cr_assert_eq(in_child(missing_folder, NULL), 0);
}
