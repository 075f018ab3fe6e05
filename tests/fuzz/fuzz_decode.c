/* SPDX-License-Identifier: Apache-2.0 */
/* A frame of any link type. Input: link type (2 bytes, big-endian), then the frame. */
#include "base/cursor.h"
#include "meter/decode/decode.h"
#include "meter/decode/plain.h"
#include "meter/gist.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check(const struct epw_packet *p, const struct epw_frame *frame)
{
    require(p->ending < EPW_ENDINGS && p->key.vlan_count <= EPW_MAX_VLANS);
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

static uint8_t no_tunnel[65536];

/* Where the step for plain frames takes a frame, the layers one by one say the same of it. */
static void check_plain(const struct epw_decoder *decoder, struct epw_frame frame)
{
    struct epw_packet quick, slow;
    memset(&quick, 0xa5, sizeof(quick));
    frame.wire_len = frame.caplen;
    if (epw_plain_run(no_tunnel, &frame, &quick, 1) == 0 ||
        quick.key.proto == 17) /* a tunnel may follow */
        return;
    frame.wire_len = frame.caplen + 1; /* not whole: not plain, but its headers agree */
    epw_decode(decoder, &frame, &slow, 1);
    require(slow.ending == EPW_END_COMPLETE && quick.ending == EPW_END_COMPLETE);
    require(epw_key_same(&slow.key, &quick.key) && slow.side == quick.side);
    require(slow.seq == quick.seq && slow.ack == quick.ack && slow.tcp_flags == quick.tcp_flags);
    require(slow.payload == quick.payload && slow.payload_len == quick.payload_len);
    require(slow.payload_wire == quick.payload_wire && slow.cut == quick.cut);
    require(slow.macs == quick.macs && slow.group_mac == quick.group_mac);
    require(slow.ip_id == quick.ip_id && slow.ttl == quick.ttl);
    require(slow.fragment == quick.fragment && slow.payload_at == quick.payload_at);
    require(slow.icmp_error == quick.icmp_error && slow.ts_ns == quick.ts_ns);
}

/* What the look at a frame's addresses alone tells is what decoding finds. */
static void check_pair(const struct epw_decoder *decoder, const struct epw_frame *frame,
                       const struct epw_packet *p)
{
    const uint64_t seed = 42;
    uint64_t pair = epw_decode_pair(decoder, seed, frame);
    require(pair == EPW_PAIR_UNKNOWN || p->ending != EPW_END_COMPLETE ||
            pair == epw_key_pair(&p->key, seed));
}

/* The gist told from a frame's headers is that of its packet, and so is the packet put from it. */
static void check_gist(const struct epw_decoder *decoder, const struct epw_frame *frame,
                       const struct epw_packet *p)
{
    static struct epw_teller teller = { .seed = 42, .sparing = true };
    struct epw_gist told, made;
    uint64_t pair;
    if (teller.tunnel == NULL) {
        teller.tunnel = epw_decoder_tunnels(decoder);
        epw_teller_init(&teller);
    }
    if (epw_gist_tell(&teller, frame, &told, &pair, NULL, 1) == 0)
        return;
    require(p->ending == EPW_END_COMPLETE && pair == epw_key_pair(&p->key, teller.seed));
    struct epw_packet put;
    memset(&put, 0xa5, sizeof(put));
    epw_gist_put(&told, &put);
    require(memcmp(&put, p, offsetof(struct epw_packet, icmp_from)) == 0);
    epw_gist_of(&teller, p, &made);
    require(epw_brief_same(&told.brief, &made.brief) && told.tag == made.tag);
    require(told.way.all == made.way.all && told.way.any == made.way.any);
    require(told.print == made.print && told.wire_len == made.wire_len);
    require(told.payload_wire == made.payload_wire && told.ts_ns == made.ts_ns);
    require(p->payload == NULL || p->payload == frame->bytes + told.payload_at);
    require(told.side == made.side && told.tcp_flags == made.tcp_flags);
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
    check_plain(decoder, frame);
    /* As it is, and as the captured part of a longer one. */
    static const uint32_t missing[] = { 0, 1, 1500 };
    for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
        struct epw_packet packet;
        frame.wire_len = frame.caplen + missing[i];
        epw_decode(decoder, &frame, &packet, 1);
        check(&packet, &frame);
        check_pair(decoder, &frame, &packet);
        check_gist(decoder, &frame, &packet);
    }
    return 0;
}
