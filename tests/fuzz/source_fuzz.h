/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shows one source its input without the engine: byte 0 says whose side, over
 * which transport and what is known already, byte 1 in which steps a stream
 * grows. A source that consumes nothing and one that consumes all must both
 * come to an end.
 */
#ifndef EPW_TESTS_SOURCE_FUZZ_H
#define EPW_TESTS_SOURCE_FUZZ_H

#include "../unit/meter/fake_finder.h"

#include <stdlib.h>

#define FUZZ_TO_CLIENT 0x01
#define FUZZ_UDP       0x02
#define FUZZ_KNOWN     0x04
#define FUZZ_MIDSTREAM 0x08
#define FUZZ_OWN_PORT  0x10
#define FUZZ_LAST      0x20

/* Steps of a stream: bounds the cost of one input, as the engine does. */
#define FUZZ_MAX_LOOKS 2000

static inline void fuzz_stream(struct epw_finder *f, const struct epw_source *source,
                               struct epw_opening o, const uint8_t *data, size_t size, size_t step)
{
    size_t used = 0, have = step < size ? step : size;
    for (int looks = 0; looks < FUZZ_MAX_LOOKS; looks++) {
        enum epw_look said = fake_look(f, source, o, data + used, have - used);
        if (said != EPW_LOOK_MORE && said != EPW_LOOK_MINE)
            return;
        if (f->consumed > have - used)
            abort();
        if (said == EPW_LOOK_MINE)
            o.app = (uint8_t)source->app;
        used += f->consumed;
        if (f->consumed != 0 && used < have)
            continue;
        if (have == size)
            return;
        have = size - have < step ? size : have + step;
    }
}

static inline int fuzz_source(const struct epw_source *source, uint16_t port, const uint8_t *data,
                              size_t size)
{
    static struct epw_finder f;
    if (size < 2)
        return 0;
    bool udp = (data[0] & FUZZ_UDP) != 0;
    if ((source->over & (udp ? EPW_OVER_UDP : EPW_OVER_TCP)) == 0)
        return 0;
    enum epw_dir dir = (data[0] & FUZZ_TO_CLIENT) != 0 ? EPW_TO_CLIENT : EPW_TO_SERVER;
    bool own = (data[0] & FUZZ_OWN_PORT) != 0;
    struct epw_opening o = fake_opening(udp ? 17 : 6, 40000, own ? port : 2222, dir);
    o.from_start = (data[0] & FUZZ_MIDSTREAM) == 0;
    o.last = udp || (data[0] & FUZZ_LAST) != 0;
    o.cut = (data[0] & FUZZ_LAST) != 0;
    o.app = (data[0] & FUZZ_KNOWN) != 0 ? (uint8_t)source->app : EPW_APP_UNKNOWN;
    fake_clear(&f);
    if (udp)
        fake_look(&f, source, o, data + 2, size - 2);
    else
        fuzz_stream(&f, source, o, data + 2, size - 2, (size_t)data[1] + 1);
    return 0;
}

#endif
