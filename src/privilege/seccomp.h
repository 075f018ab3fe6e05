/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seccomp(2): from then on the process, and every thread it starts, has only the system calls
 * that reading packets and writing results take. All others fail with EPERM.
 */
#ifndef EPW_PRIVILEGE_SECCOMP_H
#define EPW_PRIVILEGE_SECCOMP_H

#include "base/err.h"

/*
 * Needs no_new_privs (epw_user_become()). EPW_EUNSUP: the kernel has no such filters; nothing has
 * changed. Others: *diag says why.
 */
enum epw_err epw_seccomp_enter(struct epw_diag *diag);

/*
 * Builds with a sanitizer are let do more: LeakSanitizer looks at its own process with a helper
 * process and ptrace(2). They are for tests, not for use.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define EPW_SECCOMP_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define EPW_SECCOMP_SANITIZED 1
#endif
#endif
#ifndef EPW_SECCOMP_SANITIZED
#define EPW_SECCOMP_SANITIZED 0
#endif

#endif
