/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system gives no threads, or no memory. The linker puts the functions
 * below in place of the real ones (--wrap).
 */
#include "road_help.h"

#include <errno.h>

static int denied_after = -1; /* -1: never; threads or pieces of memory that are given before */

static bool denied(void)
{
    return denied_after >= 0 && denied_after-- == 0;
}

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *),
                          void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *),
                          void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *),
                          void *arg)
{
    return denied() ? EAGAIN : __real_pthread_create(thread, attr, start, arg);
}

void *__real_aligned_alloc(size_t align, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size)
{
    return denied() ? NULL : __real_aligned_alloc(align, size);
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return denied() ? NULL : __real_calloc(count, size);
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return denied() ? NULL : __real_malloc(size);
}

TestSuite(road_denied, .timeout = 60);

static const struct epw_road_sink sink = {
    .flow = journey_flow,
    .sighting = journey_sighting,
    .time = journey_time,
    .tick = journey_tick,
    .batch = journey_batch,
};

/* The collector's thread, the first meter's, the third's: whichever is missing, one does it all. */
Test(road_denied, without_threads_one_does_it_all)
{
    static struct tape tape;
    static struct journey one, denied_one;
    tape_begin(&tape);
    tape_mixed(&tape, 5000);
    journey_go(&one, &tape, 1, false);
    for (int given = 0; given < 4; given++) {
        struct epw_road *road;
        struct epw_road_sink own = sink;
        struct epw_road_options options = { .threads = 3, .meter = EPW_METER_DEFAULTS };
        own.ctx = &denied_one;
        cr_assert_eq(epw_road_new(&road, &options, &own), EPW_OK);
        struct epw_capture *capture = tape_open(&tape);
        denied_after = given;
        cr_assert_eq(epw_road_run(road, capture), EPW_ELIMIT, "%d threads given", given);
        denied_after = -1;
        epw_road_stats(road, &denied_one.stats);
        cr_assert_str_eq(epw_str_text(&denied_one.told), epw_str_text(&one.told));
        cr_assert_eq(denied_one.stats.packets, 5000);
        epw_capture_close(capture);
        epw_road_free(road);
        journey_end(&denied_one);
    }
    journey_end(&one);
    tape_end(&tape);
}

/* Each piece of memory in turn is not given: an error and nothing left behind. */
Test(road_denied, without_memory_there_is_no_road)
{
    struct epw_road *road = NULL;
    int given = 0;
    enum epw_err err = EPW_ENOMEM;
    for (; err == EPW_ENOMEM && given < 1000; given++) {
        struct epw_road_options options = { .threads = 3, .meter = EPW_METER_DEFAULTS };
        denied_after = given;
        err = epw_road_new(&road, &options, &sink);
        denied_after = -1;
        cr_assert(err == EPW_OK ? road != NULL : road == NULL);
    }
    cr_assert_eq(err, EPW_OK);
    cr_assert_gt(given, 40);
    epw_road_free(road);
}
