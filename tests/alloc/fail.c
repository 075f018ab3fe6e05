/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes the place of malloc() in the whole process, its libraries too, and lets allocations fail:
 * EPW_FAIL_AT=N the Nth, EPW_FAIL_FROM=N all from the Nth on, EPW_FAIL_EVERY=N each Nth. Counting
 * begins with main(). EPW_FAIL_COUNT=FILE: how many there were. EPW_FAIL_TRACE=1 tells on standard
 * error who asked each time (addr2line -fe tests/alloc/epwatch-alloc). A sanitizer has its own
 * malloc().
 *
 * Some libraries are spared, as they do not survive it themselves: libcrypto 3.0 takes a lock that
 * it had no memory to make, libseccomp 2.5 loops when it builds its filter, and of libpcap 1.10 the
 * scanner of filters ends the program or crashes, in which pcap_compile() is all that is spared.
 */
#include "config.h"

#include "privilege/seccomp.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if !EPW_SECCOMP_SANITIZED && defined(__GLIBC__)

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static atomic_ulong counted;
static unsigned long fail_at, fail_from, fail_every;
static int count_file = -1;
static bool on, trace;
static _Thread_local bool compiling;

/* Calls told of each failure. */
#define TRACE_DEPTH 12

static unsigned long number(const char *name)
{
    const char *text = getenv(name);
    return text == NULL ? 0 : strtoul(text, NULL, 10);
}

__attribute__((constructor)) static void start(void)
{
    const char *path = getenv("EPW_FAIL_COUNT");
    fail_at = number("EPW_FAIL_AT");
    fail_from = number("EPW_FAIL_FROM");
    fail_every = number("EPW_FAIL_EVERY");
    trace = getenv("EPW_FAIL_TRACE") != NULL;
    void *here;
    backtrace(&here, 1); /* asks for memory the first time */
    if (path != NULL)
        count_file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    on = true;
}

__attribute__((destructor)) static void stop(void)
{
    char text[32];
    on = false;
    int len = snprintf(text, sizeof(text), "%lu\n", atomic_load(&counted));
    if (count_file >= 0 && write(count_file, text, (size_t)len) != len)
        _exit(99);
}

int pcap_compile(pcap_t *pcap, struct bpf_program *program, const char *text, int optimize,
                 bpf_u_int32 mask)
{
    union {
        void *symbol;
        int (*call)(pcap_t *, struct bpf_program *, const char *, int, bpf_u_int32);
    } libpcap = { .symbol = dlsym(RTLD_NEXT, "pcap_compile") };
    compiling = true;
    int result = libpcap.call(pcap, program, text, optimize, mask);
    compiling = false;
    return result;
}

static bool is_spared(const void *caller)
{
    Dl_info info;
    return compiling || (dladdr(caller, &info) != 0 && info.dli_fname != NULL &&
                         (strstr(info.dli_fname, "libcrypto") != NULL ||
                          strstr(info.dli_fname, "libseccomp") != NULL));
}

static void tell(void)
{
    void *call[TRACE_DEPTH];
    backtrace_symbols_fd(call, backtrace(call, TRACE_DEPTH), STDERR_FILENO);
}

static bool fails(const void *caller)
{
    if (!on || is_spared(caller))
        return false;
    unsigned long n = atomic_fetch_add(&counted, 1) + 1;
    bool fail = n == fail_at || (fail_from != 0 && n >= fail_from) ||
                (fail_every != 0 && n % fail_every == 0);
    if (fail && trace)
        tell();
    if (fail)
        errno = ENOMEM;
    return fail;
}

void *malloc(size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size);
}

#endif
