/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* ppoll */

#include "capture/wake.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* A pause where there is an error and nothing to wait for. */
#define PAUSE_NS 10000000

enum epw_err epw_wake_init(struct epw_wake *wake)
{
    atomic_init(&wake->armed, false);
    wake->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return wake->fd < 0 ? EPW_ELIMIT : EPW_OK;
}

void epw_wake_destroy(struct epw_wake *wake)
{
    if (wake->fd >= 0)
        close(wake->fd);
    wake->fd = -1;
}

void epw_wake_arm(struct epw_wake *wake)
{
    atomic_store(&wake->armed, true);
}

void epw_wake_disarm(struct epw_wake *wake)
{
    atomic_store(&wake->armed, false);
}

enum epw_slept epw_wake_sleep(struct epw_wake *wake, int fd, int64_t ns)
{
    struct pollfd on[2] = { { .fd = wake->fd, .events = POLLIN }, { .fd = fd, .events = POLLIN } };
    const struct timespec time = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
    int ready = ppoll(on, 2, &time, NULL);
    epw_wake_disarm(wake);
    if (ready <= 0)
        return ready == 0 ? EPW_SLEPT_OVER : EPW_SLEPT_SIGNAL;
    uint64_t times;
    bool woken = (on[0].revents & POLLIN) != 0 && read(wake->fd, &times, sizeof(times)) > 0;
    if (!woken && (on[1].revents & POLLIN) == 0)
        nanosleep(&(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
    return EPW_SLEPT_WOKEN;
}

void epw_wake_up(struct epw_wake *wake)
{
    const uint64_t once = 1;
    /* It cannot fail: the counter overflows after 2^64 - 2 times. */
    if (atomic_load(&wake->armed) && write(wake->fd, &once, sizeof(once)) < 0)
        return;
}
