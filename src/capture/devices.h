/* SPDX-License-Identifier: Apache-2.0 */
/* The interfaces that can be captured, for -D. */
#ifndef EPW_CAPTURE_DEVICES_H
#define EPW_CAPTURE_DEVICES_H

#include "base/err.h"

#include <stdbool.h>

/* Texts are valid for the call. */
struct epw_device {
    const char *name;
    const char *description; /* "" when there is none */
    const char *state;       /* "Up, Running, Connected", as tcpdump -D writes it; may be "" */
};

/*
 * A network interface, or "any". libpcap captures other things as well (buses, logs of
 * the firewall), whose packets have no network in them.
 */
bool epw_device_is_network(const char *name);

/* Whether it is there, and switched off; opening it would be refused. */
bool epw_device_is_down(const char *name);

/* Calls each for every network interface, in libpcap's order. EPW_EIO: diag says why. */
enum epw_err epw_devices_each(void (*each)(void *ctx, const struct epw_device *device), void *ctx,
                              struct epw_diag *diag);

#endif
