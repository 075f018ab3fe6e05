/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the unit tests of threads use of Criterion, in one process and without its
 * library, which ThreadSanitizer does not let start (configure --enable-tsan).
 * Every program is one source file, so main() stands here.
 */
#ifndef EPW_TESTS_PLAIN_CRITERION_H
#define EPW_TESTS_PLAIN_CRITERION_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct plain_suite {
    void (*init)(void);
    void (*fini)(void);
    double timeout;
};

struct plain_test {
    const char *name;
    void (*run)(void);
    const struct plain_suite *suite;
};

static struct plain_test plain_tests[32];
static size_t plain_count;

#define TestSuite(SUITE, ...) static const struct plain_suite SUITE##_suite = { __VA_ARGS__ }
#define Test(SUITE, NAME)                                                                          \
    static void SUITE##_##NAME(void);                                                              \
    __attribute__((constructor)) static void SUITE##_##NAME##_add(void)                            \
    {                                                                                              \
        plain_tests[plain_count++] =                                                               \
            (struct plain_test){ #SUITE "/" #NAME, SUITE##_##NAME, &SUITE##_suite };               \
    }                                                                                              \
    static void SUITE##_##NAME(void)

static inline void plain_assert(bool holds, const char *what, const char *file, int line)
{
    if (holds)
        return;
    fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
    exit(1);
}

#define plain_is(condition)         plain_assert((condition), #condition, __FILE__, __LINE__)
#define cr_assert(a, ...)           plain_is(a)
#define cr_assert_not(a, ...)       plain_is(!(a))
#define cr_assert_eq(a, b, ...)     plain_is((a) == (b))
#define cr_assert_lt(a, b, ...)     plain_is((a) < (b))
#define cr_assert_leq(a, b, ...)    plain_is((a) <= (b))
#define cr_assert_gt(a, b, ...)     plain_is((a) > (b))
#define cr_assert_geq(a, b, ...)    plain_is((a) >= (b))
#define cr_assert_null(a, ...)      plain_is((a) == NULL)
#define cr_assert_not_null(a, ...)  plain_is((a) != NULL)
#define cr_assert_str_eq(a, b, ...) plain_is(strcmp((a), (b)) == 0)

int main(void)
{
    for (size_t i = 0; i < plain_count; i++) {
        const struct plain_test *test = &plain_tests[i];
        printf("%s\n", test->name);
        if (test->suite->init != NULL)
            test->suite->init();
        test->run();
        if (test->suite->fini != NULL)
            test->suite->fini();
    }
    return 0;
}

#endif
