/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS over datagrams: the first byte's lowest bit says which port (DTLS anywhere, or remote
 * desktop's), the next one whose side; 0xff, 0xff ends a datagram.
 */
#include "../unit/meter/ev_feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct feed *feed = feed_new();
    enum epw_dir dir = (data[0] & 2) != 0 ? EPW_TO_CLIENT : EPW_TO_SERVER;
    size_t from = 1;
    if ((data[0] & 1) != 0)
        feed->who.port[1] = 3389;
    for (size_t at = 1; at <= size; at++) {
        if (at < size && !(data[at] == 0xff && at + 1 < size && data[at + 1] == 0xff))
            continue;
        if (at > from)
            feed_udp(feed, dir, data + from, at - from);
        from = at + 2;
        at++;
    }
    feed_free(feed);
    return 0;
}
