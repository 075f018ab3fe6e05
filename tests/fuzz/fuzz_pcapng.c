/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pcapng leveller alone. What it gives out must not depend on how the bytes
 * arrive or on how many are asked for; and it never gives more than Simple
 * Packets can grow by.
 */
#include "capture/ng_level.h"

#include "memory_stream.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct result {
    uint64_t len, packets, sum;
    enum epw_err fault;
};

static void add(struct result *r, uint64_t value)
{
    r->sum = (r->sum ^ value) * 0x100000001b3;
}

static struct result level(const uint8_t *data, size_t size, size_t step, size_t asked)
{
    static uint8_t out[1 << 16];
    struct result r = { 0 };
    struct epw_ng_level *l = epw_ng_level_new(memory_stream(data, size, step));
    if (l == NULL)
        abort();
    struct epw_stream *s = epw_ng_level_stream(l);
    uint64_t packet_sum = 0;
    do {
        for (ssize_t got; (got = epw_stream_read(s, out, asked)) != 0;) {
            if (got < 0) {
                r.fault = s->fault.code;
                break;
            }
            for (ssize_t i = 0; i < got; i++)
                add(&r, out[i]);
            r.len += (uint64_t)got;
            for (struct epw_ng_packet packet; epw_ng_level_next(l, &packet); r.packets++)
                packet_sum = packet_sum * 31 + packet.linktype + packet.no_stamp;
        }
    } while (r.fault == EPW_OK && epw_ng_level_resume(l));
    add(&r, packet_sum);
    epw_stream_close(s);
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct result whole = level(data, size, SIZE_MAX, 1 << 16);
    struct result steps = level(data, size, 1 + size % 37, 1 + size % 23);
    if (whole.len != steps.len || whole.packets != steps.packets || whole.sum != steps.sum ||
        whole.fault != steps.fault)
        abort();
    if (whole.len > size + 16 * whole.packets)
        abort();
    return 0;
}
