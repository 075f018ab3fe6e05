/* SPDX-License-Identifier: Apache-2.0 */
#include "feed.h"

#include <stdlib.h>
#include <string.h>

#define ETHERNET 1

bool feed_new(struct feed *feed, const struct traffic_options *traffic,
              const struct epw_meter_options *meter, const struct epw_meter_sink *sink)
{
    *feed = (struct feed){ .traffic = traffic_new(traffic) };
    feed->round = calloc(1, sizeof(*feed->round));
    return feed->traffic != NULL && feed->round != NULL &&
           epw_meter_new(&feed->meter, meter, sink) == EPW_OK;
}

void feed_free(struct feed *feed)
{
    epw_meter_free(feed->meter);
    traffic_free(feed->traffic);
    free(feed->round);
}

uint32_t feed_fill(struct feed *feed)
{
    static struct traffic_frame from;
    struct epw_batch *batch = &feed->round->batch;
    batch->count = batch->used = 0;
    while (batch->count < EPW_BATCH_FRAMES && traffic_next(feed->traffic, &from)) {
        uint8_t *bytes = batch->room + batch->used;
        memcpy(bytes, from.bytes, from.len);
        batch->frame[batch->count++] = (struct epw_frame){
            .bytes = bytes,
            .ts_ns = from.ts_ns,
            .caplen = (uint32_t)from.len,
            .wire_len = (uint32_t)from.len,
            .linktype = ETHERNET,
        };
        batch->used += (uint32_t)from.len;
    }
    return batch->count;
}

void feed_push(struct feed *feed)
{
    epw_pace_round(&feed->pace, feed->round);
    epw_meter_decode(feed->meter, feed->round);
    epw_meter_push(feed->meter, feed->round);
}
