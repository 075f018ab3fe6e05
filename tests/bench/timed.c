/* SPDX-License-Identifier: Apache-2.0 */
/*
 * epw-timed: runs a command in silence, for a bounded time, and prints what it
 * took: elapsed, user and system seconds, peak memory in KiB, exit status
 * (128 + signal when it was killed, 124 when its time was up).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOT_FOUND 127
#define TIME_UP   124

static volatile sig_atomic_t time_is_up;
static volatile sig_atomic_t child;

/* The command's whole group: some peers start helpers. */
static void on_alarm(int number)
{
    (void)number;
    time_is_up = 1;
    kill((pid_t)-child, SIGKILL);
}

static void become(char **command)
{
    setpgid(0, 0);
    int nothing = open("/dev/null", O_RDWR);
    if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0 || dup2(nothing, 2) < 0)
        _exit(NOT_FOUND);
    execvp(command[0], command);
    _exit(NOT_FOUND);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double seconds(struct timeval value)
{
    return (double)value.tv_sec + (double)value.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: epw-timed SECONDS COMMAND [WORD...]\n", stderr);
        return 2;
    }
    double begin = now_s();
    pid_t pid = fork();
    if (pid == 0)
        become(argv + 2);
    if (pid < 0) {
        fprintf(stderr, "epw-timed: %s\n", strerror(errno));
        return 2;
    }
    setpgid(pid, pid);
    child = pid;
    signal(SIGALRM, on_alarm);
    alarm((unsigned)strtoul(argv[1], NULL, 10));
    int status = 0;
    struct rusage used;
    while (wait4(pid, &status, 0, &used) < 0)
        if (errno != EINTR)
            return 2;
    double elapsed = now_s() - begin;
    int code = time_is_up            ? TIME_UP
               : WIFEXITED(status)   ? WEXITSTATUS(status)
               : WIFSIGNALED(status) ? 128 + WTERMSIG(status)
                                     : NOT_FOUND;
    printf("%.4f %.4f %.4f %ld %d\n", elapsed, seconds(used.ru_utime), seconds(used.ru_stime),
           used.ru_maxrss, code);
    return 0;
}
