/* SPDX-License-Identifier: Apache-2.0 */
/* TLS openings: the first byte says from which side, and in segments of which size. */
#include "../unit/meter/ev_feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct feed *feed = feed_new();
    enum epw_dir dir = (data[0] & 1) != 0 ? EPW_TO_CLIENT : EPW_TO_SERVER;
    feed->who.midstream = (data[0] & 2) != 0;
    feed->who.isn_known[dir] = !feed->who.midstream;
    size_t part = (data[0] & 4) != 0 ? (size_t)(data[0] >> 3) + 1 : size;
    for (size_t at = 1; at < size; at += part)
        feed_tcp(feed, dir, data + at, size - at < part ? size - at : part);
    epw_ev_finish(feed->engine, &feed->kept);
    feed_free(feed);
    return 0;
}
