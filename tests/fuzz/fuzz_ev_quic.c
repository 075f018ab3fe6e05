/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QUIC: the first byte says whether the rest is a datagram as it stands (0) or
 * frames that are sealed first, as no fuzzer could; 0xff, 0xff ends one of them.
 */
#include "../unit/meter/ev_feed.h"
#include "../unit/meter/quic_build.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Larger than what is opened, smaller than what the builder holds. */
#define MOST 5000

static void send_one(struct feed *feed, bool seal, const uint8_t *bytes, size_t len)
{
    static struct bytes frames, datagram;
    len = len < MOST ? len : MOST;
    if (!seal) {
        feed_udp(feed, EPW_TO_SERVER, bytes, len);
        return;
    }
    frames.len = datagram.len = 0;
    put_raw(&frames, bytes, len);
    quic_initial(&datagram, QUIC_V1, "fuzz", "fuzz", 0, &frames, 20);
    feed_udp(feed, EPW_TO_SERVER, datagram.at, datagram.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct feed *feed = feed_new();
    size_t from = 1;
    for (size_t at = 1; at <= size; at++) {
        if (at < size && !(data[at] == 0xff && at + 1 < size && data[at + 1] == 0xff))
            continue;
        if (at > from)
            send_one(feed, data[0] != 0, data + from, at - from);
        from = at + 2;
        at++;
    }
    feed_free(feed);
    return 0;
}
