/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP conversations: a byte 0xff changes the side, 0xfe ends a segment; all
 * else is sent.
 */
#include "../unit/meter/ev_feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed *feed = feed_new();
    enum epw_dir dir = EPW_TO_SERVER;
    size_t from = 0;
    for (size_t at = 0; at <= size; at++) {
        if (at < size && data[at] < 0xfe)
            continue;
        if (at > from)
            feed_tcp(feed, dir, data + from, at - from);
        from = at + 1;
        if (at < size && data[at] == 0xff)
            dir = dir == EPW_TO_SERVER ? EPW_TO_CLIENT : EPW_TO_SERVER;
    }
    epw_ev_finish(feed->engine, &feed->kept);
    feed_free(feed);
    return 0;
}
