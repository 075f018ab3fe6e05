/* SPDX-License-Identifier: Apache-2.0 */
/* A frame of any link type. Input: link type (2 bytes, big-endian), then the frame. */
#include "base/cursor.h"
#include "meter/decode/decode.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check(const struct epw_packet *p, const struct epw_frame *frame)
{
    require(p->ending < EPW_ENDINGS && p->vlan_count <= EPW_MAX_VLANS);
    if (p->ending != EPW_END_COMPLETE)
        return;
    require(p->payload_len <= p->payload_wire);
    require(p->cut || p->payload_len == p->payload_wire);
    require((p->payload == NULL) == (p->payload_len == 0));
    if (p->payload == NULL)
        return;
    require(p->payload >= frame->bytes);
    require((size_t)(p->payload - frame->bytes) + p->payload_len <= frame->caplen);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct epw_decoder *decoder;
    if (decoder == NULL && epw_decoder_new(&decoder) != EPW_OK)
        return 0;
    struct epw_cur c = epw_cur(data, size);
    struct epw_frame frame = { .linktype = epw_cur_be16(&c) };
    frame.caplen = (uint32_t)epw_cur_left(&c);
    frame.bytes = epw_cur_bytes(&c, frame.caplen);
    if (frame.bytes == NULL)
        return 0;
    /* As it is, and as the captured part of a longer one. */
    static const uint32_t missing[] = { 0, 1, 1500 };
    for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
        struct epw_packet packet;
        frame.wire_len = frame.caplen + missing[i];
        epw_decode(decoder, &frame, &packet);
        check(&packet, &frame);
    }
    return 0;
}
