/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/wake.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#define LONG_NS (60 * 1000000000LL)

static void *wake_it(void *wake)
{
    epw_wake_up(wake);
    return NULL;
}

Test(wake, of_a_sleeper_comes_from_another_thread, .timeout = 30)
{
    struct epw_wake wake;
    pthread_t thread;
    cr_assert_eq(epw_wake_init(&wake), EPW_OK);
    for (int i = 0; i < 100; i++) {
        epw_wake_arm(&wake);
        cr_assert_eq(pthread_create(&thread, NULL, wake_it, &wake), 0);
        cr_assert_eq(epw_wake_sleep(&wake, -1, LONG_NS), EPW_SLEPT_WOKEN);
        pthread_join(thread, NULL);
    }
    cr_assert_eq(epw_wake_sleep(&wake, -1, 1000000), EPW_SLEPT_OVER, "each is for one sleep");
    epw_wake_destroy(&wake);
}

Test(wake, costs_nothing_while_nobody_is_about_to_sleep)
{
    struct epw_wake wake;
    cr_assert_eq(epw_wake_init(&wake), EPW_OK);
    epw_wake_up(&wake);
    epw_wake_arm(&wake);
    epw_wake_disarm(&wake);
    epw_wake_up(&wake);
    cr_assert_eq(epw_wake_sleep(&wake, -1, 1000000), EPW_SLEPT_OVER);
    epw_wake_destroy(&wake);
}

Test(wake, comes_from_a_file, .timeout = 30)
{
    struct epw_wake wake;
    int ends[2];
    cr_assert_eq(epw_wake_init(&wake), EPW_OK);
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(epw_wake_sleep(&wake, ends[0], 1000000), EPW_SLEPT_OVER);
    cr_assert_eq(write(ends[1], "", 1), 1);
    cr_assert_eq(epw_wake_sleep(&wake, ends[0], LONG_NS), EPW_SLEPT_WOKEN);
    close(ends[0]); /* a pipe that nobody reads is an error, and no reason to go on at once */
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    cr_assert_eq(epw_wake_sleep(&wake, ends[1], LONG_NS), EPW_SLEPT_WOKEN);
    clock_gettime(CLOCK_MONOTONIC, &to);
    cr_assert_geq((to.tv_sec - from.tv_sec) * 1000000000LL + to.tv_nsec - from.tv_nsec, 10000000);
    close(ends[1]);
    epw_wake_destroy(&wake);
}

static void nothing(int number)
{
    (void)number;
}

Test(wake, comes_from_a_signal, .timeout = 30)
{
    struct epw_wake wake;
    const struct sigaction catch = { .sa_handler = nothing };
    const struct itimerval again = { { .tv_usec = 20000 }, { .tv_usec = 20000 } };
    cr_assert_eq(epw_wake_init(&wake), EPW_OK);
    sigaction(SIGALRM, &catch, NULL);
    setitimer(ITIMER_REAL, &again, NULL);
    cr_assert_eq(epw_wake_sleep(&wake, -1, LONG_NS), EPW_SLEPT_SIGNAL);
    epw_wake_destroy(&wake);
}
