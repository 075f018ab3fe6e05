/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a function in a child process: what it gives up, it gives up for itself alone. */
#ifndef TESTS_UNIT_PRIVILEGE_IN_CHILD_H
#define TESTS_UNIT_PRIVILEGE_IN_CHILD_H

#include <criterion/criterion.h>
#include <sys/wait.h>
#include <unistd.h>

/* What run() returns; -1 when it did not come back. */
static inline int in_child(int (*run)(const void *arg), const void *arg)
{
    int ends[2], result = -1;
    cr_assert_eq(pipe(ends), 0);
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        result = run(arg);
        _exit(write(ends[1], &result, sizeof(result)) == sizeof(result) ? 0 : 1);
    }
    close(ends[1]);
    if (read(ends[0], &result, sizeof(result)) != sizeof(result))
        result = -1;
    close(ends[0]);
    waitpid(child, NULL, 0);
    return result;
}

#endif
