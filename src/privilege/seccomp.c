/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* CLONE_THREAD */

#include "privilege/seccomp.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

/*
 * What is not allowed fails with EPERM and is not killed: a newer C library that tries a call
 * that is unknown here must not end a run of months, and a refused call gains nobody anything.
 * Names that an architecture does not have are passed over by libseccomp.
 */
#define REFUSE SCMP_ACT_ERRNO(EPERM)

static const int allowed[] = {
    /* files that are open, and those that Landlock lets be opened */
    SCMP_SYS(read),
    SCMP_SYS(pread64),
    SCMP_SYS(readv),
    SCMP_SYS(preadv),
    SCMP_SYS(write),
    SCMP_SYS(pwrite64),
    SCMP_SYS(writev),
    SCMP_SYS(lseek),
    SCMP_SYS(_llseek),
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(fstat64),
    SCMP_SYS(stat),
    SCMP_SYS(stat64),
    SCMP_SYS(lstat),
    SCMP_SYS(lstat64),
    SCMP_SYS(newfstatat),
    SCMP_SYS(fstatat64),
    SCMP_SYS(statx),
    SCMP_SYS(open),
    SCMP_SYS(openat),
    SCMP_SYS(fcntl),
    SCMP_SYS(fcntl64),
    SCMP_SYS(dup),
    SCMP_SYS(dup2),
    SCMP_SYS(dup3),
    SCMP_SYS(ftruncate),
    SCMP_SYS(ftruncate64),
    SCMP_SYS(fsync),
    SCMP_SYS(fdatasync),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getcwd),
    SCMP_SYS(getdents64),
    SCMP_SYS(getdents),
    SCMP_SYS(fadvise64),
    SCMP_SYS(fadvise64_64),
    /* a result that takes its name when it is whole */
    SCMP_SYS(rename),
    SCMP_SYS(renameat),
    SCMP_SYS(renameat2),
    SCMP_SYS(link),
    SCMP_SYS(linkat),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(fchmod),
    SCMP_SYS(umask),
    /* memory */
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    /* packets from sockets that are open, and their counters */
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt),
    SCMP_SYS(getsockname),
    /* waiting */
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(ppoll_time64),
    SCMP_SYS(select),
    SCMP_SYS(_newselect),
    SCMP_SYS(pselect6),
    SCMP_SYS(pselect6_time64),
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(eventfd2),
    SCMP_SYS(pipe2),
    SCMP_SYS(timerfd_create),
    SCMP_SYS(timerfd_settime),
    SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(clock_nanosleep_time64),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_gettime64),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_getres_time64),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(restart_syscall),
    /* signals to itself */
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigreturn),
    SCMP_SYS(rt_sigsuspend),
    SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(rt_sigtimedwait_time64),
    SCMP_SYS(signalfd4),
    SCMP_SYS(sigaltstack),
    /* threads */
    SCMP_SYS(futex),
    SCMP_SYS(futex_time64),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(set_tid_address),
    SCMP_SYS(gettid),
    SCMP_SYS(getpid),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getcpu),
    SCMP_SYS(membarrier),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    /* looking at itself */
    SCMP_SYS(getuid),
    SCMP_SYS(getuid32),
    SCMP_SYS(geteuid),
    SCMP_SYS(geteuid32),
    SCMP_SYS(getgid),
    SCMP_SYS(getgid32),
    SCMP_SYS(getegid),
    SCMP_SYS(getegid32),
    SCMP_SYS(getppid),
    SCMP_SYS(getrusage),
    SCMP_SYS(getrandom),
    SCMP_SYS(uname),
    SCMP_SYS(sysinfo),
#if EPW_SECCOMP_SANITIZED
    SCMP_SYS(clone),
    SCMP_SYS(mmap),
    SCMP_SYS(mprotect),
    SCMP_SYS(prctl),
    SCMP_SYS(ptrace),
    SCMP_SYS(wait4),
    SCMP_SYS(arch_prctl),
    SCMP_SYS(personality),
    SCMP_SYS(prlimit64),
    SCMP_SYS(sched_getparam),
    SCMP_SYS(sched_getscheduler),
#endif
};

/* What a terminal is asked, and an interface that went away; not TIOCSTI, which types into one. */
static const unsigned long ioctls[] = {
    TCGETS, TIOCGWINSZ, FIONREAD, SIOCGIFINDEX, SIOCGIFNAME, SIOCGIFFLAGS,
};

/* Flags of a new thread, never of a new process or in namespaces of its own. */
#define CLONE_SEEN                                                                                 \
    (CLONE_THREAD | CLONE_PTRACE | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |   \
     CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

/* Calls that are allowed with some arguments only. Returns 0 or a negative errno. */
static int allow_in_part(scmp_filter_ctx filter)
{
    const struct {
        int call;
        struct scmp_arg_cmp arg;
    } part[] = {
        { SCMP_SYS(tgkill), SCMP_A0_32(SCMP_CMP_EQ, (uint32_t)getpid(), 0) }, /* abort(), raise() */
#if !EPW_SECCOMP_SANITIZED
        { SCMP_SYS(clone), SCMP_A0_32(SCMP_CMP_MASKED_EQ, CLONE_SEEN, CLONE_THREAD) },
        { SCMP_SYS(mmap), SCMP_A2_32(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0) },
        { SCMP_SYS(mmap2), SCMP_A2_32(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0) },
        { SCMP_SYS(mprotect), SCMP_A2_32(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0) },
        { SCMP_SYS(prctl), SCMP_A0_32(SCMP_CMP_EQ, PR_SET_NAME, 0) },
        { SCMP_SYS(prlimit64), SCMP_A2_64(SCMP_CMP_EQ, 0, 0) }, /* limits are read, not set */
#endif
    };
    int err = 0;
    for (size_t i = 0; i < sizeof(part) / sizeof(part[0]) && err == 0; i++)
        err = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, part[i].call, 1, &part[i].arg);
    for (size_t i = 0; i < sizeof(ioctls) / sizeof(ioctls[0]) && err == 0; i++)
        err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                               SCMP_A1_32(SCMP_CMP_EQ, (uint32_t)ioctls[i], 0));
    /* Its arguments are in memory, out of a filter's sight: the C library then takes clone(). */
    return err != 0 ? err : seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

static int load(scmp_filter_ctx filter)
{
    int err = 0;
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]) && err == 0; i++)
        err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    if (err == 0)
        err = allow_in_part(filter);
    return err == 0 ? seccomp_load(filter) : err;
}

enum epw_err epw_seccomp_enter(struct epw_diag *diag)
{
    /* Where there are filters, a null pointer for one is a bad address. */
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL) == 0 || errno != EFAULT)
        return epw_diag_set(diag, EPW_EUNSUP, "this kernel has no seccomp filters");
    scmp_filter_ctx filter = seccomp_init(REFUSE);
    if (filter == NULL)
        return epw_diag_set(diag, EPW_ENOMEM, "out of memory");
    int err = load(filter);
    seccomp_release(filter);
    if (err != 0)
        return epw_diag_set(diag, epw_err_from_errno(-err), "seccomp: %s", strerror(-err));
    return EPW_OK;
}
