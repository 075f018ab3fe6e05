/* SPDX-License-Identifier: Apache-2.0 */
/* Each frame of a round is for one of the meters that share it, or for all, in the round's order.
 */
#include "meter/meter_state.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define METERS 3
#define FRAME  46

static struct epw_meter *meter[METERS];
static struct epw_round *round_;
static uint8_t bytes[EPW_BATCH_FRAMES][FRAME];

static void on_flow(void *ctx, const struct epw_flow_record *record)
{
    (void)ctx;
    (void)record;
}

static void on_sighting(void *ctx, const struct epw_sighting *sighting)
{
    (void)ctx;
    (void)sighting;
}

static void begin(void)
{
    const struct epw_meter_sink sink = { .flow = on_flow, .sighting = on_sighting };
    for (uint8_t i = 0; i < METERS; i++) {
        const struct epw_meter_options options = {
            .max_flows = 1000,
            .seed = 7,
            .timeouts = { .tcp = 60, .udp = 60, .closed = 60, .unanswered = 60, .active = 60 },
            .meters = METERS,
            .self = i,
        };
        cr_assert_eq(epw_meter_new(&meter[i], &options, &sink), EPW_OK);
    }
    round_ = calloc(1, sizeof(*round_));
    cr_assert_not_null(round_);
}

static void end(void)
{
    for (unsigned i = 0; i < METERS; i++)
        epw_meter_free(meter[i]);
    free(round_);
}

TestSuite(share, .init = begin, .fini = end);

/* UDP from 10.0.0.host to 10.1.0.1, port 1000 to 2000, four bytes of payload; or of a fragment
 * behind the first, of which only decoding tells whose it is. */
static void put(uint8_t host, bool fragment)
{
    static const uint8_t udp[FRAME] = { 2, 0,  0, 0,    0, 2,    2,  0,  0, 0, 0,  1, 8, 0, 0x45, 0,
                                        0, 32, 0, 1,    0, 0,    64, 17, 0, 0, 10, 0, 0, 0, 10,   1,
                                        0, 1,  3, 0xe8, 7, 0xd0, 0,  12, 0, 0, 1,  2, 3, 4 };
    struct epw_batch *batch = &round_->batch;
    uint8_t *frame = bytes[batch->count];
    memcpy(frame, udp, FRAME);
    frame[29] = host;
    frame[21] = fragment ? 100 : 0;
    batch->frame[batch->count++] = (struct epw_frame){
        .bytes = frame, .ts_ns = 1, .caplen = FRAME, .wire_len = FRAME, .linktype = 1
    };
}

static void share_out(void)
{
    struct epw_pace pace = { 0 };
    epw_pace_round(&pace, round_);
    epw_meter_share(meter[1], round_);
    for (unsigned i = 0; i < METERS; i++)
        epw_meter_decode(meter[i], round_);
}

/* How many meters have a frame among theirs; what each has is in order. */
static unsigned takers(uint32_t frame)
{
    unsigned count = 0;
    for (unsigned k = 0; k < METERS; k++)
        for (uint32_t i = 0; i < meter[k]->count; i++) {
            cr_assert(i == 0 || meter[k]->at[i - 1] < meter[k]->at[i]);
            count += meter[k]->at[i] == frame;
            if (meter[k]->at[i] == frame && epw_gist_is_told(&meter[k]->gist[i]))
                cr_assert_eq(meter[k]->gist[i].bytes, bytes[frame]);
        }
    return count;
}

Test(share, each_plain_frame_is_for_one)
{
    for (unsigned i = 0; i < EPW_BATCH_FRAMES; i++)
        put((uint8_t)i, false);
    share_out();
    for (uint32_t i = 0; i < EPW_BATCH_FRAMES; i++)
        cr_assert_eq(takers(i), 1);
    for (unsigned k = 0; k < METERS; k++)
        cr_assert(meter[k]->count > 0 && meter[k]->count < EPW_BATCH_FRAMES);
}

Test(share, what_only_decoding_tells_is_for_all)
{
    for (unsigned i = 0; i < EPW_BATCH_FRAMES; i++)
        put((uint8_t)i, i % 5 == 0);
    share_out();
    for (uint32_t i = 0; i < EPW_BATCH_FRAMES; i++)
        cr_assert_eq(takers(i), i % 5 == 0 ? METERS : 1);
}

Test(share, counts_what_all_decode_once)
{
    uint64_t packets = 0;
    for (unsigned i = 0; i < 50; i++)
        put((uint8_t)i, i % 2 == 0);
    bytes[4][14] = 0x42; /* neither a header's length nor an owner */
    share_out();
    for (unsigned k = 0; k < METERS; k++)
        for (unsigned e = 0; e < EPW_ENDINGS; e++)
            packets += epw_meter_stats(meter[k])->ending[e];
    cr_assert_eq(packets, 50);
}

Test(share, nothing)
{
    share_out();
    for (unsigned k = 0; k < METERS; k++)
        cr_assert_eq(meter[k]->count, 0);
}
