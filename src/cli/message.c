/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* clock_gettime, isatty */

#include "cli/message.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A run shorter than this needs no progress line, and a person reads no more lines a second. */
#define QUIET_MS 1000
#define EVERY_MS 200

/* Set once a run watches interfaces. */
static atomic_bool timed;

static int64_t ms_between(const struct timespec *from, const struct timespec *to)
{
    return (int64_t)(to->tv_sec - from->tv_sec) * 1000 + (to->tv_nsec - from->tv_nsec) / 1000000;
}

void epw_progress_start(struct epw_progress *progress)
{
    progress->on = isatty(STDERR_FILENO) == 1;
    progress->shown = false;
    clock_gettime(CLOCK_MONOTONIC, &progress->start);
    progress->last = progress->start;
}

static void show(struct epw_progress *progress, const struct epw_capture *capture, uint64_t packets)
{
    struct epw_capture_progress at;
    epw_capture_progress(capture, &at);
    char read[EPW_TEXT_LEN], total[EPW_TEXT_LEN], count[EPW_TEXT_LEN];
    epw_text_bytes(at.bytes_read, read);
    epw_text_count(packets, count);
    pthread_mutex_lock(&progress->lock);
    progress->shown = true;
    if (at.bytes_total != 0)
        fprintf(stderr, "\r%3.0f %%  %s of %s, %s packets\033[K",
                100 * (double)at.bytes_read / (double)at.bytes_total, read,
                epw_text_bytes(at.bytes_total, total), count);
    else
        fprintf(stderr, "\r%s, %s packets\033[K", read, count);
    fflush(stderr);
    pthread_mutex_unlock(&progress->lock);
}

void epw_progress_tick(struct epw_progress *progress, const struct epw_capture *capture,
                       uint64_t packets)
{
    struct timespec now;
    if (!progress->on)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (ms_between(&progress->start, &now) < QUIET_MS ||
        ms_between(&progress->last, &now) < EVERY_MS)
        return;
    progress->last = now;
    show(progress, capture, packets);
}

static void clear(struct epw_progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}

void epw_progress_clear(struct epw_progress *progress)
{
    pthread_mutex_lock(&progress->lock);
    clear(progress);
    pthread_mutex_unlock(&progress->lock);
}

void epw_say_times(void)
{
    timed = true;
}

/* "2026-11-22T09:45:12Z ", as the lines themselves write times, and whole seconds; or "". */
static const char *time_of_line(char out[EPW_TEXT_LEN])
{
    struct timespec now;
    out[0] = '\0';
    if (!timed)
        return out;
    clock_gettime(CLOCK_REALTIME, &now);
    epw_text_time((int64_t)now.tv_sec * 1000000000, out);
    char *fraction = strchr(out, '.');
    if (fraction != NULL)
        memcpy(fraction, "Z ", sizeof("Z "));
    return out;
}

void epw_say(struct epw_progress *progress, const char *fmt, ...)
{
    char line[EPW_DIAG_LEN + 64], when[EPW_TEXT_LEN];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    /* A file's name may hold anything; a terminal must not see its control characters. */
    for (char *c = line; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    if (progress != NULL)
        pthread_mutex_lock(&progress->lock);
    if (progress != NULL)
        clear(progress);
    fprintf(stderr, "epwatch: %s%s\n", time_of_line(when), line);
    if (progress != NULL)
        pthread_mutex_unlock(&progress->lock);
}
