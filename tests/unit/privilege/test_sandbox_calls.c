/* SPDX-License-Identifier: Apache-2.0 */
/* The system calls that the sandbox refuses. */
#include "config.h"

#include "attempt.h"

#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

TestSuite(sandbox_calls, .init = make_folders, .fini = clean_folders);

static void try_all(const struct attempt *attempt, size_t count, int (*inside)(const void *))
{
    for (size_t i = 0; i < count; i++) {
        const struct attempt *a = &attempt[i];
        if ((a->root && geteuid() != 0) || (a->sanitized && EPW_SECCOMP_SANITIZED))
            continue;
        int free_errno = in_child(outside, a), errnum = in_child(inside, a);
        cr_expect_neq(free_errno, a->want, "%s: fails in the same way outside", a->what);
        cr_expect_eq(errnum, a->want, "%s: %d (%s), expected %s", a->what, errnum, strerror(errnum),
                     strerror(a->want));
        errnum = in_child(inside_both, a);
        cr_expect_neq(errnum, 0, "%s: works inside", a->what);
    }
}

/* Null pointers where the right ones would end or change the process: outside that is EFAULT. */
static long t_execve(void)
{
    return syscall(SYS_execve, NULL, NULL, NULL);
}
static long t_execveat(void)
{
    return syscall(SYS_execveat, AT_FDCWD, NULL, NULL, NULL, 0);
}
static long t_clone(void)
{
    long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        _exit(0);
    return pid;
}
static long t_fork(void)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    return pid;
}
static long t_unshare(void)
{
    return unshare(0);
}
static long t_setns(void)
{
    return syscall(SYS_setns, -1, 0);
}
static long t_ptrace(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}
static long t_process_vm_readv(void)
{
    char from = 'x', to;
    struct iovec here = { &to, 1 }, there = { &from, 1 };
    return process_vm_readv(getpid(), &here, 1, &there, 1, 0);
}
static long t_socket_inet(void)
{
    return socket(AF_INET, SOCK_DGRAM, 0);
}
static long t_socket_unix(void)
{
    return socket(AF_UNIX, SOCK_DGRAM, 0);
}
static long t_socket_netlink(void)
{
    return socket(AF_NETLINK, SOCK_RAW, 0);
}
static long t_socket_packet(void)
{
    return socket(AF_PACKET, SOCK_RAW, 0);
}
static long t_socketpair(void)
{
    int ends[2];
    return socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
}
static long t_connect(void)
{
    return connect(STDIN_FILENO, NULL, 0);
}
static long t_bind(void)
{
    return bind(STDIN_FILENO, NULL, 0);
}
static long t_sendto(void)
{
    return sendto(STDIN_FILENO, "x", 1, 0, NULL, 0);
}
static long t_kill(void)
{
    return kill(getpid(), 0);
}
static long t_tgkill_other(void)
{
    return syscall(SYS_tgkill, getppid(), getppid(), 0);
}
static long t_setuid(void)
{
    return syscall(SYS_setuid, getuid());
}
static long t_setresuid(void)
{
    return syscall(SYS_setresuid, -1, -1, -1);
}
static long t_setgid(void)
{
    return syscall(SYS_setgid, getgid());
}
static long t_capset(void)
{
    return syscall(SYS_capset, NULL, NULL);
}
static long t_prctl(void)
{
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}
static long t_setrlimit(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_CORE, &limit) == 0 ? setrlimit(RLIMIT_CORE, &limit) : 0;
}
static long t_mmap_exec(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
               ? -1
               : 0;
}
static long t_mprotect_exec(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}
static long t_memfd(void)
{
    return memfd_create("x", 0);
}
static long t_mount(void)
{
    return mount(NULL, NULL, NULL, 0, NULL);
}
static long t_chroot(void)
{
    return syscall(SYS_chroot, NULL);
}
static long t_perf(void)
{
    return syscall(SYS_perf_event_open, NULL, 0, 0, 0, 0);
}
static long t_bpf(void)
{
    return syscall(SYS_bpf, -1, NULL, 0);
}
static long t_reboot(void)
{
    return syscall(SYS_reboot, 0, 0, 0, NULL);
}
static long t_init_module(void)
{
    return syscall(SYS_finit_module, -1, NULL, 0);
}
static long t_chmod(void)
{
    return chmod(MAKE_IN OLD_FILE, 0600);
}
static long t_chown(void)
{
    return chown(MAKE_IN OLD_FILE, (uid_t)-1, (gid_t)-1);
}
static long t_symlink(void)
{
    return symlink("old", MAKE_IN "/link");
}
static long t_mkfifo(void)
{
    return mkfifo(MAKE_IN "/fifo", 0600);
}
static long t_mkdir(void)
{
    return mkdir(MAKE_IN "/sub", 0700);
}
static long t_type_into_terminal(void)
{
    return ioctl(open(MAKE_IN OLD_FILE, O_RDONLY), TIOCSTI, "x");
}

Test(sandbox_calls, refuses_calls)
{
    static const struct attempt attempts[] = {
        { "execve", t_execve, EPERM, 0, 0 },
        { "execveat", t_execveat, EPERM, 0, 0 },
        { "clone of a process", t_clone, EPERM, 0, 1 },
        { "fork", t_fork, EPERM, 0, 1 },
        { "unshare", t_unshare, EPERM, 0, 0 },
        { "setns", t_setns, EPERM, 0, 0 },
        { "ptrace", t_ptrace, EPERM, 0, 1 },
        { "process_vm_readv", t_process_vm_readv, EPERM, 0, 0 },
        { "socket, IPv4", t_socket_inet, EPERM, 0, 0 },
        { "socket, Unix", t_socket_unix, EPERM, 0, 0 },
        { "socket, netlink", t_socket_netlink, EPERM, 0, 0 },
        { "socket, packets", t_socket_packet, EPERM, 1, 0 },
        { "socketpair", t_socketpair, EPERM, 0, 0 },
        { "connect", t_connect, EPERM, 0, 0 },
        { "bind", t_bind, EPERM, 0, 0 },
        { "sendto", t_sendto, EPERM, 0, 0 },
        { "kill", t_kill, EPERM, 0, 0 },
        { "tgkill of another process", t_tgkill_other, EPERM, 0, 0 },
        { "setuid", t_setuid, EPERM, 0, 0 },
        { "setresuid", t_setresuid, EPERM, 0, 0 },
        { "setgid", t_setgid, EPERM, 0, 0 },
        { "capset", t_capset, EPERM, 0, 0 },
        { "prctl", t_prctl, EPERM, 0, 1 },
        { "setrlimit", t_setrlimit, EPERM, 0, 1 },
        { "mmap of code", t_mmap_exec, EPERM, 0, 1 },
        { "mprotect to code", t_mprotect_exec, EPERM, 0, 1 },
        { "memfd_create", t_memfd, EPERM, 0, 0 },
        { "mount", t_mount, EPERM, 0, 0 },
        { "chroot", t_chroot, EPERM, 0, 0 },
        { "perf_event_open", t_perf, EPERM, 1, 0 },
        { "bpf", t_bpf, EPERM, 1, 0 },
        { "reboot", t_reboot, EPERM, 1, 0 },
        { "finit_module", t_init_module, EPERM, 1, 0 },
        { "chmod", t_chmod, EPERM, 0, 0 },
        { "chown", t_chown, EPERM, 0, 0 },
        { "symlink", t_symlink, EPERM, 0, 0 },
        { "mkfifo", t_mkfifo, EPERM, 0, 0 },
        { "mkdir", t_mkdir, EPERM, 0, 0 },
        { "TIOCSTI", t_type_into_terminal, EPERM, 0, 0 },
    };
    try_all(attempts, sizeof(attempts) / sizeof(attempts[0]), inside_seccomp);
}
