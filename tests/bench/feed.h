/* SPDX-License-Identifier: Apache-2.0 */
/* Generated traffic straight into a meter, without a file. */
#ifndef EPW_BENCH_FEED_H
#define EPW_BENCH_FEED_H

#include "meter/meter.h"
#include "traffic.h"

struct feed {
    struct traffic *traffic;
    struct epw_meter *meter;
    struct epw_round *round;
    struct epw_pace pace;
};

/* False: no memory; what was made is still to be freed. */
bool feed_new(struct feed *feed, const struct traffic_options *traffic,
              const struct epw_meter_options *meter, const struct epw_meter_sink *sink);
void feed_free(struct feed *feed);

/* Generates the next round; its number of packets, 0 after the last. */
uint32_t feed_fill(struct feed *feed);
/* All that a meter does with it. */
void feed_push(struct feed *feed);

#endif
