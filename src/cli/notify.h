/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a service manager hears: sd_notify(3), whose protocol is one datagram a message. Written
 * here and not left to libsystemd, because that opens a socket for each message, which the
 * sandbox refuses.
 */
#ifndef EPW_CLI_NOTIFY_H
#define EPW_CLI_NOTIFY_H

#include <stdint.h>

/* Start with epw_notify_open(). */
struct epw_notify {
    int fd;                    /* -1: nobody listens */
    int64_t every_ns, next_ns; /* the watchdog's, on the monotonic clock; 0: there is none */
};

/* Connects to $NOTIFY_SOCKET; before the sandbox. */
void epw_notify_open(struct epw_notify *notify);
void epw_notify_close(struct epw_notify *notify);

/* All is open and confined: packets are read from now on. */
void epw_notify_ready(const struct epw_notify *notify);
/* Results still come through: to be called often, says so twice in the watchdog's time. */
void epw_notify_alive(struct epw_notify *notify);
/* Reading has ended, the rest is being written. */
void epw_notify_stopping(const struct epw_notify *notify);

#endif
