/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole meter. Input: frames, each its length (2 bytes, big-endian), what time does (1 byte:
 * seconds ahead, 255: a step back by one) and its IP packet. Whatever they are: every packet is in
 * a record, or counted as an orphan fragment or an ICMP error; and nothing stays behind.
 */
#include "base/cursor.h"
#include "meter/meter.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* LINKTYPE_RAW: IPv4 or IPv6 by its first digit. */
#define RAW 101

struct seen {
    uint64_t packets, first_records;
};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void on_flow(void *ctx, const struct epw_flow_record *r)
{
    struct seen *seen = ctx;
    require(r->flow_id != 0 && r->flow_id < 1ULL << 53);
    require(r->packets[0] + r->packets[1] != 0);
    require(r->first_ns <= r->last_ns);
    seen->packets += r->packets[0] + r->packets[1];
    seen->first_records += r->first_record;
}

static void on_sighting(void *ctx, const struct epw_sighting *sighting)
{
    (void)ctx;
    (void)sighting;
}

static void push(struct epw_meter *meter, struct epw_pace *pace, struct epw_round *round)
{
    epw_pace_round(pace, round);
    epw_meter_decode(meter, round);
    epw_meter_push(meter, round);
    round->batch.count = 0;
}

static void feed(struct epw_meter *meter, struct epw_round *round, struct epw_cur c)
{
    struct epw_pace pace = { .next_ns = 0 };
    struct epw_batch *batch = &round->batch;
    int64_t ts_ns = 1000000000000LL;
    batch->count = 0;
    while (epw_cur_left(&c) >= 3) {
        uint32_t len = epw_cur_be16(&c), step = epw_cur_u8(&c);
        if (len > epw_cur_left(&c))
            len = (uint32_t)epw_cur_left(&c);
        ts_ns += (step == 255 ? -1 : (int64_t)step) * 1000000000LL;
        batch->frame[batch->count++] = (struct epw_frame){ .bytes = epw_cur_bytes(&c, len),
                                                           .ts_ns = ts_ns,
                                                           .caplen = len,
                                                           .wire_len = len,
                                                           .linktype = RAW };
        if (batch->count == EPW_BATCH_FRAMES)
            push(meter, &pace, round);
    }
    push(meter, &pace, round);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct epw_round round;
    struct seen seen = { 0, 0 };
    struct epw_meter *meter;
    struct epw_meter_options options = EPW_METER_DEFAULTS;
    struct epw_meter_sink sink = { &seen, on_flow, on_sighting, NULL, NULL };
    options.max_flows = 6;
    if (epw_meter_new(&meter, &options, &sink) != EPW_OK)
        return 0;
    feed(meter, &round, epw_cur(data, size));
    epw_meter_flush(meter);
    const struct epw_stats *s = epw_meter_stats(meter);
    require(s->ending[EPW_END_COMPLETE] == seen.packets + s->fragments_orphan + s->icmp_errors);
    require(s->flows == seen.first_records);
    require(s->icmp_orphan <= s->icmp_errors && s->tcp_flows_one_way <= s->tcp_flows_data);
    epw_meter_free(meter);
    return 0;
}
