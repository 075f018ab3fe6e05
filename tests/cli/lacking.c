/* SPDX-License-Identifier: Apache-2.0 */
/* lacking landlock|seccomp COMMAND...: runs it as a kernel without that would. */
#include "config.h"

#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (argc < 3 || filter == NULL)
        return 99;
    int err =
        strcmp(argv[1], "landlock") == 0
            ? seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(landlock_create_ruleset), 0)
            : seccomp_rule_add(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1,
                               SCMP_A0_32(SCMP_CMP_EQ, PR_SET_SECCOMP, 0));
    if (err != 0 || seccomp_load(filter) != 0)
        return 77; /* nor can it be played */
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 99;
}
