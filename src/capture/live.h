/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interfaces as one timeline. One interface is read by the caller's thread, of several each has a
 * thread that takes its packets (capture/tap.h), and the caller's merges them (capture/merge.h).
 */
#ifndef EPW_CAPTURE_LIVE_H
#define EPW_CAPTURE_LIVE_H

#include "base/err.h"
#include "capture/frame.h"
#include "capture/iface.h"

#include <stddef.h>
#include <stdint.h>

/* Interfaces of one run: a tap has two, a large span host some. */
#define EPW_LIVE_MAX 64

struct epw_live;

/*
 * Opens all interfaces, or none; EPW_EDOWN: nothing else is wrong than that some are down. names
 * are borrowed; options' block_ms is not used. on_event hears why one could not be opened; later of
 * an interface that is gone, which ends the run; and, with code EPW_OK, of one that went down or
 * came up again.
 */
enum epw_err epw_live_open(struct epw_live **live, const char *const *names, size_t count,
                           const struct epw_iface_options *options, epw_diag_fn on_event,
                           void *ctx);
/* NULL is fine. */
void epw_live_close(struct epw_live *live);

/* As epw_capture_read(); at most max frames, max > 0. */
void epw_live_read(struct epw_live *live, struct epw_batch *batch, uint64_t max);

/* As epw_capture_stop(). */
void epw_live_stop(struct epw_live *live);

/* As epw_capture_interfaces(). */
const char *const *epw_live_names(const struct epw_live *live, size_t *count);

/* Sums over the interfaces. */
void epw_live_drops(struct epw_live *live, uint64_t *kernel, uint64_t *interface);

#endif
